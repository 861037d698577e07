"""The engine whisper in the real Snakemake: rows of the table of docs/reruns.md, a kill, and bad input."""

import os
import shutil
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from clm.base import files
from once import once
from runner import Run, Workflow
from states import contents, frozen, store
from whisper_models import tiny_english
from workflow_data import small_data_set

STOCK, FIRST, SECOND = "whisper", "whisper-clm-001", "whisper-clm-002"


def run(workflow: Workflow, *arguments: str, settings: str = "", status: int = 0) -> Run:
    section = f"whisper={{model: {tiny_english()}{settings}}}"
    # The control models of generations have tests of their own.
    return workflow.run(*arguments, "--config", "engine=whisper", section, status=status)


@pytest.fixture(scope="session")
def heard_once(small_stock: Path, tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """The small data set after its first run with Whisper; never changed."""

    def first(directory: Path) -> None:
        workflow = small_data_set(directory)
        workflow.environment["POCKETSPHINX_PATH"] = str(small_stock)
        done = run(workflow)
        assert done.jobs["train_clm"] == 1
        assert done.transcribed == {(folder, model) for folder in ("one", "two") for model in (STOCK, FIRST)}

    return Workflow(once("finished-whisper", first, tmp_path_factory))


@pytest.fixture
def heard(heard_once: Workflow, tmp_path: Path) -> Workflow:
    return heard_once.copy(tmp_path)


def test_a_rerun_does_nothing_and_a_new_folder_its_own_chain(heard: Workflow) -> None:
    assert run(heard).jobs == Counter()
    before, models = store(heard), frozen(heard, FIRST)
    heard.add("three", source=2)
    done = run(heard)
    assert done.jobs == Counter(transcribe=2, normalize=2, wer=2, summarize=2, leaderboard=1, report=1)
    assert done.transcribed == {("three", STOCK), ("three", FIRST)}
    assert frozen(heard, FIRST) == models
    assert before.items() <= store(heard).items()
    (heard.data / "input" / "one" / "transcript.txt").write_text("Good evening.")
    assert run(heard).jobs == Counter(normalize=2, wer=2, summarize=2, leaderboard=1, report=1)


def test_settings_that_change_results_transcribe_anew_and_others_train(heard: Workflow) -> None:
    models = frozen(heard, FIRST)
    wider = run(heard, settings=", beam: 4")
    assert wider.jobs == Counter(transcribe=4, normalize=4, wer=4, summarize=2, leaderboard=1, report=1)
    lighter = run(heard, settings=", beam: 4, weight: 0.15")
    assert lighter.jobs["train_clm"] == 1
    assert {model for _, model in lighter.transcribed} == {SECOND}
    assert frozen(heard, FIRST) == models


def test_what_is_encoded_may_be_deleted(heard: Workflow) -> None:
    assert list((heard.results / "encoded").rglob("*.npy"))
    before = store(heard)
    shutil.rmtree(heard.results / "encoded")
    assert run(heard).jobs == Counter()
    assert run(heard, "--forceall").jobs["transcribe"] == 4
    assert store(heard) == before


def test_a_killed_run_ends_like_an_undisturbed_one(heard: Workflow, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Killed while it transcribes, with all of its jobs; and again while it trains."""
    workflow = small_data_set(tmp_path_factory.mktemp("killed"))
    arguments = ["--config", "engine=whisper", f"whisper={{model: {tiny_english()}}}"]
    for event in ("Transcribing", "Training"):
        log = workflow.directory / f"{event}.log"
        with log.open("w", encoding="utf-8") as file:
            process = workflow.start(file, *arguments)
            deadline = time.monotonic() + 300
            while event not in log.read_text(encoding="utf-8") and process.poll() is None:
                assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
                time.sleep(0.05)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        workflow.run("--unlock", *arguments)
    run(workflow)
    assert workflow.outcome() == heard.outcome()
    same = {name.split()[0]: state.split()[0] for name, state in store(workflow).items()}
    assert same == {name.split()[0]: state.split()[0] for name, state in store(heard).items()}


def test_a_recording_that_cannot_be_read_is_left_out_and_the_others_go_on(heard: Workflow) -> None:
    (heard.data / "input" / "two" / "audio.wav").write_bytes(b"no audio")
    done = run(heard)
    assert "two: audio: not decodable as audio" in done.end
    rows = {row["model"]: row for row in files.read_table(heard.results / "leaderboard.csv")}
    assert {rows[model]["status"] for model in (STOCK, FIRST)} == {"finished"}
    assert {rows[model]["recordings"] for model in (STOCK, FIRST)} == {"1"}


def test_silence_and_music_are_no_speech_and_the_others_go_on(heard: Workflow) -> None:
    import numpy as np
    import soundfile

    at = np.arange(5 * 16000) / 16000
    for name, samples in {
        "silence": np.zeros(5 * 16000),
        "music": 0.3 * np.sin(2 * np.pi * 220 * at) * np.exp(-2.0 * (at % 0.5)),
    }.items():
        soundfile.write(heard.add(name, source=2) / "audio.wav", samples, 16000)
    done = run(heard)
    assert done.transcribed == {(name, model) for name in ("silence", "music") for model in (STOCK, FIRST)}
    logs = heard.results / "logs" / "transcribe" / STOCK
    assert "the audio is silent" in (logs / "silence.log").read_text(encoding="utf-8")
    assert "no speech was found; listen to it" in (logs / "music.log").read_text(encoding="utf-8")
    transcript = files.read_json(heard.results / "runs" / STOCK / "music" / "transcript.json")
    assert transcript["recordings"][0]["result"]["results"]["transcripts"] == [{"transcript": ""}]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("model: nowhere", "there is no folder 'nowhere', and no model of this name is known"),
        ("model: data", "is not the folder of a Whisper model: it has no model.bin"),
        ("device: cuda", "ONNX Runtime finds no CUDA"),
        ("beam: 0", "whisper.beam"),
    ],
)
def test_bad_settings_stop_the_run_with_a_hint(fresh: Workflow, settings: str, message: str) -> None:
    model = "" if "model" in settings else f"model: {tiny_english()}, "
    done = fresh.run("--config", "engine=whisper", f"whisper={{{model}{settings}}}", status=1)
    assert message in done.output
    assert "Hint: " in done.output
    assert "Traceback" not in done.output


def test_an_english_model_is_refused_for_another_language_before_any_job(fresh: Workflow) -> None:
    section = f"whisper={{model: {tiny_english()}}}"
    done = fresh.run("--config", "engine=whisper", section, "language=de-DE", status=1)
    assert "knows only English, not de-DE" in done.output
    assert "whisper.model without .en" in done.output
    assert contents(fresh.results / "store") == {} or not (fresh.results / "store" / "whisper").exists()
