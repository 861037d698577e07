"""Words of general English."""

from clm.pronunciation.general_english import common_words, known_words


def test_known_words_are_without_the_marks_of_variants():
    known = known_words()
    assert {"the", "read", "o'clock"} <= known
    assert not any("(" in word for word in known)
    assert len(known) > 100_000


def test_common_words_are_those_of_general_english():
    common = common_words()

    assert {"the", "power", "energy", "morning"} <= common
    assert {"membrane", "osmosis", "kinase", "dividend", "lecture"}.isdisjoint(common)
    assert 500 < len(common) < 2000
