"""Lists of recordings: what they hold, what belongs to nothing, and the folders that are made of them."""

import json
import zipfile
from pathlib import Path

import pytest

from clm.base.errors import UserError
from clm.documents.data_sets.manifest import Manifest, find_manifest, read_manifest, unpack
from clm.documents.data_sets.manifest_folders import folders
from clm.documents.data_sets.pairing import match
from clm.documents.document_sentences import sentence

ABC = {f"{name}.wav": "x" for name in "abc"}


def put(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return root


def rows(manifest: Manifest) -> list[tuple]:
    return [(row.audio.name, row.text, row.offset, row.duration, row.speaker) for row in manifest.rows]


def lines(*items: dict) -> str:
    return "".join(json.dumps(item) + "\n" for item in items)


def whole(*pairs: tuple[str, str]) -> list[tuple]:
    return [(audio, text, None, None, "") for audio, text in pairs]


AB = whole(("a.wav", "hello, you"), ("b.wav", "bye"))
LISTS = {
    "NeMo": ("m.json", lines({"audio_filepath": "a.wav", "duration": 1.5, "text": "hello, you"},
                             {"audio_filepath": "./b.wav", "duration": 2, "text": "bye", "offset": 0})),
    "Hugging Face": ("metadata.csv", 'file_name,transcription\na.wav,"hello, you"\nb.wav,bye\n'),
    "Hugging Face, JSON": ("metadata.jsonl", lines({"file_name": "a.wav", "text": "hello, you"},
                                                   {"file_name": "b.wav", "text": "bye"})),
    "Azure": ("trans.txt", "a.wav\thello, you\nb.wav\tbye\n"),
    "Azure, by spaces": ("trans.txt", "a.wav hello, you\nb.wav bye\n"),
    "DeepSpeech": ("train.csv", 'wav_filename,wav_filesize,transcript\na.wav,1,"hello, you"\nb.wav,2,bye\n'),
    "LJSpeech": ("list.csv", "a|hello, You|hello, you\nb|Bye|bye\n"),
    "OpenSLR": ("line_index.tsv", "a\thello, you\nb\tbye\n"),
    "Kaldi's text alone": ("list.txt", "a.wav hello, you\nb.wav bye\n"),
    "semicolons of a spreadsheet": ("list.csv", "\ufeffPath;Sentence\na.wav;hello, you\nb.wav;bye\n"),
    "a comma without quotes": ("list.csv", "path,text\na.wav,hello, you\nb.wav,bye\n"),
    "names in another folder": ("list.csv", 'path,text\n/data/a.wav,"hello, you"\nC:\\x\\b.wav,bye\n'),
    "names without endings": ("list.tsv", "id\tpath\ttext\n1\ta\thello, you\n2\tb\tbye\n"),
    "a JSON list": ("list.json", json.dumps([{"audio": "a.wav", "sentence": "hello, you"},
                                             {"audio": "b.wav", "sentence": "bye"}])),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content"), LISTS.values(), ids=LISTS)
def test_lists_of_many_kinds(tmp_path, name, content):
    put(tmp_path, {**ABC, name: content})
    found = read_manifest(tmp_path / name)
    assert rows(found) == AB
    assert [sentence(notice) for notice in found.notices] == [f"{name}: audio that is not listed: c.wav"]


def test_common_voice(tmp_path):
    table = 'client_id\tpath\tsentence\tup_votes\nann\ta.mp3\t"Hi" he said\t2\nbob\tb.mp3\tBye\t1\n'
    put(tmp_path, {"test.tsv": table, "clips/a.mp3": "x", "clips/b.mp3": "x"})
    found = read_manifest(find_manifest(tmp_path))
    assert rows(found) == [("a.mp3", '"Hi" he said', None, None, "ann"), ("b.mp3", "Bye", None, None, "bob")]
    assert list(folders(found, "client_id")) == list(folders(found, "speaker")) == ["ann", "bob"]


def test_kaldi_with_segments_and_commands_that_are_not_run(tmp_path):
    put(tmp_path, {
        "a.wav": "x", "b.flac": "x", "c.wav": "x",
        "wav.scp": "r1 a.wav\nr2 flac -c -d -s b.flac |\nr3 sox c.wav -t wav - remix 1 |\nr4 rm -rf a.wav |\n",
        "text": "r1-u1 hello\nr1-u2 bye\nr2-u1 yo\nr3-u1 no\nr4-u1 no\nr1-u3\n",
        "segments": "r1-u1 r1 0.0 1.5\nr1-u2 r1 2 3\nr2-u1 r2 0 -1\nr3-u1 r3 0 1\nr4-u1 r4 0 1\nr1-u3 r1 3 4\nbad\n",
        "utt2spk": "r1-u1 ann\nr1-u2 bob\nr2-u1 bob\n",
    })  # fmt: skip
    found = read_manifest(find_manifest(tmp_path))
    assert rows(found) == [
        ("a.wav", "hello", 0.0, 1.5, "ann"), ("a.wav", "bye", 2.0, 1.0, "bob"), ("b.flac", "yo", None, None, "bob"),
    ]  # fmt: skip
    said = " ".join(map(sentence, found.notices))
    assert "r3, r4: wav.scp names commands" in said
    assert "no text for 1 row: r1-u3" in said
    assert "could not be read: bad" in said
    assert (tmp_path / "a.wav").exists()


def test_librispeech(tmp_path):
    put(tmp_path, {
        "84/121123/84-121123.trans.txt": "84-121123-0000 GO\n84-121123-0001 BUT\n",
        "85/1/85-1.trans.txt": "85-1-0000 YES\n",
        "84/121123/84-121123-0000.flac": "x", "84/121123/84-121123-0001.flac": "x", "85/1/85-1-0000.flac": "x",
    })  # fmt: skip
    found = folders(read_manifest(find_manifest(tmp_path)))
    assert {name: [(entry.name, entry.row.text) for entry in entries] for name, entries in found.items()} == {
        "84-121123": [("84-121123-0000", "GO"), ("84-121123-0001", "BUT")],
        "85-1": [("85-1-0000", "YES")],
    }


def test_segments_of_longer_files_are_recordings(tmp_path):
    parts = [{"audio_filepath": "a.wav", "offset": 2.0 * n, "duration": 1.5, "text": f"t{n}", "speaker": f"s{n % 2}"}
             for n in range(3)]  # fmt: skip
    put(tmp_path, {**ABC, "m.jsonl": lines(*parts)})
    found = folders(read_manifest(tmp_path / "m.jsonl"), "speaker")
    assert {name: [entry.name for entry in entries] for name, entries in found.items()} == {
        "s0": ["a-0000000-0000150", "a-0000400-0000550"],
        "s1": ["a-0000200-0000350"],
    }


def test_start_and_end_and_clock_times(tmp_path):
    put(tmp_path, {**ABC, "m.csv": "file,start,end,text\na.wav,0:01,0:02.5,one\na.wav,00:01:00,00:01:01,two\n"})
    assert rows(read_manifest(tmp_path / "m.csv")) == [("a.wav", "one", 1.0, 1.5, ""), ("a.wav", "two", 60.0, 1.0, "")]


def test_stm(tmp_path):
    put(tmp_path, {**ABC, "x.stm": ";; note\na 1 ann 0.0 1.5 <o,f0> hello\na 1 bob 2.0 3.0 bye\n"})
    assert rows(read_manifest(tmp_path / "x.stm")) == [
        ("a.wav", "hello", 0.0, 1.5, "ann"),
        ("a.wav", "bye", 2.0, 1.0, "bob"),
    ]


def test_texts_in_files_of_their_own(tmp_path):
    put(tmp_path, {**ABC, "m.csv": "audio,transcript\na.wav,t/a.txt\nb.wav,t/b.srt\n", "t/a.txt": "Speaker 1: hello",
                   "t/b.srt": "1\n00:00:01,000 --> 00:00:02,000\nbye\n"})  # fmt: skip
    assert rows(read_manifest(tmp_path / "m.csv")) == whole(("a.wav", "hello"), ("b.wav", "bye"))


def test_columns_that_the_user_names(tmp_path):
    put(tmp_path, {**ABC, "m.csv": "Sound File;What;Who\na.wav;hello;X\nb.wav;bye;Y\n"})
    found = read_manifest(tmp_path / "m.csv", {"audio": "sound file", "text": "What"})
    assert rows(found) == whole(("a.wav", "hello"), ("b.wav", "bye"))
    assert list(folders(found, "who")) == ["X", "Y"]
    with pytest.raises(UserError, match=r"transcripts\.columns\.audio: .* no column 'sound'\nHint: .*Sound File"):
        read_manifest(tmp_path / "m.csv", {"audio": "sound", "text": "What"})
    with pytest.raises(UserError, match=r"input_groups: .* no column 'whom'\nHint: known here: Sound File"):
        folders(found, "whom")


def test_what_belongs_to_nothing_is_named(tmp_path):
    put(tmp_path, {**ABC, "m.csv": "path,text\na.wav,hello\na.wav,hello\nb.wav,\nd.wav,gone\n"})
    assert [sentence(notice) for notice in read_manifest(tmp_path / "m.csv").notices] == [
        "m.csv: 1 recording listed twice: a.wav",
        "m.csv: no audio file for 1 row: d.wav",
        "m.csv: no text for 1 row: b.wav",
        "m.csv: audio that is not listed: c.wav",
    ]


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("m.csv", "Foo,Bar\n1,2\n3,4\n", "no column of audio and text among foo, bar"),
        ("m.csv", "path,text\nx.wav,gone\n", "nothing in it can be used: m.csv: no audio file for 1 row: x.wav"),
        ("m.jsonl", '{"audio_filepath": "a.wav", "text": "x"}\n{"audio', "line 2 is not JSON"),
        ("m.jsonl", '{"audio_filepath": "a.wav"}', "no column of text"),
        ("m.txt", "just a text\nof two lines\n", "neither a folder nor a list"),
        ("m.json", "[]", "lists no recordings"),
    ],
)
def test_what_is_no_list_is_said_to_be_none(tmp_path, name, content, what):
    put(tmp_path, {**ABC, name: content})
    with pytest.raises(UserError, match=what):
        read_manifest(tmp_path / name)


def test_several_lists_of_one_data_set_are_named(tmp_path):
    put(tmp_path, dict.fromkeys(("train.tsv", "dev.tsv"), "path\tsentence\na.mp3\tx\n") | {"clips/a.mp3": "x"})
    with pytest.raises(UserError, match=r"several lists of recordings: dev\.tsv, train\.tsv\nHint: .*dev\.tsv"):
        find_manifest(tmp_path)


def test_folders_of_folders_are_no_list(tmp_path):
    assert find_manifest(put(tmp_path, {"a/x.wav": "", "a/x.txt": "hi", "keywords.csv": "term,note\na,b\n"})) is None


def test_an_archive_is_unpacked_once_and_stays_in_its_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.writestr("set/a.wav", "x")
        archive.writestr("set/trans.txt", "a.wav\thi\n")
    place = unpack(tmp_path / "d.zip", tmp_path / "out")
    assert rows(read_manifest(find_manifest(place))) == whole(("a.wav", "hi"))
    assert unpack(tmp_path / "d.zip", tmp_path / "out") == place
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("../evil.txt", "x")
    with pytest.raises(UserError, match="outside"):
        unpack(tmp_path / "bad.zip", tmp_path / "out2")


def test_in_hundreds_where_nothing_else_divides_them(tmp_path):
    names = [f"c{number:03}" for number in range(250)]
    put(
        tmp_path,
        {f"{name}.wav": "x" for name in names} | {"m.csv": "path,text\n" + "".join(f"{n}.wav,hi\n" for n in names)},
    )
    found = folders(read_manifest(tmp_path / "m.csv"))
    assert {name: len(entries) for name, entries in found.items()} == {"part-001": 100, "part-002": 100, "part-003": 50}


def test_equal_names_of_a_folder_are_told_apart(tmp_path):
    put(tmp_path, {"x/1.wav": "", "y/1.wav": "", "m.csv": "path,text,speaker\nx/1.wav,one,ann\ny/1.wav,two,ann\n"})
    found = folders(read_manifest(tmp_path / "m.csv"), "speaker")
    assert [(entry.name, entry.row.text) for entry in found["ann"]] == [("x-1", "one"), ("y-1", "two")]


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (["talk.wav", "notes.txt"], {"talk.wav": "notes.txt"}),
        (["talk.wav", "talk.en.vtt"], {"talk.wav": "talk.en.vtt"}),
        (["talk.wav", "talk.wav.json", "talk.srt"], {"talk.wav": "talk.srt"}),
        (["talk.mp3", "talk.txt", "talk.json", "slides.pdf"], {"talk.mp3": "talk.txt"}),
        (["a.wav", "a.srt", "b.flac", "b.docx"], {"a.wav": "a.srt", "b.flac": "b.docx"}),
        (["talk.mov", "talk.wav", "talk.txt"], {"talk.wav": "talk.txt"}),
        (["GMT2020_Recording.m4a", "GMT2020_Recording.transcript.vtt"],
         {"GMT2020_Recording.m4a": "GMT2020_Recording.transcript.vtt"}),
    ],
)  # fmt: skip
def test_pairs_by_name(names, pairs):
    assert dict(match(names).pairs) == pairs


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["a.wav", "README.md"], "no transcript"),
        (["a.wav", "b.wav", "a.srt"], "no transcript of the same name for b.wav"),
        (["a.srt"], "no audio"),
        (["a.wav", "a.mp3", "a.txt"], "several audio files"),
        (["a.wav", "b.wav", "a.txt", "c.txt", "b.txt"], "no audio of the same name for c.txt"),
    ],
)
def test_no_pairs(names, why):
    with pytest.raises(ValueError, match=why):
        match(names)


def test_of_several_formats_one_is_taken_and_said():
    assert [sentence(found) for found in match(["a.wav", "a.json", "a.srt", "memo.docx"]).notices] == [
        "a.srt: taken as the transcript of a.wav; not read: a.json",
        "belongs to no recording: memo.docx",
    ]
