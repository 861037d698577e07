"""Text of any origin, made harmless for its four destinations: HTML, script data, SVG and CSV."""

import json
import re
from typing import Any

from markupsafe import Markup, escape

LONGEST = 2_000  # characters of one text that are shown
LONGEST_CELL = 300
LONGEST_WORD = 60

# Controls (but tab and line breaks), what turns the direction of writing, invisible marks, lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff]"
)
_IN_SCRIPT = re.compile("[<>&\u2028\u2029]")
_FORMULA = re.compile(r"[=+\-@\t\r]")
_ARN = re.compile(r"\barn:aws[a-z-]*:[^\s\"',;)]*")


def visible(text: str) -> str:
    r"""The text with names in the place of characters that are invisible or change how the rest is read.

    >>> visible("a\u202eb\x00"), visible("naïve 細胞")
    ('a[U+202E]b[U+0000]', 'naïve 細胞')
    """
    return _UNSEEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


def short(text: str, longest: int = LONGEST) -> str:
    """A text, cut if it is too long for its place, with its length.

    >>> short("x" * 1_000_000, 3), short("cell", 60)
    ('xxx… (1,000,000 characters)', 'cell')
    """
    return text if len(text) <= longest + 30 else f"{text[:longest]}… ({len(text):,} characters)"


def shown(value: Any) -> Any:
    """Any value on its way into a template, before it is escaped."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return "" if value is None else value
    return short(visible(value))


def html(text: Any) -> Markup:
    """Escaped for HTML and SVG."""
    return escape(shown(text))


def unbroken(text: Any) -> Markup:
    """A heading whose names are not divided at their hyphens where a line has room for them.

    >>> str(unbroken("a-1 < b"))
    '<span class="whole">a-1</span> &lt; b'
    """
    words = (Markup('<span class="whole">{}</span>').format(part) if "-" in part else escape(part)
             for part in shown(str(text)).split(" "))  # fmt: skip
    return Markup(" ").join(words)


def command(text: Any) -> Markup:
    """A command line whose words are divided, where they have to be, after their slashes.

    >>> str(command("a/b --c <d"))
    '<span class="argument">a/<wbr>b</span> <span class="argument">--c</span> <span class="argument">&lt;d</span>'
    """
    return Markup(" ").join(
        Markup('<span class="argument">{}</span>').format(Markup("/<wbr>").join(part.split("/")))
        for part in shown(str(text)).split(" ")
    )


def script_data(data: Any) -> Markup:
    r"""JSON that can stand in a `<script type="application/json">` whatever its strings hold.

    >>> str(script_data({"a": "</script>\u202e"}))
    '{"a":"\\u003c/script\\u003e[U+202E]"}'
    """
    text = json.dumps(_visible(data), ensure_ascii=False, separators=(",", ":"))
    return Markup(_IN_SCRIPT.sub(lambda match: f"\\u{ord(match[0]):04x}", text))  # noqa: S704 - escaped above


def _visible(data: Any) -> Any:
    if isinstance(data, str):
        return visible(data) if _UNSEEN.search(data) else data
    if isinstance(data, dict):
        return {_visible(key): _visible(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_visible(value) for value in data]
    return data


def cell(text: str) -> str:
    """A text for a cell of a table that spreadsheets open: what they would take for a formula gets an apostrophe.

    >>> cell("=1+1"), cell("-ase"), cell("cell")
    ("'=1+1", "'-ase", 'cell')
    """
    text = visible(text).replace("\n", " ")
    return f"'{text}" if _FORMULA.match(text) else text


def public(text: str) -> str:
    """A text without secrets of the account: ARNs, account numbers, keys, signatures.

    >>> public("arn:aws:iam::123456789012:role/clm may not read")
    '<arn> may not read'
    """
    from clm.base.redaction import scrub

    return scrub(_ARN.sub("<arn>", text))


def web_address(text: str) -> str:
    """The address if it may become a link, else an empty string; only http and https may.

    >>> web_address("https://en.wikipedia.org/wiki/Cell"), web_address("javascript:alert(1)")
    ('https://en.wikipedia.org/wiki/Cell', '')
    """
    good = re.fullmatch(r"https?://[^\s<>\"'\\^`{|}]+", text, re.IGNORECASE) and not _UNSEEN.search(text)
    return text if good and len(text) < 2000 else ""
