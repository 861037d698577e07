"""Parts of messages: long lists cut short, singular and plural, the nearest name to a misspelt one."""

from collections.abc import Sequence

#: Names of a long list that are given in full.
_LISTED = 3


def some(names: Sequence[str]) -> str:
    """The first names of a list that may be long.

    >>> some(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    rest = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {rest} more" if rest > 0 else "")


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun in the singular or the plural.

    >>> counted(1, "folder"), counted(1200, "folder"), counted(2, "hypothesis", "hypotheses")
    ('1 folder', '1,200 folders', '2 hypotheses')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def nearest(name: str, known: Sequence[str], where: str = "") -> str:
    """Hint for a misspelt name: the nearest known one, else all of them.

    >>> nearest("heldout", ["heldouts", "baseline"], "evaluation"), nearest("x", ["b", "a"])
    ("did you mean 'evaluation.heldouts'?", 'known here: a, b')
    """
    import difflib

    close = difflib.get_close_matches(name, known, n=1)
    prefix = f"{where}." if where else ""
    return f"did you mean {prefix + close[0]!r}?" if close else f"known here: {', '.join(sorted(known))}"
