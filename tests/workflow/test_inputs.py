"""What people have goes through a whole run: the words count, whatever the format, and a rerun does nothing."""

import json

import soundfile

from clm.base import files
from runner import Workflow

SAID = ["Good morning, and welcome", "to the first lecture", "on osmosis."]


def test_formats_score_alike_and_a_list_of_segments_runs(fresh: Workflow) -> None:
    folder = fresh.data / "input" / "one"
    texts = {
        "a.txt": " ".join(SAID),
        "b.srt": "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{line}\n\n" for n, line in enumerate(SAID)),
        "c.txt": "\n".join(f"[00:0{n}] {'ANN' if n % 2 else 'BOB'}: {line}" for n, line in enumerate([*SAID, "", ""])),
        "d.json": json.dumps({"text": " ".join(SAID), "segments": []}),
    }
    audio = (folder / "audio.wav").read_bytes()
    (folder / "audio.wav").unlink()
    (folder / "transcript.txt").unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).with_suffix(".wav").write_bytes(audio)
    planned = fresh.run("-n", "--config", "keywords=null", "corpus={folder: null}")
    assert planned.jobs["normalize"] == 2
    assert not fresh.results.exists()
    run = fresh.run("--config", "keywords=null", "corpus={folder: null}")
    assert run.jobs == planned.jobs
    assert "Folder 'one': speaker labels left out: ANN, BOB." in run.output
    rows = files.read_table(fresh.results / "runs/pocketsphinx/one/normalized.tsv", delimiter="\t")
    assert len({row["reference"] for row in rows}) == 1
    assert [row["recording"] for row in rows] == ["a", "b", "c", "d"]
    assert not fresh.run("--config", "keywords=null", "corpus={folder: null}").jobs

    samples, rate = soundfile.read(folder / "a.wav")
    soundfile.write(fresh.data / "long.wav", samples, rate)
    parts = [{"audio_filepath": "long.wav", "offset": at, "duration": 1.2, "text": text, "speaker": who}
             for at, text, who in ((0, SAID[0], "ann"), (1.2, SAID[1], "bob"))]  # fmt: skip
    fresh.write("list.jsonl", "".join(json.dumps(part) + "\n" for part in parts))
    config = [
        "input=data/list.jsonl",
        "input_groups=speaker",
        "results=listed",
        "keywords=null",
        "corpus={folder: null}",
    ]
    planned = fresh.run("-n", "--config", *config)
    assert planned.jobs["transcribe"] == 2
    assert not (fresh.directory / "listed").exists()
    run = fresh.run("--config", *config)
    assert run.jobs == planned.jobs
    assert "Found 2 folders with 2 recordings, 2 s of audio, 8 words of transcripts." in run.output
    rows = files.read_table(fresh.directory / "listed" / "runs.csv")
    assert [(row["folder"], row["words"], row["seconds"]) for row in rows] == [
        ("ann", "4", "1.200"),
        ("bob", "4", "1.200"),
    ]
    assert not fresh.run("--config", *config).jobs
    assert not fresh.run("-n", "--config", *config).jobs
