"""One reading of written numbers for scorer and corpus, and no word of half a number."""

import csv
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clm.english.amounts import CODES, CURRENCIES, DOLLARS, PLURALS, UNITS, plural
from clm.english.dates import MONTHS, PARTS
from clm.english.numbers import NUMBER_WORDS
from clm.english.tokenizer import tokenize
from clm.english.verbalize import verbalize
from clm.normalization.normalizer import create_normalizer

SPOKEN = create_normalizer("spoken")

#: Members of each kind, as they are written and as a corpus has them; other ways to say them are further below.
KINDS = {
    "plain numbers": """
        In 1995 it grew. | In nineteen ninety five it grew.
        It has 1,234 parts. | It has one thousand two hundred thirty four parts.
        About 3.14 of it, or .5. | About three point one four of it, or zero point five.
        agent 007 (12) | agent zero zero seven (twelve)
        in 1,000,000.25 cases | in one million point two five cases
        See no. 5. | See no. five.
        10 000 people | ten thousand people
        25 500 or 1 234 567 |\
            twenty five thousand five hundred or one million two hundred thirty four thousand five hundred \
sixty seven
        #1 of #12 | number one of number twelve
        24/7 and 50/50 and 9/11 | twenty four seven and fifty fifty and nine eleven
    """,
    "money": """
        $1 or $2.50 | one dollar or two dollars fifty cents
        £3 billion | three billion pounds
        The fund raised $1.5M in spring. | The fund raised one point five million dollars in spring.
        €20m, $5k, ¥1000, $3bn, £1.2tn |\
            twenty million euros, five thousand dollars, one thousand yen, three billion dollars, one point two \
trillion pounds
        US$5 million, A$3, NZ$10 | five million us dollars, three australian dollars, ten new zealand dollars
        25¢ or 99¢ or 1¢ | twenty five cents or ninety nine cents or one cent
        5 €, 20£, 7 million € | five euros, twenty pounds, seven million euros
        USD 5 million, 5m EUR, 10 GBP | five million us dollars, five million euros, ten pounds
        $-5, S$20, −€3 | minus five dollars, twenty singapore dollars, minus three euros
        -$5 and ($1.5M) | minus five dollars and (one point five million dollars)
        a $3.5-million deal at $5/day | a three point five million dollars deal at five dollars per day
    """,
    "more currencies and codes": """
        ₩5000 or 3 ₽ | five thousand won or three rubles
        ₺20, ₪10, ₱1 | twenty lira, ten shekels, one peso
        CAD 5, 10 AUD, NZD 3m | five canadian dollars, ten australian dollars, three million new zealand dollars
        INR 100 or 5 CNY | one hundred indian rupees or five yuan
        –$5 and −₹3 | minus five dollars and minus three rupees
    """,
    "more units": """
        10 m² or 5cm³ | ten square meters or five cubic centimeters
        50 m/s, 1 km/s | fifty meters per second, one kilometer per second
        9.8 m/s² | nine point eight meters per second squared
        10µm or 5 μg | ten micrometers or five micrograms
        5kW and 3 kPa | five kilowatts and three kilopascals
        1,500 sq ft | one thousand five hundred square feet
    """,
    "numbers in other forms": """
        1'000'000 or 25’500 | one million or twenty five thousand five hundred
        +44 20 7946 0958 | four four two zero seven nine four six zero nine five eight
        +49 (30) 123-4567 | four nine three zero one two three four five six seven
        WWII and WW1 | World War two and World War one
        Monday, 3 March and on Friday 5 May | Monday, the third of March and on Friday the fifth of May
        It fell –5 points. | It fell minus five points.
    """,
    "ranges": """
        From 1914–1918. | From nineteen fourteen to nineteen eighteen.
        Pages 10-20 of it. | Pages ten to twenty of it.
        in 2019-20 or 1914-18 | in twenty nineteen to twenty or nineteen fourteen to eighteen
        $10-15 million or $5M-$10M | ten to fifteen million dollars or five million to ten million dollars
        $10–$15 or 3-5 € | ten to fifteen dollars or three to five euros
        10-15% or 10%–15% | ten to fifteen percent or ten to fifteen percent
        5-10 km, 3–4kg | five to ten kilometers, three to four kilograms
        It ended 3-2, then 21-14 and 7-7. | It ended three two, then twenty one fourteen and seven seven.
        1990s–2000s or 1st-3rd | nineteen nineties to two thousands or first to third
        0.5-1.5 times | zero point five to one point five times
    """,
    "signs": """
        It was -5 degrees. | It was minus five degrees.
        −40°C or +3 | minus forty degrees celsius or plus three
        from -10 to -2.5 | from minus ten to minus two point five
        (-7) and "-8" | (minus seven) and "minus eight"
        -5 to +5, ±2 | minus five to plus five, plus or minus two
        1e-5 and 6.02e+23 | one e minus five and six point zero two e plus twenty three
    """,
    "numbers before letters": """
        We have 1.5M users. | We have one point five M users.
        a 2.5x or 1,000x gain | a two point five x or one thousand x gain
        a 3.5L engine | a three point five L engine
        version 2.4.1, v17.4.12 | version two point four point one, v seventeen point four point twelve
        USB3.0 and 802.11ac | USB three point zero and eight hundred two point one one ac
        H.264 and 100.5FM | H. two hundred sixty four and one hundred point five FM
        5'10 or 6'2 | five ten or six two
    """,
    "times": """
        At 5:30 or 12:00 or 7:05. | At five thirty or twelve o'clock or seven oh five.
        The clinic opens at 10:30pm. | The clinic opens at ten thirty pm.
        10.30 a.m. or 5 P.M. | ten thirty am or five pm
        5-6pm, 9am-5:30pm, 9:30–11:30 am | five to six pm, nine am to five thirty pm, nine thirty to eleven thirty am
        10:00-11:15 or 17:45 | ten o'clock to eleven fifteen or seventeen forty five
        11AM and 1 pm | eleven am and one pm
    """,
    "dates": """
        On June 3, 1871, they met. | On June third, eighteen seventy one, they met.
        on 3 June 1871 | on the third of June eighteen seventy one
        the 3rd of June or the 21 May 2020 | the third of June or the twenty first of May twenty twenty
        Dec. 24-26 or 3–5 July | December twenty fourth to twenty sixth or the third to fifth of July
        On Sept 11 and Jan. 1st | On September eleventh and January first
        On 2020-01-05 it began. | On january fifth twenty twenty it began.
        in June 5 million came, March 5% | in June five million came, March five percent
        in May 2020 we may 3 times | in May twenty twenty we may three times
        The 1990s and the 2nd, 3rd, 11th and 20th. |\
            The nineteen nineties and the second, third, eleventh and twentieth.
        the mid-1990s, the '80s, a 19th-century 1980s-style |\
            the mid nineteen nineties, the eighties, a nineteenth century nineteen eighties style
    """,
    "units and per cent": """
        A 5 % rise of 10%. | A five percent rise of ten percent.
        5mm or 1 kg at 30 mph | five millimeters or one kilogram at thirty miles per hour
        60 km/h, 5 mg/dL, 25bps | sixty kilometers per hour, five milligrams per deciliter, twenty five basis points
        a 30-minute 5-km run | a thirty minute five kilometer run
        1½ cups, 3/4-inch, ¾ full | one and a half cups, three quarters inch, three quarters full
        $1.5bn of 2.5bn | one point five billion dollars of two point five billion
        20°C, 70 °F, 90° | twenty degrees celsius, seventy degrees fahrenheit, ninety degrees
    """,
    "telephone numbers": """
        call 555-1234 | call five five five one two three four
        (212) 555-0100 | two one two five five five zero one zero zero
        212-555-0123 or 212.555.0123 |\
            two one two five five five zero one two three or two one two five five five zero one two three
        +1 212 555 0199 | one two one two five five five zero one nine nine
    """,
    "addresses": """
        Write to ann@yeti.com today. | Write to ann at yeti dot com today.
        ann.lee@mail.yeti.co.uk | ann dot lee at mail dot yeti dot co dot uk
        see yeti.com/coolers/new. | see yeti dot com slash coolers slash new.
        on example.org, gov.uk or x.ai | on example dot org, gov dot uk or x dot ai
        max_b@uni.edu | max underscore b at uni dot edu
    """,
    "Roman numerals": """
        In World War II and World War I. | In World War two and World War one.
        Henry VIII, Elizabeth II's, Louis XIV | Henry the eighth, Elizabeth the second's, Louis the fourteenth
        Type II, phase III, Chapter IX, Title VII | Type two, phase three, Chapter nine, Title seven
        Final Fantasy VII and Vatican II | Final Fantasy seven and Vatican two
        the Super Bowl XLVIII | the Super Bowl forty eight
        Richard V or Part X | Richard the fifth or Part ten
        the part I think of, an IV drip, Malcolm X | the part I think of, an IV drip, Malcolm X
    """,
    "names": """
        H2O, p53, COVID-19 and B12 stay. | H2O, p53, COVID-19 and B12 stay.
        x5, 5x, 3D-printed, 2x4 and 5G stay. | x5, 5x, 3D-printed, 2x4 and 5G stay.
        SARS-CoV-2, F-16, Q3'21 and p53-null | SARS-CoV-2, F-16, Q3'21 and p53-null
        (H2O/CO2), "MP3"; B2B's | (H2O/CO2), "MP3"; B2B's
        100m-200m, 3*4 | 100m 200m, three four
        Nothing to say. | Nothing to say.
    """,
}
MEMBERS = [
    tuple(part.strip() for part in line.split("|"))
    for lines in KINDS.values()
    for line in lines.split("\n")
    if line.strip()
]


@pytest.mark.parametrize(("written", "said"), MEMBERS)
def test_numbers_are_written_as_they_are_spoken(written: str, said: str):
    assert verbalize(written) == said
    assert verbalize(said) == said
    assert SPOKEN(written) == SPOKEN(said)


def test_each_kind_has_enough_members():
    assert all(len(re.split(r"\n|,| or | and ", lines.strip())) >= 5 for lines in KINDS.values())


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("June 3, 1871", "june the third eighteen seventy one"),
        ("3 June", "third of june"),
        ("3 June", "3rd of June"),
        ("June 3", "June 3rd"),
        ("$2.50", "two dollars and fifty cents"),
        ("1½ million", "one and one half million"),
        ("2020-01-05", "January 5, 2020"),
        ("US$5 million", "5 million U.S. dollars"),
        ("10 000", "10,000"),
        ("10–15%", "10 to 15 percent"),
        ("$10-$15 million", "10 to 15 million dollars"),
        ("World War II", "World War 2"),
        ("Henry VIII", "henry the 8th"),
        ("v2.4.1", "v 2 point 4 point 1"),
        ("10.30 a.m.", "10:30 AM"),
        ("https://yeti.com/", "yeti.com"),
        ("5'10", "five ten"),
        ("the '90s", "the nineties"),
    ],
)
def test_other_ways_of_saying_it_are_equal(written: str, heard: str):
    assert SPOKEN(written) == SPOKEN(heard)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("-5 degrees", "5 degrees"),
        ("3-2", "3 to 2"),
        ("10-20", "10, 20"),
        ("$10-15", "£10-15"),
        ("1.5M users", "1.5B users"),
        ("June 3", "June 4"),
        ("10:30 am", "10:30 pm"),
        ("US$5", "A$5"),
        ("2.4.1", "2.41"),
        ("World War II", "World War I"),
        ("5 mm", "5 m"),
        ("10 000", "10 100"),
        ("part I", "part one"),
    ],
)
def test_what_is_said_differently_stays_different(one: str, other: str):
    assert SPOKEN(one) != SPOKEN(other)


# -- any number in any surroundings ---------------------------------------------------------------------------------

_whole = st.integers(0, 10**7)
_grouped = st.integers(1000, 10**10).map("{:,}".format)
_decimal = st.tuples(st.integers(0, 9999), st.text("0123456789", min_size=1, max_size=4)).map(
    lambda parts: f"{parts[0]}.{parts[1]}"
)
_number = _whole.map(str) | _grouped | _decimal
_range = st.tuples(_number, st.sampled_from(["-", "–", " – "]), _number).map("".join)
_amount = _number | _range
_mark = st.sampled_from([*CURRENCIES, "US$", "A$"])
_scale = st.sampled_from(["", "k", "M", "bn", " million", " billion", "-million"])
_money = st.tuples(st.sampled_from(["", "-"]), _mark, _amount, _scale).map("".join) | st.tuples(
    _number, st.sampled_from(["¢", " €", "£", " USD", " million €"])
).map("".join)
_clock = st.tuples(st.integers(1, 12), st.sampled_from(["", ":00", ":05", ":30", ".45"])).map(
    lambda time: f"{time[0]}{time[1]}"
)
_half = st.sampled_from(["am", "pm", " AM", " p.m.", "PM"])
_time = (
    st.tuples(_clock, _half).map("".join)
    | st.tuples(_clock, st.sampled_from(["-", "–"]), _clock, _half).map("".join)
    | st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda time: f"{time[0]}:{time[1]:02}")
)
_month = st.sampled_from([*map(str.capitalize, MONTHS), "Jan.", "Sept", "Dec."])
_day = st.tuples(st.integers(1, 31), st.sampled_from(["", "th"])).map(lambda day: f"{day[0]}{day[1]}")
_date = (
    st.tuples(_month, _day, st.sampled_from(["", ", 1871", " 2020"])).map(lambda date: f"{date[0]} {date[1]}{date[2]}")
    | st.tuples(_day, _month, st.sampled_from(["", " 1871"])).map(lambda date: f"on {date[0]} {date[1]}{date[2]}")
    | st.dates().filter(lambda date: 1100 <= date.year < 2100).map(str)
)
_unit = st.tuples(_amount, st.sampled_from(["", " ", "-"]), st.sampled_from(list(UNITS))).map("".join)
_percent = st.tuples(st.sampled_from(["", "-", "+"]), _amount, st.sampled_from(["%", " %"])).map("".join)
_version = st.lists(st.integers(0, 30), min_size=3, max_size=4).map(lambda parts: ".".join(map(str, parts)))
_letter = st.tuples(_decimal | _grouped, st.sampled_from("kMLxVm")).map("".join)
_signed = st.tuples(st.sampled_from("-−+"), _number).map("".join)
_ordinal = st.tuples(st.integers(1, 2000), st.sampled_from(["st", "nd", "rd", "th", "s", "'s"])).map(
    lambda one: f"{one[0]}{one[1]}"
)
_fraction = st.sampled_from(["1/2", "1 1/2", "1½", "¾", "3/4", "24/7", "5/6"])
_written = st.one_of(
    _number, _range, _money, _time, _date, _unit, _percent, _version, _letter, _signed, _ordinal, _fraction
)
_wrapped = st.tuples(
    st.sampled_from(["", "(", '"', "“", "—"]),
    _written,
    st.sampled_from(["", ")", '"', "”", ",", ".", ";", "?", "!", ":", "…", "—"]),
).map("".join)
_text = st.lists(_wrapped, min_size=1, max_size=4).map(" then cells ".join).map("So {} then.".format)

_OTHER_TEXT = """
so then cells point to minus plus or oh o'clock am pm percent per and a half the of on billion
"""
_WORDS = (
    set(NUMBER_WORDS)
    | set(_OTHER_TEXT.split())
    | set(MONTHS)
    | {word for part in PARTS.values() for word in (part, f"{part}s")}
    | {word for name in [*UNITS.values(), *CODES.values(), *DOLLARS.values(), *PLURALS] for word in name.split()}
    | {word for name in [*UNITS.values(), *CODES.values()] for word in plural(name, "2").split()}
    | {word for pair in CURRENCIES.values() for name in pair for word in (name, plural(name, "2"))}
    | {f"{letter}." for letter in "kmlxv"}
)


@settings(max_examples=400, deadline=None)
@given(_text)
@example("So 1,000x then.")
@example("So $5M-$10M then.")
def test_no_word_of_half_a_number_reaches_a_model(text: str):
    tokens = [word for sentence in tokenize([text]).sentences for word in sentence]
    assert set(tokens) <= _WORDS, set(tokens) - _WORDS
    assert not any(character.isdecimal() for character in verbalize(text))


@settings(max_examples=400, deadline=None)
@given(_text)
def test_corpus_and_scorer_have_one_reading(text: str):
    spelled = verbalize(text)
    assert verbalize(spelled) == spelled
    assert SPOKEN(spelled) == SPOKEN(text)


@settings(max_examples=300, deadline=None)
@given(st.text() | st.text(alphabet="015. ,-–:/$€£%°'\"()apmxst I V@#½²e+", max_size=40))
def test_total_and_without_loose_digits(text: str):
    once = verbalize(text)
    names = re.findall(r"\S*\d\S*", once)
    assert all(any(character.isalpha() for character in name) for name in names), names


@pytest.fixture(scope="module")
def cases(shared_data):
    folder = shared_data.parent / "cases"
    if not folder.is_dir():
        pytest.skip("needs the cases beside the shared data")
    return folder


def test_pairs_have_the_errors_that_they_should(cases):
    with (cases / "pairs.tsv").open(encoding="utf-8") as file:
        pairs = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert pairs
    for pair in pairs:
        normalizer = create_normalizer(pair["profile"])
        equal = normalizer(pair["reference"]) == normalizer(pair["hypothesis"])
        assert equal == (pair["errors"] == "0"), pair


def test_training_text_is_as_it_is_said(cases):
    with (cases / "training-text.tsv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert lines
    for line in lines:
        text, banned, said = line.values()
        tokens = [word for sentence in tokenize([text]).sentences for word in sentence]
        assert " ".join(tokens) == said
        assert not {*tokens, *verbalize(text).lower().split()} & set(banned.split())
