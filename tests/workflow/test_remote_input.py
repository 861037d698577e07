"""Recordings and keywords that are in S3 already."""

import json
from collections import Counter

import numpy as np

from clm.base import files
from team import BUCKET, STOCK, Team


def test_input_in_s3_gives_the_same_results_as_on_disk(team: Team) -> None:
    team.write("input/two/keywords.txt", "lecture, power, not a transcript")
    team.go()
    local = team.board()
    assert local[STOCK]["keyword_recall"]
    for path in (team.data / "input").rglob("*.*"):
        key = f"talks/{path.relative_to(team.data)}"
        checksum = {"ChecksumAlgorithm": "SHA256"} if "one" in key else {}
        team.s3.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes(), **checksum)
    keywords = team.data / "keywords" / "keywords.txt"
    team.s3.put_object(Bucket=BUCKET, Key="talks/keywords/keywords.txt", Body=keywords.read_bytes())
    team.s3.put_object(Bucket=BUCKET, Key="talks/input/one/.write_access_check_file.temp", Body=b"")
    articles = {"corpus": {"folder": "data/articles"}, "results": "remote"}
    for address in (f"s3://{BUCKET}/talks/input", f"s3://{BUCKET}/talks"):
        uploads = team.service.calls["S3.PUT"]
        estimate = team.estimate("--json", top={"input": address, **articles}, bucket=None)
        assert {(row["model"], row["exact"]) for row in json.loads(estimate)} >= {(STOCK, True)}
        before = sorted(team.directory.glob("remote/**/*"))
        team.go("-n", top={"input": address, **articles}, bucket=None)
        assert sorted(team.directory.glob("remote/**/*")) == before
        team.go(top={"input": address, **articles}, bucket=None)
        remote = {row["model"]: row for row in files.read_table(team.directory / "remote" / "leaderboard.csv")}
        assert remote == local
    # The object that tells its SHA-256 is the recording that was paid before; the other has only an ETag.
    assert team.starts == 6
    assert team.service.calls["S3.PUT"] == uploads
    (team.directory / "remote" / "leaderboard.csv").unlink()
    team.service.jobs.starts[4:] = []


def test_a_length_that_a_beginning_does_not_tell_is_found_at_the_end(team: Team) -> None:
    import soundfile

    samples, rate = soundfile.read(team.data / "input" / "one" / "audio.wav")
    path = team.directory / "talk.ogg"
    soundfile.write(path, np.tile(samples, 40), rate)
    team.s3.put_object(Bucket=BUCKET, Key="input/talk/talk.ogg", Body=path.read_bytes())
    team.s3.put_object(Bucket=BUCKET, Key="input/talk/talk.txt", Body=b"words")
    before = Counter(team.service.calls)
    output = team.estimate(top={"input": f"s3://{BUCKET}/input", "keywords": "null"})
    assert f"{round(40 * len(samples) / rate / 60)} min" in output
    assert "about " not in output
    asked = Counter(team.service.calls) - before
    assert asked["S3.GET"] <= 4  # list, text, beginning and end of the recording
    assert not [name for name in asked if name.startswith("Transcribe")]


def test_the_embedded_engine_reads_recordings_from_s3(team: Team) -> None:
    for path in (team.data / "input").rglob("*.*"):
        team.s3.put_object(Bucket=BUCKET, Key=str(path.relative_to(team.data)), Body=path.read_bytes())
    config = {"input": f"s3://{BUCKET}/input", "engine": "pocketsphinx"}
    (team.directory / "my.yaml").write_text(json.dumps(config))
    team.run("--configfile", "my.yaml")
    assert team.board()["pocketsphinx"]["folders"] == "2"
    assert team.run("--configfile", "my.yaml").jobs == Counter()
