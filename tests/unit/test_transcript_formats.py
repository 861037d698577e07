"""Transcripts in the formats that people have: words are read, numbers of cues, times and ids are not."""

import io
import json
import os
import zipfile
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.base.errors import UserError
from clm.documents import transcript
from clm.normalization.normalizer import create_normalizer
from runner import CHECKOUT

WORDS = "good morning all . hello Ann . fine"


def read(content: str | bytes, name: str = "x.txt", **options) -> transcript.Reading:
    data = content if isinstance(content, bytes) else content.encode()
    return transcript.read_bytes(data, Path(name), **options)


def words(content: str | bytes, name: str = "x.txt", **options) -> str:
    reading = read(content, name, **options)
    return " ".join(reading.text(reading.labels.decided()).split())


TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 3
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 3
        intervals: size = 4
        intervals [1]:
            xmin = 0
            xmax = 1
            text = "good morning all ."
        intervals [2]:
            xmin = 1
            xmax = 1.5
            text = "sil"
        intervals [3]:
            xmin = 1.5
            xmax = 2
            text = "hello Ann ."
        intervals [4]:
            xmin = 2
            xmax = 3
            text = "fine"
    item [2]:
        class = "IntervalTier"
        name = "phones"
        xmin = 0
        xmax = 3
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 3
            text = "g"
"""
SHORT_TEXTGRID = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n2\n<exists>\n2\n"IntervalTier"\n"Ann"\n0\n2\n2\n0\n1\n'
    '"good morning all ."\n1\n2\n"fine"\n"IntervalTier"\n"Bob"\n0\n2\n1\n0.5\n2\n"hello Ann ."\n'
)
FORMATS = {
    "SubRip": "1\n00:00:01,000 --> 00:00:02,000\n<i>good morning</i>\nall .\n\n2\n00:00:02,000 --> 00:00:03,000\n"
    "{\\an8}hello Ann .\n\n3\n00:00:03,000 --> 00:00:04,000\nfine\n",
    "SubRip without numbers": "00:00:01,000 --> 00:00:02,000\ngood morning all .\n\n00:00:02,000 --> 00:00:03,000\n"
    "hello Ann . fine\n",
    "SubRip with empty lines": "1\n\n00:00:01,000 --> 00:00:02,000\n\ngood morning all .\n\n2\n\n"
    "00:00:02,000 --> 00:00:03,000\n\nhello Ann .\n\nfine\n",
    "WebVTT": "WEBVTT - a talk\n\nSTYLE\n::cue { color: red }\n\nNOTE by me\nand others\n\nintro\n"
    "00:01.000 --> 00:02.000 align:start\n<v Ann Lee>good <c.loud>morning</c> <00:01.500>all .</v>\n\nNOTE end\n\n2\n"
    "00:00:02.000 --> 00:00:03.000\n<v Bob>hello&nbsp;Ann .\n\n3\n00:00:03.000 --> 00:00:04.000\nfine\n",
    "WebVTT that rolls up": "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n \ngood<00:00:00.500><c> morning</c>\n\n"
    "00:00:01.000 --> 00:00:01.010\ngood morning\n \n\n00:00:01.010 --> 00:00:02.000\ngood morning\nall . hello\n\n"
    "00:00:02.000 --> 00:00:02.010\nall . hello\n \n\n00:00:02.010 --> 00:00:03.000\nall . hello\nAnn . fine\n",
    "SBV": "0:00:01.000,0:00:03.000\ngood morning all .\n\n0:00:03.000,0:00:04.000\nhello Ann . fine\n",
    "LRC": "[ti:Talk]\n[ar:Ann]\n[00:12.00]good morning all .\n[00:15.30]hello Ann . fine\n",
    "SubStation Alpha": "[Script Info]\nTitle: x\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Ann,0,0,0,,{\\i1}good{\\i0} morning\\Nall .\n"
    "Comment: 0,0:00:01.00,0:00:02.00,Default,Ann,0,0,0,,nobody says this\n"
    "Dialogue: 0,0:00:02.00,0:00:03.00,Default,Bob,0,0,0,,hello Ann . fine\n",
    "TTML": '<?xml version="1.0"?>\n<tt xmlns="http://www.w3.org/ns/ttml"><head/><body><div>'
    '<p begin="00:00:01.000" end="00:00:02.000">good<br/>morning all .</p>'
    '<p begin="00:00:02.000" end="00:00:03.000">hello Ann . fine</p></div></body></tt>',
    "SAMI": "<SAMI><HEAD><TITLE>x</TITLE></HEAD><BODY><SYNC Start=1000><P Class=ENCC>good morning all .\n"
    "<SYNC Start=2000><P Class=ENCC>hello Ann . fine<SYNC Start=3000><P Class=ENCC>&nbsp;</BODY></SAMI>",
    "MicroDVD": "{0}{25}good morning|all .\n{25}{50}hello Ann . fine\n",
    "STM": ";; a comment\nx 1 ann 0.0 1.5 <o,f0,female> {good / nice} morning all .\nx 1 bob 3.0 3.5 <o,f0,male> fine\n"
    "x 1 bob 1.5 2.5 <o,f0,male> hello Ann . {uh / @}\nx 1 noise 2.5 3.0 ignore_time_segment_in_scoring\n".replace(
        "{uh / @}", "{@ / uh}"
    ),
    "CTM": "".join(f"x 1 {place / 2} 0.5 {word} 0.9\n" for place, word in enumerate(WORDS.split())),
    "CTM with alternatives": "x A 0 1 good\nx A 1 1 morning 0.9 lex\nx A 2 1 [noise] NA noise\n"
    "x A * * <ALT_BEGIN>\nx A 3 1 all 1\nx A * * <ALT>\nx A 3 1 hall 1\nx A * * <ALT_END>\nx A 4 1 .\n"
    "x A 5 1 hello 1\nx A 6 1 Ann 1\nx A 7 1 . 1\nx A 8 1 fine 1\n",
    "TRN": "good morning all . (ann_001)\nhello Ann . (bob_002)\nfine (ann_003)\n",
    "TRN with hyphens": "good morning all . (c-01-1)\nhello Ann . fine (c-01-2)\n",
    "Kaldi text": "ann-001 good morning all .\nbob-001 hello Ann .\nbob-002 fine\n",
    "LibriSpeech": "84-121123-0000 good morning all .\n84-121123-0001 hello Ann . fine\n",
    "numbered utterances": "utt0001 good morning all .\nutt0002 hello Ann . fine\n",
    "TextGrid": TEXTGRID,
    "TextGrid in UTF-16": TEXTGRID.encode("utf-16"),
    "TextGrid, short": SHORT_TEXTGRID,
    "RTF": r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\author nobody}}\f0 Ann: good morning\~all .\par "
    r"Bob: hello Ann .\par Ann: fine}",
    "HTML": "<!DOCTYPE html><html><head><title>x</title></head><p>good morning all .</p><p>hello Ann . fine</p>",
    "ELAN": '<?xml version="1.0" encoding="UTF-8"?><ANNOTATION_DOCUMENT><TIME_ORDER>'
    '<TIME_SLOT TIME_SLOT_ID="a" TIME_VALUE="0"/><TIME_SLOT TIME_SLOT_ID="b" TIME_VALUE="900"/></TIME_ORDER>'
    '<TIER TIER_ID="B"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="2" TIME_SLOT_REF1="b" TIME_SLOT_REF2="b">'
    "<ANNOTATION_VALUE>hello Ann . fine</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>"
    '<TIER TIER_ID="A"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="1" TIME_SLOT_REF1="a" TIME_SLOT_REF2="b">'
    "<ANNOTATION_VALUE>good morning all .</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>"
    '<TIER TIER_ID="gloss" PARENT_REF="A"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="3" ANNOTATION_REF="1">'
    "<ANNOTATION_VALUE>no word</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>",
    "Transcriber": '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE Trans SYSTEM "x.dtd">\n<Trans><Episode>'
    '<Section type="report" startTime="0" endTime="3"><Turn startTime="0"><Sync time="0"/>good morning all .'
    '<Event desc="laugh" type="noise"/><Sync time="1"/>hello Ann . fine</Turn></Section></Episode></Trans>',
    "Whisper's table": "start\tend\ttext\n0\t1000\tgood morning all .\n1000\t2000\thello Ann . fine\n",
    "table with speakers": 'Speaker,Start,End,Text\nAnn,0,1,"good morning all ."\nBob,1,2,hello Ann .\nAnn,3,4,fine\n',
    "Audacity": "0.000000\t1.5\tgood morning all .\n1.5\t2.0\thello Ann . fine\n",
    "CHAT": "@UTF8\n@Begin\n@Languages:\teng\n*CHI:\tgood morning [//] all . \x150_100\x15\n%mor:\tadj|good\n"
    "*MOT:\t&-uh hello Ann .\n\tfine\n@End",
    "times and words on a line": "0:00.000 --> 0:05.000  good morning all .\n0:05.000 --> 0:07.000  hello Ann . fine",
    "a heading and notes of Meet": "Attendees\nAnn, Bob\nTranscript\n\nAnn: good morning all .\nBob: hello Ann .\n"
    "Ann: fine\nMeeting ended after 00:01:00\nThis editable transcript was computer generated.\n",
    "times of Whisper": "[00:00.000 --> 00:05.000]  good morning all .\n[00:05.000 --> 00:07.000] hello Ann . fine",
    "times in seconds": "[0.00s -> 5.20s] good morning all .\n[5.20s -> 7.20s] hello Ann . fine",
    "times of YouTube": "0:00\ngood morning all .\n0:03\nhello Ann .\n0:09\nfine",
}  # fmt: skip


@pytest.mark.parametrize("content", FORMATS.values(), ids=FORMATS)
def test_words_are_read_and_nothing_else(content):
    assert words(content) == WORDS


RESULTS = {
    "Whisper": {"text": f" {WORDS}", "segments": [{"id": 0, "start": 0.0, "end": 1.0, "text": f" {WORDS}"}]},
    "Amazon": {"jobName": "x", "results": {"transcripts": [{"transcript": WORDS}], "items": []}},
    "Deepgram": {"metadata": {}, "results": {"channels": [{"alternatives": [{"transcript": WORDS, "words": []}]}]}},
    "AssemblyAI": {"id": "x", "text": WORDS, "words": [{"text": "good", "start": 1}], "utterances": None},
    "NeMo": {"audio_filepath": "/a/x.wav", "duration": 1.0, "text": WORDS},
    "Google": {"results": [{"alternatives": [{"transcript": "good morning all ."}]},
                           {"alternatives": [{"transcript": " hello Ann . fine"}]}]},
    "Watson": {"result_index": 0, "results": [{"final": True, "alternatives": [{"transcript": f"{WORDS} "}]}]},
    "Azure": {"combinedRecognizedPhrases": [{"channel": 0, "lexical": "x", "display": WORDS}], "recognizedPhrases": []},
    "Rev AI": {"monologues": [{"elements": [{"type": "text", "value": "good"}, {"type": "punct", "value": " "},
               {"type": "text", "value": "morning"}, {"type": "punct", "value": " all . hello Ann . fine"}]}]},
    "Speechmatics": {"results": [{"type": "word", "alternatives": [{"content": word}]} for word in WORDS.split()]},
    "Vosk": {"result": [{"word": "good"}], "text": WORDS},
    "whisper.cpp": {"transcription": [{"text": " good morning all ."}, {"text": " hello Ann . fine"}]},
    "transformers": {"text": WORDS, "chunks": [{"text": WORDS, "timestamp": [0, 1]}]},
    "YouTube's list": [{"text": "good morning all .", "start": 0.0}, {"text": "hello Ann . fine", "start": 1.0}],
    "YouTube": {"events": [{"segs": [{"utf8": "good morning"}, {"utf8": " all ."}]},
                           {"segs": [{"utf8": "hello Ann . fine"}]}]},
    "Gladia": {"result": {"transcription": {"full_transcript": WORDS}}},
    "podcast": {"version": "1.0.0", "segments": [{"speaker": "Ann", "startTime": 0, "body": WORDS}]},
}  # fmt: skip


@pytest.mark.parametrize("data", RESULTS.values(), ids=RESULTS)
def test_results_of_recognisers(data):
    assert words(json.dumps(data), "x.json") == WORDS
    assert words(json.dumps(data, indent=2)) == WORDS


def test_what_was_recognised_is_taken_of_a_hypothesis():
    line = '{"audio_filepath": "b.wav", "text": "said", "pred_text": "heard"}\n'
    assert (words(line), words(line, hypothesis=True)) == ("said", "heard")
    assert read(line * 2).by_recording == {"b": "said\nsaid"}


def test_of_several_recordings_that_of_the_file_is_read():
    stm = "a 1 x 0 1 one\nb 1 x 0 1 two\n"
    assert (words(stm, "a.stm"), words(stm, "b.txt"), words(stm, several=True)) == ("one", "two", "one two")
    with pytest.raises(UserError, match=r"of 2 recordings \(a, b\), none of which is named c"):
        words(stm, "c.stm")
    assert words("talk1-a1-01 one\ntalk2-a1-01 two\ntalk1-a1-02 three\n", "talk1") == "one three"
    assert words("ann-01 one\nbob-01 two\n", "talk1") == "one two"
    assert words("a.wav\tone\nb.wav\ttwo\n", "b.txt") == "two"


@pytest.mark.parametrize(
    "text",
    [
        "we saw it again (COVID-19)",
        "hello all (laughter)\ngood day (applause)",
        "COVID-19 is here\nGPT-4 is there\nB-52 flies",
        "1 apple\n2 pears",
        "1999 was good\n2000 was better\n2001 best",
        "[inaudible] hello",
        "{laughs} hello",
        "a -> b is an arrow",
        "so, then, text\nmore, words, here",
        "File type is unknown",
        "# not a heading",
        "one\ttwo\nthree\tfour",
    ],
)
def test_plain_text_is_left_as_it_is(text):
    assert read(text).kind == "plain text"
    assert words(text).split() == text.replace("# ", "").split()


def test_a_line_that_is_a_number_is_a_word():
    assert (
        words("1\n00:00:01,000 --> 00:00:02,000\nIn\n2024\n\n2\n00:00:02,000 --> 00:00:03,000\nwe met\n")
        == "In 2024 we met"
    )
    assert words("00:00:01,000 --> 00:00:02,000\n2024\n\n00:00:02,000 --> 00:00:03,000\nwe met\n") == "2024 we met"


def test_speech_that_repeats_itself_is_no_rolling_caption():
    cues = "".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{said}\n\n" for n, said in enumerate(("Yes", "Yes", "no", "no", "no"))
    )
    assert words(cues) == "Yes Yes no no no"


@given(
    st.lists(
        st.lists(st.sampled_from(["cell", "2024", "a < b", "10", "x: y", "(hm)"]), min_size=1, max_size=3), min_size=1
    )
)
def test_every_line_of_every_cue_is_read(cues):
    def at(second: int) -> str:
        return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02},000"

    text = "".join(
        f"{number}\n{at(2 * number)} --> {at(2 * number + 1)}\n" + "\n".join(lines) + "\n\n"
        for number, lines in enumerate(cues, start=1)
    )
    assert words(text).split() == " ".join(line for lines in cues for line in lines).split()


# -- documents -----------------------------------------------------------------------------------------------------


def saved(document) -> bytes:
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def test_word_paragraphs_with_labels():
    document = docx.Document()
    for name, said in (("Ann", "good morning all ."), ("Bob", "hello Ann ."), ("Ann", "fine")):
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{name}: ").bold = True
        paragraph.add_run(said)
    document.sections[0].header.paragraphs[0].text = "Confidential"
    assert words(saved(document), "x.docx") == WORDS
    assert words(saved(document), "renamed.txt") == WORDS


def test_a_table_of_times_speakers_and_words():
    document = docx.Document()
    rows = [("Time", "Speaker", "Transcript"), ("00:01", "Ann", "good morning all ."), ("00:05", "Bob", "hello Ann ."),
            ("00:09", "Ann", "fine")]  # fmt: skip
    table = document.add_table(len(rows), 3)
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    assert words(saved(document), "x.docx") == WORDS


def word_file(body: str) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
    return data.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        "<w:p><w:r><w:t>good</w:t></w:r><w:ins><w:r><w:t xml:space='preserve'> morning</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText> evening</w:delText></w:r></w:del></w:p>",
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>good morning</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        "<w:p><w:r><w:t>good</w:t><w:br/><w:t>morning</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r></w:p>",
        "<w:p><w:hyperlink><w:r><w:t>good</w:t></w:r></w:hyperlink><w:r><w:tab/><w:t>morning</w:t></w:r>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r></w:p>",
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>good</w:t></w:r></w:p><w:p><w:r><w:t>morning</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
    ],
    ids=["changes tracked", "content control", "hidden text", "link and field", "table of one cell"],
)  # fmt: skip
def test_word_files_as_editors_leave_them(body):
    assert words(word_file(body), "x.docx") == "good morning"


def test_opendocument():
    office, text = "urn:oasis:names:tc:opendocument:xmlns:office:1.0", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", (
            f'<o:content xmlns:o="{office}" xmlns:t="{text}"><o:body><o:text><t:tracked-changes><t:p>gone</t:p>'
            "</t:tracked-changes><t:h>good morning</t:h><t:p>all<t:s/>.<o:annotation><t:p>no</t:p></o:annotation> hello"
            "<t:line-break/>Ann . <t:span>fine</t:span></t:p></o:text></o:body></o:content>"
        ))  # fmt: skip
    assert words(data.getvalue(), "x.odt") == WORDS


def test_a_file_of_entities_is_refused_and_not_expanded():
    bomb = b'<?xml version="1.0"?><!DOCTYPE tt [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Trans>&b;</Trans>'
    with pytest.raises(UserError, match="entities"):
        read(bomb)


# -- what is no transcript -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), r"old Office document \(\.doc"),
        (b"\x89PNG\r\n\x1a\n" + bytes(90), "an image"),
        (b"RIFF\x00\x00\x00\x00WAVE", "audio"),
        (b"\x00\x00\x00\x18ftypmp42", "audio"),
        (b"\x1f\x8b\x08", "gzip"),
        (bytes(range(256)) * 4, r"not UTF-8 \(byte"),
        ("Привет всем".encode("koi8-r"), r"not UTF-8 \(byte 0\)"),
        (b'{"text": "abc', "cut short"),
        (b'{"foo": 1}', "not the result of a known recogniser"),
        (b"[1, 2]", "not the result of a known recogniser"),
        (b'<?xml version="1.0"?><svg></svg>', "unknown kind"),
        (b"PK\x03\x04broken", "damaged"),
        (b'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n2\n<exists>\n2\n"IntervalTier"', "cut short"),
    ],
)
def test_what_is_no_transcript_is_named(data, what):
    with pytest.raises(UserError, match=what):
        read(data)


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "ppt/presentation.xml", "META-INF/container.xml", "Index/Document.iwa"]
)
def test_other_documents_are_named(part):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(part, "x")
    with pytest.raises(UserError, match=r"spreadsheet|presentation|e-book|iWork"):
        read(data.getvalue())


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(UserError, match="not readable"):
        transcript.read_transcript(tmp_path / "absent.txt")


# -- the cases -----------------------------------------------------------------------------------------------------

CASES = Path(os.environ.get("CLM_SHARED_CASES", CHECKOUT.parent / "shared" / "cases")) / "transcripts"


@pytest.mark.skipif(not CASES.is_dir(), reason=f"no cases at {CASES}")
@pytest.mark.parametrize("name", ["labels.txt", "subtitles-as.txt", "talk.vtt"])
def test_cases_score_nothing_against_their_plain_text(name):
    normalizer = create_normalizer("basic")
    plain = normalizer((CASES / "plain.txt").read_text(encoding="utf-8"))
    assert normalizer(transcript.read_transcript(CASES / name).text) == plain
