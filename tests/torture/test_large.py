"""Large inputs: a recording of four hours, and ten thousand tiny ones in a folder; memory stays bounded."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from clm.base import files
from runner import SAMPLE, Workflow
from torture.counts import count

pytestmark = pytest.mark.torture

RATE = 16_000
HOURS = float(os.environ.get("TORTURE_HOURS", "4"))
CLIPS = int(os.environ.get("TORTURE_CLIPS", "10000"))
#: Of all processes of a run together; two of them hold the stock model.
MOST_MEGABYTES = 1500.0


@contextmanager
def memory() -> Iterator[list[float]]:
    """The most memory that our processes have together, in megabytes, as the only item of a list."""
    most, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.5):
            total = 0
            for child in psutil.Process().children(recursive=True):
                try:
                    total += child.memory_full_info().pss
                except psutil.Error:
                    continue
            most[0] = max(most[0], total / 2**20)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


def speech() -> tuple[np.ndarray, str]:
    """Samples and words of a recording of the demo, some seconds of it."""
    folder = sorted(SAMPLE.iterdir())[0]
    audio = next(path for path in folder.iterdir() if path.suffix != ".txt")
    samples, rate = soundfile.read(audio, dtype="int16", frames=6 * 16_000)
    assert rate == RATE
    words = (folder / "transcript.txt").read_text(encoding="utf-8").split()
    return samples, " ".join(words[:15])


def test_a_recording_of_hours(tmp_path: Path) -> None:
    """Speech, then a minute of a quiet room, again and again."""
    workflow = Workflow(tmp_path)
    workflow.add("short", seconds=1.0)
    samples, words = speech()
    room = np.random.default_rng(1).integers(-3, 4, 54 * RATE).astype(np.int16)
    minutes = int(60 * HOURS)
    folder = workflow.data / "input" / "long"
    folder.mkdir()
    with soundfile.SoundFile(folder / "audio.wav", "w", RATE, 1) as file:
        for _ in range(minutes):
            file.write(np.concatenate([samples, room]))
    (folder / "text.txt").write_text(" ".join([words] * minutes), encoding="utf-8")
    with memory() as most:
        workflow.run()
    rows = {row["folder"]: row for row in workflow.outcome()[1]}
    assert set(rows) == {"short", "long"}
    assert rows["long"]["status"] == "finished"
    assert float(rows["long"]["seconds"]) == pytest.approx(60 * minutes, rel=0.01)
    assert most[0] < MOST_MEGABYTES
    assert not workflow.run().jobs
    count("hours of one recording", round(HOURS))
    count("megabytes at most, a recording of hours", round(most[0]))


def test_thousands_of_tiny_clips_in_a_folder(tmp_path: Path) -> None:
    """A killed run goes on where it was; a single new clip costs one clip."""
    workflow = Workflow(tmp_path)
    samples, _ = speech()
    samples = samples + np.random.default_rng(1).integers(-40, 41, len(samples)).astype(np.int16)  # no clip is silent
    folder = workflow.data / "input" / "clips"
    folder.mkdir(parents=True)
    for number in range(CLIPS):
        start = number * 7 % (len(samples) - 3200)
        soundfile.write(folder / f"{number:05d}.wav", samples[start : start + 3200], RATE)
        (folder / f"{number:05d}.txt").write_text("good morning", encoding="utf-8")
    began = time.monotonic()
    with memory() as most:
        workflow.run()
    took = time.monotonic() - began
    row = workflow.outcome()[0][0]
    assert (row["recordings"], row["status"]) == (str(CLIPS), "finished")
    assert most[0] < MOST_MEGABYTES
    assert not workflow.run().jobs
    shutil.copy(folder / "00000.wav", folder / "new.wav")
    (folder / "new.txt").write_text("good morning", encoding="utf-8")
    run = workflow.run()
    assert run.jobs["transcribe"] == 1
    log = (workflow.results / "logs" / "transcribe" / "pocketsphinx" / "clips.log").read_text(encoding="utf-8")
    assert f"{CLIPS + 1} of {CLIPS + 1} recordings are in the store" in log
    assert len(files.read_json(workflow.results / "inputs.json")["folders"]["clips"]) == CLIPS + 1
    count("tiny clips in a folder", CLIPS)
    count("megabytes at most, tiny clips", round(most[0]))
    count("seconds for the tiny clips", round(took))
