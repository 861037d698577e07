import pytest

from clm.corpus.spoken_numbers import spoken


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("In 1995 it grew.", "In nineteen ninety five it grew."),
        ("It has 3 parts.", "It has three parts."),
        ("It has 1,234 parts.", "It has one thousand two hundred thirty four parts."),
        ("About 3.14 of it.", "About three point one four of it."),
        ("$1 or $2.50", "one dollar or two point five zero dollars"),
        ("£3 billion", "three billion pounds"),
        ("A 5 % rise of 10%.", "A five percent rise of ten percent."),
        ("The 1990s and the 2nd, 3rd, 11th and 20th.",
         "The nineteen nineties and the second, third, eleventh and twentieth."),
        ("From 1914–1918.", "From nineteen fourteen to nineteen eighteen."),
        ("Pages 10-20 of it.", "Pages ten to twenty of it."),
        ("At 5:30 or 12:00 or 7:05.", "At five thirty or twelve or seven oh five."),
        ("H2O, p53, COVID-19 and B12 stay.", "H2O, p53, COVID-19 and B12 stay."),
        ("x5 and 5x stay, 3*4 too.", "x5 and 5x stay, 3*4 too."),
        ("On 2020-01-05 it began.", "On 2020-01-05 it began."),
        ("Version 1.2.3 stays.", "Version 1.2.3 stays."),
        ("See no. 5.", "See no. five."),
        ("(12)", "(twelve)"),
        ("Nothing to say.", "Nothing to say."),
        ("", ""),
    ],
)  # fmt: skip
def test_numbers_are_written_as_they_are_spoken(written: str, expected: str):
    assert spoken(written) == expected
    assert spoken(expected) == expected
