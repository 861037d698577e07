"""Sentences of text in other scripts than the Latin one, where `clean` would see no words."""

from __future__ import annotations

import re
import unicodedata

from clm.corpus.dropped import Dropped

# Full stops, question and exclamation marks of all scripts (Arabic, Devanagari, Chinese and full-width ones besides).
_END = re.compile(r"(?<=[。！？｡।॥؟۔።])\s*|(?<=[.!?…])\s+")
_MARKUP = re.compile(r"<[^<>\n]{1,500}>|https?://\S+|\[\d{1,4}\]")
# A sentence without marks is cut, since n-grams need no more.
_LONGEST = 500


def is_other_script(text: str) -> bool:
    """True if most letters are not Latin.

    >>> is_other_script("音声 API"), is_other_script("The word 音声")
    (False, False)
    >>> is_other_script("音声認識の API"), is_other_script("2024: 42 %")
    (True, False)
    """
    letters = [letter for letter in text if letter.isalpha()]
    other = sum(not unicodedata.name(letter, "").startswith(("LATIN", "FULLWIDTH LATIN")) for letter in letters)
    return 2 * other > len(letters)


def sentences(text: str, dropped: Dropped | None = None) -> list[str]:
    """The sentences of a text, in order.

    >>> sentences("テストが完了すると、表示されます。名前を選択します。\\n1, 2, 3")
    ['テストが完了すると、表示されます。', '名前を選択します。']
    """
    found = []
    for line in unicodedata.normalize("NFC", text).splitlines():
        for sentence in _END.split(_MARKUP.sub(" ", line)):
            sentence = " ".join(sentence.split())
            letters = sum(unicodedata.category(letter)[0] in "LM" for letter in sentence)
            if 2 * letters > len(sentence) - sentence.count(" "):
                found += [sentence[start : start + _LONGEST] for start in range(0, len(sentence), _LONGEST)]
            elif sentence and dropped:
                dropped.note("numbers and signs", sentence)
    return found
