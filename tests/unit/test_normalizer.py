"""Normalizer: nothing that is a word gets lost, and a second pass changes nothing."""

import json
import string
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clm.base.errors import UserError
from clm.english.fillers import is_filler
from clm.normalization.normalizer import create_normalizer

BASIC = create_normalizer("basic")

# what the rules look at, so that random text meets them often
TRICKY = "aBum mh.s 1'’-–_/:,&@[]<>(){}\n\t…´`½²™ﬁŉİΣßée\u0301\u200b\u200d\u00ad\ufe0f\u20e3٣٫日本क्षשָׁل👍\u1112\u1161"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Utah, Bahamas! ahead; summary: Hannah? hypoxia.", "utah bahamas ahead summary hannah hypoxia"),
        ("column umbrella naïve nai\u0308ve", "column umbrella naïve naïve"),
        ("well-known re\u2011use -dash- non- GAAP", "well-known re-use dash non gaap"),
        ("a--b word—word 10–20", "a b word word 10 20"),
        ("don’t don't don´t donʼt 'quoted' dogs' rock 'n' roll", "don't don't don't don't quoted dogs rock n roll"),
        ("$3.5 1,000 5% 10:30 24/7 .5 yes,no end...start", "3.5 1,000 5 10:30 24/7 0.5 yes no end start"),
        ("1½ cups, ¾ full, ² H₂O", "1 1/2 cups 3/4 full 2 h2o"),
        ("and/or Q&A AT&T a & b me@example.com", "and or q&a at&t a b me@example.com"),
        ("U.S.A. U.S U.S.'s U.S.-based p.m. Ph.D. Inc.'s YETI.com", "usa us us's us-based pm phd inc's yeti.com"),
        ("iPhone™ Xbox® ﬁne ＡＢＣ", "iphone xbox fine abc"),
    ],
)
def test_words_and_numbers_keep_what_belongs_to_them(text, expected):
    assert BASIC(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a [inaudible 00:01:02] b <laugh> c {breath} d (Applause) e (cough, laughter) f", "a b c d e f"),
        ("[noise]\n<unk>\n(music)", ""),
        ("the cell (or nucleus) is (not music)", "the cell or nucleus is not music"),
        ("if a < b and c > d or 3 <4> 2", "if a b and c d or 3 4 2"),
        ("an [unclosed tag and words", "an unclosed tag and words"),
        ("a [\nb\n] c [" + "word " * 30 + "] d", "a b c " + "word " * 30 + "d"),
        ("[[nested] tag]", "tag"),
    ],
)
def test_tags_go_but_speech_in_brackets_stays(text, expected):
    assert BASIC(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("So, um, it %HESITATION divides %UH twice ~NS then ~SIL moves", "so it divides twice then moves"),
        ("it ++noise++ divides &=laughs twice *coughs* and **applause** moves", "it divides twice and moves"),
        ("5 %of them, 5% of ~ten or *every* cell ++", "5 of them 5 of ten or every cell"),
        ("a (inaudible 00:12:30) b (00:01:02) c (crosstalk 3:15) d (12) e (unintelligible 2.5) f", "a b c d 12 e f"),
        ("a (audience laughing) b (laughs nervously) c (phone ringing) d (speaker clears throat) e", "a b (x) c d e"),
        (
            "a (speaking foreign language) b (brief pause) c (loud music playing) d (the door closes) e",
            "a b c d the door closes e",
        ),
        (
            "a (laughing gas) b (noise floor) c (silence is golden) d",
            "a laughing gas b noise floor c silence is golden d",
        ),
        ("a <2.3s> b <laugh> c <1 sec> d <0.5> e", "a b c d 0.5 e"),
        (
            "It divides.Then it moves.The Ph.D. at node.js, Yeti.Com and U.S.Steel",
            "it divides then it moves the phd at node.js yeti.com and u.s.steel",
        ),
        ("Es ist wahr.Über Nacht. Да.Нет, так.Вот", "es ist wahr über nacht да нет так вот"),
        ("10² and 5³ m² CO₂", "10 2 and 5 3 m2 co2"),
    ],
)
def test_tags_notes_and_glued_sentences(text, expected):
    assert BASIC(text) == expected.replace("(x) ", "")


def test_fillers_go_however_long_they_are_held():
    assert BASIC("Ummm, uhhhh, hmmmmm, aaah, errrm, mmmm, mhmmm, uh huh, Uh-huh, ummmmm-hmm") == ""
    assert BASIC("huh? ha, oh, err, mum, ham, hum") == "huh ha oh err mum ham hum"


def test_fillers_go_as_whole_words_only():
    assert BASIC("Um, uh... erm — hmm mhm mm-hmm uh-huh uh-uh, AH!") == ""
    assert BASIC("umbrella uhura era mm hummus a 35 mm lens is 5 um mm wide") == (
        "umbrella uhura era hummus a 35 mm lens is 5 mm wide"
    )


def test_other_languages_keep_words_that_look_like_english_fillers():
    assert create_normalizer("basic", "de-DE")("Er läuft um das Haus.") == "er läuft um das haus"
    assert create_normalizer("basic", "en-GB")("erm, yes") == "yes"
    assert BASIC("The ER is full.") == "the er is full"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("٣٫٥ و ١٬٠٠٠", "٣٫٥ و ١٬٠٠٠"),
        ("👍 ❤️ 1️⃣ 👨‍👩‍👧 ok", "1 ok"),
        ("\u202bשלום, עולם!\u202c צה״ל", "שלום עולם צה״ל"),
        ("हिन्दी में क्षमता।", "हिन्दी में क्षमता"),
        ("می\u200cخواهم", "میخواهم"),
        ("J\u030c", "\u01f0"),  # composed only in lower case
        ("日本語。テスト、コーヒー", "日本語 テスト コーヒー"),
        ("\u0301 \ud800 \x00 \ufeff \ufe0f", ""),
    ],
)
def test_other_scripts_and_oddities(text, expected):
    assert BASIC(text) == expected


def test_where_there_are_no_spaces_every_character_is_a_word():
    normalizer = create_normalizer("basic", "ja-JP")
    assert normalizer("DNA解析は、2024年。コーヒー!") == "dna 解 析 は 2024 年 コ ー ヒ ー"
    assert normalizer("か\u3099ん") == "が ん"
    assert create_normalizer("basic", "ja-JP", without=["divide_characters"])("日本語。") == "日本語"
    assert "divide_characters" not in [rule.__name__ for rule in BASIC.rules]


@given(st.text() | st.text(alphabet=TRICKY + "日ーก็\u3099", max_size=40))
def test_idempotent_without_spaces(text):
    normalizer = create_normalizer("basic", "th-TH")
    assert normalizer(normalizer(text)) == normalizer(text)


@given(st.text() | st.text(alphabet=TRICKY, max_size=40))
@example("\u1112.\u1161")
@example("U.S..s ..u.s. a.b.-c.d 5 mm um mm")
def test_idempotent_total_and_clean(text):
    once = BASIC(text)
    assert BASIC(once) == once
    assert BASIC.tokens(text) == once.split(" ") if once else BASIC.tokens(text) == []
    assert all(any(map(str.isalnum, token)) for token in BASIC.tokens(text))
    assert not set(once) & set(string.ascii_uppercase + '"[]<>{}()!?;\t\n')


def test_idempotent_for_every_character():
    for start in range(0, 0x110000, 64):
        text = " ".join(f"a{c}b {c}1{c}" for c in map(chr, range(start, start + 64)))
        once = BASIC(text)
        assert BASIC(once) == once, hex(start)


def test_no_word_of_a_large_dictionary_is_damaged():
    pocketsphinx = pytest.importorskip("pocketsphinx")
    lines = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")).read_text(encoding="utf-8").splitlines()
    words = {line.split()[0] for line in lines if "(" not in line.split()[0]}
    assert len(words) > 100_000
    changed = {word for word in words if BASIC(word) != word}
    assert all("." in word or word != word.strip("'") or is_filler(word) or word == "uh-huh" for word in changed)
    assert all(BASIC(word) == word.replace(".", "").strip("'") for word in changed if BASIC(word))


def test_long_lines_take_little_time():
    for hard in ("[", "<a", "(a", "a.", "m", "mm-", "1,", "-'", ".'a"):
        BASIC(hard * 50_000)


def test_unknown_profile_names_the_known_ones():
    with pytest.raises(UserError, match="basci") as caught:
        create_normalizer("basci")
    assert "basic" in caught.value.hint


def test_real_amazon_output_scores_as_measured_independently(shared_data):
    jiwer = pytest.importorskip("jiwer")
    calls = sorted((shared_data / "earnings21-dev").glob("call-*"))
    references = [BASIC((call / "reference.txt").read_text(encoding="utf-8")) for call in calls]
    results = (json.loads((call / "amazon.json").read_text(encoding="utf-8"))["results"] for call in calls)
    hypotheses = [BASIC(result["transcripts"][0]["transcript"]) for result in results]
    assert jiwer.wer(references, hypotheses) == pytest.approx(0.1649, abs=0.0005)


NOTES = """
ummmmm the cell divides
the uhhm cell divides
Ermmm, the cell, mmmm, divides.
hmmmmmm the cell, mm-hmm, divides
uh huh the cell, uh-hmm, divides
%UH the cell %um divides
<unk> the cell <eps> divides
{breath} the cell {lipsmack} divides
++breath++ the cell ++um++ divides
~SIL the cell ~NS divides
#NOISE# the cell divides
*laughs* the cell *coughs* divides
<laugh>the cell</laugh> divides
<s> the cell <sil> divides </s>
[BLANK_AUDIO] the cell [ Silence ] divides
<|en|><|transcribe|><|0.00|> the cell divides<|2.00|><|endoftext|>
(inaudible at 12 minutes 30) the cell divides
[inaudible 00:12:30] the cell [crosstalk 00:12:31] divides
(unintelligible, 2 words) the cell divides
(overlapping speech) the cell (indistinct) divides
(speaking in Spanish) the cell (speaks Latin) divides
(speaks foreign language) the cell divides
(phone ringing) the cell (door slams) divides
(upbeat music) the cell (theme music fades) divides
(audience applauds) the cell (clears throat) divides
(pause 3 seconds) the cell (long pause) divides
<2.3s> the cell <pause 1.5 sec> divides
\u266a the cell divides \u266a
((inaudible)) the cell (( )) divides
&=laughs the cell [//] divides
[REDACTED] the cell <PERSON> divides
"""


@pytest.mark.parametrize("text", NOTES.strip().split("\n"))
def test_notes_of_many_tools_are_no_words(text):
    assert create_normalizer("basic")(text) == "the cell divides"


@pytest.mark.parametrize(
    "text",
    [
        "the (French) president",
        "in Latin (or Greek)",
        "he speaks (in short) well",
        "#1 of ~ten",
        "music (classical) plays",
    ],
)
def test_words_in_brackets_that_are_no_notes_stay(text):
    words = create_normalizer("basic")(text)
    assert all(word.strip("().,#~").lower() in words for word in text.split())
