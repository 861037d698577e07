"""Transcripts as tools export them: names, times, ids and numbers of lines never become words."""

import pytest

from clm.documents import transcript

SAID = [
    "good morning all .",
    "hello there .",
    "so we start with the cell .",
    "fine",
    "and now we look at it",
    "thank you",
]
NAMES = ["Ann Lee", "Bob Ray"] * 3

FORMS = {
    "Trint": ("{name} [00:00:{at}] {said}", "\n\n"),
    "Descript in Markdown": ("**{name}:** [00:00:{at}] {said}", "\n\n"),
    "tactiq as vtt": ("00:00:{at}.120,00:00:{to}.900\n{name}: {said}", "\n\n"),
    "Fireflies": ("{name} - 00:{at}\n{said}", "\n\n"),
    "Fathom": ("0:{at} - {name} (Acme)\n  {said}", "\n\n"),
    "Gong": ("0:{at} | {first}\n{said}", "\n\n"),
    "Grain": ("[00:{at}] {name}\n{said}", "\n\n"),
    "Riverside": ("{upper} (00:00:{at}.120):\n{said}", "\n\n"),
    "Krisp": ("{name} | 00:{at}\n{said}", "\n\n"),
    "a long dash": ("{name} — 00:{at}\n{said}", "\n\n"),
    "Amberscript": ("00:00:{at}\nSpeaker {number}\n{said}", "\n\n"),
    "Amberscript with names": ("00:00:{at}\n{name}\n{said}", "\n\n"),
    "Premiere": ("00:00:{at}:00 - 00:00:{to}:00\nSpeaker {number}\n{said}", "\n\n"),
    "Premiere with names": ("00:00:{at}:12 - 00:00:{to}:20\n{name}\n{said}", "\n\n"),
    "Temi": ("Speaker {number}: [00:{at}]\t{said}", "\n\n"),
    "Scribie": ("0:00:{at}.3 Speaker {number}: {said}", "\n\n"),
    "Scribie, short": ("00:{at} S{number}: {said}", "\n\n"),
    "Rev AI": ("Speaker {number}    00:00:{at}    {said}", "\n"),
    "AssemblyAI": ("Speaker {side}  00:{at}  {said}", "\n\n"),
    "Speechmatics": ("SPEAKER: S{number}\n{said}", "\n\n"),
    "Deepgram": ("[Speaker:{number}] {said}", "\n"),
    "WhisperX": ("[SPEAKER_0{number}]: {said}", "\n"),
    "pyannote": ("[ 00:00:{at}.497 -->  00:00:{to}.779] SPEAKER_0{number}: {said}", "\n"),
    "TurboScribe": ("[Speaker {number}] (0:{at} - 0:{to})\n{said}", "\n\n"),
    "a range behind a name": ("SPEAKER {number}  0:{at} - 0:{to}\n{said}", "\n\n"),
    "Webex": ("{name}\t00:{at}\n{said}", "\n\n"),
    "a table of time, name, words": ("00:00:{at}\t{name}\t{said}", "\n"),
    "a table of name, time, words": ("{name}\t00:00:{at}\t{said}", "\n"),
    "WhatsApp on iOS": ("[24/10/2023, 10:05:{at}] {name}: {said}", "\n"),
    "WhatsApp on Android": ("24/10/2023, 10:05 - {name}: {said}", "\n"),
    "Jitsi": ("10:05:{at} AM {name}: {said}", "\n"),
    "Fisher": ("{at}.59 {to}.22 {side}: {said}", "\n"),
    "Switchboard": ("{side}.{line}: {said}", "\n"),
    "Switchboard with an at sign": ("@{side}.{line}: {said}", "\n"),
    "conversation analysis": ("{line:02} {side}: {said}", "\n"),
    "conversation analysis with names": ("{line:03}  {upper}:   {said}", "\n"),
    "a numbered list": ("{line}. {name}: {said}", "\n"),
    "name and time in one box": ("[{name}, 00:00:{at}]: {said}", "\n"),
    "name and time in one box, without a sign": ("[{name} 00:00:{at}] {said}", "\n"),
    "minutes and seconds with units": ("[0m{at}s] {name}: {said}", "\n"),
    "seconds with a unit": ("({at}s) {name}: {said}", "\n"),
    "a Markdown heading": ("## {name}\n\n{said}", "\n\n"),
    "a bold name": ("**{name}**\n\n{said}", "\n\n"),
    "a name as a paragraph": ("{name}\n\n{said}", "\n\n"),
    "Markdown with a time": ("**{name}** *(00:{at})*: {said}", "\n\n"),
    "a time in backticks": ("`00:{at}` **{name}**: {said}", "\n\n"),
    "MediaWiki": ("'''{first}:''' {said}", "\n\n"),
    "an at sign": ("@{first}: {said}", "\n"),
    "a screenplay": ("{upper} (V.O.): {said}", "\n"),
    "Hansard": ("Mr {first} (Labour): {said}", "\n\n"),
    "IRC": ("<{first}> {said}", "\n"),
    "voices": ("{voice} voice: {said}", "\n"),
    "letters": ("{side}: {said}", "\n"),
    "interviewer and respondent": ("{letter}: {said}", "\n"),
}


def words(text: str) -> list[str]:
    reading = transcript.read_bytes(text.encode(), transcript.Path("x.txt"))
    return reading.text(reading.labels.decided()).split()


def in_form(form: str, separator: str) -> str:
    return separator.join(
        form.format(
            name=name, first=name.split()[0], upper=name.upper(), said=said, at=f"{2 * place:02}", side="AB"[place % 2],
            to=f"{2 * place + 1:02}", number=1 + place % 2, line=place + 1, voice=("Male", "Female")[place % 2],
            letter="IR"[place % 2],
        )
        for place, (name, said) in enumerate(zip(NAMES, SAID, strict=True))
    )  # fmt: skip


@pytest.mark.parametrize(("form", "separator"), FORMS.values(), ids=FORMS)
def test_only_words_are_left_of_what_tools_export(form: str, separator: str) -> None:
    assert words(in_form(form, separator)) == " ".join(SAID).split()


@pytest.mark.parametrize(
    ("head", "form", "foot"),
    [
        ("Meeting title: Weekly\nMeeting started: 10/24/2023, 10:00:00 AM\nParticipants: Ann, Bob\n\n",
         "00:{at} {name}: {said}", ""),
        ("Oct 24, 2023\n\nWeekly sync - Transcript\n\n00:00:00\n \n", "{name}: {said}",
         "\n\nTranscription ended after 00:10:00\n\nThis editable transcript was computer generated and has errors."),
        ("Weekly Sync - October 24\nVIEW RECORDING - 30 mins\n\n---\n\n", "0:{at} - {name} (Acme)\n  {said}", ""),
    ],
    ids=["tactiq", "Meet", "Fathom"],
)  # fmt: skip
def test_title_and_end_of_an_export_are_no_speech(head: str, form: str, foot: str) -> None:
    assert words(head + in_form(form, "\n") + foot) == " ".join(SAID).split()


def test_numbers_of_lines_are_left_out_and_reported() -> None:
    page = "\n".join(f"{number}  {said}" for number, said in enumerate(SAID, start=1))
    reading = transcript.read_bytes(f"{page}\n{page}\n7".encode(), transcript.Path("x.txt"))
    assert [notice.code for notice in reading.notices] == ["numbered"]
    assert words(page) == " ".join(SAID).split()


@pytest.mark.parametrize(
    "text",
    [
        "1984 was a cold year\n1985 was warm\n1986 was dry\n1987 was wet",
        "3 cells divide\n3 cells rest\n2 cells die\n9 are left",
        "Nevermore\n\nquoth the raven again\n\nLenore\n\nsaid the man",
        "10:30 - we met Ann\nthen we left\nand came home\nat 11:00",
        "[sic] 5:00 was late\n(sure) we knew",
        "A: one\nthen B and so on\nand on\nand on",
        "we paid 1.50 2.50 and 3.50\nand 4.50 5.50 too",
    ],
)
def test_numbers_and_names_in_speech_stay(text: str) -> None:
    assert words(text) == text.split()
