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


#: Sentences of languages in their encodings, each a way in which Windows-1252 could be misread.
MORE_OTHERS = [
    ("cp1250", "A sejt belsejében a fehérjék működnek, és őket a riboszómák állítják elő. Köszönöm, hogy eljöttek ma."),
    ("cp1250", "Jó reggelt mindenkinek, most a következő kérdésről fogunk beszélni, amely nagyon érdekes."),
    ("cp1250", "Nem tudom, hogy mit mondjak erről a könyvről"),
    ("cp1250", "Az idő gyorsan múlik, és a gyerekek nőnek"),
    (
        "iso8859-2",
        "A sejt belsejében a fehérjék működnek, és őket a riboszómák állítják elő. Köszönöm, hogy eljöttek ma.",
    ),
    ("cp1250", "Komórka dzieli się, gdy jej błona jest już duża."),
    ("cp1250", "Dzień dobry, dzisiaj mówimy o książkach i o tym, co się wydarzyło w mieście."),
    ("cp1250", "Nie wiem, co powiedzieć o tej sprawie, ale może później"),
    ("cp1250", "Są to małe części"),
    ("iso8859-2", "Komórka dzieli się, gdy jej błona jest już duża. Dzień dobry, dzisiaj mówimy o książkach"),
    ("cp1250", "Buňka se dělí, když je její stěna dost velká. Dobrý den, dnes budeme mluvit o řece."),
    ("cp1250", "Nevím, co říci o té věci, ale možná později"),
    ("cp1250", "To je velmi dobré"),
    ("cp1250", "Bunka sa delí, keď je jej stena dosť veľká. Dobrý deň, dnes budeme hovoriť o rieke."),
    ("cp1250", "Neviem, čo povedať o tejto veci, ale možno neskôr"),
    ("cp1250", "Celula se împarte când peretele ei este destul de mare şi în ea sunt multe părţi."),
    ("cp1250", "Bună ziua, astăzi vorbim despre cărţi şi despre oraş"),
    ("cp1250", "Nu ştiu ce să spun despre asta, dar poate mai târziu"),
    (
        "cp1250",
        "Stanica se dijeli kada je njezina stijenka dovoljno velika, a dijelovi su već udvostručeni. Što ćemo sada?",
    ),
    ("cp1250", "Dobar dan, danas govorimo o riječima i o tome što se dogodilo"),
    ("cp1250", "Ne znam što bih rekao o tome, možda kasnije"),
    ("cp1250", "Celica se deli, ko je njena stena dovolj velika. Kaj bomo zdaj počeli, če ni časa?"),
    ("cp1250", "Dober dan, danes govorimo o besedah in o tem, kaj se je zgodilo v mestu, žal"),
    ("cp1251", "Клетка делится"),
    ("cp1251", "да, хорошо"),
    ("cp1251", "Я"),
    ("cp1251", "Клетката се дели"),
    ("cp1251", "Клітина ділиться, коли її стінка є великою"),
    ("cp1251", "Ћелија се дели"),
    ("koi8-r", "Клетка делится"),
    ("cp866", "Клетка делится надвое"),
    ("iso8859-5", "Клетка делится надвое"),
    ("mac_cyrillic", "Клетка делится надвое"),
    ("cp1253", "Το κύτταρο διαιρείται"),
    ("cp1253", "ναι"),
    ("iso8859-7", "Το κύτταρο διαιρείται"),
    ("cp1254", "Hücre, duvarı yeterince büyüdüğünde bölünür. Günaydın, bugün kitaplardan söz edeceğiz."),
    ("cp1254", "Bilmiyorum ne söyleyeyim, belki daha sonra konuşuruz"),
    ("cp1254", "Bu çok güzel bir gün"),
    ("cp1254", "Şimdi ne yapacağız"),
    ("iso8859-9", "Hücre, duvarı yeterince büyüdüğünde bölünür. Günaydın, bugün kitaplardan söz edeceğiz."),
    ("cp1255", "התא מתחלק"),
    ("cp1256", "تنقسم الخلية"),
    ("cp1256", "سلام دوستان"),
    ("cp1257", "Ląstelė dalijasi, kai jos sienelė yra pakankamai didelė. Labas rytas, šiandien kalbėsime apie knygas."),
    ("cp1257", "Nežinau, ką pasakyti apie tai, gal vėliau"),
    ("cp1257", "Šūna dalās, kad tās siena ir pietiekami liela. Labrīt, šodien runāsim par grāmatām."),
    ("cp1257", "Es nezinu, ko teikt par to, varbūt vēlāk"),
    ("cp1257", "Rakk jaguneb, kui selle sein on küllalt suur. Tere hommikust, täna räägime raamatutest ja sõnadest."),
    ("mac_roman", "La cellule se divise quand sa paroi est déjà assez grande. Ça va très bien, l’été est fini."),
    ("mac_roman", "Die Zelle teilt sich, wenn ihre Wand größer ist. Schöne Grüße für alle Bäcker."),
    ("mac_roman", "La célula se divide cuando su pared está grande. ¿Qué pasó mañana en la montaña?"),
    ("cp850", "La cellule se divise quand sa paroi est déjà assez grande. Ça va très bien, été."),
    ("cp437", "Die Zelle teilt sich, wenn ihre Wand größer ist. Schöne Grüße für alle Bäcker."),
    ("cp850", "La célula se divide cuando su pared está grande. Qué pasó mañana en la montaña"),
    ("cp852", "Komórka dzieli się, gdy jej błona jest już duża. Dzień dobry, mówimy o książkach"),
    ("shift_jis", "細胞は分裂する"),
    ("shift_jis", "はい"),
    ("euc_jp", "細胞は分裂する"),
    ("iso2022_jp", "細胞は分裂する"),
    ("gb18030", "细胞分裂"),
    ("gb18030", "是的"),
    ("big5", "細胞分裂"),
    ("cp949", "세포가 나뉜다"),
    ("cp874", "เซลล์แบ่งตัว"),
    ("mac_roman", "It’s a café and we don’t know — really."),
]
MORE_WESTERN = [
    "La cellule se divise quand sa paroi est déjà assez grande. Bien sûr, c’est là où l’on goûte le coût du mois.",
    "Où êtes-vous allés après le dîner ?",
    "Oui, d'accord, je suis sûr",
    "C'est dû à la forêt brûlée",
    "Die Zelle teilt sich, wenn ihre Wand größer ist. Schöne Grüße für alle Bäcker.",
    "Wir müssen über Österreich reden",
    "ja, natürlich, für ihn",
    "La célula se divide cuando su pared está grande. ¿Qué pasó mañana en la montaña?",
    "El pingüino comió ayer, según él",
    "sí",
    "A célula divide-se quando a sua parede é grande. As situações não são fáceis, põe as mãos nos corações.",
    "Não, eu não sei o que dizer",
    "Ele põe os limões e os pães",
    "Você também terá três opções",
    "La cellula si divide quando la parete è già più grande. Perché no? Così sarà.",
    "È vero, però non so",
    "De cel deelt zich wanneer één wand groot genoeg is; coördinatie en financiële ideeën",
    "Hij heeft drieëntwintig boeken",
    "Cellen delar sig när väggen är stor nog. Då går vi på en ö.",
    "på svenska är det så här",
    "Cellen deler sig, når væggen er stor nok. Så går vi på øen.",
    "rødgrød med fløde på",
    "Cellen deler seg når veggen er stor nok. Så går vi på øya.",
    "Solu jakautuu, kun sen seinä on tarpeeksi iso. Hyvää päivää, tänään puhumme kirjoista.",
    "Minä en tiedä, mitä sanoa siitä",
    "Fruman skiptir sér þegar veggur hennar er nógu stór. Það er góður dagur og við þurfum að fara.",
    "Ég veit ekki hvað ég á að segja um það",
    "Rakk jaguneb, kui selle sein on küllalt suur. Tere hommikust, täna räägime raamatutest ja sõnadest.",
    "Ma ei tea, mida öelda õpetajale",
    "La cèl·lula es divideix quan la seva paret és prou gran. Això és molt bé, però què farem?",
    "Bon dia, avui parlem dels llibres i la raó",
    "A célula divídese cando a súa parede é grande. Mañá iremos á montaña coas nenas.",
    "Bos días, hoxe falamos dos libros e da razón",
    "Zelula zatitzen da horma handia denean. Españako mugan",
    "Roinneann an chill nuair atá a balla mór go leor. Tá sé go maith agus níl aon fhadhb ann.",
    "Qeliza ndahet kur muri i saj është mjaft i madh. Ç'është kjo? Mirë, faleminderit për gjithçka",
    "Die sel verdeel wanneer die wand groot genoeg is. Ons het môre reën en wêreldnuus, sê hulle.",
    "Mae'r gell yn rhannu pan fydd ei wal yn ddigon mawr. Mae hi'n braf iawn i siarad â chi yn y ty",
    "It’s a café and we don’t know — really.",
    "naïve coöperation",
    "£5 and 20°",
    "She paid €20 for the résumé",
]


@pytest.mark.parametrize(("encoding", "text"), MORE_OTHERS)
def test_no_language_of_another_encoding_is_misread(encoding: str, text: str) -> None:
    data = text.encode(encoding)
    try:
        read = decode(data)[0]
    except BinaryError as error:
        read, offset = text, error.offset
    else:
        offset = 0
    assert (read, offset < len(data)) == (text, True)  # what is the same in both encodings may be read


@pytest.mark.parametrize("text", MORE_WESTERN)
def test_languages_of_western_europe_are_read(text: str) -> None:
    assert decode(text.encode("cp1252")) == (text, "cp1252")
