"""The embedded engine: settings, transcripts that depend on nothing else, CLMs that help and do no harm."""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import jiwer
import numpy as np
import pytest
import soundfile

from clm.base.errors import UserError
from clm.config import load
from clm.corpus import training_text
from clm.engines import create
from clm.engines.pocketsphinx.decoder_settings import DEFAULTS
from clm.engines.pocketsphinx.sphinx_engine import PocketSphinx
from clm.engines.pocketsphinx.stock import STOCK_MODEL, stock_file
from clm.lm import trie
from clm.lm.sampling import sample
from clm.types import Failure, Model, Recording, TrainingText, Transcript
from runner import CHECKOUT


def engine(**settings: object) -> PocketSphinx:
    return create(load({"pocketsphinx": {"decoder": settings}}, CHECKOUT, CHECKOUT))


def recordings(folder: Path) -> list[Recording]:
    return [Recording(item.name, item / "audio.wav", "") for item in sorted(folder.iterdir())]


def transcribe(items: Iterable[Recording], model: Model) -> dict[str, str]:
    return {
        recording.name: outcome.result["results"]["transcripts"][0]["transcript"]
        for recording, outcome in engine().transcribe(items, model)
    }


def words(text: str) -> str:
    return re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("’", "'"))


def errors(items: list[Recording], model: Model) -> int:
    found = transcribe(items, model)
    references = [words((item.audio.parent / "transcript.txt").read_text("utf-8")) for item in items]
    outcome = jiwer.process_words(references, [words(found[item.name]) for item in items])
    return outcome.substitutions + outcome.deletions + outcome.insertions


@pytest.fixture(scope="module")
def speech(shared_data: Path) -> Path:
    return shared_data / "speech"


def test_notices_on_the_audio_are_part_of_the_transcript(tmp_path: Path) -> None:
    wave = np.random.default_rng(1).normal(0, 0.01, 8000)
    soundfile.write(tmp_path / "a.wav", np.stack([wave, 0 * wave], axis=1), 8000)
    ((_, outcome),) = PocketSphinx({}).transcribe([Recording("a", tmp_path / "a.wav", "")], Model("pocketsphinx"))
    assert {notice.code for notice in outcome.notices} == {"silent_channels", "narrowband"}
    assert outcome.seconds == 1.0
    assert outcome.result["results"]["transcripts"]


def test_another_language_is_refused() -> None:
    with pytest.raises(UserError, match="en-GB"):
        create(load({"language": "en-GB"}, CHECKOUT, CHECKOUT))


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"lm": "x"}, "lm: the engine sets this itself"),
        ({"samprate": 8000}, "samprate"),
        ({"bem": 1e-60}, "bem: pocketsphinx has no such parameter"),
        ({"beam": "wide"}, "beam: 'wide' is not of type float"),
        ({"fwdflat": 1}, "fwdflat: 1 is not of type bool"),
        ({"jsgf": "x.gram"}, "jsgf: the engine sets this itself"),
        ({"mdef": "/absent"}, "mdef: the engine sets this itself"),
        ({"maxwpf": True}, "maxwpf: True is not of type int"),
    ],
)
def test_wrong_decoder_settings_name_the_key(settings: dict, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        engine(**settings)


def test_decoder_settings_reach_the_decoder(speech: Path) -> None:
    item = recordings(speech / "austen" / "input")[4]
    ((_, narrow),) = engine(lw=1).transcribe([item], Model("pocketsphinx"))
    assert narrow.result["results"]["transcripts"][0]["transcript"] != transcribe([item], Model("x"))[item.name]


def test_settings_versions_and_price() -> None:
    chosen = engine(lw=7, beam="1e-50", fwdflat=False)  # YAML reads 1e-50 as a string
    own = {"beam": 1e-50, "fwdflat": False, "lw": 7.0}
    assert chosen.transcription_settings()["decoder"] == {**DEFAULTS, **own}
    assert engine().transcription_settings()["decoder"] == DEFAULTS
    assert chosen.transcription_settings() != engine().transcription_settings()
    assert chosen.training_settings() == engine().training_settings()
    assert chosen.versions()["pocketsphinx"]
    assert chosen.estimate([100], "pocketsphinx").dollars == 0
    assert chosen.estimate([100], "pocketsphinx").cpu_seconds > 0


def test_importing_and_creating_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.path.insert(0, 'scripts'); from pathlib import Path; from clm.config import load; "
        "from clm.engines import create; create(load({}, Path(), Path())); "
        "print([name for name in ('numpy', 'pocketsphinx', 'soundfile', 'g2p2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_transcript_has_amazons_shape(speech: Path, capfd: pytest.CaptureFixture[str]) -> None:
    first = recordings(speech / "austen" / "input")[-1]
    ((recording, outcome),) = engine().transcribe([first], Model("pocketsphinx"))
    assert recording == first
    assert isinstance(outcome, Transcript)
    results = outcome.result["results"]
    content = [item["alternatives"][0]["content"] for item in results["items"]]
    assert results["transcripts"] == [{"transcript": " ".join(content)}]
    assert "amiable" in content
    assert not any(mark in word for word in content for mark in "<>[]()+")
    times = [(float(item["start_time"]), float(item["end_time"])) for item in results["items"]]
    assert all(begin < end for begin, end in times)
    assert times == sorted(times)
    assert times[-1][1] <= outcome.seconds
    for item in results["items"]:
        assert set(item) == {"type", "start_time", "end_time", "alternatives"}
        assert 0 <= float(item["alternatives"][0]["confidence"]) <= 1
    captured = capfd.readouterr()
    assert captured.err == ""
    assert captured.out == ""


def test_a_transcript_does_not_depend_on_the_others(speech: Path) -> None:
    items = recordings(speech / "austen" / "input")
    short = [items[index] for index in (1, 2, 4)]
    alone = {name: text for item in short for name, text in transcribe([item], Model("pocketsphinx")).items()}
    after_others = transcribe([items[3], *short[::-1]], Model("pocketsphinx"))
    assert {name: after_others[name] for name in alone} == alone


def test_more_processes_change_nothing(speech: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pieces, so that one recording has several, and something undecodable between them."""
    monkeypatch.setattr("clm.engines.pocketsphinx.decoding.LONGEST_UTTERANCE", 2.5)
    items = recordings(speech / "austen" / "input")[1:3]
    bad = Recording("bad", tmp_path / "bad.wav", "")
    bad.audio.write_bytes(b"")
    items.insert(1, bad)
    alone = list(engine().transcribe(items, Model("pocketsphinx")))
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert list(engine().transcribe(items, Model("pocketsphinx"))) == alone
    assert [recording.name for recording, _ in alone] == [item.name for item in items]


def test_an_unusable_recording_is_a_failure_and_the_rest_goes_on(tmp_path: Path, speech: Path) -> None:
    bad = Recording("bad", tmp_path / "bad.wav", "")
    bad.audio.write_bytes(b"")
    good = recordings(speech / "austen" / "input")[1]
    outcomes = [outcome for _, outcome in engine().transcribe([bad, good], Model("pocketsphinx"))]
    assert isinstance(outcomes[0], Failure)
    assert "empty" in outcomes[0].reason
    assert isinstance(outcomes[1], Transcript)


@pytest.mark.parametrize("samples", [2, 100, 400, 8000])
def test_a_blip_has_an_empty_transcript(tmp_path: Path, samples: int) -> None:
    path = tmp_path / "blip.wav"
    soundfile.write(path, np.random.default_rng(1).normal(scale=0.01, size=samples), 16000)
    assert transcribe([Recording("blip", path, "")], Model("pocketsphinx"))["blip"] in ("", "the", "a", "i", "oh")


def test_times_count_from_the_start_of_long_audio(
    tmp_path: Path, speech: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three times the same clip, divided into at least two pieces, has the same words three times."""
    monkeypatch.setattr("clm.engines.pocketsphinx.decoding.LONGEST_UTTERANCE", 6.0)
    monkeypatch.setattr("clm.engines.pocketsphinx.sphinx_engine._LONG_SECONDS", 6.0)
    samples, rate = soundfile.read(recordings(speech / "austen" / "input")[4].audio, dtype="int16")
    once = np.concatenate([samples, np.zeros(rate, np.int16)])
    path = tmp_path / "long.wav"
    soundfile.write(path, np.tile(once, 3), rate)
    ((_, outcome),) = engine().transcribe([Recording("long", path, "")], Model("pocketsphinx"))
    items = outcome.result["results"]["items"]
    amiable = [float(item["start_time"]) for item in items if item["alternatives"][0]["content"] == "amiable"]
    assert np.diff(amiable) == pytest.approx([len(once) / rate] * 2, abs=0.1)
    assert capsys.readouterr().out == f"{path}: 0 s of {3 * len(once) / rate:.0f} s transcribed\n"


def test_text_that_says_nothing_gives_the_stock_model_and_its_transcripts(tmp_path: Path, speech: Path) -> None:
    stock = trie.read(stock_file(STOCK_MODEL))
    text = tmp_path / "text.txt"
    text.write_text("".join(f"{' '.join(sentence)}\n" for sentence in sample(stock, 300)), encoding="utf-8")
    report = engine().train(TrainingText({"training_data": text}), tmp_path)
    assert report["weight"] == 0
    assert report["equals_stock"]
    assert [mark["code"] for mark in report["marks"]] == ["says_nothing"]
    assert (tmp_path / "lm.bin").read_bytes() == stock_file(STOCK_MODEL).read_bytes()
    items = recordings(speech / "austen" / "input")
    assert transcribe(items, Model("clm", tmp_path)) == transcribe(items, Model("pocketsphinx"))


@pytest.mark.parametrize("words", [12, 4855])
def test_a_control_is_the_stock_model_and_has_as_many_words_as_were_asked_for(tmp_path: Path, words: int) -> None:
    """In 4,855 words there are letters, which the general model writes otherwise than the tokenizer."""
    text = tmp_path / "text.txt"
    text.write_text(training_text.unrelated(words, None, "en-US", tmp_path), encoding="utf-8")
    assert len(text.read_text().split()) == words
    report = engine().train(TrainingText({"control": text}), tmp_path)
    assert (report["weight"], report["equals_stock"]) == (0.0, True)


@pytest.mark.long
def test_the_stock_model_written_anew_decodes_as_before(tmp_path: Path, speech: Path) -> None:
    stock = trie.read(stock_file(STOCK_MODEL))
    trie.write(tmp_path / "lm.bin", stock)
    for level, again in zip(stock.model.levels, trie.read(tmp_path / "lm.bin").model.levels, strict=True):
        for column in ("keys", "logprob", "backoff"):
            np.testing.assert_array_equal(getattr(level, column), getattr(again, column))
    (tmp_path / "lexicon.tsv").write_text(
        "word\tphones\tsource\trank\tcount\nngo's\tEH N JH IY OW Z\tletters\t1\t0\n", encoding="utf-8"
    )
    items = recordings(speech / "austen" / "input")
    assert transcribe(items, Model("same", tmp_path)) == transcribe(items, Model("pocketsphinx"))


@pytest.fixture(scope="module")
def related(tmp_path_factory: pytest.TempPathFactory, speech: Path) -> Model:
    directory = tmp_path_factory.mktemp("related")
    text = speech / "custom-speech" / "training_data" / "related-text.txt"
    report = engine().train(TrainingText({"training_data": text}), directory)
    assert report["evaluation"]["mixed"]["perplexity"] < report["evaluation"]["stock"]["perplexity"]
    return Model("related", directory)


def test_related_text_mends_a_talk(related: Model, speech: Path) -> None:
    talk = recordings(speech / "custom-speech" / "input")[1:]
    assert errors(talk, related) == 0
    assert errors(talk, Model("pocketsphinx")) >= 3


@pytest.mark.long
def test_related_text_mends_both_talks_and_general_speech_is_not_hurt(related: Model, speech: Path) -> None:
    talks, general = recordings(speech / "custom-speech" / "input"), recordings(speech / "austen" / "input")
    assert errors(talks, related) <= 7 < errors(talks, Model("pocketsphinx"))
    assert errors(general, related) <= errors(general, Model("pocketsphinx")) + 1


def test_own_pronunciations_reach_lexicon_decoder_and_settings(tmp_path: Path, speech: Path) -> None:
    """The word "amiable" gives its sound to "telomerase"; "absent" is a stock word that the text does not have."""
    own = tmp_path / "own.tsv"
    own.write_text(
        "telomerase\tEY M IY AH B AH L\namiable\tT EH L OW M ER EY S\nabsent\tAE B\nnowhere-to-be-found\tAE B\n",
        encoding="utf-8",
    )
    chosen = create(load({"pocketsphinx": {"pronunciations": str(own)}}, CHECKOUT, CHECKOUT))
    text = tmp_path / "text.txt"
    text.write_text("He was made telomerase himself.\nHe might even have been made telomerase.\n", encoding="utf-8")
    report = chosen.train(TrainingText({"training_data": text}), tmp_path / "model")
    assert report["own_pronunciations"] == 3
    assert chosen.training_settings() != engine().training_settings()
    assert chosen.transcription_settings() == engine().transcription_settings()
    found = transcribe(recordings(speech / "austen" / "input")[4:], Model("clm", tmp_path / "model"))["austen-0930"]
    assert "telomerase" in found
    assert "amiable" not in found
