"""The engine whisper in languages with other scripts: tokens, words, guards and fusion, with the real tokenizer."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("tokenizers")


from clm.base.errors import UserError
from clm.base.writing_systems import units
from clm.engines.whisper import alignment, fusion_training, guards
from clm.engines.whisper.search import longest
from clm.engines.whisper.tokens import Tokens
from clm.results import training
from clm.types import TrainingText
from whisper_models import multilingual_tokenizer

TEXTS = {
    "ja-JP": "音声認識は、人間の声を認識させる技術です。毎日DNAを3回調べます。鱗と鰓も、齟齬なく。",
    "zh-CN": "语音识别是把人的声音转换成文字的技术。我们每天研究DNA三次，效果很好！饕餮也在。",
    "th-TH": "การรู้จำเสียงพูดเป็นเทคโนโลยีที่แปลงเสียงเป็นข้อความ เราศึกษาดีเอ็นเอทุกวัน",
    "ko-KR": "음성 인식은 사람의 목소리를 글자로 바꾸는 기술입니다. 우리는 매일 DNA를 연구합니다.",
    "hi-IN": "वाक् पहचान एक ऐसी तकनीक है जो आवाज़ को पाठ में बदलती है।",
    "ar-AE": "التعرف على الكلام تقنية تحول صوت الإنسان إلى نص مكتوب.",
    "ru-RU": "Распознавание речи превращает голос человека в текст, ежедневно.",
    "es-ES": "El reconocimiento convierte la voz en texto: ¿mañana también?",
}
UNSPACED = ("ja-JP", "zh-CN", "th-TH")


@pytest.fixture(scope="module")
def tokens() -> dict[str, Tokens]:
    nothing = {"suppress": [], "suppress_first": []}
    return {code: Tokens(multilingual_tokenizer(), 51865, code, nothing) for code in TEXTS}


@pytest.fixture(params=TEXTS)
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def test_a_text_comes_back_from_its_tokens(tokens: dict[str, Tokens], language: str) -> None:
    (ids,) = tokens[language].encode([TEXTS[language]])
    assert tokens[language].decode(ids) == TEXTS[language]


def test_the_decoder_is_told_the_language(tokens: dict[str, Tokens], language: str) -> None:
    code = tokens[language].tokenizer.token_to_id(f"<|{language.split('-')[0]}|>")
    assert tokens[language].prompt[1] == code


def test_a_language_that_the_model_does_not_know_is_named() -> None:
    with pytest.raises(UserError, match=r"config: language: the model in .* does not know tlh-KL"):
        Tokens(multilingual_tokenizer(), 51865, "tlh-KL", {"suppress": [], "suppress_first": []})


@given(part=st.floats(0.0, 1.0))
def test_tokens_cut_anywhere_never_leave_half_a_letter(tokens: dict[str, Tokens], part: float) -> None:
    for language, text in TEXTS.items():
        (ids,) = tokens[language].encode([text])
        assert text.startswith(tokens[language].decode(ids[: round(part * len(ids))]))


def test_words_are_divided_where_the_script_divides_them(tokens: dict[str, Tokens], language: str) -> None:
    text = TEXTS[language]
    (ids,) = tokens[language].encode([text])
    words = alignment.words(ids, tokens[language].pieces)
    assert [token for word in words for token in word.tokens] == ids
    assert "".join(word.text for word in words) == text.replace(" ", "")
    if language not in UNSPACED:
        assert [word.text for word in words] == text.split()
        return
    # Most words of these scripts are a token, and none holds more than its marks and a few letters beside.
    assert max(len(units(word.text)) for word in words) <= 8
    assert len(words) > len(text) / 5


def test_guards_count_letters_where_there_are_no_spaces(language: str) -> None:
    text = TEXTS[language]
    half = text[: len(text) // 2]
    assert guards.ran_away(half, text)
    assert guards.ran_away(text, half)
    assert not guards.ran_away(text, text)
    assert not guards.ran_away(text[:-2], text)
    assert guards.loops(3 * (text + " "))
    assert not guards.loops(text)


def test_a_loop_is_cut_to_what_was_said_once(tokens: dict[str, Tokens]) -> None:
    before, repeated = "今日は。", "音声認識の技術"
    (ids,) = tokens["ja-JP"].encode([before + 6 * repeated])
    words = alignment.words(ids, tokens["ja-JP"].pieces)
    cut = guards.looping([word.text for word in words])
    kept = "".join(word.text for place, word in enumerate(words) if place not in cut)
    assert kept.startswith(before + repeated)
    # Tokens do not always end where the repetition does.
    assert len(kept) <= len(before + repeated) + 2


def test_pieces_are_joined_as_the_script_is_written(language: str) -> None:
    space = "" if language in UNSPACED else " "
    assert guards.joined([TEXTS[language], "", TEXTS[language]]) == space.join([TEXTS[language]] * 2)


@pytest.mark.parametrize("last", ["，", "…", "」", "？！", ""])
def test_no_mark_makes_a_space_between_letters_without(last: str) -> None:
    assert guards.joined([f"好{last}", "我"]) == f"好{last}我"


def test_a_text_rewards_its_own_tokens_from_the_first_on(
    tokens: dict[str, Tokens], language: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("model")
    (folder / "text.txt").write_text(TEXTS[language] + "\n", encoding="utf-8")
    known = tokens[language]
    report = fusion_training.train(TrainingText({"training_data": folder / "text.txt"}), folder, known, language, 0.3)
    assert report["kind"] == "tokens"
    assert report["words"] == len(units(TEXTS[language]))
    fusion, _ = fusion_training.load(folder, known)
    assert fusion is not None
    ids = known.roles.without_marks(known.encode([TEXTS[language]])[0])
    other = next(token for token in range(3000, 9000) if token not in ids and known.pieces[token][:1] == b" ")
    state = fusion.start()
    for token in ids:
        mine, foreign, end = fusion.deltas(state, np.array([token, other, known.end]))
        assert mine > 0.0 >= foreign
        assert state.rest or foreign < 0.0
        assert end == 0.0
        state = fusion.extend(state, token, mine)


@pytest.mark.parametrize(
    ("language", "text", "other"),
    [
        ("es-ES", "El decánter separa el aceite, sin agua", "El decánter separa el aceite sin agua."),
        ("ja-JP", "麹菌は、菌糸を伸ばす。", "麹菌は菌糸を伸ばす"),
        ("zh-CN", "拉坯以后，坯体要阴干", "拉坯以后,坯体要阴干"),
        ("es-ES", "l’ＡＰＩ d’aquí", "l'API d'aquí"),
        ("ko-KR", "발효는 ２０２４년", unicodedata.normalize("NFD", "발효는 2024년")),
        ("ja-JP", "ﾃﾞｰﾀの解析", "データの解析"),
    ],
)
def test_punctuation_and_forms_of_letters_teach_nothing(
    tokens: dict[str, Tokens], language: str, text: str, other: str, tmp_path: Path
) -> None:
    found = []
    for name, line in (("a", text), ("b", other)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "text.txt").write_text(line + "\n", encoding="utf-8")
        known = tokens[language]
        fusion_training.train(TrainingText({"training_data": folder / "text.txt"}), folder, known, language, 0.3)
        found.append((folder / "ngrams.npz").read_bytes())
    assert found[0] == found[1]


def test_roles_of_tokens(tokens: dict[str, Tokens]) -> None:
    known = tokens["ja-JP"]
    roles = known.roles
    for text in ("、", "。", ",", " (", "'", "！"):
        ids = known.tokenizer.encode(text, add_special_tokens=False).ids
        assert len(ids) > 1 or (roles.marks[ids[0]] and not roles.inside[ids[0]]), text
    assert not roles.marks[known.end]
    (spaced,) = tokens["ru-RU"].encode(["Распознавание"])
    assert len(spaced) > 1
    assert [bool(roles.inside[token]) for token in spaced] == [False] + [True] * (len(spaced) - 1)
    (unspaced,) = known.encode(["音声認識"])
    assert not any(roles.inside[token] for token in unspaced if known.pieces[token].decode(errors="ignore"))


def test_letters_of_a_text_count_as_words_as_they_do_in_its_errors(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_text("音声認識、3回。\nはい。\n", encoding="utf-8")
    text = TrainingText({"training_data": path})
    assert training.count_words(text, "ja-JP") == {"training_data": 8}
    assert training.count_words(text, "en-US") == {"training_data": 2}


def test_a_search_has_room_for_fast_speech(tokens: dict[str, Tokens], language: str) -> None:
    """Nine letters in a second, twenty where a letter is less than a syllable; a piece of ten seconds."""
    rate = 20 if language in ("ar-AE", "ru-RU", "es-ES") else 9
    text = "".join(TEXTS[language] for _ in range(10))
    letters = [place for place, letter in enumerate(text) if letter.isalpha()]
    (ids,) = tokens[language].encode([text[: letters[10 * rate]]])
    assert len(ids) <= longest(10.0, len(tokens[language].prompt), english=tokens[language].english)
