"""Names of speakers and times, which nobody says, and colons and hours, which are said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.documents import transcript
from clm.documents.labels import Labels, without
from clm.documents.stamps import split, split_with_header

SAID = ["good morning all .", "hello Ann .", "so we start with the cell .", "fine"]
NAMES = ["Ann Lee", "Bob Ray", "Ann Lee", "Bob Ray"]


def words(text: str) -> tuple[list[str], list[str]]:
    """What is said in a text, and the labels that were left out."""
    reading = transcript.read_bytes(text.encode(), transcript.Path("x.txt"))
    found = reading.labels.decided()
    return reading.text(found).split(), found


def in_form(form: str, names: list[str] = NAMES, separator: str = "\n") -> str:
    return separator.join(
        form.format(name=name, said=said, at=f"{place:02}", number=1 + place % 2, upper=name.upper())
        for place, (name, said) in enumerate(zip(names, SAID, strict=True))
    )


FORMS = {
    "name": ("{name}: {said}", "\n"),
    "paragraphs": ("{name}: {said}", "\n\n"),
    "name on a line of its own": ("{name}:\n{said}", "\n\n"),
    "capitals": ("{upper}: {said}", "\n"),
    "one word": ("{name[0]}nn: {said}", "\n"),
    "with a title": ("Dr. {name}: {said}", "\n"),
    "with a role": ("{name}, CEO: {said}", "\n"),
    "with a role in brackets": ("{name} (CFO): {said}", "\n"),
    "numbered": ("Speaker {number}: {said}", "\n"),
    "numbered by a diarizer": ("SPEAKER_0{number}: {said}", "\n"),
    "numbered by Amazon": ("spk_{number}: {said}", "\n"),
    "numbered without a colon": ("Speaker {number}\n{said}", "\n\n"),
    "all on one line": ("Speaker {number}: {said}", " "),
    "time in brackets": ("[00:00:{at}] {name}: {said}", "\n"),
    "time without": ("00:{at} {name}: {said}", "\n"),
    "time behind the name": ("{name} [00:00:{at}]: {said}", "\n"),
    "time behind the colon": ("{name}: [00:00:{at}] {said}", "\n"),
    "Otter": ("{name}  0:{at}\n{said}", "\n\n"),
    "Teams": ("{name}   0:{at}\n{said}", "\n"),
    "Teams with two times": ("0:0:{at}.0 --> 0:0:{at}.9\n{name}\n{said}", "\n\n"),
    "Zoom": ("[{name}] 10:05:{at}\n{said}", "\n\n"),
    "Rev": ("Speaker {number} (00:{at}):\n{said}", "\n\n"),
    "Word": ("00:00:{at} Speaker {number}\n{said}", "\n"),
    "HappyScribe": ("[00:00:{at}.12] - {name}\n{said}", "\n\n"),
    "Meet": ("{name}\n{said}", "\n\n"),
    "Markdown": ("**{name}:** {said}", "\n\n"),
    "captions": (">> {upper}: {said}", "\n"),
    "f4": ("{name}: {said} #00:00:{at}-3#", "\n"),
    "wide colon": ("{name}：{said}", "\n"),
    "a name in brackets": ("[{name}] {said}", "\n"),
    "a number in parentheses": ("(Speaker {number}) {said}", "\n"),
    "a dash behind capitals": ("{upper} - {said}", "\n"),
    "a tab behind the name": ("{name}\t{said}", "\n"),
    "French spacing": ("{name} : {said}", "\n"),
    "italics": ("*{name}*: {said}", "\n"),
    "dashes": ("- {name}: {said}", "\n"),
}


@pytest.mark.parametrize(("form", "separator"), FORMS.values(), ids=FORMS)
def test_names_and_times_go_and_words_stay(form, separator):
    found, labels = words(in_form(form, separator=separator))
    assert found == " ".join(SAID).split()
    assert len(labels) == 2 or "[0]" in form


@pytest.mark.parametrize(
    "names",
    [
        ["Анна", "Борис"] * 2, ["王小明", "李雷"] * 2, ["anna", "bob"] * 2, ["Q", "A"] * 2, ["María José", "J. R."] * 2,
        ["ANN LEE", "BOB RAY", "ANN LEE", "OPERATOR"], ["Interviewer", "Interviewee"] * 2, ["O'Neil", "Jean-Luc"] * 2,
        ["Ludwig van Beethoven", "Vincent de Paul"] * 2,
    ],
    ids=lambda names: names[0],
)  # fmt: skip
def test_names_of_many_kinds(names):
    found, labels = words(in_form("{name}: {said}", names))
    assert (found, labels) == (" ".join(SAID).split(), sorted(set(names)))


@pytest.mark.parametrize(
    "text",
    [
        "10:30 is fine for me.\nLet us meet at 11:00.",
        "10:30 the bus leaves.\n11:15 lunch with Ann.\nThen we talk about cells.\nand more\nand more",
        "Remember: check the valve.\nIt is open.\nWe go on.\nRemember: close it.\nThen leave.\nAnd rest.",
        "He said: yes.\nShe said: no.\nHe said: maybe.\nShe said: never.",
        "The answer is simple: patience.\nThe answer is simple: time.",
        "Note: one.\nNote: two.",
        "We need three things: a, b, c.\nWater: it is wet.\nAir: it is thin.",
        "Yes\nNo\nYes\nOkay\nYes",
        "Ratio 3:1 rises.\nGenesis 1:1 says so",
        "Dear Anna: I write to you.\nDear Anna: again",
        "Question: what is a cell?\nIt is a unit.\nQuestion: what is DNA?\nIt is a molecule.",
        "My advice: sleep.\nMy advice: eat.\nMy advice: walk.",
        "A. Smith wrote it.\nB. Jones read it.",
        "see https://example.org and http://example.com",
        "Paris - the city.\nParis - the people.\nLondon - the fog.",
        "[laughter]\nwell (sure) it is\n(sure) why not",
        "So: we begin.\nAnd: we end.\nSo: we begin again.",
    ],
)
def test_colons_and_hours_in_speech_stay(text):
    assert words(text) == (text.split(), [])


def test_a_label_that_stands_once_is_kept_unless_its_form_says_what_it_is():
    assert words("Anna: good morning")[0] == ["Anna:", "good", "morning"]
    assert words("Speaker 1: good morning")[0] == ["good", "morning"]


def test_only_the_first_colon_of_a_line_ends_a_label():
    assert words("ANN: remember: two.\nBOB: ratio 3:1.\nANN: yes.")[0] == ["remember:", "two.", "ratio", "3:1.", "yes."]


def test_labels_of_a_folder_are_counted_together():
    counts = Labels()
    clips = [split([f"{name}: hello {number}"]) for number, name in enumerate(NAMES)]
    for lines in clips:
        counts.add(lines)
    assert counts.decided() == ["Ann Lee", "Bob Ray"]
    assert [without(lines, counts.decided()) for lines in clips] == [[f"hello {number}"] for number in range(4)]


def test_long_turns_are_wrapped_into_many_lines():
    turn = "\n".join(["word " * 12] * 9)
    found, labels = words("\n".join(f"{name}: {turn}" for name in NAMES))
    assert (set(found), labels) == ({"word"}, ["Ann Lee", "Bob Ray"])


def test_what_stands_before_the_first_time_is_no_speech():
    otter = "Weekly sync\nMon, Nov 30, 2020 10:00AM\n\nSPEAKERS\nAnn Lee, Bob\n\n" + in_form("{name}  0:{at}\n{said}\n")
    lines, header = split_with_header([*otter.split("\n"), "Transcribed by https://otter.ai"])
    assert [line.text for line in lines if line.text] == SAID
    assert header == ["Weekly sync", "Mon, Nov 30, 2020 10:00AM", "SPEAKERS", "Ann Lee, Bob"]


def test_labels_may_be_kept(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text(in_form("[00:00:{at}] {name}: {said}"), encoding="utf-8")
    assert transcript.read_transcript(path, transcript.KEEP).text.split("\n")[0] == "Ann Lee: good morning all ."
    assert transcript.read_transcript(path).notices[0].arguments == {"names": ["Ann Lee", "Bob Ray"]}


said = st.lists(st.sampled_from(["cell", "wall", "is", "thin", "5", "10:30", "yes.", "two,"]), min_size=1, max_size=9)
turns = st.lists(st.tuples(st.sampled_from(["Ann Lee", "Bob", "DR. CHO"]), said), min_size=6, max_size=30)


@given(
    turns, st.sampled_from(["{name}: {said}", "[00:{at}:00] {name}: {said}", "**{name}:** {said}", "{name}:\n{said}"])
)
def test_a_dialogue_without_its_labels_is_what_was_said(dialogue, form):
    names = [name for name, _ in dialogue]
    for name in set(names):  # each speaker comes back
        dialogue.append((name, ["again"]))
    text = "\n".join(
        form.format(name=name, said=" ".join(said), at=f"{place % 60:02}")
        for place, (name, said) in enumerate(dialogue)
    )
    assert words(text)[0] == [word for _, said in dialogue for word in said]
