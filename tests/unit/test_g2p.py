"""Guesses from spelling are close to the dictionary's, on words that the models never saw."""

import random
from pathlib import Path

import pocketsphinx
import pytest
from rapidfuzz.distance import Levenshtein

from clm.pronunciation.cmudict import read_dictionary
from clm.pronunciation.g2p import JointModel, Phones, can_guess
from clm.pronunciation.ipa import BritishModel, to_phones, with_r

HELD_OUT = 1000


@pytest.fixture(scope="module")
def dictionary() -> dict[str, list[Phones]]:
    return read_dictionary(Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")))


@pytest.fixture(scope="module")
def held_out(dictionary: dict[str, list[Phones]]) -> list[str]:
    return random.Random(1).sample(sorted(filter(can_guess, dictionary)), HELD_OUT)


@pytest.fixture(scope="module")
def joint(dictionary: dict[str, list[Phones]], held_out: list[str]) -> JointModel:
    hidden = set(held_out)
    return JointModel({word: variants for word, variants in dictionary.items() if word not in hidden})


def phone_error_rate(guesses: dict[str, list[Phones]], dictionary: dict[str, list[Phones]]) -> float:
    """Errors of the best guess against the nearest listed pronunciation, over all phones."""
    errors = phones = 0
    for word, found in guesses.items():
        distance, length = min(
            (Levenshtein.distance(guess, listed), len(listed)) for guess in found for listed in dictionary[word]
        )
        errors, phones = errors + distance, phones + length
    return errors / phones


def test_the_joint_model_errs_rarely(
    joint: JointModel, dictionary: dict[str, list[Phones]], held_out: list[str]
) -> None:
    guesses = joint.guess(held_out, 4)
    first = {word: [found[0].phones] for word, found in guesses.items()}
    best_of_four = {word: [guess.phones for guess in found] for word, found in guesses.items()}
    assert len(guesses) == HELD_OUT
    assert phone_error_rate(first, dictionary) < 0.08
    assert phone_error_rate(best_of_four, dictionary) < 0.035


def test_the_british_model_is_a_second_opinion(
    joint: JointModel, dictionary: dict[str, list[Phones]], held_out: list[str]
) -> None:
    british = BritishModel(joint.aligner).guess(held_out)
    known = {phone for variants in dictionary.values() for phones in variants for phone in phones}
    assert {phone for phones in british.values() for phone in phones} <= known
    assert phone_error_rate({word: [phones] for word, phones in british.items()}, dictionary) < 0.2


def test_guesses_do_not_depend_on_the_other_words(joint: JointModel) -> None:
    together = joint.guess(["mitochondria", "telomerase", "polymerase"], 3)
    assert joint.guess(["telomerase"], 3)["telomerase"] == together["telomerase"]
    assert all(abs(sum(guess.probability for guess in joint.guess([word], 99)[word]) - 1) < 1e-9 for word in together)


def test_probabilities_descend_and_pronunciations_differ(joint: JointModel) -> None:
    guesses = joint.guess(["prokaryotic"], 4)["prokaryotic"]
    assert [g.probability for g in guesses] == sorted((g.probability for g in guesses), reverse=True)
    assert len({g.phones for g in guesses}) == len(guesses)


@pytest.mark.parametrize("word", ["", "h2o", "naïve", "don't", "x" * 41, "DNA"])
def test_what_cannot_be_read_is_left_out(joint: JointModel, word: str) -> None:
    assert joint.guess([word], 4) == {}
    assert BritishModel(joint.aligner).guess([word]) == {}


@pytest.mark.parametrize(
    ("word", "american"),
    [
        ("car", "K AA R"), ("hard", "HH AA R D"), ("near", "N IH R"), ("hair", "HH EH R"), ("fire", "F AY R"),
        ("centre", "S EH N T ER"), ("mirror", "M IH R ER"), ("nature", "N EY CH ER"), ("fur", "F ER"),
    ],
)  # fmt: skip
def test_written_r_is_spoken(joint: JointModel, word: str, american: str) -> None:
    assert " ".join(BritishModel(joint.aligner).guess([word])[word]) == american


def test_sounds_without_a_phone_are_left_out() -> None:
    assert to_phones("ˈ˩?") == ()
    assert with_r("", []) == ()
