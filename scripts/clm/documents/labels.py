"""Names of speakers at the beginning of lines, which nobody says.

Text before a colon may be a label or speech ("Remember: check the valve"). A label is a name, recurs, and in a
transcript that has labels, most lines or paragraphs begin with one. So labels are counted over a whole folder before
the decision.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from clm.documents.stamps import Line, is_numbered_speaker, looks_like_name

_LABEL = re.compile(r"(?P<label>[\[(<]?[^:\uff1a\n]{1,60}?[\])>]?)[ \t]*(?:[:\uff1a](?![/\\\d])|:(?=\d{3}))[ \t]*")
#: `[Ann Lee] words`, `(Speaker 1) words`; `SPEAKER 1 - words`.
_BOXED = re.compile(r"(?P<label>[\[(<][^\[\]()<>:]{1,40}[\])>])[ \t]+(?=\S)")
_DASHED = re.compile(r"(?P<label>[^-\u2013\u2014:.,?!]{2,40}?)[ \t]+(?:[-\u2013\u2014>|/]|\.{4,})[ \t]+(?=\S)")
#: Marks of question and answer in court transcripts.
_COURT = re.compile(r"(?P<label>[QA])\.[ \t]+(?=\S)")
#: Several numbered speakers on one line, where line ends were lost.
_INSIDE = re.compile(r"(?<=\S)\s+(?=(?:Speaker|SPEAKER|spk|Participant|Sprecher)[ _]\d{1,2}:\s)")
#: Words that begin a sentence before a colon, and are not names.
_SPEECH = frozenset(
    [
        "a",
        "act",
        "again",
        "all",
        "also",
        "dear",
        "good",
        "hello",
        "hi",
        "his",
        "her",
        "my",
        "their",
        "and",
        "answer",
        "as",
        "at",
        "attention",
        "b",
        "because",
        "but",
        "c",
        "caution",
        "chapter",
        "conclusion",
        "day",
        "definition",
        "e.g",
        "example",
        "examples",
        "fact",
        "figure",
        "finally",
        "first",
        "fourth",
        "goal",
        "here",
        "hint",
        "how",
        "i",
        "idea",
        "if",
        "important",
        "in",
        "is",
        "it",
        "item",
        "key",
        "lastly",
        "lesson",
        "look",
        "meaning",
        "namely",
        "next",
        "no",
        "note",
        "notes",
        "now",
        "ok",
        "okay",
        "on",
        "one",
        "option",
        "or",
        "our",
        "page",
        "part",
        "plus",
        "point",
        "problem",
        "proof",
        "ps",
        "question",
        "quote",
        "reason",
        "remember",
        "result",
        "rule",
        "same",
        "second",
        "section",
        "see",
        "so",
        "solution",
        "step",
        "steps",
        "still",
        "summary",
        "that",
        "the",
        "then",
        "there",
        "therefore",
        "third",
        "this",
        "three",
        "thus",
        "tip",
        "to",
        "today",
        "tomorrow",
        "topic",
        "two",
        "update",
        "warning",
        "we",
        "well",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "yes",
        "you",
    ]
)
_DIALOGUE, _CHAT, _EVERY = 0.5, 0.8, 0.9
#: Share of lines that is enough with two or more recurring names: long turns are wrapped into many lines.
_WRAPPED = 0.05


def label_of(line: Line) -> tuple[str, str]:
    """The possible label of a line, or an empty string, and what stands behind it.

    >>> label_of(Line("DR. LEE: The cell: a unit.")), label_of(Line("At 10:30 we met."))
    (('DR. LEE', 'The cell: a unit.'), ('', 'At 10:30 we met.'))
    """
    if line.label:
        return line.label, line.text
    match = _LABEL.match(line.text) or _COURT.match(line.text) or _without_colon(line.text)
    if not match:
        return "", line.text
    label = match["label"].strip(" []()<>*_@")
    rest = line.text[match.end() :].strip("* ")
    one_word = len(label.split()) == 1 and re.fullmatch(r"[\w'\u2019.#-]+", label)
    return (label, rest) if label and (looks_like_name(label) or one_word) else ("", line.text)


def _without_colon(text: str) -> re.Match[str] | None:
    """A name in brackets, or one in capitals or with a number before a dash."""
    if (match := _BOXED.match(text)) and looks_like_name(match["label"]):
        return match
    match = _DASHED.match(text)
    if not match:
        return None
    label = match["label"].strip(" *_")
    return match if is_numbered_speaker(label) or (label.isupper() and looks_like_name(label)) else None


@dataclass
class Labels:
    """Counts over the lines of a folder.

    `lines`, `paragraphs`: their numbers; `begun`, `opened`: numbers of those that begin with each possible label;
    `sure`: labels whose form leaves no doubt; `alone`: lines that are nothing but a name and open a paragraph.
    """

    lines: int = 0
    paragraphs: int = 0
    begun: Counter[str] = field(default_factory=Counter)
    opened: Counter[str] = field(default_factory=Counter)
    sure: set[str] = field(default_factory=set)
    alone: Counter[str] = field(default_factory=Counter)

    def add(self, lines: Sequence[Line]) -> None:
        """Count the lines of one transcript."""
        self.lines += len(lines)
        for place, line in enumerate(lines):
            self.paragraphs += line.opens
            label, _ = label_of(line)
            if label:
                self.begun[label] += 1
                self.opened[label] += line.opens
                if line.label or is_numbered_speaker(label):
                    self.sure.add(label)
            elif line.opens and place + 1 < len(lines) and not lines[place + 1].opens and _is_name_alone(line.text):
                self.alone[line.text] += 1

    def merge(self, other: "Labels") -> None:
        """Add the counts of another transcript."""
        self.lines += other.lines
        self.paragraphs += other.paragraphs
        self.begun += other.begun
        self.opened += other.opened
        self.sure |= other.sure
        self.alone += other.alone

    def decided(self) -> list[str]:
        """The labels, in alphabetical order; names alone on a line are among them."""
        found = {label for label in self.begun if label in self.sure}
        found |= {label for label in self.begun if self._repeats(label)} if self._is_dialogue() else set()
        found |= {label for label in self.begun if self._is_name_of_many_letters(label)}
        if found and self._share(found | set(self._names())) >= _EVERY:
            found |= set(self._names())  # where every line has a label, one that stands once is one too
        capitals = [label for label in found if _all_capitals(label)]
        if capitals and 2 * len(capitals) >= len(found):
            found |= {label for label in self._names() if _all_capitals(label) and len(label) > 1}
        if not found and self._chats():
            found |= set(self.begun)
        return sorted(found | self._headings())

    def _names(self) -> list[str]:
        return [label for label in self.begun if looks_like_name(label) and label.lower().split()[0] not in _SPEECH]

    def _repeats(self, label: str) -> bool:
        return self.begun[label] > 1 and looks_like_name(label) and self._is_no_speech(label)

    def _is_no_speech(self, label: str) -> bool:
        """Question and answer are labels only where both are, and hardly a line is without them."""
        words = label.lower().split()
        if len(words) > 1 or label.lower() not in _SPEECH:
            return words[0] not in _SPEECH
        letters = {other for other in self.begun if len(other) == 1 and other.isupper()}
        if label in letters and len(letters) > 1 and self._share(letters) >= _EVERY:
            return True
        pairs = ({"q", "a"}, {"question", "answer"})
        known = {other.lower() for other in self.begun}
        return any(label.lower() in pair and pair <= known for pair in pairs)

    def _is_dialogue(self) -> bool:
        """True if these transcripts are written with labels."""
        repeated = {label for label in self.begun if self._repeats(label)}
        share = self._share(repeated | self.sure)
        return share >= _DIALOGUE or (len(repeated) > 1 and share >= _WRAPPED)

    def _is_name_of_many_letters(self, label: str) -> bool:
        """A label that repeats and is a name by itself: of several words, or in capitals."""
        named = len(label.split()) > 1 or (_all_capitals(label) and len(label) > 2)
        return named and self._repeats(label) and self._share({label}) >= _WRAPPED

    def _share(self, labels: Iterable[str]) -> float:
        """Share of lines, or of paragraphs if that is more, that begin with one of the labels."""
        by_line = sum(self.begun[label] for label in labels) / max(self.lines, 1)
        by_paragraph = sum(self.opened[label] for label in labels) / max(self.paragraphs, 1)
        return max(by_line, by_paragraph if self.paragraphs > 1 else 0.0)

    def _chats(self) -> bool:
        """Small letters: nearly every line begins with one of few words and a colon, and two of them come back."""
        words = {label for label in self.begun if label.lower() not in _SPEECH}
        repeated = [label for label in words if self.begun[label] > 1]
        return len(repeated) > 1 and self.lines > 3 and self._share(words) >= _CHAT and 2 * len(words) <= self.lines

    def _headings(self) -> set[str]:
        """Names alone on a line, if nearly every paragraph is headed by one and they come back."""
        names = {name for name, count in self.alone.items() if count > 1 or is_numbered_speaker(name)}
        covered = sum(self.alone[name] for name in self.alone)
        is_form = self.paragraphs > 2 and covered >= _EVERY * self.paragraphs and len(self.alone) <= self.paragraphs / 2
        return set(self.alone) if names and is_form else {name for name in names if is_numbered_speaker(name)}

    def to_json(self) -> dict[str, Any]:
        """As kept in a file."""
        return {
            "lines": self.lines, "paragraphs": self.paragraphs, "begun": dict(self.begun), "opened": dict(self.opened),
            "sure": sorted(self.sure), "alone": dict(self.alone),
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Labels":
        """The inverse of `to_json`."""
        return cls(
            data["lines"], data["paragraphs"], Counter(data["begun"]), Counter(data["opened"]), set(data["sure"]),
            Counter(data["alone"]),
        )  # fmt: skip


def without(lines: Iterable[Line], labels: Iterable[str]) -> list[str]:
    """The text of lines, without these labels where they begin with one."""
    dropped = set(labels)
    texts = []
    for line in lines:
        label, rest = label_of(line)
        if label in dropped:
            texts.append(rest)
        elif line.opens and line.text in dropped:
            continue
        else:
            texts.append(f"{line.label}: {line.text}" if line.label else line.text)
    return [text for text in texts if text]


def broken_up(text: str) -> str:
    """A text with a line for each numbered speaker, where several stand on one line."""
    return _INSIDE.sub("\n", text)


def _all_capitals(label: str) -> bool:
    return label.isupper()


def _is_name_alone(text: str) -> bool:
    return (
        text[-1:] not in ".?!,;:" and len(text.split()) <= 4 and looks_like_name(text) and text.lower() not in _SPEECH
    )
