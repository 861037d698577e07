"""The data set of a run from what people have: references as plain text, lists of recordings, text to learn from."""

import json
from pathlib import Path

import pytest
import soundfile

import check
from clm import config, engines
from clm.base.digests import Digests
from clm.base.errors import UserError
from clm.base.text_files import read_text
from clm.project import overview
from clm.project.dataset import Dataset
from runner import CHECKOUT, SAMPLE

RATE = 16_000


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sound(path: Path, seconds: float = 1.0, start: float = 0.0) -> Path:
    """A stretch of the demo's first recording."""
    source = next(item for item in sorted(SAMPLE.iterdir())[0].iterdir() if item.suffix != ".txt")
    rate = soundfile.info(source).samplerate
    samples, rate = soundfile.read(source, start=int(start * rate), frames=int(seconds * rate))
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate)
    return path


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def look(**changes) -> Dataset:
    settings = config.load({"input": "in", "results": "out", **changes}, CHECKOUT, Path.cwd())
    return Dataset(settings, Digests(Path("cache.json")), probed=False)


def texts(dataset: Dataset) -> dict[str, list[str]]:
    return {name: [read_text(pair.text).strip() for pair in folder.pairs] for name, folder in dataset.folders.items()}


def said(dataset: Dataset) -> list[str]:
    return list(overview.notes(dataset))


def test_jobs_read_plain_text_whatever_it_was():
    for folder, name, content in (
        ("a", "x.txt", "hello there"),
        ("b", "x.srt", "1\n00:00:01,000 --> 00:00:02,000\nhello there\n"),
        ("c", "x.txt", "ANN: hello\nBOB: there\nANN: hello\nBOB: there"),
        ("d", "x.txt", "hello there".encode("utf-16-le")),
        ("e", "x.txt", "caf\xe9".encode("cp1252")),
        ("f", "x.json", json.dumps({"text": "hello there", "segments": []})),
        ("g", "x.pdf", b"%PDF-1.4"),
        ("h", "x.txt", "Привет всем".encode("koi8-r")),
    ):
        sound(Path("in", folder, "x.wav"))
        write(Path("in", folder, name), content)
    dataset = look()
    assert texts(dataset) == {
        "a": ["hello there"], "b": ["hello there"], "c": ["hello\nthere\nhello\nthere"], "d": ["hello there"],
        "e": ["café"], "f": ["hello there"],
    }  # fmt: skip
    assert dataset.folders["a"].pairs[0].text == Path("in/a/x.txt")
    assert "g" in dataset.left_out
    assert "h" in dataset.left_out
    assert said(dataset)[2:] == [
        "Folder 'c': speaker labels left out: ANN, BOB.",
        "Folder 'e': x.txt: not UTF-8; read as Windows-1252.",
    ]


def test_a_change_of_the_file_or_of_the_setting_changes_what_is_read():
    sound(Path("in/a/x.wav"))
    path = write(Path("in/a/x.txt"), "ANN: one\nBOB: two\nANN: three\nBOB: four")
    first = look()
    assert texts(first) == {"a": ["one\ntwo\nthree\nfour"]}
    first.save()
    again = look()
    assert again.folders == first.folders
    assert again.text_digest("a") == first.text_digest("a")
    kept = look(transcripts={"labels": "keep"})
    assert kept.folders["a"].pairs[0].text == Path("in/a/x.txt")
    assert kept.text_digest("a") != first.text_digest("a")
    path.write_text("ANN: one\nBOB: two\nANN: three\nBOB: five", encoding="utf-8")
    assert texts(look()) == {"a": ["one\ntwo\nthree\nfive"]}


def test_clips_of_one_line_share_the_labels_of_their_folder():
    for number, name in enumerate(("Ann", "Bob", "Ann", "Bob")):
        sound(Path(f"in/a/{number}.wav"))
        write(Path(f"in/a/{number}.txt"), f"{name}: clip {number}")
    assert texts(look()) == {"a": [f"clip {number}" for number in range(4)]}


def test_one_list_of_texts_beside_several_recordings():
    for folder, name, content in (
        ("a", "all.stm", "x 1 s 0 1 one\ny 1 s 0 1 two\n"),
        ("b", "trans.txt", "x.wav\tone\ny.wav\ttwo\n"),
        ("c", "ref.trn", "one (x)\ntwo (y)\n"),
        ("d", "m.json", "".join(json.dumps({"audio_filepath": f"{name}.wav", "text": name}) + "\n" for name in "xy")),
    ):
        for stem in "xy":
            sound(Path("in", folder, f"{stem}.wav"))
        write(Path("in", folder, name), content)
    found = texts(look())
    assert [found[name] for name in "abd"] == [["one", "two"], ["one", "two"], ["x", "y"]]
    assert "c" not in found  # ids of one letter might be words in brackets


def test_pairs_directly_in_the_input():
    for name in "ab":
        sound(Path(f"in/{name}.wav"))
        write(Path(f"in/{name}.srt"), f"1\n00:00:01,000 --> 00:00:02,000\n{name}\n")
    write(Path("in/memo.docx"), "x")
    dataset = look()
    assert texts(dataset) == {"a": ["a"], "b": ["b"]}
    assert said(dataset) == ["Folder 'a': belongs to no recording: memo.docx."]


def test_more_than_a_hundred_pairs_become_folders_of_hundreds():
    for number in range(130):
        write(Path(f"in/{number:03}.wav"), f"{number}")
        write(Path(f"in/{number:03}.txt"), "x")
    assert {name: len(folder.pairs) for name, folder in look().folders.items()} == {"part-001": 100, "part-002": 30}


def test_segments_are_cut_from_the_file_once():
    sound(Path("in/long.wav"), 3)
    rows = [{"audio_filepath": "long.wav", "offset": at, "duration": 1.0, "text": f"t{at}", "speaker": who}
            for at, who in ((0, "ann"), (1.5, "bob"))]  # fmt: skip
    write(Path("in/m.jsonl"), "".join(json.dumps(row) + "\n" for row in rows))
    dataset = look(input="in/m.jsonl", input_groups="speaker")
    assert texts(dataset) == {"ann": ["t0"], "bob": ["t1.5"]}
    audio = dataset.folders["bob"].pairs[0].audio
    samples, rate = soundfile.read(audio, dtype="int16")
    whole, _ = soundfile.read("in/long.wav", dtype="int16")
    assert (rate, len(samples), dataset.seconds(dataset.folders["bob"].pairs[0])) == (RATE, RATE, 1.0)
    assert abs(samples.astype(int) - whole[int(1.5 * RATE) : int(2.5 * RATE)]).max() <= 1
    before = audio.stat().st_mtime_ns
    assert look(input="in/m.jsonl", input_groups="speaker").folders["bob"].pairs[0].audio == audio
    assert audio.stat().st_mtime_ns == before


def test_a_file_that_cannot_be_decoded_costs_its_segments_only():
    sound(Path("in/good.wav"), 2)
    write(Path("in/bad.wav"), "no sound")
    rows = [f"{name}.wav,{at},{at + 0.5},{name}\n" for name in ("good", "bad") for at in (0, 1)]
    write(Path("in/m.csv"), "path,start,end,text\n" + "".join(rows))
    dataset = look(input="in/m.csv")
    assert texts(dataset) == {"part-001": ["good", "good"]}
    assert "bad.wav: " in " ".join(said(dataset))


def test_text_to_learn_from_is_found_beside_the_input_and_its_terms_are_keywords():
    sound(Path("in/a/x.wav"))
    write(Path("in/a/x.txt"), "hello")
    write(Path("keywords/keywords.csv"), "term,note\nATP,x\n")
    write(Path("training_data/notes.md"), "The cell divides at night.")
    write(Path("training_data/terms.txt"), "ATP\ncell wall\nsap\n")
    write(Path("training_data/scan.docx"), b"PK\x03\x04 broken")
    dataset = look()
    assert (dataset.training_data, dataset.tuning_data) == (Path("training_data"), None)
    assert read_text(dataset.keywords) == "ATP\ncell wall\nsap\n"
    notices = " ".join(said(dataset))
    assert "terms.txt: a list of 3 terms, not sentences: used as keywords" in notices
    assert "keywords.csv: keywords are taken from column 'term'; ignored: note" in notices
    assert "scan.docx: a document or archive that is cut short" in notices
    write(Path("training_data/more.txt"), "It rains in spring.")
    assert look().path_digest(Path("training_data")) != dataset.path_digest(Path("training_data") / "notes.md")


def test_training_data_of_which_nothing_can_be_read_stops_the_run():
    sound(Path("in/a/x.wav"))
    write(Path("in/a/x.txt"), "hello")
    write(Path("training_data/book.pdf"), b"%PDF-1.4 broken")
    with pytest.raises(UserError, match=r"book\.pdf: a PDF that cannot be read"):
        look()


# -- check.py ------------------------------------------------------------------------------------------------------


def checked(capsys, *arguments: str) -> str:
    check.main(list(arguments))
    return capsys.readouterr().out


def test_check_says_what_an_input_is_and_writes_nothing(place, capsys):
    for number in range(6):
        sound(Path(f"in/f{number}/x.wav"), 2)
        write(Path(f"in/f{number}/x.txt"), "Speaker 1: hello there\nSpeaker 2: good day\n")
    write(Path("in/empty/x.txt"), "x")
    found = set(place.rglob("*"))
    output = checked(capsys, "in")
    assert output.startswith("Found 6 folders with 6 recordings, 12 s of audio, 24 words of transcripts.\n")
    assert "Input folder 'empty' is left out: no audio file" in output
    assert "Folders 'f0', 'f1', 'f2' and 3 more: speaker labels left out: Speaker 1, Speaker 2.\n" in output
    assert "Held out: 2 folders" in output
    assert "To transcribe it once with pocketsphinx takes about 2 s of CPU time" in output
    assert set(place.rglob("*")) == found


def test_check_of_a_list_cuts_nothing_and_init_writes_a_configuration(place, capsys):
    sound(Path("data/long.wav"), 3)
    write(Path("data/m.csv"), "path,start,end,text,who\nlong.wav,0,1,one,ann\nlong.wav,1,2.5,two,bob\n")
    output = checked(capsys, "data/m.csv", "--init", "--config", "input_groups=who")
    assert "Found 2 folders with 2 recordings, 2 s of audio, 2 words" in output
    assert config.load_yaml(Path("my.yaml")) == {
        "input": "data/m.csv", "input_groups": "who", "results": "my-results", "evaluation": {"heldout": "auto"},
    }  # fmt: skip
    settings = config.load(config.load_yaml(Path("my.yaml")), CHECKOUT, place)
    assert engines.create(settings).name == "pocketsphinx"
    assert not list(place.rglob("*.flac"))
    with pytest.raises(UserError, match=r"my\.yaml: already exists"):
        check.main(["data/m.csv", "--init"])


def test_check_of_what_cannot_be_used():
    write(Path("in/a/x.txt"), "x")
    with pytest.raises(UserError, match="nothing in in can be used"):
        check.main(["in"])
    with pytest.raises(UserError, match="no folder"):
        check.main(["nowhere"])
