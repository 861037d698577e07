"""espeak-ng as a further source: only on request, never needed."""

import json
import shutil
from pathlib import Path

import pytest

from clm.base.errors import UserError
from clm.config import load
from clm.engines import create
from clm.pronunciation import espeak
from clm.types import TrainingText
from runner import CHECKOUT

needs_espeak = pytest.mark.skipif(
    shutil.which(espeak.PROGRAM) is None, reason=f"needs the program {espeak.PROGRAM} (Debian: apt-get install)"
)


def stand_in(directory: Path, script: str) -> None:
    """Another program of the same name."""
    path = directory / espeak.PROGRAM
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_switched_on_without_the_program_training_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    chosen = create(load({"pocketsphinx": {"espeak": True}}, CHECKOUT, CHECKOUT))
    text = tmp_path / "text.txt"
    text.write_text("telomerase\n", encoding="utf-8")
    with pytest.raises(UserError, match="no program espeak-ng") as error:
        chosen.train(TrainingText({"training_data": text}), tmp_path)
    assert "apt-get install espeak-ng" in error.value.hint
    assert "espeak: false" in error.value.hint


def test_switched_off_it_is_never_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, f"touch {tmp_path}/asked")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    text = tmp_path / "text.txt"
    text.write_text("The qubits of the blazar.\n", encoding="utf-8")
    create(load({}, CHECKOUT, CHECKOUT)).train(TrainingText({"training_data": text}), tmp_path)
    assert not (tmp_path / "asked").exists()


def test_it_asks_for_a_new_generation() -> None:
    engines = [create(load({"pocketsphinx": {"espeak": on}}, CHECKOUT, CHECKOUT)) for on in (True, False)]
    assert json.dumps(engines[0].training_settings()) != json.dumps(engines[1].training_settings())
    assert engines[0].transcription_settings() == engines[1].transcription_settings()


def test_a_program_that_does_not_answer_word_for_word_is_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, 'test "$1" = --version && echo "eSpeak NG text-to-speech: 9.9" || echo one line')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(UserError, match=r"espeak-ng 9\.9: 1 answers to 2 words"):
        espeak.guess(["muon", "pion"])


@needs_espeak
def test_words_get_american_phones() -> None:
    found = espeak.guess(["centre", "qubits", "exploded", "torus", "hurry", "xi", "naïve", ""])
    assert {word: " ".join(phones) for word, phones in found.items()} == {
        "centre": "S EH N T ER",
        "qubits": "K Y UW B IH T S",
        "exploded": "EH K S P L OW D IH D",
        "torus": "T AO R AH S",
        "hurry": "HH ER IY",
    }
    assert espeak.guess(["naïve"]) == {}


@needs_espeak
def test_a_lexicon_names_it_as_a_source(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("The qubits of the blazar.\n", encoding="utf-8")
    chosen = create(load({"pocketsphinx": {"espeak": True}}, CHECKOUT, CHECKOUT))
    report = chosen.train(TrainingText({"training_data": text}), tmp_path)
    assert report["espeak"] == espeak.version()
    assert "\tespeak\t" in (tmp_path / "lexicon.tsv").read_text("utf-8")
