"""A custom vocabulary for Whisper: words and phrases as a text that the decoder takes for earlier speech."""

from __future__ import annotations

from collections.abc import Iterable

from clm.engines.whisper.tokens import Tokens
from clm.types import Dropped, Phrase, Vocabulary

#: Whisper takes 223 tokens of previous text; the rest of its context is for what is said.
MOST_TOKENS = 223
_BEGIN, _BETWEEN, _END = "Glossary: ", ", ", "."


def build(phrases: Iterable[Phrase], tokens: Tokens) -> Vocabulary:
    """The prompt of the phrases, in their order; when it is full, the rest is dropped.

    The text is empty if nothing was kept. Each phrase occurs once, whatever its upper and lower case.
    """
    kept: list[Phrase] = []
    dropped: list[Dropped] = []
    seen: set[str] = set()
    text = ""
    for phrase in phrases:
        shown = " ".join(phrase.text.split())
        if not shown or shown.casefold() in seen:
            continue
        seen.add(shown.casefold())
        longer = text + _BETWEEN + shown if text else _BEGIN + shown
        if len(tokens.encode([longer + _END])[0]) > MOST_TOKENS:
            dropped.append(Dropped(phrase.text, phrase.source, f"the prompt is full ({MOST_TOKENS} tokens)"))
            continue
        text = longer
        kept.append(phrase)
    return Vocabulary(text + _END if text else "", tuple(kept), tuple(dropped))


def encode(text: str, tokens: Tokens) -> list[int]:
    """Tokens of a prompt, the last ones if another tokenizer makes more of them."""
    return tokens.encode([text])[0][-MOST_TOKENS:]
