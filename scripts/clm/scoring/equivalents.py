"""Spellings that count as equal: a file of alternatives, and the alignment that chooses among them.

A line such as `ebitda = e b i t d a` says that where the reference has one of the forms, any other is right as well.
The hypothesis is then written as the reference has it, so that the reference, and with it the number of its words,
stays the same for every model. Lines are independent: `ok = okay` and `okay = all right` do not make `ok` and
`all right` equal, and a line that says the same as another one changes nothing.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from clm.base.errors import UserError
from clm.base.text_files import read_text
from clm.normalization.normalizer import Normalizer
from clm.scoring import error_rate

Form = tuple[str, ...]

#: Stretches of errors above this size (reference times hypothesis words) are another text, not another spelling.
LARGEST = 250_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Equivalents:
    """For each form the other ones that are accepted for it."""

    alternatives: Mapping[Form, Set[Form]]

    @property
    def longest(self) -> int:
        """Words of the longest form."""
        return max(map(len, self.alternatives), default=0)

    def occurrences(self, words: Sequence[str]) -> Iterator[tuple[int, Form]]:
        """Start and form of every occurrence of a form."""
        by_first: dict[str, list[Form]] = {}
        for form in self.alternatives:
            by_first.setdefault(form[0], []).append(form)
        for start, word in enumerate(words):
            for form in by_first.get(word, ()):
                if tuple(words[start : start + len(form)]) == form:
                    yield start, form


def read(path: Path, normalizer: Normalizer) -> Equivalents:
    """Read a file of lines `form = form = ...`; empty lines and those that start with # are skipped.

    Forms are normalized as the texts are. A line whose forms are all equal then has no effect and is named in the log.

    Raises:
        UserError: the file is missing or not UTF-8, a line has no `=`, or a form is empty after normalization.

    """
    try:
        text = read_text(path)
    except OSError as error:
        raise UserError(
            f"{path}: not readable ({error.strerror})", "correct normalizer.equivalents, or set it to null"
        ) from error
    alternatives: dict[Form, set[Form]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        written = line.split("=")
        forms = [tuple(normalizer.tokens(form)) for form in written]
        if len(forms) < 2:
            raise UserError(f"{path}, line {number}: no = in {line.strip()!r}", "write lines such as: ok = okay = o k")
        if not all(forms):
            empty = written[forms.index(())].strip()
            raise UserError(
                f"{path}, line {number}: {empty!r} is empty after normalizer {normalizer.name}", "take it out"
            )
        if len(set(forms)) < 2:
            _log.warning("%s, line %d: all forms are equal for normalizer %s", path, number, normalizer.name)
        for form in set(forms):
            alternatives.setdefault(form, set()).update(set(forms) - {form})
    return Equivalents({form: others for form, others in alternatives.items() if others})


def apply(
    equivalents: Equivalents, reference: Sequence[str], hypothesis: Sequence[str]
) -> tuple[list[str], Counter[tuple[str, str]]]:
    """Write accepted forms of the hypothesis as the reference has them, where that saves errors.

    Returns the new hypothesis, and how often each form (as in the reference, as it was heard) was accepted. One that
    changes the number of words can make room for another, so this goes on until none saves an error.
    """
    used: Counter[tuple[str, str]] = Counter()
    words = list(hypothesis)
    while reference and any(True for _ in equivalents.occurrences(words)):
        before = used.total()
        for ref_start, ref_end, hyp_start, hyp_end in reversed(list(_windows(equivalents, reference, words))):
            part, accepted = _rewrite(equivalents, reference[ref_start:ref_end], words[hyp_start:hyp_end])
            words[hyp_start:hyp_end] = part
            used.update(accepted)
        if used.total() == before:
            break
    return words, used


def _windows(
    equivalents: Equivalents, reference: Sequence[str], hypothesis: Sequence[str]
) -> Iterator[tuple[int, int, int, int]]:
    """Stretches of errors, with as many right words around them as the longest form has."""
    context = equivalents.longest
    window: list[int] | None = None
    for op, ref_start, ref_end, hyp_start, hyp_end in error_rate.align(reference, hypothesis):
        if op != "equal":
            if window is None:
                before = min(context, ref_start, hyp_start)
                window = [ref_start - before, ref_end, hyp_start - before, hyp_end]
            window[1], window[3] = ref_end, hyp_end
        elif window is not None:
            if ref_end - ref_start > 2 * context:
                yield window[0], ref_start + context, window[2], hyp_start + context
                window = None
                continue
            window[1], window[3] = ref_end, hyp_end
    if window is not None:
        yield window[0], window[1], window[2], window[3]


def _rewrite(
    equivalents: Equivalents, reference: Sequence[str], hypothesis: Sequence[str]
) -> tuple[list[str], list[tuple[str, str]]]:
    """Align a stretch by dynamic programming with the fewest errors and, for these, the fewest accepted forms."""
    rows, columns = len(reference) + 1, len(hypothesis) + 1
    jumps = _jumps(equivalents, reference, hypothesis) if rows * columns <= LARGEST else {}
    if not jumps:
        return list(hypothesis), []
    form, error = 1, columns + 1  # an error costs more than all the forms that there is room for
    cost = [[error * (column + row) for column in range(columns)] for row in range(rows)]
    origin: list[list[tuple[int, int]]] = [[(0, 0)] * columns for _ in range(rows)]
    for row in range(rows):
        for column in range(columns):
            if not row and not column:
                continue
            steps = [(cost[r][c] + form, r, c) for r, c in jumps.get((row, column), ())]
            if row and column:
                wrong = reference[row - 1] != hypothesis[column - 1]
                steps.insert(0, (cost[row - 1][column - 1] + error * wrong, row - 1, column - 1))
            if row:
                steps.append((cost[row - 1][column] + error, row - 1, column))
            if column:
                steps.append((cost[row][column - 1] + error, row, column - 1))
            cost[row][column], *place = min(steps, key=lambda step: step[0])
            origin[row][column] = (place[0], place[1])
    words: list[str] = []
    accepted = []
    row, column = rows - 1, columns - 1
    while row or column:
        r, c = origin[row][column]
        if cost[row][column] - cost[r][c] == form:
            accepted.append((" ".join(reference[r:row]), " ".join(hypothesis[c:column])))
            words[:0] = reference[r:row]
        else:
            words[:0] = hypothesis[c:column]
        row, column = r, c
    return words, accepted


def _jumps(
    equivalents: Equivalents, reference: Sequence[str], hypothesis: Sequence[str]
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Ends of accepted forms in both texts, each with the places where the form starts."""
    heard: dict[Form, list[int]] = {}
    for start, form in equivalents.occurrences(hypothesis):
        heard.setdefault(form, []).append(start)
    jumps: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for start, form in equivalents.occurrences(reference):
        for other in equivalents.alternatives[form]:
            for place in heard.get(other, ()):
                jumps.setdefault((start + len(form), place + len(other)), []).append((start, place))
    return jumps
