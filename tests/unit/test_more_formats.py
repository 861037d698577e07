"""Transcripts of more programs: their words and nothing else, or a message that says what the file is."""

import json
from pathlib import Path

import pytest

from clm.base.errors import UserError
from clm.documents import transcript

ONE, TWO = "the cell divides", "and the wall is thin"
WORDS = f"{ONE} {TWO}".split()
SECONDS = [(round(0.2 * n, 1), round(0.2 * n + 0.2, 1), word) for n, word in enumerate(WORDS)]

JSON = {
    "whisper.cpp": {"result": {"language": "en"}, "transcription": [{"offsets": {"from": 0}, "text": f" {ONE}"},
                    {"offsets": {"from": 1}, "text": f" {TWO}"}]},
    "WhisperX": {"segments": [{"start": 0, "text": f" {ONE}", "speaker": "SPEAKER_00"}, {"start": 1, "text": TWO}],
                 "word_segments": [{"word": "the"}]},
    "ElevenLabs": {"language_code": "en", "text": f"{ONE} {TWO}", "words": [{"text": "the", "type": "word"}]},
    "YouTube": {"wireMagic": "pb3", "events": [{"segs": [{"utf8": "the"}, {"utf8": " cell divides"}]},
                {"segs": [{"utf8": "\n"}]}, {"segs": [{"utf8": TWO}]}]},
    "Twilio": {"sentences": [{"transcript": ONE, "media_channel": 1}, {"transcript": TWO}]},
    "Fireflies": {"data": {"transcript": {"title": "x", "sentences": [{"text": ONE}, {"text": TWO}]}}},
    "Fireflies, exported": [{"speaker_name": "Ann", "sentence": ONE}, {"speaker_name": "Bob", "sentence": TWO}],
    "podcasts": {"version": "1.0.0", "segments": [{"speaker": "Ann", "body": ONE}, {"speaker": "Bob", "body": TWO}]},
    "oTranscribe": {"text": f'<p><span class="timestamp" data-timestamp="1">0:01</span> {ONE}</p><p>{TWO}<br></p>'},
    "call analytics": {"JobStatus": "COMPLETED", "Transcript": [{"Content": ONE}, {"Content": TWO}]},
    "Google": {"name": "1", "response": {"results": [{"alternatives": [{"transcript": ONE}]},
               {"alternatives": [{"transcript": TWO}]}]}},
    "Azure": {"durationMilliseconds": 1, "combinedPhrases": [{"text": f"{ONE} {TWO}"}], "phrases": [{"text": ONE}]},
    "Soniox": {"id": "x", "text": f"{ONE} {TWO}", "tokens": [{"text": "the"}]},
    "Trint": {"transcript": {"paragraphs": [{"words": [{"value": word} for word in words.split()]}
              for words in (ONE, TWO)]}},
    "Sonix": {"name": "x", "transcript": [{"speaker": "A", "text": ONE, "words": []}, {"speaker": "B", "text": TWO}]},
    "strings": [ONE, TWO],
}  # fmt: skip

TEXTS = {
    "vtt with styles, regions and voices": "WEBVTT Kind: captions\n\nSTYLE\n::cue {color:red}\n\nREGION\nid:a\n\n"
    "NOTE two\nlines\n\nintro\n00:01.000 --> 00:02.000 align:start\n<v.loud Ann Lee>the cell divides</v>\n\n2\n"
    "00:03.000 --> 00:04.000\n<c.yellow>and <00:00:03.500><i>the</i></c> wall\nis thin\n",
    "vtt of a stream": f"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:9,LOCAL:00:00:00.000\n\n00:01.000 --> 00:02.000\n{ONE}\n\n"
    f"00:03.000 --> 00:04.000\n{TWO}\n",
    "srt with tags and positions": "1\n00:00:01,000 --> 00:00:02,000 X1:1 X2:2 Y1:3 Y2:4\n{\\an8}<b>the cell</b> "
    f"divides\n\n2\n00:00:03,000 --> 00:00:04,000\n- <i>{TWO}</i>\n",
    "srt without empty lines": f"1\n00:00:01,000 --> 00:00:02,000\n{ONE}\n2\n00:00:03,000 --> 00:00:04,000\n{TWO}\n",
    "srt without numbers": f"00:00:01,000 --> 00:00:02,000\n{ONE}\n\n00:00:03,000 --> 00:00:04,000\n{TWO}\n",
    "srt with a short arrow": f"1\n00:00:01,000 -> 00:00:02,000\n{ONE}\n\n2\n00:00:03,000 -> 00:00:04,000\n{TWO}\n",
    "srt with frames": f"1\n00:00:01:05 --> 00:00:02:10\n{ONE}\n\n2\n00:00:03:00 --> 00:00:04:00\n{TWO}\n",
    "labels of HTK": "".join(f"{int(1e7 * start)} {int(1e7 * end)} {word}\n" for start, end, word in SECONDS),
    "a master label file of HTK": '#!MLF!#\n"*/a.lab"\n0 1000 sil\n' + "".join(
        f"{1000 * n} {1000 * n + 1000} {word}\n" for n, word in enumerate(WORDS, start=1)) + ".\n",
    "labels in seconds": "".join(f"{start:.3f} {end:.3f} {word}\n" for start, end, word in SECONDS),
    "MPL2": f"[10][20] {ONE}\n[30][40] and the|wall is thin\n",
    "TMPlayer": f"00:00:01:{ONE}\n00:00:03:{TWO}\n",
    "SubViewer": f"[INFORMATION]\n[TITLE]x\n[END INFORMATION]\n[SUBTITLE]\n00:00:01.00,00:00:02.00\n{ONE}\n\n"
    "00:00:03.00,00:00:04.00\nand the[br]wall is thin\n",
    "Avid": f"@ Written with the Avid Caption plugin\n\n<begin subtitles>\n\n00:00:01:00 00:00:02:00\n{ONE}\n\n"
    f"00:00:03:00 00:00:04:00\n{TWO}\n\n<end subtitles>\n",
    "Spruce": f"$FontName = Arial\n//x\n00:00:01:00 , 00:00:02:00 , {ONE}\n00:00:03:00 , 00:00:04:00 , {TWO}\n",
    "a part of a page": f'<article><p><span data-m="0">the </span><span>cell divides </span></p><p>{TWO}</p></article>',
    "XHTML": f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>{ONE}</p><p>{TWO}</p></body></html>',
    "a table with a name once": f"Start,End,Speaker,Text\n0:01,0:02,Ann,{ONE}\n0:03,0:04,Bob,{TWO}\n",
    "Premiere": f'"Speaker Name","Start Time","End Time","Text"\n"Speaker 1","00:00:00:00","00:00:01:00","{ONE}"\n'
    f'"Speaker 2","00:00:02:00","00:00:03:00","{TWO}"\n',
    "a short TextGrid": 'File type = "ooTextFile short"\n"TextGrid"\n\n0\n2\n<exists>\n1\n"IntervalTier"\n"words"\n0\n'
    f'2\n2\n0\n1\n"{ONE}"\n1\n2\n"{TWO}"\n',
    "CTM with types": ";; x\n" + "".join(f"a 1 {start:.2f} 0.20 {word} 0.99 lex spk1\n" for start, _, word in SECONDS),
    "entities of HTML": "the&nbsp;cell divides &amp; the&nbsp;wall is thin",
}  # fmt: skip


def words(name: str, data: bytes) -> list[str]:
    reading = transcript.read_bytes(data, Path(name))
    said = reading.text(reading.labels.decided()).replace("&", "and").lower().split()
    return [word.strip(".,-") for word in said if word.strip(".,-")]


@pytest.mark.parametrize("data", JSON.values(), ids=JSON)
def test_json_of_more_tools(data) -> None:
    assert words("a.json", json.dumps(data).encode()) == WORDS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_texts_of_more_programs(text, encoding) -> None:
    assert words("a.txt", text.encode(encoding)) == WORDS


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"Scenarist_SCC V1.0\n\n00:00:01:00\t9420 9420 94ae\n", "SCC"),
        (b"850STL25.01" + bytes(1024), "EBU"),
        (b'<?xml version="1.0"?><TEI><text/></TEI>', "TEI"),
        (b'<?xml version="1.0"?><basic-transcription/>', "basic-transcription"),
        (b'{"fruit": "apple"}', "fruit"),
        (b"\\documentclass{article}\\begin{document}The cell\\end{document}", "LaTeX"),
        (b"%PDF-1.4", "PDF"),
    ],
)
def test_what_is_not_read_is_called_what_it_is(data, what) -> None:
    with pytest.raises(UserError, match=what) as caught:
        transcript.read_bytes(data, Path("a.txt"))
    assert caught.value.hint
