from pathlib import Path

import pocketsphinx
import pytest

from clm.dictionary import Entry, read_dictionary
from clm.variants import FURTHER, further


@pytest.fixture(scope="module")
def dictionary() -> dict:
    return read_dictionary(Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")))


def test_words_still_missed_get_other_pronunciations_after_those_they_have(dictionary: dict):
    entries = [Entry("mitophagy", ("M", "AY", "T", "AH", "F", "EY", "JH", "IY"), "g2p2", 1, 7)]
    counts = {"mitophagy": 7, "route": 2, "kinase": 1}

    found = further(dictionary, entries, counts, {"mitophagy", "route", "elsewhere", "covid-19"})

    by_word = {word: [entry for entry in found if entry.word == word] for word in ("mitophagy", "route")}
    assert len(found) == sum(map(len, by_word.values()))
    assert 1 <= len(by_word["mitophagy"]) <= FURTHER
    assert [entry.rank for entry in by_word["mitophagy"]] == list(range(2, 2 + len(by_word["mitophagy"])))
    assert all(entry.count == 7 and entry.phones != entries[0].phones for entry in by_word["mitophagy"])
    for entry in by_word["route"]:
        assert entry.rank > len(dictionary["route"])
        assert entry.phones not in dictionary["route"]


def test_nothing_is_asked_for_no_word(dictionary: dict):
    assert further(dictionary, [], {}, set()) == []
