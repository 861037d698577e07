"""Results made elsewhere: what is taken, under which names, and what is refused."""

import json

import pytest

import import_transcripts as program
from clm.base import files
from clm.base.digests import Digests
from clm.base.errors import UserError
from clm.project import imported, input_folders

AMAZON = {
    "results": {
        "transcripts": [{"transcript": "good day"}],
        "items": [
            {"end_time": "1.5", "type": "pronunciation", "alternatives": [{"content": "good", "confidence": "1.0"}]}
        ],
    }
}


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def keep(tmp_path, *arguments):
    program.main(["vendor", str(tmp_path / "source"), "--results", str(tmp_path / "results"), *arguments])
    return imported.folders(tmp_path / "results" / "store")["imported-vendor"]


def manifest(tmp_path, *recordings):
    items = [{"recording": name, "audio": None, "audio_sha256": "", "text": "t"} for name in recordings]
    path = tmp_path / "manifest.json"
    files.write_json(path, {"folder": "one", "recordings": items})
    return path


def place(tmp_path, stored, *recordings):
    output = tmp_path / "transcript.json"
    arguments = ["--stored", str(stored), "--manifest", str(manifest(tmp_path, *recordings)), "--output", str(output)]
    program.main(arguments)
    return files.read_json(output)["recordings"]


def test_amazon_json_and_plain_text_are_taken_by_folder(tmp_path):
    put(tmp_path / "source" / "one" / "any.json", AMAZON)
    put(tmp_path / "source" / "two.txt", "Good day.")
    stored = keep(tmp_path, "--created", "2021-05-01", "--engine-version", "x 1", "--base-model", "telephony")
    assert sorted(stored) == ["one", "two"]
    (recording,) = place(tmp_path, stored["one"], "audio")
    assert (recording["recording"], recording["sha256"], recording["seconds"]) == ("audio", None, 1.5)
    assert recording["result"] == AMAZON
    model = files.read_json(tmp_path / "results" / "models" / "imported-vendor" / "model.json")
    assert (model["created"], model["engine"]) == ("2021-05-01", "imported")
    assert model["versions"]["base_model"] == "telephony"


def test_several_recordings_are_told_apart_by_their_stems(tmp_path):
    for name in ("a", "b", "spare"):
        put(tmp_path / "source" / "one" / f"{name}.txt", name)
    stored = keep(tmp_path)["one"]
    placed = place(tmp_path, stored, "a", "b")
    assert [(item["recording"], item["result"]["results"]["transcripts"][0]["transcript"]) for item in placed] == [
        ("a", "a"), ("b", "b"),
    ]  # fmt: skip
    with pytest.raises(UserError, match="named like"):
        place(tmp_path, stored, "x", "y")


def test_one_file_of_each_folder_can_be_named(tmp_path):
    put(tmp_path / "source" / "one" / "amazon.json", AMAZON)
    put(tmp_path / "source" / "one" / "reference.txt", "x")
    put(tmp_path / "source" / "one" / "keywords.txt", "x")
    stored = keep(tmp_path, "--file", "amazon.json")
    assert files.read_json(stored["one"])["sources"] == [str((tmp_path / "source/one/amazon.json").resolve())]


def test_an_empty_transcript_is_a_transcript(tmp_path):
    put(tmp_path / "source" / "one.txt", "")
    assert place(tmp_path, keep(tmp_path)["one"], "audio")[0]["result"]["results"]["transcripts"] == [
        {"transcript": ""}
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("one/a.json", "{", "not readable as JSON"),
        ("one/a.json", '{"body": "x"}', "not the result of a known recogniser"),
        ("one/a.json", '{"results": {"transcripts": [{"text": "x"}]}}', "not the result of a known recogniser"),
        ("one/a.wav", "x", "no transcripts"),
        ("a{b}/a.txt", "x", "rename it"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_kept(tmp_path, name, content, reason):
    put(tmp_path / "source" / name, content)
    with pytest.raises(UserError, match=reason):
        keep(tmp_path)
    assert not (tmp_path / "results").exists()


def test_bad_names_and_sources_are_refused(tmp_path):
    with pytest.raises(UserError, match="cannot name a model"):
        imported.model_name("My Vendor")
    with pytest.raises(UserError, match="no folder"):
        keep(tmp_path)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "one.txt").write_bytes("Привет всем".encode("koi8-r"))
    with pytest.raises(UserError, match="UTF-8"):
        keep(tmp_path)


def test_a_folder_with_text_only_counts_when_an_import_covers_it(tmp_path):
    put(tmp_path / "input" / "one" / "reference.txt", "good day")
    vendor = put(tmp_path / "input" / "one" / "vendor.txt", "good")
    put(tmp_path / "input" / "two" / "reference.txt", "good day")
    digests = Digests(tmp_path / "cache")
    assert input_folders.scan(tmp_path / "input", digests)[0] == {}
    usable, left_out = input_folders.scan(tmp_path / "input", digests, {"one": {str(vendor.resolve())}})
    assert [(pair.name, pair.audio) for pair in usable["one"].pairs] == [("reference", None)]
    assert "no audio" in left_out["two"]


WHISPER = {"text": " Grüße, à tous", "segments": [{"start": 0, "end": 1, "text": " Grüße, à tous"}]}
CUES = "1\n00:00:01,000 --> 00:00:02,000\nGrüße,\n\n2\n00:00:03,000 --> 00:00:04,000\nà tous\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.srt", CUES),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>Grüße, à tous\n"),
        ("a.json", WHISPER),
        ("a.mp3.json", WHISPER),
        ("a.wav.srt", CUES),
        ("a.txt", CUES),
        ("a.txt", "Ana: Grüße,\nBob: à\nAna: tous\n"),
        ("a.rtf", r"{\rtf1\ansi Gr\'fc\'dfe, \'e0 tous\par}"),
        ("a.ctm", "a 1 0.0 0.5 Grüße,\na 1 0.5 0.5 à\na 1 1.0 0.5 tous\n"),
        ("x.stm", "a 1 spk 0.0 1.0 <o,f0> Grüße, à tous\nb 1 spk 0 1 <o> bye\n"),
        ("x.jsonl", '{"audio_filepath": "a.wav", "pred_text": "Grüße, à tous"}\n{"audio_filepath": "b.wav", "pred_text": "b"}'),
        ("a.json", {"result": [{"conf": 1, "start": 0, "end": 1, "word": "Grüße,"}], "text": "Grüße, à tous"}),
    ],
)  # fmt: skip
def test_results_in_any_format_and_language_are_named_like_their_recordings(tmp_path, name, content):
    put(tmp_path / "source" / "one" / name, content)
    placed = {item["recording"]: item["result"] for item in place(tmp_path, keep(tmp_path)["one"], "a", "other")}
    assert placed["a"]["results"]["transcripts"][0]["transcript"].split() == ["Grüße,", "à", "tous"]


def test_one_result_of_several_formats_beside_a_list_of_nothing(tmp_path):
    for name in ("talk.json", "talk.txt", "talk.mp3.srt", ".DS_Store"):
        put(tmp_path / "source" / "one" / name, WHISPER if name.endswith("json") else CUES)
    (path,) = files.read_json(keep(tmp_path)["one"])["sources"]
    assert path.endswith("talk.json")


@pytest.mark.parametrize("content", ['{"id": "1", "status": "error", "text": null}', "{}", "[]", ""])
def test_the_answer_of_a_failed_job_is_no_transcript(tmp_path, content):
    put(tmp_path / "source" / "one" / "a.json", content)
    with pytest.raises(UserError, match=r"a\.json"):
        keep(tmp_path)
