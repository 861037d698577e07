"""Names and texts that break careless programs, for hypothesis; whoever runs one of them makes a file `canary`."""

import unicodedata
from collections import Counter
from collections.abc import Collection

from hypothesis import strategies as st

from clm.base.text_files import printable
from clm.config import UNUSABLE_NAME

CANARY = "canary"
#: What a shell, Snakemake, Python's formatting, SQL, HTML, CSV or XML might take for more than text.
FRAGMENTS = (
    f"$(touch {CANARY})", f"`touch {CANARY}`", f";touch {CANARY};", f"&& touch {CANARY} &&",
    f"|touch {CANARY}|", f"> {CANARY}", f"'; touch {CANARY}; '", f'"; touch {CANARY}; "',
    f"\n touch {CANARY}\n", "$HOME", "${PATH}", "$'\\n'", "{", "}", "{}", "{0}", "{wildcards.folder}",
    "{input}", "{{x}}", "<results>", "<script>alert(1)</script>", "</td>", "&amp;", "%s", "%(x)s", "%00",
    "*", "?", "[a-z]*", "!", "!!", "~", "~root", "#", "^", "=", ",", ";", ":", "|", "&", "\\", "\\n", "'",
    '"', "''", "`", "-", "--", "-rf", "--help", "-", "=cmd()", "@x", "+1", " ", "  ", "\t", "..", ".",
    "'; DROP TABLE x; --", "é", "e\u0301", "ß", "日本", "שלום", "\u202e", "\u200d", "\ufeff", "\u00a0",
    "\u2028", "😀", "\udcff", "\x01", "\x7f", "\x1b[31m", "a", "B", "word", "osmosis", "the", "0", "1",
    "007", "null", "true", "None", "NaN", "1e5", "CON",
)  # fmt: skip
WORDS = ("the", "osmosis", "membrane", "lecture", "power", "cell", "good", "morning", "mitochondria")

fragments = st.sampled_from(FRAGMENTS)
_joined = st.lists(fragments, min_size=1, max_size=6).map("".join)


def _can_be_a_name(name: str) -> bool:
    """Whether a file system takes it, and it is neither hidden nor ours."""
    return "/" not in name and not name.startswith(".") and len(name.encode("utf-8", "surrogateescape")) <= 200


names = _joined.map(lambda name: name.replace("/", "∕")).filter(_can_be_a_name)


def unique(found: Collection[str]) -> set[str]:
    """The names that no other equals but for its Unicode form."""
    forms = Counter(unicodedata.normalize("NFC", name) for name in found)
    return {name for name in found if forms[unicodedata.normalize("NFC", name)] == 1}


def usable(name: str) -> bool:
    """Whether a folder of this name may be used, by the documentation."""
    return printable(name) == name and not UNUSABLE_NAME.search(name)


#: Lines of words among fragments; what is not UTF-8 is for the tests of encodings.
texts = (
    st.lists(fragments | st.sampled_from(WORDS) | st.text(max_size=8), min_size=1, max_size=12)
    .map(" ".join)
    .map(lambda text: text.encode("utf-8", "ignore").decode("utf-8"))
)
