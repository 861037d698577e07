"""The report card of training text: what it covers, what it repeats, and what that means."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.corpus import report_card
from clm.corpus.report_card import FINDINGS, RANKS, ReportCard, examine, sentence

TALK = "The kinesin walks along the microtubule and carries its cargo to the end of the axon."
ARTICLE = [
    "Kinesins are motor proteins.",
    "A kinesin moves along a microtubule.",
    "Such motors carry cargo.",
    "Such motors carry cargo.",
]


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str, name: str = "text.txt") -> Path:
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write


def test_a_card_counts_what_the_text_has(file: Callable[..., Path]) -> None:
    card = examine(
        {"training_data": file(*ARTICLE)},
        missed={"kinesin": 3, "axon": 2, "microtubule": 1, "the": 9, "1990": 1},
        keywords=["motor protein", "Motor proteins", "kinesin"],
        references={"talk": [TALK]},
        known={"are", "motor", "proteins", "a", "moves", "along", "such", "motors", "carry", "cargo"},
    )
    assert (card.words, card.sentences, card.duplicates) == (18, 4, 1)
    assert (card.missed, card.missed_covered) == (3, 2)
    assert (card.missed_tokens, card.missed_tokens_covered) == (6, 4)
    assert card.missed_examples == ("kinesin", "microtubule")
    assert (card.keywords, card.keywords_covered) == (3, 2)
    assert card.new_words == 3
    assert card.reference_share == 0
    assert (card.tuning_words, card.tuning_share, card.tuning_reference_share) == (0, None, None)
    assert 0 < card.general_share < 0.5
    assert card.findings() == ["few_words", "covers_missed", "covers_keywords", "new_words", "duplicates"]
    assert "covers 2 of 3 missed words, such as kinesin, microtubule" in sentence(card)


def test_text_that_holds_what_is_spoken_is_told(file: Callable[..., Path]) -> None:
    tuning = file(TALK, name="tuning.txt")
    card = examine({"own": file(TALK, *ARTICLE)}, missed={}, references={"talk": [TALK]}, tuning=tuning)
    assert (card.reference_share, card.tuning_share, card.tuning_reference_share) == (1, 1, 1)
    assert card.tuning_words == len(TALK.split())
    assert {"references_in_text", "references_in_tuning", "tuning_in_text"} <= set(card.findings())
    assert "holds 100% of what is spoken" in sentence(card)
    assert card.new_words is None


def test_text_about_something_else_promises_nothing(file: Callable[..., Path]) -> None:
    text = file(*["We went to the shop and then we came home again."] * 30)
    card = examine({"own": text}, missed={"kinesin": 1}, references={"talk": [TALK]})
    assert {"covers_no_missed", "mostly_general", "duplicates"} <= set(card.findings())
    assert "expect no gain" in sentence(card)


def test_an_empty_text_is_told_as_such(file: Callable[..., Path]) -> None:
    card = examine({"own": file("")}, missed={"kinesin": 1}, references={})
    assert card.findings() == ["no_words"]
    assert card.general_share is None
    assert card.reference_share is None


def test_another_language_is_read_without_english_rules(file: Callable[..., Path]) -> None:
    card = examine(
        {"own": file("Im Jahr 1990 wuchs die Zelle.")},
        missed={"zelle": 2, "1990": 1},
        references={"vortrag": ["Die Zelle wuchs."]},
        language="de-DE",
    )
    assert card.words == 6
    assert card.missed_covered == 1
    assert card.general_share is None


@pytest.mark.parametrize(
    ("language", "text", "missed", "words"),
    [
        ("ja-JP", "麹菌は、糖を作る。", "糖", 7),
        ("zh-CN", "DNA 解析。", "解", 3),
        ("hi-IN", "मिट्टी के बर्तन।", "मिट्टी", 3),
        ("fr-FR", "L’été, l’ampoule.", "l'ampoule", 2),
    ],
)
def test_words_are_those_that_errors_are_counted_in(
    file: Callable[..., Path], language: str, text: str, missed: str, words: int
) -> None:
    card = examine({"own": file(text)}, missed={missed: 1}, references={}, keywords=[missed], language=language)
    assert (card.words, card.keywords_covered) == (words, 1)


@pytest.mark.parametrize(
    ("tuning", "rank"), [(0, "related_alone"), (500, "related_and_tuning"), (10_001, "transcripts")]
)
def test_amazons_ranking(tuning: int, rank: str) -> None:
    assert ReportCard(1, 1, 0, 0, 0, 0, 0, 0, 0, None, None, None, tuning, None, None).rank() == rank
    assert RANKS[rank]


_COUNT = st.integers(0, 1000)
_SHARE = st.none() | st.floats(0, 1)


@given(
    st.builds(
        ReportCard, *[_COUNT] * 9, st.none() | _COUNT, _SHARE, _SHARE, _COUNT, _SHARE, _SHARE, st.just(("a", "b"))
    )
)
def test_every_card_can_be_said_and_written(card: ReportCard) -> None:
    said = sentence(card)
    assert "{" not in said
    assert "None" not in said
    data = card.as_json()
    assert set(data["findings"]) <= FINDINGS.keys()
    assert bool(said) == bool(data["findings"])
    assert data["words"] == card.words


def test_a_text_of_its_own_vocabulary_brings_no_new_words(file: Callable[..., Path]) -> None:
    words = {word for line in ARTICLE for word in line.lower().strip(".").split()}
    card = examine({"own": file(*ARTICLE)}, missed={}, references={}, known=words)
    assert card.new_words == 0
    assert card.findings() == ["few_words", "duplicates"]
    assert report_card.FEWEST_WORDS == 200
