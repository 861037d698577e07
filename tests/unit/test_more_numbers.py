"""More numbers as texts to learn from have them: each read as it is said, with one reading for corpus and score."""

import pytest

from clm.english.verbalize import verbalize
from clm.normalization.normalizer import create_normalizer

SPOKEN = create_normalizer("spoken")
MEMBERS = """
It cost $1.2M–$1.5M. | It cost one point two million to one point five million dollars.
at 7:05am sharp | at seven oh five am sharp
from 10:30pm–11:15pm | from ten thirty pm to eleven fifteen pm
from 0–5 °C | from zero to five degrees celsius
down to −40°F | down to minus forty degrees fahrenheit
a 3.5mm jack | a three point five millimeters jack
a 90-day trial, a 3-year-old | a ninety day trial, a three year old
1st, 2nd, 23rd, 101st | first, second, twenty third, one hundred first
1/2 cup, 1 1/2 cups | one half cup, one and a half cups
1⁄4 cup or ½ of it | one quarter cup or one half of it
50%–60% | fifty to sixty percent
±5 | plus or minus five
on 2024-03-15 | on march fifteenth twenty twenty four
the 1990s, '90s | the nineteen nineties, nineties
Henry VIII | Henry the eighth
§ 5 and #3 | § five and number three
9-to-5 and 24/7 | nine to five and twenty four seven
5.1 surround | five point one surround
8GB of RAM, a 1TB disk | eight gigabytes of RAM, a one terabyte disk
16-bit or 5.5-inch | sixteen bit or five point five inch
5 µg and 100km/h | five micrograms and one hundred kilometers per hour
5 lbs 4 oz | five pounds four ounces
$5/day, $0.99, 5¢ | five dollars per day, ninety nine cents, five cents
£1m or ¥10,000 | one million pounds or ten thousand yen
1.5x | one point five x
a 3-2 win, 50-50 | a three two win, fifty fifty
Apollo 11 | Apollo eleven
10 A.M. or 10a.m. | ten am or ten am
a 12th-century church | a twelfth century church
mid-1990s, pre-2000 | mid nineteen nineties, pre two thousand
$1-2 million, $1-$2 | one to two million dollars, one to two dollars
10-15% | ten to fifteen percent
-5 to -10 | minus five to minus ten
3×10^8 or 3 × 4 | three times ten eight or three times four
a 10×10 grid | a ten times ten grid
MP3, H2O, COVID-19, F-16 | MP3, H2O, COVID-19, F-16
"""
PAIRS = [tuple(part.strip() for part in line.split(" | ")) for line in MEMBERS.strip().splitlines()]


@pytest.mark.parametrize(("written", "said"), PAIRS)
def test_more_numbers_are_written_as_they_are_said(written: str, said: str) -> None:
    assert verbalize(written) == said
    assert verbalize(said) == said
    assert SPOKEN(written) == SPOKEN(said)
