"""Odd inputs, as somebody who meets the program for the first time gives them: each answer says what to do."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

import check
from clm.base.errors import UserError

NOISE = 0.1 * np.random.default_rng(1).normal(size=8_000)
WORDS = "the valve closes when the pressure falls"
NAMES = ["Anna's talk", 'my "best" take', "a & b", "tab\there", "ünï cödé", "-dash", "per%cent", "dollar$HOME",
         "semi;colon", "star*", "emoji😀", "#hash", "(brackets)"]  # fmt: skip


def wav(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, NOISE, 16_000)


def text(path: Path, content: str = WORDS) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    wav(Path("one.wav"))
    text(Path("plain.txt"))
    text(Path("nothing.csv"), "")
    text(Path("header.csv"), "file_name,transcription\n")
    wav(Path("audio/0.wav"))
    text(Path("text/0.txt"))
    wav(Path("apart/a/a.wav"))
    text(Path("apart/b/b.txt"))


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ("nowhere", "there is no folder nowhere", "input"),
        ("empty", "empty holds no folders", "make one folder per recording"),
        ("one.wav", "is a recording, neither a folder", "into a folder"),
        ("plain.txt", "neither a folder nor a list", "docs/inputs.md"),
        ("nothing.csv", "the file is empty", "docs/inputs.md"),
        ("header.csv", "it lists no recording", "docs/inputs.md"),
        ("audio", "no transcript", "put pairs of equal names"),
        ("text", "only 1 file that is no audio", "put pairs of equal names"),
        ("apart", "nothing in apart can be used", "see the reasons above"),
    ],
)
def test_what_is_no_input_is_told(given: str, message: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match=message) as error:
        check.main([given])
    assert hint in error.value.hint
    assert "Nothing is held out" not in capsys.readouterr().out


@pytest.mark.parametrize("folders", [True, False])
def test_names_with_spaces_quotes_and_signs(folders: bool, capsys: pytest.CaptureFixture[str]) -> None:
    for name in [*NAMES, "br{ace}", "new\nline"]:
        wav(Path("in put") / (f"{name}/a.wav" if folders else f"{name}.wav"))
        text(Path("in put") / (f"{name}/a.txt" if folders else f"{name}.txt"))
    check.main(["in put"])
    said = capsys.readouterr().out
    assert f"Found {len(NAMES)} folders with {len(NAMES)} recordings" in said
    assert "'br{ace}' is left out" in said
    assert "rename it" in said


def test_a_list_with_broken_rows(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"clips/{number}.wav,{WORDS}" for number in range(10)]
    rows += ["clips/none.wav,nobody there", "clips/8.wav,", ",words alone", "clips/9.wav"]
    for number in range(10):
        wav(Path(f"list/clips/{number}.wav"))
    text(Path("list/metadata.csv"), "\n".join(["file_name,transcription", *rows]))
    check.main(["list"])
    said = capsys.readouterr().out
    assert "with 10 recordings" in said
    assert "no audio file for 2 rows: clips/none.wav, (none named)." in said
    assert "no text for 2 rows: clips/8.wav, clips/9.wav." in said


def test_transcripts_without_a_word_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in (("one", ""), ("two", WORDS)):
        wav(Path(f"input/{name}/a.wav"))
        text(Path(f"input/{name}/a.txt"), content)
    check.main(["input"])
    assert "Transcripts without a word, as if nobody spoke: one/a.txt." in capsys.readouterr().out
