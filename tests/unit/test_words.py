from pathlib import Path

import pytest

from clm.english import words


@pytest.mark.parametrize(
    "word",
    ["the", "The", "don't", "don\u2019t", "it's", "um", "uh", "3.5", "1,000", "1990s", "21st", "$5", "50%", "10:30",
     "24/7", "twenty-five", "seven", "second", "hundreds", "one's", "a", "x", "x's", "é", "-", "", "...", "2020-21"],
)  # fmt: skip
def test_not_worth_learning(word: str):
    assert not words.learnable(word)


@pytest.mark.parametrize(
    "word",
    ["mitochondrion", "Utah", "naïve", "p53", "h2o", "co2", "x-ray", "atp", "summary", "hypoxia", "one-celled", "日本",
     "tensor", "well-known", "golgi's", "umbrella"],
)  # fmt: skip
def test_worth_learning(word: str):
    assert words.learnable(word)


@pytest.mark.parametrize("word", ["ah", "eh", "erm", "hmm", "mhm", "mm", "uh", "uhm", "um", "uhhhh", "ummmm", "UM"])
def test_no_filler_is_learnable(word: str):
    assert not words.learnable(word)


def test_the_stop_words_are_a_sorted_list_in_lower_case():
    lines = Path(words.__file__).with_name("stopwords.txt").read_text(encoding="utf-8").splitlines()

    assert lines == sorted(set(lines))
    assert all(line == line.lower().strip() != "" for line in lines)


def test_wrong_pages_of_similar_words_stay_apart():
    pairs = [
        ("moon", "iron"),
        ("uranus", "uranium"),
        ("kale", "kal"),
        ("gene", "genus"),
        ("cell", "cello"),
        ("gas", "ga"),
    ]

    assert all(words.terms(one) != words.terms(other) for one, other in pairs)


@pytest.mark.parametrize(("one", "other"), [("movie", "movies"), ("niche", "niches"), ("box", "boxes"),
                                            ("study", "studies"), ("class", "classes"), ("shoe", "shoes")])  # fmt: skip
def test_regular_plurals_meet(one: str, other: str):
    assert words.terms(one) == words.terms(other)
