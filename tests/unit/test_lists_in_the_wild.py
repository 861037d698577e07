"""Data sets as their tools and publishers lay them out: every one is read, or its one message says what it is."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import soundfile

import check
from clm.base.errors import UserError

SAID = ["the cell divides", "a wall is thin", "it grows again"]
NUMBERS = range(len(SAID))


def audio(path: Path, number: int = 0, seconds: float = 0.5) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(number).normal(0, 1000, int(16_000 * seconds)).astype(np.int16)
    soundfile.write(path, samples, 16_000)


def text(path: Path, *lines: str, encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding=encoding)


def each(form: str) -> list[str]:
    """A line for each recording."""
    return [form.replace("#", str(number)).replace("@", SAID[number]) for number in NUMBERS]


def table(name: str, header: str, row: str, place: str = "c/#.wav", encoding: str = "utf-8") -> Callable[[Path], Path]:
    """A data set that is a file of lines."""

    def make(root: Path) -> Path:
        for number in NUMBERS:
            audio(root / place.replace("#", str(number)), number)
        text(root / name, *([header] if header else []), *each(row), encoding=encoding)
        return root / name

    return make


def as_json(name: str, value: Callable[[], object], place: str = "c/#.wav") -> Callable[[Path], Path]:
    """A data set that is one JSON value."""

    def make(root: Path) -> Path:
        table(name, "", "", place)(root)
        text(root / name, json.dumps(value()))
        return root / name

    return make


def folder(make: Callable[[Path], Path]) -> Callable[[Path], Path]:
    """The folder of a list is named, and not the list."""
    return lambda root: make(root).parent


def beside(audio_place: str, text_place: str, form: str = "@") -> Callable[[Path], Path]:
    """Audio and texts in different folders."""

    def make(root: Path) -> Path:
        for number in NUMBERS:
            audio(root / audio_place.replace("#", str(number)), number)
            text(root / text_place.replace("#", str(number)), form.replace("@", SAID[number]))
        return root

    return make


def lhotse(root: Path) -> Path:
    sources = '"sources": [{"type": "file", "channels": [0], "source": "c/#.wav"}]'
    table("recordings.jsonl", "", '{"id": "r#", ' + sources + ', "duration": 0.5}')(root)
    text(root / "supervisions.jsonl", *each('{"id": "u#", "recording_id": "r#", "start": 0, "text": "@"}'))
    return root


CUT = (
    '{"id": "u#", "start": 0, "duration": 0.5, '
    '"supervisions": [{"id": "s#", "start": 0, "duration": 0.5, "text": "@"}], '
    '"recording": {"id": "r#", "sources": [{"type": "file", "source": "c/#.wav"}]}}'
)


def lhotse_zipped(root: Path) -> Path:
    path = table("cuts.jsonl", "", CUT)(root)
    path.with_suffix(".jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    return path.with_suffix(".jsonl.gz")


def fairseq(root: Path) -> Path:
    table("train.tsv", f"{root}/c", "#.wav\t8000")(root)
    text(root / "train.wrd", *SAID)
    return root / "train.tsv"


def kaldi(command: str) -> Callable[[Path], Path]:
    def make(root: Path) -> Path:
        table("wav.scp", "", f"u# {command} |")(root)
        text(root / "text", *each("u# @"))
        return root

    return make


def workbook(root: Path) -> Path:
    table("x", "", "")(root)
    book = openpyxl.Workbook()
    for row in (("Audio file", "Transcript", "Speaker"), *((f"{n}.wav", SAID[n], "s") for n in NUMBERS)):
        book.active.append(row)
    book.save(root / "list.xlsx")
    return root / "list.xlsx"


def gigaspeech() -> object:
    segments = [[{"sid": "s", "begin_time": 0, "end_time": 0.4, "text_tts": f"{SAID[n]} <PERIOD>"}] for n in NUMBERS]
    return {
        "dataset": "G",
        "audios": [{"aid": f"A{n}", "path": f"c/{n}.wav", "segments": segments[n]} for n in NUMBERS],
    }


def label_studio() -> object:
    return [
        {"data": {"audio": f"/data/upload/1/{n}.wav"}, "annotations": [{"result": [{"value": {"text": [SAID[n]]}}]}]}
        for n in NUMBERS
    ]


SETS: dict[str, Callable[[Path], Path]] = {
    "DeepSpeech": table("train.csv", "wav_filename,wav_filesize,transcript", "c/#.wav,32044,@"),
    "DeepSpeech as a folder": folder(table("train.csv", "wav_filename,wav_filesize,transcript", "c/#.wav,32044,@")),
    "SpeechBrain": table("t.csv", "ID,duration,wav,spk_id,wrd", "u#,0.5,$data_root/c/#.wav,s#,@"),
    "SpeechBrain in JSON": as_json(
        "t.json", lambda: {f"u{n}": {"wav": f"{{data_root}}/c/{n}.wav", "words": SAID[n]} for n in NUMBERS}
    ),
    "Lhotse": lhotse,
    "cuts of Lhotse": table("cuts.jsonl", "", CUT),
    "cuts of Lhotse, zipped": lhotse_zipped,
    "fairseq": fairseq,
    "VCTK": beside("wav48/p22#/p22#_001.wav", "txt/p22#/p22#_001.txt"),
    "audio and transcripts in two folders": beside("audio/t#.wav", "transcripts/t#.txt"),
    "recordings and subtitles": beside("Recordings/t#.wav", "Subs/t#.srt", "1\n00:00:00,000 --> 00:00:01,000\n@"),
    "TED-LIUM": beside("sph/t#.wav", "stm/t#.stm", "t 1 sp 0 1 <o,f0,male> @"),
    "deep folders": beside("s#/ch#/t#.wav", "s#/ch#/t#.txt"),
    "MLS": folder(table("transcripts.txt", "", "10_20_00#\t@", "audio/10/20/10_20_00#.flac")),
    "VoxPopuli": table("dev.tsv", "id\traw_text\tnormalized_text", "2020-#-en\t@\t@", "clips/2020-#-en.ogg"),
    "GigaSpeech": as_json("g.json", gigaspeech),
    "FLEURS": table("dev.tsv", "", "#\t#000.wav\tX @.\t@\tt h e | c\t16000\tMALE", "audio/dev/#000.wav"),
    "Label Studio": as_json("export.json", label_studio),
    "Label Studio as csv": table("e.csv", "annotation_id,audio,id,transcription", "#,/data/upload/1/#.wav,#,@"),
    "Ground Truth": table("output.manifest", "", '{"source-ref": "s3://b/#.wav", "transcription": "@"}'),
    "Hugging Face with an object": table("d.jsonl", "", '{"audio": {"path": "c/#.wav"}, "sentence": "@"}'),
    "an array": as_json("d.json", lambda: [{"audio_filepath": f"c/{n}.wav", "text": SAID[n]} for n in NUMBERS]),
    "a named array": as_json("d.json", lambda: {"data": [{"path": f"c/{n}.wav", "text": SAID[n]} for n in NUMBERS]}),
    "texts by name": as_json("d.json", lambda: {f"{n}.wav": SAID[n] for n in NUMBERS}),
    "a workbook": workbook,
    "a German table": table("l.csv", "Dateiname;Transkript", '#.wav;"@"'),
    "no header": table("l.csv", "", "c/#.wav,@"),
    "no header, a speaker last": table("l.txt", "", "c/#.wav|@|speaker#"),
    "VITS": table("l.txt", "", "c/#.wav|#|@"),
    "paths of Windows": table("l.csv", "file,text", r"C:\data\c\#.wav,@"),
    "UTF-16": table("l.txt", "path\tsentence", "c/#.wav\t@", encoding="utf-16"),
    "Common Voice, first release": table("v.csv", "filename,text,up_votes,age", "c/#.mp3,@,1,", "c/#.mp3"),
    "People's Speech": table("m.jsonl", "", '{"audio_filepath": "c/#.flac", "label": "@"}', "c/#.flac"),
    "Kaldi through sox": kaldi("sox c/#.wav -r 16000 -t wav -"),
    "Kaldi through ffmpeg": kaldi("ffmpeg -loglevel quiet -i c/#.wav -f wav -ar 16000 -ac 1 -"),
    "AISHELL": table("transcript/list.txt", "", "BAC009S0764W012# @", "wav/S1/BAC009S0764W012#.wav"),
}  # fmt: skip


@pytest.mark.parametrize("make", SETS.values(), ids=SETS)
def test_every_recording_is_found_with_its_words(make, tmp_path, capsys) -> None:
    check.main([str(make(tmp_path / "set"))])
    found = capsys.readouterr().out.split("\n")[0]
    assert "3 recordings" in found
    assert "9 words" in found.replace(" 10 words", " 9 words")


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("train.parquet", b"PAR1" + bytes(99), "Parquet"),
        ("train.arrow", b"ARROW1" + bytes(99), "Arrow"),
        ("shard.tar", bytes(257) + b"ustar" + bytes(99), "tar archive"),
        ("list.xls", b"\xd0\xcf\x11\xe0" + bytes(99), "Office"),
        ("set.7z", b"7z\xbc\xaf" + bytes(99), "7z"),
        ("set.rar", b"Rar!" + bytes(99), "RAR"),
    ],
)
def test_what_is_no_list_is_called_what_it_is(name, data, what, tmp_path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UserError, match=what) as caught:
        check.main([str(tmp_path / name)])
    assert caught.value.hint


def test_a_folder_that_was_left_out_for_a_reason_is_not_searched_for_pairs(tmp_path, capsys) -> None:
    for name in ("a.wav", "b.wav"):
        audio(tmp_path / "in" / "one" / name)
    text(tmp_path / "in" / "one" / "a.txt", "the cell")
    with pytest.raises(UserError, match="nothing"):
        check.main([str(tmp_path / "in")])
    assert "no transcript of the same name for b.wav" in capsys.readouterr().out


def test_audio_without_a_transcript_is_named(tmp_path, capsys) -> None:
    root = beside("audio/t#.wav", "text/t#.txt")(tmp_path / "set")
    audio(root / "audio" / "lonely.wav")
    check.main([str(root)])
    assert "no transcript for 1 recording: lonely.wav" in capsys.readouterr().out


def test_fairseq_without_its_words_is_a_message(tmp_path) -> None:
    path = fairseq(tmp_path / "set")
    text(path.with_suffix(".wrd"), *SAID[:2])
    with pytest.raises(UserError, match="2 lines for 3 recordings"):
        check.main([str(path)])
    path.with_suffix(".wrd").unlink()
    with pytest.raises(UserError, match="fairseq"):
        check.main([str(path)])
