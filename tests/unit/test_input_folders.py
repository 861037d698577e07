"""Pairing of audio and references, and folders that are left out."""

import os
from pathlib import Path

import pytest

from clm.base import files
from clm.base.digests import Digests
from clm.base.errors import UserError
from clm.base.text_files import read_text, text_files
from clm.project import input_folders


def scan(root: Path) -> tuple[dict[str, input_folders.Folder], dict[str, str]]:
    return input_folders.scan(root, Digests(root / ".cache.json"))


def make(root: Path, folder: str, *names: str) -> Path:
    path = root / folder
    path.mkdir(parents=True)
    for name in names:
        (path / name).write_text("words", encoding="utf-8")
    return path


def test_one_audio_and_one_text_of_any_names(tmp_path: Path) -> None:
    make(tmp_path, "talk", "Recording 7.MP3", "reference.TXT", "notes.pdf", ".hidden.wav", "keywords.txt")
    usable, left_out = scan(tmp_path)
    assert usable["talk"].name == "talk"
    assert [pair.name for pair in usable["talk"].pairs] == ["Recording 7"]
    assert usable["talk"].pairs[0].text.name == "reference.TXT"
    assert not left_out


def test_several_pairs_by_stem(tmp_path: Path) -> None:
    make(tmp_path, "clips", "b.wav", "a.mp3", "a.txt", "b.txt")
    usable, _ = scan(tmp_path)
    assert [(pair.audio.name, pair.text.name) for pair in usable["clips"].pairs] == [
        ("a.mp3", "a.txt"),
        ("b.wav", "b.txt"),
    ]


@pytest.mark.parametrize("suffix", ["opus", "OGA", "aac", "aiff", "au", "caf", "w64", "mov", "mkv", "wma", "ds2"])
def test_recordings_of_any_format(tmp_path: Path, suffix: str) -> None:
    make(tmp_path, "talk", f"one.{suffix}", "two.txt")
    assert scan(tmp_path)[0]["talk"].pairs[0].audio.name == f"one.{suffix}"


@pytest.mark.parametrize(
    "names",
    [
        ["a.wav", "a.mov", "a.txt"],
        ["a.wav", "screen.mkv", "text.txt"],
        ["a.wav", "a.avi", "a.txt", "b.flac", "b.wma", "b.txt"],
        ["a.wav", "a.txt", "b.opus", "b.txt"],
        ["a.wav", "a.txt", "notes.ts"],
    ],
)
def test_a_video_beside_the_recording_made_from_it_does_not_count(tmp_path: Path, names: list[str]) -> None:
    make(tmp_path, "talk", *names)
    (found,) = scan(tmp_path)[0].values()
    assert found.pairs[0].audio.name == "a.wav"
    assert len(found.pairs) == sum(name.endswith(".txt") for name in names)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["a.txt"], "no audio file"),
        (["a.wav"], "no transcript"),
        (["a.wav", "keywords.txt"], "no transcript"),
        (["a.wav", "b.wav", "a.txt"], "no transcript of the same name for b.wav"),
        (["a.wav", "a.txt", "b.txt"], "no audio of the same name for b.txt"),
        (["a.wav", "a.mp3", "a.txt"], "several audio files are named a"),
    ],
)
def test_folders_without_a_pairing_are_left_out(tmp_path: Path, names: list[str], reason: str) -> None:
    make(tmp_path, "bad", *names)
    make(tmp_path, "good", "a.wav", "a.txt")
    usable, left_out = scan(tmp_path)
    assert list(usable) == ["good"]
    assert reason in left_out["bad"]


@pytest.mark.parametrize("name", ["a{b", "a}b", "line\nbreak", "<results>"])
def test_names_that_snakemake_cannot_handle_are_left_out(tmp_path: Path, name: str) -> None:
    make(tmp_path, name, "a.wav", "a.txt")
    assert "rename it" in scan(tmp_path)[1][name]


def test_names_that_are_equal_after_normalization_are_left_out(tmp_path: Path) -> None:
    make(tmp_path, "caf\u00e9", "a.wav", "a.txt")
    make(tmp_path, "cafe\u0301", "a.wav", "a.txt")
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system normalizes names itself")
    usable, left_out = scan(tmp_path)
    assert not usable
    assert len(left_out) == 2


def test_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfword")
    assert read_text(path) == "word"


def test_no_input(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no folder"):
        scan(tmp_path / "nowhere")
    with pytest.raises(UserError, match="holds no folders"):
        scan(tmp_path)


def test_digests_are_read_again_when_the_file_changes_and_only_then(tmp_path: Path, monkeypatch) -> None:
    path, cache = tmp_path / "a.wav", tmp_path / "cache.json"
    path.write_bytes(b"one")
    digests = Digests(cache)
    first = digests.sha256(path)
    digests.save()
    monkeypatch.setattr("clm.base.files.sha256_of_file", lambda _: pytest.fail("read again"))
    assert Digests(cache).sha256(path) == first
    monkeypatch.undo()
    path.write_bytes(b"two")
    assert Digests(cache).sha256(path) != first


def test_links_that_loop_and_pipes_are_nothing(tmp_path: Path) -> None:
    folder = make(tmp_path, "talk", "a.wav", "a.txt")
    for place in (tmp_path, folder):
        (place / "loop").symlink_to("loop")
        (place / "loop.txt").symlink_to("loop.txt")
        (place / "up").symlink_to("..")
        (place / "nowhere.wav").symlink_to("/nonexistent.wav")
        os.mkfifo(place / "pipe.txt")
    usable, left_out = scan(tmp_path)
    assert list(usable) == ["talk"]
    assert [pair.name for pair in usable["talk"].pairs] == ["a"]
    assert list(left_out) == ["up"]  # a folder of folders


def test_keywords_that_cannot_be_read_cost_their_folder_only(tmp_path: Path, monkeypatch) -> None:
    def read(path: Path) -> str:
        if path.name == "keywords.txt":
            raise PermissionError(13, "Permission denied", str(path))
        return sha256_of_file(path)

    sha256_of_file = files.sha256_of_file
    monkeypatch.setattr(files, "sha256_of_file", read)
    for name in ("one", "two"):
        make(tmp_path / "input", name, "a.wav", "a.txt", *(["keywords.txt"] if name == "two" else []))
    usable, left_out = scan(tmp_path / "input")
    assert list(usable) == ["one"]
    assert left_out == {"two": "not readable (Permission denied)"}


def test_texts_of_a_folder_are_files(tmp_path: Path) -> None:
    folder = make(tmp_path, "own", "b.txt", "a.txt", ".hidden.txt", "c.pdf")
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "up").symlink_to("..")
    (folder / "nowhere.txt").symlink_to("/nonexistent.txt")
    (folder / "deep.txt").mkdir()
    (folder / "deep.txt" / "d.txt").write_text("words", encoding="utf-8")
    os.mkfifo(folder / "pipe.txt")
    assert text_files(folder) == [folder / "a.txt", folder / "b.txt", folder / "deep.txt" / "d.txt"]


def test_names_that_are_no_unicode_cost_their_folder_only(tmp_path: Path) -> None:
    make(tmp_path, "fine", "a.wav", "a.txt")
    make(tmp_path, "caf\udce9", "a.wav", "a.txt")
    make(tmp_path, "clip", "caf\udce9.wav", "a.txt")
    make(tmp_path, "text", "a.wav", "caf\udce9.txt")
    make(tmp_path, "alone", "a.wav", "caf\udce9.wav", "a.txt")
    make(tmp_path, "unused", "a.wav", "a.txt", "caf\udce9.pdf")
    usable, left_out = scan(tmp_path)
    assert set(usable) == {"fine", "unused"}
    assert left_out["caf\\udce9"] == "its name is not valid Unicode; rename it"
    assert left_out["clip"] == "the name of its file caf\\udce9 is not valid Unicode; rename it"
    assert left_out["text"] == "the name of its file caf\\udce9.txt is not valid Unicode; rename it"
    assert "no transcript of the same name for caf\\udce9.wav" in left_out["alone"]


def test_names_that_snakemake_takes_for_recursion_are_left_out() -> None:
    from snakemake.io import PeriodicityDetector

    detector = PeriodicityDetector()
    for name in ("a" * 20, "talk " + "ha" * 20, "abc" * 25, "x" * 19, "lecture", "1" * 40, "no" + "ab" * 19):
        refused = detector.is_periodic(name) is not None
        if refused:
            with pytest.raises(input_folders.BadFolderError, match="twenty times"):
                input_folders.check_name(name)
        else:
            input_folders.check_name(name)
