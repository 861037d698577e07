"""Equal texts are equal in every language that Amazon Transcribe knows, whatever their capitals and code points."""

import unicodedata

import pytest

from clm.base.writing_systems import units
from clm.normalization.basic import lower
from clm.normalization.normalizer import create_normalizer
from clm.normalization.profiles import number_of_words
from clm.scoring import error_rate

#: A sentence for each language, with letters that few others have.
TEXTS = {
    "ab": "Амш бзиа, иҭабуп аҩыза.",
    "af": "Môre, hulle sê dit reën al weer.",
    "am": "ሰላም፣ ዛሬ ዝናብ አለ።",
    "ar": "السماء صافية اليوم، والشمس مشرقة.",
    "ast": "Güei fai sol, ¿nun lo ves?",
    "az": "Işıq gəldi, İsti çay içdik.",
    "ba": "Һаумы, бөгөн ҡояшлы көн.",
    "be": "Добры дзень, ў нас сёння сонца.",
    "bg": "Днес времето е хубаво, щъркелите се върнаха.",
    "bn": "আজ আকাশ পরিষ্কার, রোদ উঠেছে।",
    "bs": "Danas je lijepo vrijeme, džep je pun.",
    "ca": "Avui fa sol, l'intel·ligent riu.",
    "ckb": "ئەمڕۆ هەوا خۆشە، خۆر دەدرەوشێت.",
    "cs": "Příliš tichý kůň stojí u řeky.",
    "cy": "Mae'r tŷ yn dawel heddiw.",
    "da": "Å, nu regner det på øen igen.",
    "de": "Über Nacht fällt Schnee auf die Dächer.",
    "el": "Ο Οδυσσέας έρχεται απόψε.",
    "en": "It's raining again, isn't it?",
    "es": "¿Mañana lloverá en el ñandubay?",
    "et": "Täna õhtul sõidame jõe äärde.",
    "eu": "Gaur eguzkia dago, ez dago euririk.",
    "fa": "امروز هوا آفتابی است، می‌روم.",
    "fi": "Yöllä tähdet näkyvät järven yllä.",
    "fr": "L'été, où l'œuf cuit-il ?",
    "ga": "Tá an ghrian ag taitneamh in Éirinn.",
    "gd": "Tha là brèagha ann an-diugh.",
    "gl": "Hoxe chove na miña aldea.",
    "gu": "આજે આકાશ સાફ છે.",
    "ha": "Yau akwai rana, ƙasa ta ɗumama.",
    "he": "היום השמש זורחת, צה״ל.",
    "hi": "आज आसमान साफ़ है।",
    "hr": "Žuti cvijet čeka sunce.",
    "ht": "Jodi a solèy la cho anpil.",
    "hu": "Ősszel a tűz mellett ülünk.",
    "hy": "Այսօր արև է և տաք։",
    "id": "Hari ini langit sangat cerah.",
    "is": "Það er sól í dag, þú sérð það.",
    "it": "Perché oggi c'è il sole?",
    "ja": "今日は天気がいい。コーヒーを飲む。",
    "jv": "Dina iki langite padhang.",
    "ka": "დღეს მზიანი ამინდია.",
    "kab": "Ass-a yella yiṭij deg igenni.",
    "kk": "Бүгін күн ашық, әуе жылы.",
    "km": "ថ្ងៃនេះមេឃស្រឡះ។",
    "kn": "ಇಂದು ಆಕಾಶ ಶುಭ್ರವಾಗಿದೆ.",
    "ko": "오늘은 날씨가 맑습니다.",
    "ky": "Бүгүн күн ачык, өзөн таза.",
    "lg": "Leero omusana gwaka nnyo.",
    "lt": "Šiandien saulė šviečia į ąžuolą.",
    "lv": "Šodien spīd saule, ģimene mājās.",
    "mhr": "Таче кече волгалта, ӱдыр мура.",
    "mi": "He pai te rā i tēnei rā.",
    "mk": "Денес ѓердан сјае на сонце.",
    "ml": "ഇന്ന് ആകാശം തെളിഞ്ഞതാണ്.",
    "mn": "Өнөөдөр нартай, үүлгүй байна.",
    "mr": "आज आकाश स्वच्छ आहे.",
    "ms": "Hari ini cuaca sangat baik.",
    "mt": "Illum ix-xemx qed tiddi, ħafna sħana.",
    "my": "ဒီနေ့ ရာသီဥတု ကောင်းတယ်။",
    "ne": "आज आकाश सफा छ।",
    "nl": "IJsland is koud, één eiland.",
    "no": "Nå skinner sola på øya.",
    "or": "ଆଜି ଆକାଶ ସଫା ଅଛି।",
    "pa": "ਅੱਜ ਅਸਮਾਨ ਸਾਫ਼ ਹੈ।",
    "pl": "Żółty liść spadł na łąkę i śpi.",
    "ps": "نن هوا ښه ده.",
    "pt": "Amanhã não haverá pão à venda.",
    "ro": "Astăzi țara e însorită și caldă.",
    "ru": "Ёжик вышел в туман.",
    "rw": "Uyu munsi izuba riravuye.",
    "si": "අද අහස පැහැදිලියි.",
    "sk": "Ľahký vietor fúka, dážď ustal.",
    "sl": "Češnje že zorijo na soncu.",
    "so": "Maanta cirku waa saafi.",
    "sq": "Sot është ditë e bukur, çaj i ngrohtë.",
    "sr": "Данас љубичице цветају.",
    "su": "Poé ieu langitna beresih.",
    "sv": "Åska hörs över ön i kväll.",
    "sw": "Leo jua linawaka sana.",
    "ta": "இன்று வானம் தெளிவாக உள்ளது.",
    "te": "ఈరోజు ఆకాశం నిర్మలంగా ఉంది.",
    "th": "วันนี้อากาศดีมาก",
    "tl": "Maaraw ngayon, ang saya ng mga bata.",
    "tr": "Işık söndü, İyi ki ılık çay vardı.",
    "tt": "Бүген һава җылы, үлән яшел.",
    "ug": "بۈگۈن ھاۋا ئوچۇق.",
    "uk": "Сьогодні їжак з'їв ґрушу.",
    "ur": "آج آسمان صاف ہے۔",
    "uz": "Bugun oʻzbek osmoni toza.",
    "vi": "Hôm nay trời đẹp, tôi uống trà.",
    "wo": "Tey asamaan si set na, ñu ngi ñëw.",
    "zh": "今天天气很好，我们喝茶。",
    "zu": "Namuhla ilanga liyakhanya.",
}


def codes() -> list[str]:
    session = pytest.importorskip("botocore.session").get_session()
    return list(session.get_service_model("transcribe").shape_for("LanguageCode").enum)


def upper(text: str, language: str) -> str:
    if language in ("tr", "az"):
        text = text.replace("i", "İ").replace("ı", "I")
    return text.upper()


def ways_of_writing(text: str, code: str) -> dict[str, str]:
    """The same text in other capitals, code points, spaces and signs."""
    language = code.split("-")[0]
    capitals = upper(text, language)
    return {
        "the same": text,
        "capitals": capitals,
        "small letters": lower(text, code),
        "decomposed": unicodedata.normalize("NFD", text),
        "decomposed capitals": unicodedata.normalize("NFD", capitals),
        "decomposed small letters": lower(unicodedata.normalize("NFD", text), code),
        "compatible": unicodedata.normalize("NFKC", text),
        "compatible and decomposed": unicodedata.normalize("NFKD", text),
        "first letters capital": " ".join(upper(word[:1], language) + word[1:] for word in text.split(" ")),
        "spaces that do not break": text.replace(" ", "\N{NO-BREAK SPACE}"),
        "curly apostrophes": text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}"),
        "a soft hyphen": f"{text[:2]}\N{SOFT HYPHEN}{text[2:]}",
        "a byte order mark": f"\ufeff{text}",
    }


def check_equal(text: str, code: str) -> None:
    normalizer = create_normalizer("basic", code)
    reference = normalizer.tokens(text)
    assert reference
    words = " ".join(reference)
    ways = {**ways_of_writing(text, code), "words": words, "words in capitals": upper(words, code.split("-")[0])}
    for way, other in ways.items():
        operations = error_rate.align(reference, normalizer.tokens(other))
        assert all(operation[0] == "equal" for operation in operations), (way, reference, normalizer.tokens(other))
        assert normalizer(normalizer(other)) == normalizer(other)


@pytest.mark.parametrize("code", codes())
def test_equal_texts_have_no_errors(code: str):
    check_equal(TEXTS[code.split("-")[0]], code)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("tr-TR", "ISPARTA'DA IŞIK, İZMİR'DE İĞDE"),
        ("tr-TR", "Iğdır ılık, İnegöl iyi; sınırın ötesi sinir."),
        ("tr-TR", "Diyarbakır'ın kışı, içtiğiniz çayı ısıttım"),
        ("tr-TR", "Hâlâ kâğıt, Millî Eğitim, imlâ"),
        ("tr-TR", "Şırnak–Siirt arası, ı I i İ"),
        ("tr-TR", "“İyi mi?” dedi Işıl'ın kızı."),
        ("az-AZ", "Bakı'da isti hava, işıq"),
        ("az-AZ", "Qarabağ, İrəvan, Sumqayıt"),
        ("az-AZ", "ƏLİ VƏ NİNO"),
        ("az-AZ", "İlin ən isti ayı iyuldur"),
        ("az-AZ", "Dənizin qırağı, Iğdır"),
        ("el-GR", "ΟΔΥΣΣΕΥΣ, ο σεισμός; πρωΐ, ΑΫΠΝΙΑ"),
        ("nl-NL", "IJmuiden ĳs"),
        ("ro-RO", "Ţara țara Şi și"),
        ("vi-VN", "Nguyễn hoà hòa thuỷ"),
        ("ca-ES", "col·lecció coŀlecció"),
        ("uz-UZ", "o'zbek oʻzbek o‘zbek"),
        ("ja-JP", "ガギグ ﾊﾝｶｸ がぎ"),
        ("hi-IN", "क़लम फ़िल्म ज़रूर"),
        ("ko-KR", "한국어 시험"),
    ],
)
def test_more_texts_of_languages_with_letters_of_their_own(code: str, text: str):
    check_equal(text, code)


def test_the_letters_i_of_turkish_are_two():
    normalizer = create_normalizer("basic", "tr-TR")
    assert normalizer("Isparta'da İzmir'i, ILIK iyi") == "ısparta'da izmir'i ılık iyi"
    assert normalizer("I\N{COMBINING DOT ABOVE}zmir \N{FULLWIDTH LATIN CAPITAL LETTER I}") == "izmir ı"
    assert normalizer("sınır") != normalizer("sinir")
    assert create_normalizer("basic", "en-US")("IDAHO") == "idaho"


@pytest.mark.parametrize("code", ["ja-JP", "zh-CN", "cmn-TW", "yue-HK", "th-TH", "lo-LA", "km-KH", "my-MM", "bo-CN"])
def test_letters_count_where_words_have_no_spaces(code: str):
    texts = {"lo": "ສະບາຍດີ", "km": "សួស្តី", "my": "မင်္ဂလာပါ", "bo": "བཀྲ་ཤིས", "th": "สวัสดี"}
    text = texts.get(code.split("-")[0], "音声")
    words = create_normalizer("basic", code)(text).split()
    assert len(words) > 1
    assert number_of_words(text, code) == len(words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DNA解析は2024年、3回", ["dna", "解", "析", "は", "2024", "年", "3", "回"]),
        ("ＤＮＡ ﾃﾞｰﾀ", ["dna", "デ", "ー", "タ"]),
        ("मिट्टी के बर्तन।", ["मिट्टी", "के", "बर्तन"]),
        ("ที่นี่ทำ", ["ที่", "นี่", "ท", "ำ"]),
        (unicodedata.normalize("NFD", "한국어 시험"), ["한국어", "시험"]),
        (unicodedata.normalize("NFD", "Nguyễn, hoà"), ["nguyễn", "hoà"]),
    ],
)
def test_words_of_all_scripts_keep_their_marks(text: str, expected: list[str]):
    assert units(text) == expected
    assert units(" ".join(expected)) == expected
