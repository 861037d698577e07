"""Profile spoken: one form for what is said in one way, and no word damaged by any profile."""

import string
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clm.base.errors import UserError
from clm.english import number_forms, numbers, spelling
from clm.english.fillers import is_filler
from clm.normalization.normalizer import create_normalizer
from clm.normalization.profiles import VERSIONS

SPOKEN = create_normalizer("spoken")

TRICKY = "aio ump.sdk 1203059'’-–_/:,&@[]<>(){}\n\t…´`½²™ﬁŉİΣßée\u0301\u200b\u200d%$£€+=°٣٫日क्"
_PIECES = """
one two twenty nineteen hundred thousand million and a half o oh point zero dollars cents p m am $5 3.5 1/2 10:30 5pm
it's don't mm um uh c e o i b 1st 90s q3 2020 1,250 ninety o'clock per cent colour $3.50 $1.2 % mr. i'm gonna ok k 007
"""
PIECES = _PIECES.split()


@pytest.mark.parametrize(
    "ways",
    [
        ["2020", "twenty twenty", "two thousand twenty", "two thousand and twenty", "Two Thousand, Twenty"],
        ["1995", "nineteen ninety five", "nineteen ninety-five", "1,995", "one thousand nine hundred and ninety five"],
        ["1905", "nineteen oh five", "nineteen o five", "nineteen hundred five", "nineteen hundred and five"],
        ["2500", "2,500", "two thousand five hundred", "twenty-five hundred"],
        ["250,000", "two hundred and fifty thousand", "250 thousand"],
        ["3.05", "three point zero five", "three point oh five"],
        ["21st", "twenty-first", "twenty first", "21ST"],
        ["the 1990s", "the nineteen nineties", "the nineteen-nineties"],
        ["$3.5 million", "three point five million dollars", "$3.5m", "$ 3.5 million"],
        ["$5", "five dollars", "$5.00"],
        ["$1.05", "one dollar five cents", "one dollar and five cents"],
        ["5%", "five percent", "five per cent", "5 %", "5 percent"],
        ["10:30", "ten thirty", "ten-thirty"],
        ["10:00", "ten o'clock"],
        ["5 p.m.", "5pm", "five p m", "five PM", "5:00 pm", "five o'clock pm"],
        ["1½ cups", "1 1/2 cups", "one and a half cups", "one and one half cups"],
        ["3/4", "three quarters"],
        ["5 km", "5km", "five kilometers", "five kilometres"],
        ["20 °C", "20°C", "twenty degrees Celsius"],
        ["R&D", "r and d", "R & D"],
        ["don't", "do not", "don’t"],
        ["can't", "cannot", "can not"],
        ["it's", "it is"],
        ["we'd've", "we would have"],
        ["colour centre organisation", "color center organization"],
        ["OK Mr. Smith", "okay mister smith"],
        ["C. E. O.", "C E O", "CEO", "c.e.o."],
        ["well-known COVID-19", "well known covid nineteen"],
        ["um, yes", "yes", "uh-huh yes mm-hmm"],
        ["yeti.com", "yeti dot com"],
        ["Q3", "q three", "Q 3"],
        ["a hundred", "one hundred", "100"],
        ["٣٫٥", "three point five"],
    ],
)
def test_ways_of_writing_meet(ways):
    assert len({SPOKEN(way) for way in ways}) == 1, {way: SPOKEN(way) for way in ways}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mario's car", "Mario is car"),
        ("five", "six"),
        ("two hundred", "two thousand"),
        ("a hundred", "a thousand"),
        ("$5", "£5"),
        ("5 mm", "5 cm"),
        ("promise", "promize"),
        ("four hour", "for our"),
        ("plan b i think", "plan bi think"),
        ("1995", "1959"),
    ],
)
def test_what_is_said_differently_stays_different(one, other):
    assert SPOKEN(one) != SPOKEN(other)


@settings(max_examples=500, deadline=None)
@given(
    st.text()
    | st.text(alphabet=TRICKY, max_size=40)
    | st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)
    | st.lists(st.sampled_from([*PIECES, *"-'./,: "]), max_size=10).map("".join)
)
@example("0IT'S 0um 0\u093a 0'A")
@example("b i i'm c um f o u m e r m")
def test_idempotent_total_and_without_digits(text):
    once = SPOKEN(text)
    assert SPOKEN(once) == once
    assert once == " ".join(once.split())
    assert not any(character.isdecimal() for character in once)
    assert not set(once) & set(string.ascii_uppercase + '"[]<>{}()!?;\t\n,.$%')


def test_idempotent_for_characters_of_every_script():
    for start in (*range(0, 0x3400, 64), *range(0x3400, 0x110000, 64 * 16)):  # of ideographs and the like a part
        text = " ".join(f"a{c}b {c}1{c}" for c in map(chr, range(start, start + 64)))
        once = SPOKEN(text)
        assert SPOKEN(once) == once, hex(start)


@given(st.integers(0, 10**16))
def test_every_number_has_one_reading(value):
    words = numbers.spell(str(value))
    assert number_forms.unify_numbers(words) == words
    assert SPOKEN(f"{value:,}") == SPOKEN(str(value)) == words


@given(st.integers(0, 10**12 - 1))
def test_readings_of_different_numbers_differ(value):
    assert numbers.spell(str(value)) != numbers.spell(str(value + 1))


def words_of_a_large_dictionary():
    pocketsphinx = pytest.importorskip("pocketsphinx")
    lines = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")).read_text(encoding="utf-8").splitlines()
    words = {line.split()[0] for line in lines if "(" not in line.split()[0]}
    assert len(words) > 100_000
    return {word for word in words if word.isalpha()}


def test_spoken_changes_no_word_but_spellings_and_abbreviations():
    changed = {word: SPOKEN(word) for word in words_of_a_large_dictionary() if SPOKEN(word) != word}
    for word, after in changed.items():
        assert is_filler(word) or spelling.american(word) == after or spelling.expand_abbreviations(word) == after, (
            word,
            after,
        )
    assert len(changed) < 700
    assert all(after for word, after in changed.items() if not is_filler(word))


def test_no_profile_damages_a_word():
    """A word may lose its accents or become the American spelling, but never most of its letters."""
    words = words_of_a_large_dictionary()
    for profile in VERSIONS:
        if profile == "whisper":
            pytest.importorskip("whisper_normalizer")
        normalizer = create_normalizer(profile)
        for word in sorted(words)[:: 8 if profile == "whisper" else 1]:
            after = normalizer(word)
            if is_filler(word) or word in {"o", "oh"} | numbers.NUMBERS:
                continue
            assert after, (profile, word)
            assert "<" not in after, (profile, word)
            assert after[0] == word[0] or profile == "whisper" or word.startswith(("ae", "oe")), (profile, word, after)


def test_the_spellings_are_those_of_words_that_exist():
    known = words_of_a_large_dictionary()
    british = "colours favourite organised analysing centres cancelled travelling defence catalogue paediatric grey"
    american = "colors favorite organized analyzing centers canceled traveling defense catalog pediatric gray"
    assert [spelling.american(word) for word in british.split()] == american.split()
    assert set(american.split()) <= known
    kept = "promise precise hour four advertise surprise exercise rise premises analysis our flour tour acre"
    assert [spelling.american(word) for word in kept.split()] == kept.split()


def test_rules_can_be_left_out_by_name():
    assert create_normalizer("spoken", without=["speak_numbers"])("it's 5") == "it is 5"
    assert create_normalizer("basic", without=["drop_fillers"])("um yes") == "um yes"
    assert str(create_normalizer("basic", without=["drop_fillers"])) == "basic 2 without drop_fillers"
    with pytest.raises(UserError, match="speak_numbers") as caught:
        create_normalizer("basic", without=["speak_numbers"])
    assert "drop_fillers" in caught.value.hint


def test_spoken_refuses_other_languages_and_basic_takes_them():
    with pytest.raises(UserError, match="de-DE"):
        create_normalizer("spoken", "de-DE")
    assert create_normalizer("basic", "hi-IN")("हिन्दी में क्षमता।") == "हिन्दी में क्षमता"
    assert create_normalizer("basic", "ja-JP")("日本語。") == "日 本 語"


def test_whisper_gives_the_published_form():
    pytest.importorskip("whisper_normalizer")
    whisper = create_normalizer("whisper")
    assert whisper("Mr. Smith's colour, um, is twenty-five percent") == "mister smith is color is 25%"
    assert whisper("archaeology") == "archeology"
    assert create_normalizer("whisper", "de-DE")("Über!") == "über"


def test_long_lines_take_little_time():
    for hard in ("1", "1,", "1 ", "a ", "$1", "o ", "one thousand ", "and ", "1/2 ", "'s", "10:30", "hundred and "):
        SPOKEN(hard * 20_000)
