"""The engine whisper with a real model; what every engine has to do is in test_engines.py."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from clm import engines
from clm.audio.decode import RATE, read_audio
from clm.base import files
from clm.base.errors import UserError
from clm.config import load
from clm.engines.whisper import fusion_training, guards, whisper_engine
from clm.engines.whisper.search_settings import LONGEST_PIECE
from clm.lm import general_model, sampling
from clm.scoring import error_rate
from clm.settings import Settings
from clm.types import Failure, Model, Phrase, Recording, TrainingText, Transcript
from runner import CHECKOUT, Workflow
from whisper_models import base, tiny_english

Factory = pytest.TempPathFactory
STOCK = Model("whisper")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: Factory) -> Settings:
    results = tmp_path_factory.mktemp("results")
    changes = {"engine": "whisper", "results": str(results), "whisper": {"model": str(tiny_english())}}
    return load(changes, CHECKOUT, CHECKOUT)


@pytest.fixture(scope="module")
def engine(settings: Settings) -> whisper_engine.Whisper:
    return engines.create(settings)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: Factory) -> list[Recording]:
    workflow = Workflow(tmp_path_factory.mktemp("recordings"))
    return [recording(workflow.add(name, source=source) / "audio.wav") for source, name in enumerate("abc")]


@pytest.fixture(scope="module")
def interrupted(recordings: list[Recording], tmp_path_factory: Factory) -> tuple[Recording, list[float]]:
    """The recordings as one, with noise of 20 seconds in between; and the seconds in which each begins."""
    path = tmp_path_factory.mktemp("interrupted") / "interrupted" / "audio.wav"
    path.parent.mkdir()
    noise = np.random.default_rng(0).normal(0, 300, 20 * RATE).astype(np.int16)
    parts = [read_audio(recording.audio).samples for recording in recordings]
    starts = [sum(map(len, parts[:place])) / RATE + 20 * place for place in range(len(parts))]
    soundfile.write(path, np.concatenate([sound for part in parts for sound in (part, noise)]), RATE)
    return recording(path), starts


def recording(path: Path) -> Recording:
    return Recording(path.parent.name, path, files.sha256_of_file(path))


def test_text_that_says_nothing_is_heard_as_by_the_stock_model(
    engine: whisper_engine.Whisper, recordings: list[Recording], tmp_path: Path
) -> None:
    text = tmp_path / "text.txt"
    drawn = sampling.sample(general_model.read(), 300)
    text.write_text("".join(f"{' '.join(sentence)}\n" for sentence in drawn), encoding="utf-8")
    report = engine.train(TrainingText({"training_data": text}), tmp_path)
    assert (report["weight"], report["equals_stock"]) == (0.0, True)
    assert heard(engine, recordings, Model("whisper-clm-001", tmp_path, "digest")) == heard(engine, recordings, STOCK)


@pytest.fixture
def trained(engine: whisper_engine.Whisper, tmp_path: Path) -> Iterator[Model]:
    text = tmp_path / "text.txt"
    text.write_text("The plasma membrane holds the zymogen.\nOsmosis moves water through the membrane.\n")
    engine.train(TrainingText({"training_data": text}), tmp_path)
    return Model("whisper-clm-001", tmp_path, "digest")


def heard(engine: whisper_engine.Whisper, recordings: list[Recording], model: Model) -> dict[str, str]:
    done = engine.transcribe(recordings, model)
    return {recording.name: json.dumps(outcome.result, sort_keys=True) for recording, outcome in done}


@pytest.mark.parametrize("with_clm", [False, True])
def test_a_clip_has_the_same_bytes_alone_and_among_others_on_any_number_of_cores(
    engine: whisper_engine.Whisper,
    recordings: list[Recording],
    interrupted: tuple[Recording, list[float]],
    trained: Model,
    monkeypatch: pytest.MonkeyPatch,
    with_clm: bool,
) -> None:
    recordings = [*recordings, interrupted[0]]
    model = trained if with_clm else STOCK
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    alone = {recording.name: heard(engine, [recording], model)[recording.name] for recording in recordings}
    assert heard(engine, recordings, model) == alone
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert heard(engine, recordings[::-1], model) == alone


@pytest.mark.parametrize("with_clm", [False, True])
def test_what_models_have_in_common_is_kept_and_changes_nothing(
    settings: Settings, recordings: list[Recording], trained: Model, tmp_path: Path, with_clm: bool
) -> None:
    model = trained if with_clm else STOCK
    engine = engines.create(replace(settings, results=str(tmp_path / "kept")))
    first = heard(engine, recordings[:1], model)
    encoded, stock = sorted(tmp_path.glob("kept/encoded/*/*.npy"), key=lambda path: len(path.name))
    assert np.load(encoded).shape == (1500, 384)
    assert np.load(stock).dtype == np.int64
    assert heard(engine, recordings[:1], model) == first
    for kept in (encoded, stock):
        kept.write_bytes(b"damaged")
        assert heard(engine, recordings[:1], model) == first


@pytest.mark.parametrize("left", [slice(6), slice(-6, None)], ids=["given up early", "begun late"])
def test_speech_that_the_search_lost_is_decoded_again(settings: Settings, tmp_path: Path, left: slice) -> None:
    """The search's result is cut in the store, as if Whisper had given up, or had passed over the beginning."""
    engine = engines.create(replace(settings, results=str(tmp_path / "results")))
    path = recording(Workflow(tmp_path).add("long", seconds=20.0) / "audio.wav")
    ((_, whole),) = engine.transcribe([path], STOCK)
    assert "decoded_again" not in whole.result["whisper"]
    (kept,) = (file for file in tmp_path.glob("results/encoded/*/*.npy") if np.load(file).dtype == np.int64)
    np.save(kept, np.load(kept)[left])
    ((_, again),) = engine.transcribe([path], STOCK)
    assert again.result["whisper"]["decoded_again"] >= 1
    texts = [outcome.result["results"]["transcripts"][0]["transcript"].lower().split() for outcome in (whole, again)]
    assert error_rate.score(*map(" ".join, texts)).counts.errors <= len(texts[0]) / 5
    starts = [float(item["start_time"]) for item in again.result["results"]["items"]]
    assert starts == sorted(starts)
    assert starts[0] < 2.0
    assert starts[-1] > 18.0


def test_a_model_of_no_weight_hears_what_the_stock_model_hears(
    settings: Settings, recordings: list[Recording], trained: Model
) -> None:
    engine = engines.create(settings)
    about = files.read_json(trained.directory / fusion_training.FUSION_FILE)
    files.write_json(trained.directory / fusion_training.FUSION_FILE, {**about, "weight": 0.0})
    stock, fused = heard(engine, recordings, STOCK), heard(engine, recordings, trained)
    assert [json.loads(text)["results"] for text in stock.values()] == [
        json.loads(text)["results"] for text in fused.values()
    ]


def test_noise_is_no_text(engine: whisper_engine.Whisper, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "noise" / "audio.wav"
    path.parent.mkdir()
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.05, 5 * 16000), 16000)
    ((_, outcome),) = engine.transcribe([recording(path)], STOCK)
    assert isinstance(outcome, Transcript)
    assert outcome.result["results"]["transcripts"] == [{"transcript": ""}]
    assert outcome.result["whisper"] == {"pieces": 0, "seconds_left_out": 5}
    assert "no speech was found; listen to it" in caplog.text


def test_music_is_no_text(engine: whisper_engine.Whisper, tmp_path: Path) -> None:
    path = tmp_path / "music" / "audio.wav"
    path.parent.mkdir()
    at = np.arange(40 * RATE) / RATE
    notes = np.repeat(np.random.default_rng(0).choice([220.0, 262.0, 330.0, 392.0, 440.0], 80), RATE // 2)
    tones = np.exp(-4.0 * (at % 0.5)) * (np.sin(2 * np.pi * notes * at) + 0.5 * np.sin(4 * np.pi * notes * at))
    soundfile.write(path, 0.2 * tones, RATE)
    ((_, outcome),) = engine.transcribe([recording(path)], STOCK)
    assert isinstance(outcome, Transcript)
    assert outcome.result["results"]["transcripts"] == [{"transcript": ""}]


def test_silence_is_a_failure_and_the_others_go_on(
    engine: whisper_engine.Whisper, recordings: list[Recording], tmp_path: Path
) -> None:
    path = tmp_path / "silence" / "audio.wav"
    path.parent.mkdir()
    soundfile.write(path, np.zeros(10 * RATE), RATE)
    first, silent, second = (
        outcome for _, outcome in engine.transcribe([recordings[0], recording(path), recordings[1]], STOCK)
    )
    assert isinstance(silent, Failure)
    assert "the audio is silent" in silent.reason
    assert silent.hint
    assert isinstance(first, Transcript)
    assert isinstance(second, Transcript)


def test_what_stands_between_speech_is_left_out_and_words_keep_their_times(
    engine: whisper_engine.Whisper, recordings: list[Recording], interrupted: tuple[Recording, list[float]]
) -> None:
    whole, starts = interrupted
    alone = [dict(engine.transcribe([recording], STOCK))[recording] for recording in recordings]
    ((_, together),) = engine.transcribe([whole], STOCK)
    assert together.result["whisper"]["seconds_left_out"] == pytest.approx(20 * len(starts), abs=4)
    assert together.result["whisper"]["pieces"] == -(-sum(outcome.seconds for outcome in alone) // LONGEST_PIECE)
    spoken = [(float(item["start_time"]), float(item["end_time"])) for item in together.result["results"]["items"]]
    assert spoken == sorted(spoken)
    for start, outcome in zip(starts, alone, strict=True):
        expected = outcome.result["results"]["items"]
        here = [times for times in spoken if start - 1 < times[0] < start + outcome.seconds + 1]
        assert abs(len(here) - len(expected)) <= 2
        assert here[0][0] == pytest.approx(start + float(expected[0]["start_time"]), abs=1.0)
        assert here[-1][1] == pytest.approx(start + float(expected[-1]["end_time"]), abs=1.0)


@pytest.mark.parametrize("damage", ["missing", "not an archive", "other words"])
def test_a_damaged_model_is_named(
    engine: whisper_engine.Whisper, recordings: list[Recording], trained: Model, damage: str
) -> None:
    path = trained.directory / fusion_training.NGRAMS_FILE
    if damage == "missing":
        path.unlink()
    elif damage == "not an archive":
        path.write_bytes(b"PK\x03\x04 half a file")
    else:
        about = files.read_json(trained.directory / fusion_training.FUSION_FILE)
        files.write_json(trained.directory / fusion_training.FUSION_FILE, {**about, "general_words": 3})
    with pytest.raises(UserError, match=trained.directory.name):
        list(engine.transcribe(recordings[:1], replace(trained, digest=damage)))


def test_an_english_model_refuses_another_language(settings: Settings, recordings: list[Recording]) -> None:
    engine = engines.create(replace(settings, language="de-DE"))
    with pytest.raises(UserError, match="knows only English, not de-DE"):
        list(engine.transcribe(recordings[:1], STOCK))


def test_another_format_of_numbers_is_refused_and_the_only_one_is_recorded(
    settings: Settings, engine: whisper_engine.Whisper, tmp_path: Path
) -> None:
    assert settings.whisper["compute"] == "auto"
    assert engine.transcription_settings()["compute"] == "float32"
    for compute in ("int8", "float16"):
        with pytest.raises(UserError, match=f"whisper.compute: '{compute}' is not one of") as refused:
            load({"engine": "whisper", "whisper": {"compute": compute}}, CHECKOUT, tmp_path)
        assert "docs/whisper.md" in refused.value.hint


@pytest.fixture(scope="module")
def two_languages(shared_data: Path, recordings: list[Recording], tmp_path_factory: Factory) -> Recording:
    """English and German in one recording."""
    path = tmp_path_factory.mktemp("two") / "two-languages" / "audio.wav"
    path.parent.mkdir()
    (german,) = shared_data.glob("speech/languages/de-DE/input/*/audio.wav")
    parts = [read_audio(Path(source)).samples for source in (recordings[0].audio, german)]
    soundfile.write(path, np.concatenate([parts[0], parts[1][: 7 * RATE]]), RATE)
    return recording(path)


def test_two_languages_in_one_recording_leave_the_others_as_they_are(
    engine: whisper_engine.Whisper, recordings: list[Recording], two_languages: Recording
) -> None:
    alone = heard(engine, recordings[:2], STOCK)
    together = heard(engine, [recordings[0], two_languages, recordings[1]], STOCK)
    assert {name: text for name, text in together.items() if name != two_languages.name} == alone
    words = json.loads(together[two_languages.name])["results"]["transcripts"][0]["transcript"].split()
    assert words
    assert guards.loop(words) is None


@pytest.mark.long
def test_a_multilingual_model_says_which_recordings_are_in_another_language(
    settings: Settings,
    recordings: list[Recording],
    shared_data: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine = engines.create(replace(settings, whisper={**settings.whisper, "model": str(base(tmp_path))}))
    (path,) = shared_data.glob("speech/languages/de-DE/input/*/audio.wav")
    soundfile.write(tmp_path / "audio.wav", read_audio(path).samples[: 14 * RATE], RATE)
    german = recording(tmp_path / "audio.wav")
    outcomes = dict(engine.transcribe([recordings[0], german], STOCK))
    assert "other_language" not in outcomes[recordings[0]].result["whisper"]
    assert outcomes[german].result["whisper"]["other_language"] == 1
    assert "1 of 1 pieces are in another language than en-US" in caplog.text


def test_settings_that_change_results_are_recorded(settings: Settings, engine: whisper_engine.Whisper) -> None:
    digest = files.sha256_of_file(tiny_english() / "model.bin")
    assert engine.transcription_settings()["weights"] == digest
    heavier = engines.create(replace(settings, whisper={**settings.whisper, "weight": 0.15}))
    assert heavier.transcription_settings() == engine.transcription_settings()
    assert heavier.training_settings() != engine.training_settings()
    wider = engines.create(replace(settings, whisper={**settings.whisper, "beam": 8}))
    assert wider.transcription_settings() != engine.transcription_settings()


def test_the_weight_is_settled_on_open_recordings(
    settings: Settings, recordings: list[Recording], tmp_path: Path
) -> None:
    """A recording that the stock model hears without a fault needs no CLM; one that it mishears gets weight."""
    engine = engines.create(replace(settings, whisper={**settings.whisper, "weight": "auto"}))
    stock = {
        recording: outcome.result["results"]["transcripts"][0]["transcript"]
        for recording, outcome in engine.transcribe(recordings, STOCK)
    }
    text = tmp_path / "text.txt"
    text.write_text("The plasma membrane holds the zymogen.\n")
    open_ones = [(recording, lambda heard=heard: heard) for recording, heard in stock.items()]
    details = engine.train(TrainingText({"training_data": text}, open_recordings=open_ones), tmp_path)
    assert details["fusion_weight"] == 0.0
    assert details["weight_curve"]["0.0"] == 0
    assert details["weight_recordings"] == len(recordings)
    assert files.read_json(tmp_path / fusion_training.FUSION_FILE)["weight"] == 0.0
    assert engine.train(TrainingText({"training_data": text}), tmp_path)["fusion_weight"] == 0.3


def test_a_vocabulary_is_a_prompt_of_what_fits(
    engine: whisper_engine.Whisper, recordings: list[Recording], tmp_path: Path
) -> None:
    words = [Phrase(f"zymogen-{number}", "keywords.txt") for number in range(200)]
    found = engine.vocabulary([Phrase("lysosome", "keywords.txt"), Phrase("Lysosome", "missed word"), *words])
    assert found.text.startswith("Glossary: lysosome, zymogen-0, ")
    assert len(found.kept) + len(found.dropped) == 201
    assert "the prompt is full" in found.dropped[-1].reason
    details = engine.make_vocabulary(found, tmp_path)
    assert 200 < details["tokens"] <= 223
    ((_, outcome),) = engine.transcribe(recordings[:1], Model("whisper-vocabulary-001", tmp_path, "digest"))
    assert outcome.result["results"]["items"]
