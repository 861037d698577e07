"""The contract of engines: every engine passes all of this."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from aws.server import serving
from clm import engines
from clm.base import files
from clm.base.errors import UserError
from clm.config import load
from clm.types import Engine, Failure, Model, Recording, TrainingText, Transcript
from runner import CHECKOUT, Workflow
from whisper_models import tiny_english

SENTENCES = "Osmosis moves water through the zymogen membrane.\nThe zymogen waits for osmosis in the cell.\n"


@pytest.fixture(scope="module", autouse=True)
def few_words(small_stock: Path) -> Iterator[None]:
    """The contract is the same with a stock model of few words."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("POCKETSPHINX_PATH", str(small_stock))
        yield


@pytest.fixture(scope="module", params=engines.NAMES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    changes = {"engine": request.param, "results": str(tmp_path_factory.mktemp("results"))}
    if request.param == "whisper":
        changes["whisper"] = {"model": str(tiny_english())}
    if request.param != "transcribe":
        yield engines.create(load(changes, CHECKOUT, CHECKOUT))
        return
    with serving(text="decode") as loopback, pytest.MonkeyPatch.context() as environment:
        for name, value in loopback.environment.items():
            environment.setenv(name, value)
        loopback.client("s3").create_bucket(Bucket="contract")
        section = {"bucket": "contract", "role_arn": loopback.create_role(), "poll_seconds": 0.05}
        yield engines.create(load({**changes, "transcribe": section}, CHECKOUT, CHECKOUT))


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[Recording]:
    """Speech, something undecodable, and speech again."""
    workflow = Workflow(tmp_path_factory.mktemp("recordings"))
    paths = [workflow.add(name, source=source) / "audio.wav" for source, name in enumerate("abc")]
    paths[1].write_bytes(b"no audio")
    return [Recording(path.parent.name, path, files.sha256_of_file(path)) for path in paths]


@pytest.fixture(scope="module")
def trained(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Model, dict]]:
    directory = tmp_path_factory.mktemp("model")
    text = directory / "text.txt"
    text.write_text(SENTENCES)
    details = engine.train(TrainingText({"training_data": text}), directory)
    files.write_json(directory / "model.json", {"details": details})
    return Model(f"{engine.name}-clm-001", directory, "digest"), details


def test_has_a_name_a_recipe_and_settings_that_can_be_recorded(engine: Engine) -> None:
    assert engine.name in engines.NAMES
    assert isinstance(engine.recipe, int)
    for record in (engine.versions(), engine.transcription_settings(), engine.training_settings()):
        assert json.loads(json.dumps(record)) == record


def test_every_recording_gets_a_transcript_or_a_failure_once(engine: Engine, recordings: list[Recording]) -> None:
    done = list(engine.transcribe(recordings, Model(engine.name)))
    assert len(done) == len(recordings)
    outcomes = [dict(done)[recording] for recording in recordings]
    assert [type(outcome) for outcome in outcomes] == [Transcript, Failure, Transcript]
    failure = outcomes[1]
    assert failure.reason
    assert failure.hint


def test_results_have_amazons_shape(engine: Engine, recordings: list[Recording]) -> None:
    ((_, transcript),) = engine.transcribe(recordings[:1], Model(engine.name))
    assert transcript.seconds == pytest.approx(2.5, abs=0.05)
    results = transcript.result["results"]
    words = [item["alternatives"][0]["content"] for item in results["items"] if item["type"] == "pronunciation"]
    assert words
    assert results["transcripts"] == [{"transcript": " ".join(words)}]
    ends = [0.0]
    for item in results["items"]:
        start, end = float(item["start_time"]), float(item["end_time"])
        assert ends[-1] <= start + 0.011 < end + 0.011 <= transcript.seconds + 0.05
        assert 0.0 <= float(item["alternatives"][0]["confidence"]) <= 1.0
        ends.append(end)


def test_a_result_does_not_depend_on_what_came_before(engine: Engine, recordings: list[Recording]) -> None:
    alone = dict(engine.transcribe(recordings[2:], Model(engine.name)))
    together = dict(engine.transcribe(recordings, Model(engine.name)))
    assert alone[recordings[2]] == together[recordings[2]]


def test_nothing_to_transcribe_loads_nothing(engine: Engine) -> None:
    assert list(engine.transcribe([], Model("gone", Path("nowhere"), "digest"))) == []


def test_a_trained_model_transcribes_and_explains_itself(
    engine: Engine, trained: tuple[Model, dict], recordings: list[Recording]
) -> None:
    model, details = trained
    assert json.loads(json.dumps(details)) == details
    ((_, transcript),) = engine.transcribe(recordings[:1], model)
    assert isinstance(transcript, Transcript)


def test_training_twice_gives_the_same(engine: Engine, trained: tuple[Model, dict], tmp_path: Path) -> None:
    model, details = trained
    text = tmp_path / "text.txt"
    text.write_text(SENTENCES)
    assert engine.train(TrainingText({"training_data": text}), tmp_path) == details
    for path in model.directory.iterdir():
        if path.name != "model.json":
            assert (tmp_path / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("text", ["", "\n\n", "!! ... --\n"])
def test_text_without_words_is_an_error_for_the_user(engine: Engine, tmp_path: Path, text: str) -> None:
    path = tmp_path / "text.txt"
    path.write_text(text)
    with pytest.raises(UserError):
        engine.train(TrainingText({"training_data": path}), tmp_path)


def test_work_has_a_price(engine: Engine) -> None:
    estimate, twice = engine.estimate([3600], engine.name), engine.estimate([3600, 3600], engine.name)
    assert estimate.dollars >= 0
    assert estimate.cpu_seconds >= 0
    assert twice.dollars + twice.cpu_seconds == pytest.approx(2 * (estimate.dollars + estimate.cpu_seconds))
    assert twice.dollars + twice.cpu_seconds > 0


def test_silence_is_never_a_text_that_was_lost(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros(16000), 16000)
    recording = Recording("silence", path, files.sha256_of_file(path))
    ((_, outcome),) = engine.transcribe([recording], Model(engine.name))
    if engine.submits:  # Amazon heard nothing, and says so by a finished job
        assert outcome.result["results"]["transcripts"] == [{"transcript": ""}]
    else:
        assert isinstance(outcome, Failure)


def test_unknown_engine_names_the_known_ones() -> None:
    with pytest.raises(UserError, match="pocketsphinx"):
        engines.create(dataclasses.replace(load({}, CHECKOUT, CHECKOUT), engine="siri"))
