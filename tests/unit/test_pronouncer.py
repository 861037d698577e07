"""Every new word gets pronunciations that make sense, from sources in the documented order."""

from pathlib import Path

import pocketsphinx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm.base.errors import UserError
from clm.english.tokenizer import tokenize
from clm.pronunciation.cmudict import Entry, read_dictionary, read_lexicon, words_and_phones, write_lexicon
from clm.pronunciation.pronouncer import MOST, Pronouncer
from clm.pronunciation.user_dictionary import read_pronunciations


@pytest.fixture(scope="module")
def pronouncer() -> Pronouncer:
    dictionary = read_dictionary(Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")))
    return Pronouncer(dictionary, dictionary)


def pronouncer_phones() -> frozenset[str]:
    dictionary = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))
    return words_and_phones(dictionary)[1]


def variants(pronouncer: Pronouncer, written: str) -> list[tuple[str, str]]:
    word = written.lower()
    entries = pronouncer.pronounce({word: 3}, {word: written})
    assert [entry.rank for entry in entries] == list(range(1, len(entries) + 1))
    assert all(entry.count == 3 for entry in entries)
    return [(" ".join(entry.phones), entry.source) for entry in entries]


@pytest.mark.parametrize(
    ("written", "phones", "source"),
    [
        ("PCR", "P IY S IY AA R", "letters"),
        ("mRNA", "EH M AA R EH N EY", "letters"),
        ("H2O", "EY CH T UW OW", "compound"),
        ("AT&T", "EY T IY AE N D T IY", "compound"),
        ("B2B", "B IY T UW B IY", "compound"),
        ("NextEra", "N EH K S T EH R AH", "compound"),
        ("speech-to-text", "S P IY CH T UW T EH K S T", "compound"),
        ("naïve", "N AY IY V", "dictionary"),
        ("COVID-19", "K OW V IH D N AY N T IY N", "compound"),
        ("nanoparticle", "N AE N OW P AA R T AH K AH L", "joint"),
        ("mitochondria's", "M AY T AH K AA N D R IY AH Z", "affix"),
        ("helicase", "HH EH L IH K EY S", "g2p2"),
        ("brmbl", "B IY AA R EH M B IY EH L", "letters"),
    ],
)
def test_sources(pronouncer: Pronouncer, written: str, phones: str, source: str) -> None:
    assert (phones, source) in variants(pronouncer, written)


@pytest.mark.parametrize(
    ("word", "ending"), [("zorbants", "S"), ("zorbands", "Z"), ("zorbant's", "S"), ("zorbage's", "IH Z")]
)
def test_endings_sound_as_the_stem_asks(pronouncer: Pronouncer, word: str, ending: str) -> None:
    first = variants(pronouncer, word)[0][0]
    assert first.endswith(ending)


def test_unknown_words_have_two_independent_sources(pronouncer: Pronouncer) -> None:
    found = variants(pronouncer, "prokaryotic")
    assert {source for _, source in found} == {"joint", "g2p2"}
    assert 1 < len(found) <= MOST
    assert len({phones for phones, _ in found}) == len(found)


def test_an_acronym_read_as_a_word_does_not_swallow_a_common_word(pronouncer: Pronouncer) -> None:
    """WER read as a word sounds like "were"."""
    assert variants(pronouncer, "WER") == [("D AH B AH L Y UW IY AA R", "letters")]
    assert len(variants(pronouncer, "EBITDA")) > 1


def test_known_words_written_like_acronyms_are_spelled_out_as_well(pronouncer: Pronouncer) -> None:
    assert variants(pronouncer, "SALT") == [("S AO L T", "dictionary"), ("EH S EY EH L T IY", "letters")]
    assert variants(pronouncer, "salt") == []
    assert variants(pronouncer, "DNA") == []  # the dictionary spells it out


@pytest.mark.parametrize(
    ("written", "phones"),
    [("tumours", "T UW M ER Z"), ("neutralising", "N UW T R AH L AY Z IH NG"), ("leukaemia", "L UW K IY M IY AH")],
)
def test_british_spellings_sound_like_the_american_ones(pronouncer: Pronouncer, written: str, phones: str) -> None:
    assert (phones, "spelling") in variants(pronouncer, written)


def test_plurals_of_acronyms_are_spelled_like_the_acronym(pronouncer: Pronouncer) -> None:
    entries = pronouncer.pronounce({"xqna": 2, "xqnas": 0}, {"xqna": "XQNA"})
    found = {(entry.word, " ".join(entry.phones)) for entry in entries if entry.source in ("letters", "affix")}
    assert ("xqnas", "EH K S K Y UW EH N EY Z") in found


def test_own_pronunciations_come_before_all_others(pronouncer: Pronouncer) -> None:
    own = {"zorbant": [("Z", "AO", "R", "B"), ("Z", "AH", "B")], "water": [("W", "AA", "T", "ER")]}
    with_own = Pronouncer(pronouncer.dictionary, pronouncer.dictionary, own)
    entries = with_own.pronounce({"zorbant": 1, "zorbants": 1, "water": 0, "salt": 2}, {})
    assert [(entry.word, " ".join(entry.phones), entry.source, entry.rank) for entry in entries] == [
        ("water", "W AA T ER", "user", 1),
        ("zorbant", "Z AO R B", "user", 1),
        ("zorbant", "Z AH B", "user", 2),
        ("zorbants", "Z AO R B Z", "affix", 1),
        ("zorbants", "Z AH B Z", "affix", 2),
    ]


def test_a_file_of_own_pronunciations(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "own.tsv"
    path.write_text(
        "\ufeff# mine\nPlasmid\tP L AE1 z m ih0 d\n\nplasmid\tP L AA Z M IH D\nplasmid\tP L AE Z M IH D\n", "utf-8"
    )
    found = read_pronunciations(path, pronouncer_phones())
    assert [" ".join(phones) for phones in found["plasmid"]] == ["P L AE Z M IH D", "P L AA Z M IH D"]
    assert "line 5: plasmid P L AE Z M IH D is repeated" in caplog.text


def test_a_corrected_copy_of_a_lexicon_is_a_file_of_pronunciations(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.tsv"
    write_lexicon(path, [Entry("b2b", ("B", "IY"), "compound", 1, 1), Entry("b2b", ("B", "AH"), "letters", 2, 1)])
    assert read_pronunciations(path, pronouncer_phones()) == {"b2b": [("B", "IY"), ("B", "AH")]}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a\tAA\nb\tQQ\n", "line 2: b: unknown phone 'QQ'"),
        (b"plasmid\n", "line 1: not a word and its phones: 'plasmid'"),
        (b"plasmid\t\n", "line 1: not a word"),
        (b"\tAA\n", "line 1: not a word"),
        (b"two words\tAA\n", "line 1: not a word"),
        (b"word\tsource\tphones\nx\tuser\n", "line 2: not a word"),
        (b"x\xff\tAA\n", "not UTF-8 .byte 1"),
        ("x\tAA".encode("utf-16"), "not UTF-8 .byte 0"),
    ],
)
def test_bad_lines_of_own_pronunciations_name_file_and_line(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "own.tsv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=reason) as error:
        read_pronunciations(path, pronouncer_phones())
    assert str(path) in error.value.message


def test_words_of_many_parts_take_no_time(pronouncer: Pronouncer) -> None:
    found = variants(pronouncer, "-".join(["the", "a"] * 9))
    assert len(found) == MOST


def test_known_words_get_no_entry(pronouncer: Pronouncer) -> None:
    assert pronouncer.pronounce({"water": 3, "read": 1}, {}) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_whatever_the_text_every_word_is_pronounced(pronouncer: Pronouncer, text: str) -> None:
    tokens = tokenize([text])
    counts = tokens.counts()
    entries = pronouncer.pronounce(counts, tokens.written)
    new = {word for word in counts if word not in pronouncer.dictionary}
    spelled_out = {entry.word for entry in entries if entry.source == "letters"} - new
    assert {entry.word for entry in entries} == new | spelled_out
    assert all(sum(letter.isupper() for letter in tokens.written[word]) > 1 for word in spelled_out)
    assert all(entry.phones and entry.rank <= MOST for entry in entries)
    assert all(word == word.lower() and not set(word) & set(" \t\n()") for word in counts)


def test_the_file_is_read_as_written(tmp_path: Path) -> None:
    entries = [Entry("naïve", ("N", "AY"), "joint", 1, 2), Entry("b2b", ("B", "IY"), "compound", 1, 1)]
    path = tmp_path / "lexicon.tsv"
    write_lexicon(path, entries)
    assert path.read_text(encoding="utf-8").splitlines()[:2] == [
        "word\tphones\tsource\trank\tcount",
        "naïve\tN AY\tjoint\t1\t2",
    ]
    assert read_lexicon(path, frozenset(["N", "AY", "B", "IY"])) == entries


@pytest.mark.parametrize(
    "content",
    ["", "word\tphones\n", "word\tphones\tsource\trank\tcount\nx\tQQ\tjoint\t1\t1\n",
     "word\tphones\tsource\trank\tcount\nx\t\tjoint\t1\t1\n", "word\tphones\tsource\trank\tcount\nx\tB\n", "\udcff"],
)  # fmt: skip
def test_a_damaged_lexicon_is_a_message(tmp_path: Path, content: str) -> None:
    path = tmp_path / "lexicon.tsv"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(UserError, match="not a readable lexicon"):
        read_lexicon(path, frozenset("B"))
