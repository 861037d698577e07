"""Phrases become a table that Amazon takes, and what it would not take is named with its place and its flaw."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import train_vocabulary
from aws.server import Loopback, serving
from clm.corpus.keywords import read_keyword_lines, read_keywords
from clm.engines.transcribe.phrases.charsets import allowed
from clm.engines.transcribe.phrases.phrase_table import LONGEST_PHRASE, MOST_BYTES, build
from clm.results.plans import MissedWord, Plan
from clm.types import Phrase, Vocabulary

BUCKET = "vocabularies"
HEADER = "Phrase\tSoundsLike\tIPA\tDisplayAs"


def made(*texts: str, language: str = "en-US") -> Vocabulary:
    return build([Phrase(text, f"line {number}") for number, text in enumerate(texts, 1)], language)


def rows(vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Phrase and DisplayAs of each row."""
    header, *lines = vocabulary.text.removesuffix("\n").split("\n")
    assert header == HEADER
    cells = [line.split("\t") for line in lines]
    assert all(len(row) == 4 and row[1] == row[2] == "" for row in cells)
    return [(row[0], row[3]) for row in cells]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mitochondrion", [("mitochondrion", "")]),
        ("Los Angeles", [("Los-Angeles", "Los Angeles")]),
        ("  cell \t wall ", [("cell-wall", "cell wall")]),
        ("well-known", [("well-known", "")]),
        ("Schr\N{RIGHT SINGLE QUOTATION MARK}s cat", [("Schr's-cat", "Schr's cat")]),
        ("rock 'n' roll", [("rock-n-roll", "rock 'n' roll")]),
        ("YouTube", [("YouTube", "")]),
        ("DNS", [("D.N.S.", "DNS")]),
        ("A.W.S.", [("A.W.S.", "")]),
        ("U.S", [("U.S.", "U.S")]),
        ("the U.S.'s", [("the-U.S.-s", "the U.S.'s")]),
        ("PCRs", [("P.C.R.-s", "PCRs")]),
        ("mRNA", [("m.R.N.A.", "mRNA"), ("mRNA", "")]),
        ("NASA", [("N.A.S.A.", "NASA"), ("NASA", "")]),
        ("DynamoDB", [("Dynamo-D.B.", "DynamoDB")]),
        ("vitamin C", [("vitamin-C.", "vitamin C")]),
        ("VX02Q", [("V.X.-zero-two-Q.", "VX02Q")]),
        ("COVID-19", [("C.O.V.I.D.-nineteen", "COVID-19"), ("COVID-nineteen", "COVID-19")]),
        ("p53 gene", [("p-fifty-three-gene", "p53 gene")]),
        ("21st century", [("twenty-first-century", "21st century")]),
        ("the 1990s", [("the-nineteen-nineties", "the 1990s")]),
        ("3.5 volts", [("three-point-five-volts", "3.5 volts")]),
        ("k8s", [("k-eight-s", "k8s")]),
        ("Node.js", [("Node-js", "Node.js")]),
        ("EBITDA", [("EBITDA", "")]),
    ],
)
def test_phrases_are_written_as_they_are_spoken(text: str, expected: list[tuple[str, str]]) -> None:
    assert rows(made(text)) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de-DE", "Straße nach Köln", ("Straße-nach-Köln", "Straße nach Köln")),
        ("de-DE", "Ko\N{COMBINING DIAERESIS}ln", ("Köln", "")),
        ("de-AT", "ÖBB", ("ÖBB", "")),
        ("es-US", "El Niño", ("El-Niño", "El Niño")),
        ("fr-CA", "l'été", ("l'été", "")),
        ("it-IT", "perché", ("perché", "")),
        ("pt-BR", "coração", ("coração", "")),
        ("hi-IN", "कोशिका भित्ति", ("कोशिका-भित्ति", "कोशिका भित्ति")),
        ("hi-IN", "पढ़ाई", ("प\u095dाई", "पढ़ाई")),
        ("hi-IN", "क़लम", ("कलम", "क़लम")),
        ("ja-JP", "細胞 膜", ("細胞膜", "")),
        ("ja-JP", "DNA解析", ("ＤＮＡ解析", "")),
        ("ja-JP", "ネットワーク", ("ネっトワーク", "ネットワーク")),
        ("ru-RU", "Клетка ДНК", ("клетка-днк", "Клетка ДНК")),
        ("pl-PL", "Łódź", ("łódź", "Łódź")),
        ("tr-TR", "Iğdır İli", ("ığdır-ili", "Iğdır İli")),
        ("az-AZ", "İSTİLİK", ("istilik", "İSTİLİK")),
    ],
)
def test_other_languages_have_letters_of_their_own(language: str, text: str, expected: tuple[str, str]) -> None:
    assert rows(made(unicodedata.normalize("NFC", text), language=language)) == [
        tuple(unicodedata.normalize("NFC", cell) if "\u095d" not in cell else cell for cell in expected)
    ]


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("en-US", "AT&T", "'&' (U+0026) is not allowed in en-US"),
        ("en-GB", "naïve", "'ï' (U+00EF) is not allowed in en-GB"),
        ("en-US", "cell/wall", "'/' (U+002F)"),
        ("en-US", "日本", "'日' (U+65E5)"),
        ("en-US", "a\N{ZERO WIDTH SPACE}b", r"'\u200b' (U+200B)"),
        ("en-US", "\N{DNA DOUBLE HELIX}", "(U+1F9EC)"),
        ("en-US", "half ½", "(U+00BD)"),
        ("en-US", "-- '.' ...", "no letter"),
        ("en-US", " ", "no letter"),
        ("en-US", "x" * (LONGEST_PHRASE + 1), "longer than 256 characters"),
        ("en-US", "7" * 100, "longer than 256 characters"),
        ("de-DE", "Niño", "'ñ' (U+00F1) is not allowed in de-DE"),
        ("de-DE", "3 Affen", "the digit '3' is not allowed in de-DE: spell the number out"),
        ("es-US", "PINGÜINO", "'Ü'"),
        ("hi-IN", "DNA", "'D'"),
        ("ja-JP", "人々", "'々'"),
        ("ru-RU", "cell", "'c'"),
        ("ru-RU", "об'ект", '"\'"'),
    ],
)
def test_what_cannot_be_used_is_dropped_with_its_flaw(language: str, text: str, reason: str) -> None:
    vocabulary = made("", text, language=language)
    assert vocabulary.dropped[0].reason == "it has no letters"
    assert rows(vocabulary) == []
    assert vocabulary.kept == ()
    dropped = vocabulary.dropped[-1]
    assert (dropped.phrase, dropped.source) == (text, "line 2")
    assert reason in dropped.reason


def test_a_bad_keyword_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "keywords.txt"
    path.write_bytes(b"cell wall, ATP\r\nmito@chondria, osmosis\r\rcell WALL\nC++,DNS\n")
    lines = read_keyword_lines(path)
    assert lines == [(1, "cell wall"), (1, "ATP"), (2, "mito@chondria"), (2, "osmosis"), (5, "C++"), (5, "DNS")]
    assert read_keywords(path) == [keyword for _, keyword in lines]
    vocabulary = build([Phrase(keyword, f"{path.name} line {line}") for line, keyword in lines], "en-US")
    assert [phrase.text for phrase in vocabulary.kept] == ["cell wall", "ATP", "osmosis", "DNS"]
    assert [(dropped.source, dropped.phrase) for dropped in vocabulary.dropped] == [
        ("keywords.txt line 2", "mito@chondria"),
        ("keywords.txt line 5", "C++"),
    ]
    assert "'@'" in vocabulary.dropped[0].reason


def test_each_phrase_stands_there_once_in_the_order_given() -> None:
    vocabulary = made("Osmosis", "AWS", "osmosis", "aws", "A.W.S.", "cell wall", "Cell-Wall", "atom")
    assert [phrase.text for phrase in vocabulary.kept] == ["Osmosis", "AWS", "cell wall", "atom"]
    assert vocabulary.dropped == ()
    assert vocabulary == made("Osmosis", "AWS", "osmosis", "aws", "A.W.S.", "cell wall", "Cell-Wall", "atom")


def test_what_is_left_when_it_is_full_is_dropped() -> None:
    letters = "abcdefghij"
    texts = [f"word {letters[n // 1000]}{letters[n // 100 % 10]}{letters[n // 10 % 10]}{letters[n % 10]}x"
             for n in range(3000)]  # fmt: skip
    vocabulary = made(*texts, "a", "b@d")
    assert MOST_BYTES - 40 < len(vocabulary.text.encode()) <= MOST_BYTES
    assert [phrase.text for phrase in vocabulary.kept] == texts[: len(vocabulary.kept)]
    assert [dropped.phrase for dropped in vocabulary.dropped] == [*texts[len(vocabulary.kept) :], "a", "b@d"]
    assert {dropped.reason for dropped in vocabulary.dropped[:-1]} == {"the vocabulary is full (50 KB)"}
    assert "'@'" in vocabulary.dropped[-1].reason


LANGUAGES = ("en-US", "de-DE", "es-US", "fr-FR", "hi-IN", "ja-JP", "ru-RU", "pl-PL", "ko-KR", "he-IL")
ALPHABETS = "aZé.-' 09ABCßñकज़\u093c日本ネッ々кДдłŁ가א&@\n\t\u0307İ"


@given(st.sampled_from(LANGUAGES), st.lists(st.text() | st.text(ALPHABETS) | st.text("Aa.0' -b"), max_size=30))
def test_whatever_comes_the_table_is_one_that_amazon_takes(language: str, texts: list[str]) -> None:
    vocabulary = made(*texts, language=language)
    is_allowed = allowed(language.split("-")[0])
    phrases = [phrase for phrase, _ in rows(vocabulary)]
    assert all(0 < len(phrase) <= LONGEST_PHRASE for phrase in phrases)
    assert all(is_allowed(character) and not character.isspace() for phrase in phrases for character in phrase)
    assert all(any(character.isalpha() for character in phrase) for phrase in phrases)
    assert len({phrase.casefold() for phrase in phrases}) == len(phrases)
    assert len(vocabulary.text.encode("utf-8")) <= MOST_BYTES
    assert "\r" not in vocabulary.text
    known = {text.text for text in vocabulary.kept} | {dropped.phrase for dropped in vocabulary.dropped}
    assert known <= set(texts)
    assert len(vocabulary.kept) <= len(phrases)


@pytest.fixture(scope="module")
def loopback() -> Iterator[Loopback]:
    with serving(scale=1000, vocabulary_seconds=10) as loopback:
        loopback.client("s3").create_bucket(Bucket=BUCKET)
        yield loopback


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en-US", ["Los Angeles", "NASA", "VX02Q", "don't", "AT&T", *(f"{'x' * 200} {n}" for n in range(400))]),
        ("de-DE", ["Straße nach Köln", "Mitochondrium", "Niño"]),
        ("hi-IN", ["कोशिका भित्ति", "पढ़ाई", "DNA"]),
        ("ja-JP", ["DNA解析", "ネットワーク", "人々"]),
    ],
)
def test_the_service_makes_a_vocabulary_of_it(loopback: Loopback, language: str, texts: list[str]) -> None:
    vocabulary = made(*texts, language=language)
    assert vocabulary.kept
    assert vocabulary.dropped
    loopback.client("s3").put_object(Bucket=BUCKET, Key=language, Body=vocabulary.text.encode("utf-8"))
    transcribe = loopback.client("transcribe")
    transcribe.create_vocabulary(
        VocabularyName=language, LanguageCode=language, VocabularyFileUri=f"s3://{BUCKET}/{language}"
    )
    for _ in range(100):
        found = transcribe.get_vocabulary(VocabularyName=language)
        if found["VocabularyState"] != "PENDING":
            break
    assert (found["VocabularyState"], found.get("FailureReason")) == ("READY", None)


def test_keywords_come_first_then_what_a_clm_could_not_mend(tmp_path: Path) -> None:
    keywords = tmp_path / "keywords.txt"
    keywords.write_text("EBITDA\n")
    words = [
        MissedWord("rare", {"a": 1}),
        MissedWord("often", {"a": 2, "b": 3}),
        MissedWord("stubborn", {"a": 1}, depth=2),
    ]
    names = [MissedWord("called apoptosis", {"a": 9}), MissedWord("NextEra Energy", {"a": 1})]
    plan = Plan(words=tuple(words), phrases=tuple(names))
    found = train_vocabulary.phrases(plan, keywords)
    assert [item.text for item in found] == ["EBITDA", "NextEra Energy", "stubborn", "often", "rare"]
    assert train_vocabulary.phrases(Plan(), None) == []
