"""Characters out of bytes: the encodings that are read, and those that must not be read as another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.documents.encoding import BinaryError, decode

WESTERN = {
    "French": "Les élèves ont reçu une œuvre à l'école, déjà où l'été finit. Ça va très bien, « oui ».",
    "German": "Die Größe der Äpfel überrascht König und Bäcker. Österreich grüßt – „ja“.",
    "Icelandic": "Það er góður dagur í dag og við þurfum að fara út. Hún á þrjár dætur og einn son.",
    "Portuguese": "A situação não é fácil, mas o coração do avô está são. Você também terá pães.",
    "Swedish": "Åsa åker på en ö där älgar går. Hör på när körsbären är röda i Västerås.",
    "Spanish": "¿Qué pasó mañana? El niño comió piñas en la montaña. ¡Sí, señor!",
    "English": "It’s a café—naïve, “quoted”… £5 and 10°C. ½ cup.",
    "one letter": "naïve",
}
OTHERS = [
    ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy a běžel k řece, kde ležel člověk."),
    ("cp1250", "Zażółć gęślą jaźń, pójdę do łóżka, że się śmieję"),
    ("cp1251", "Привет, как дела"),
    ("koi8-r", "Привет, как дела"),
    ("cp1253", "Καλημέρα σας, τι κάνετε"),
    ("cp1254", "Işık şehrin dışına çıktı ve ağaçların altında çocuklar oyun oynadı"),
    ("cp1255", "שלום עולם מה שלומך"),
    ("cp1256", "مرحبا بالعالم كيف حالك"),
    ("cp874", "สวัสดีครับ"),
    ("shift_jis", "こんにちは、今日はいい天気ですね"),
    ("gbk", "你好，今天天气很好"),
    ("big5", "你好，今天天氣很好"),
    ("euc-kr", "안녕하세요 오늘"),
    ("mac_roman", "Don’t go to the café, it’s naïve"),
    ("cp437", "Größe und schöne Äpfel"),
]


@pytest.mark.parametrize("text", WESTERN.values(), ids=WESTERN)
def test_windows_1252_is_recognised(text):
    assert decode(text.encode("cp1252")) == (text, "cp1252")


@pytest.mark.parametrize(("encoding", "text"), OTHERS)
def test_other_encodings_of_eight_bits_are_refused_with_the_byte_and_never_misread(encoding, text):
    data = text.encode(encoding)
    with pytest.raises(BinaryError) as raised:
        decode(b"ok " + data)
    assert data[raised.value.offset - 3] > 127


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", ["hello there\n", "Привет мир, это тест", "日本語テスト ok, line", "héllo"])
def test_unicode_with_and_without_a_mark(encoding, text):
    assert decode(text.encode(encoding))[0] == text


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1))
def test_every_text_in_utf8_is_read_as_it_is(text):
    assert decode(text.encode())[0] == text.removeprefix("\ufeff").replace("\ufeff", " ")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\r\nb\rc\nd", "a\nb\nc\nd"),
        (b"a\x00b", "a b"),
        ("one\ufefftwo".encode(), "one two"),
        (b"abc\x00def\x00ghi\x00", "abc def ghi "),
        (b"one\x0ctwo", "one\ntwo"),
        ("one\u2028two".encode(), "one\ntwo"),
        ("caf\xe9 \xfc".encode("utf-16-le") + b"\n", "caf\xe9 \xfc"),
        (b"", ""),
    ],
)
def test_line_ends_nuls_and_marks_in_the_middle(data, text):
    assert decode(data)[0] == text


@given(st.binary(min_size=200, max_size=400).filter(lambda data: sum(byte < 9 for byte in data) > 8))
def test_what_is_no_text_is_refused(data):
    with pytest.raises(BinaryError):
        decode(data)
