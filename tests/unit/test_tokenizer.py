"""Text to learn from becomes spoken words, and no word of half a number is among them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.english.numbers import natural
from clm.english.tokenizer import fold, is_latin, tokenize


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        ("One. Two!", ["one", "two"]),
        ("Dr. Smith et al. found it. It works", ["dr smith et al found it", "it works"]),
        ("In 1995 or 2005, 21st", ["in nineteen ninety five or two thousand five twenty first"]),
        ("$1,200 at 3.5%", ["one thousand two hundred dollars at three point five percent"]),
        ("the 1990s, 1900, 1905, 007", ["the nineteen nineties nineteen hundred nineteen oh five zero zero seven"]),
        ("30-minute COVID-19 H2O", ["thirty minute covid-19 h2o"]),
        ("the U.S. Army’s ‘well-known’ R&D", ["the u.s. army's well-known r&d"]),
        ("vitamin B, a <b>bold</b> claim &amp; more", ["vitamin b. a bold claim and more"]),
        ("β-catenin http://x.org/a me@x.org мир 中文", ["beta-catenin me at x. dot org"]),
        ("GATTACA" * 6 + " sequence", ["sequence"]),
        ("a1-" * 5000 + "b code", ["code"]),
        ("007", ["zero zero seven"]),
        ("so " * 2500, [" ".join(["so"] * 1000)] * 2 + [" ".join(["so"] * 500)]),
        ("either/or (and) \u00ad\x00\x07", ["either or and"]),
    ],
)
def test_text_becomes_spoken_words(text: str, sentences: list[str]) -> None:
    assert [" ".join(sentence) for sentence in tokenize([text]).sentences] == sentences


def test_the_most_frequent_spelling_is_kept() -> None:
    assert tokenize(["MRNA mRNA mRNA Plasmid plasmid plasmid"]).written == {"mrna": "mRNA", "plasmid": "plasmid"}


@given(st.integers(0, 10**15 - 1))
def test_numbers_are_words(value: int) -> None:
    assert all(word.isalpha() for word in tokenize([str(value)]).sentences[0])


def test_a_number_of_any_length_is_read() -> None:
    assert natural("1" * 9000) == " ".join(["one"] * 9000)


def test_letters_are_folded() -> None:
    assert fold("Müller-Łódź") == "muller-lodz"
    assert not is_latin("γ")
