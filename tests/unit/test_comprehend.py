"""Comprehend tells which missed words are worth learning, through the real boto3 and the loopback service."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from aws import comprehend
from aws.server import Loopback, serving
from clm.aws.comprehend import LANGUAGES, MOST_BYTES, SyntaxFilter
from clm.base.errors import PassingError, UserError

OPERATION = "Comprehend.BatchDetectSyntax"


@pytest.fixture(scope="module")
def server() -> Iterator[Loopback]:
    with serving() as loopback:
        yield loopback


@pytest.fixture
def loopback(server: Loopback) -> Iterator[Loopback]:
    server.service.calls.clear()
    yield server
    server.service.faults.clear()


@pytest.fixture
def client(loopback: Loopback) -> Any:
    return loopback.client("comprehend", config=Config(retries={"mode": "standard", "total_max_attempts": 3}))


@pytest.fixture
def make(client: Any, tmp_path: Path) -> Callable[..., SyntaxFilter]:
    """Makes filters that share their answers."""
    return lambda language="en-US": SyntaxFilter(client, language, tmp_path / "syntax")


def test_keeps_nouns_names_verbs_and_adjectives(make: Callable[..., SyntaxFilter]) -> None:
    words = ["mitochondria", "the", "slowly", "digitize", "osmotic", "Köln", "of", "they", "42", "naïve", "energy"]
    assert make().keep(words) == {"mitochondria", "digitize", "osmotic", "Köln", "naïve", "energy"}


def test_a_word_is_kept_if_any_of_its_tokens_is(make: Callable[..., SyntaxFilter]) -> None:
    words = ["of-the-cell", "the-of", "at&t", "🧬 dna", "the", "", " ", "they,them", "it's"]
    assert make().keep(words) == {"of-the-cell", "at&t", "🧬 dna", "it's"}


def test_no_words_are_no_request(make: Callable[..., SyntaxFilter], loopback: Loopback) -> None:
    assert make().keep([]) == set()
    assert make().price_units([]) == 0
    assert OPERATION not in loopback.service.calls


def test_nothing_is_asked_twice(make: Callable[..., SyntaxFilter], loopback: Loopback) -> None:
    syntax = make()
    assert syntax.keep(["cell", "the", "cell"]) == {"cell"}
    assert syntax.keep(["the", "cell"]) == {"cell"}
    assert make().keep(["cell", "the"]) == {"cell"}
    assert make().price_units(["cell", "the"]) == 0
    assert loopback.service.calls[OPERATION] == 1
    assert make().price_units(["cell", "membrane"]) == 3
    assert make().keep(["cell", "slowly", "membrane"]) == {"cell", "membrane"}
    assert loopback.service.calls[OPERATION] == 2
    assert make("de-DE").keep(["cell"]) == {"cell"}
    assert loopback.service.calls[OPERATION] == 3


def test_many_words_go_in_texts_and_batches_that_are_not_too_large(
    make: Callable[..., SyntaxFilter], loopback: Loopback, tmp_path: Path
) -> None:
    words = [f"zelle{'ß' * 400}{number}" for number in range(320)] + ["ly" * 10, "the"]
    assert make("de-DE").price_units(words) > 300
    assert make("de-DE").keep(words) == set(words) - {"ly" * 10, "the"}
    assert loopback.service.calls[OPERATION] == 3  # 54 texts, 25 in each
    answers = [json.loads(path.read_text(encoding="utf-8"))["words"] for path in (tmp_path / "syntax").iterdir()]
    assert sum(map(len, answers)) == len(words)
    assert all(len(", ".join(answer).encode()) <= MOST_BYTES for answer in answers)


def test_words_at_the_limit(make: Callable[..., SyntaxFilter], loopback: Loopback) -> None:
    longest, too_long = "é" * (MOST_BYTES // 2), "é" * (MOST_BYTES // 2) + "a"
    assert make().price_units([too_long]) == 0
    assert make().keep([too_long, "the"]) == {too_long}
    assert make().keep([longest, too_long, "cell"]) == {longest, too_long, "cell"}
    assert loopback.service.calls[OPERATION] == 2


@pytest.mark.parametrize(("words", "units"), [(["a"], 3), (["a" * 300], 3), (["a" * 301], 4), (["a" * 4000] * 9, 40),
                                              (["a" * 4000, "b" * 4000], 80), (["a" * 200, "b" * 198], 4)])  # fmt: skip
def test_price(make: Callable[..., SyntaxFilter], words: list[str], units: int) -> None:
    assert make().price_units(words) == units


@pytest.mark.parametrize("language", ["ja-JP", "hi-IN", "zz", ""])
def test_languages_without_syntax_are_refused(make: Callable[..., SyntaxFilter], language: str) -> None:
    with pytest.raises(UserError, match=r"no syntax of .*\nHint: transcribe\.comprehend: false"):
        make(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_with_syntax(make: Callable[..., SyntaxFilter], language: str) -> None:
    assert make(f"{language}-XX").keep(["cell"]) == {"cell"}


class TestFaults:
    @pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerException"])
    def test_are_tried_again(self, make: Callable[..., SyntaxFilter], loopback: Loopback, code: str) -> None:
        fault = loopback.service.faults.add(OPERATION, code=code, status=500 if "Internal" in code else 400, first=2)
        assert make().keep(["cell"]) == {"cell"}
        assert fault.hits == 2

    @pytest.mark.parametrize(
        ("fault", "message"),
        [
            ({"code": "ThrottlingException"}, "busy"),
            ({"code": "InternalServerException", "status": 500}, "internal error at Amazon"),
            ({"code": "InternalFailure", "status": 500}, "internal error at Amazon"),
            ({"reset": True}, "no answer from Amazon"),
            ({"code": "ExpiredTokenException"}, "expired"),
            ({"code": "AccessDeniedException"}, r"access denied .*\n?Hint: add policies/comprehend-user\.json"),
        ],
    )
    def test_that_stay_may_pass(
        self, make: Callable[..., SyntaxFilter], loopback: Loopback, fault: dict[str, Any], message: str
    ) -> None:
        loopback.service.faults.add(OPERATION, **fault)
        with pytest.raises(PassingError, match=f"(?s)asking Comprehend.*{message}"):
            make().keep(["cell"])
        loopback.service.faults.clear()
        assert make().keep(["cell"]) == {"cell"}

    def test_what_was_answered_before_is_kept(self, make: Callable[..., SyntaxFilter], loopback: Loopback) -> None:
        words = [f"{'a' * 4990}{number}" for number in range(60)]
        loopback.service.faults.add(OPERATION, code="AccessDeniedException", after=2)
        units = make().price_units(words)
        with pytest.raises(PassingError):
            make().keep(words)
        assert make().price_units(words) == units / 6
        loopback.service.faults.clear()
        assert make().keep(words) == set(words)
        assert loopback.service.calls[OPERATION] == 4

    def test_a_text_that_is_refused(self, make: Callable[..., SyntaxFilter], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("aws.comprehend.MAX_BYTES", 3000)
        words = ["small" * 500, "large" * 700, "the"]
        with pytest.raises(UserError, match=r"refused a text of 3505 bytes from 'large.*TEXT_SIZE_LIMIT") as caught:
            make().keep(words)
        assert not isinstance(caught.value, PassingError)
        assert make().price_units(words) == 36

    def test_a_text_that_failed_inside_comprehend(
        self, make: Callable[..., SyntaxFilter], loopback: Loopback, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def half(request: dict[str, Any], caller: Any) -> dict[str, Any]:
            answer = comprehend.batch_detect_syntax({**request, "TextList": request["TextList"][:1]}, caller)
            return {**answer, "ErrorList": [{"Index": 1, "ErrorCode": "INTERNAL_SERVER_ERROR", "ErrorMessage": "?"}]}

        words = ["a" * 4000, "b" * 4000]
        with monkeypatch.context() as patch:
            patch.setitem(loopback.service._handlers, "BatchDetectSyntax", half)
            with pytest.raises(PassingError, match=r"1 of 2 texts have no answer \(INTERNAL_SERVER_ERROR\)"):
                make().keep(words)
        assert make().price_units(words) == 40
        assert make().keep(words) == set(words)

    def test_no_comprehend_in_the_region(self, loopback: Loopback, tmp_path: Path) -> None:
        once = Config(retries={"mode": "standard", "total_max_attempts": 1})
        client = loopback.client("comprehend", endpoint_url="http://127.0.0.1:9", config=once)
        with pytest.raises(PassingError, match=r"no Comprehend in this region.*\nHint: transcribe\.comprehend"):
            SyntaxFilter(client, "en-US", tmp_path).keep(["cell"])

    def test_a_damaged_answer_says_which(self, make: Callable[..., SyntaxFilter], tmp_path: Path) -> None:
        make().keep(["cell"])
        (path,) = (tmp_path / "syntax").iterdir()
        path.write_text("{")
        with pytest.raises(UserError, match="not readable as JSON"):
            make().keep(["cell"])


@given(
    st.lists(st.text("aé🧬 ,-ß." + "\u0301", max_size=8) | st.sampled_from(["the", "cell", "x" * 5001]), max_size=40)
)
def test_any_words(server: Loopback, tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    syntax = SyntaxFilter(server.client("comprehend"), "en-US", tmp_path_factory.mktemp("syntax"))
    kept = syntax.keep(words)
    assert kept <= set(words)
    assert "the" not in kept
    assert {word for word in words if word in ("cell", "x" * 5001)} <= kept
    assert not any(word in kept for word in words if not any(character.isalpha() for character in word))
    assert syntax.price_units(words) == 0
