from pathlib import Path

import pocketsphinx
import pytest

from clm.pronunciation.cmudict import Entry, merge, read_dictionary
from clm.pronunciation.g2p import JointModel
from clm.pronunciation.ipa import BritishModel
from clm.pronunciation.pronouncer import Pronouncer
from clm.pronunciation.variants import FURTHER, agreed, further

STOCK = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))


@pytest.fixture(scope="module")
def dictionary() -> dict:
    return read_dictionary(STOCK)


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


def test_known_words_keep_the_pronunciations_they_have(dictionary: dict):
    merged = merge(STOCK, [Entry("route", ("R", "UW", "D"), "joint", 3, 2)]).splitlines()
    spoken = [line for line in merged if line.split()[0].partition("(")[0] == "route"]
    assert [line.split()[0] for line in spoken] == ["route", "route(2)", "route(3)"]
    assert [tuple(line.split()[1:]) for line in spoken[:2]] == dictionary["route"]


def test_readings_on_which_two_sources_agree_against_the_dictionary(dictionary: dict):
    joint = JointModel(dictionary)
    words = ["lipid", "coronal", "molecules", "speech", "interior", "the", "bayesian"]
    found = agreed(words, dictionary, joint, BritishModel(joint.aligner))
    assert " ".join(found.pop("lipid")) == "L IH P IH D"
    assert " ".join(found.pop("coronal")).endswith("R AH N AH L")
    assert found == {}
    assert agreed([], dictionary, joint, BritishModel(joint.aligner)) == {}


# The last is no word of the model.
TYPICAL = ["lipid", "speech", "coronal"]


def test_a_typical_word_of_the_text_gets_the_other_reading_beside_its_own(dictionary: dict):
    entries = Pronouncer(dictionary, ["lipid", "speech"]).pronounce({"lipid": 3, "speech": 1}, {}, TYPICAL)
    assert [(entry.word, entry.rank, entry.source) for entry in entries] == [
        ("lipid", 1, "dictionary"),
        ("lipid", 2, "agreed"),
    ]
    assert entries[0].phones == dictionary["lipid"][0]
