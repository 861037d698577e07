"""Addresses of mail and of the web as they are said: at, dot, slash."""

import re

from clm.english.written import END, TOP, pattern

_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_MAIL = pattern(rf"(?<![\w.+-])[^\W_][\w.+-]*@{_LABEL}(?:\.{_LABEL})+")
_PATH = r"(?:/[\w.%~+-]*[\w%~])*/?(?![\w/])"
_WEB = pattern(
    rf"(?<![\w@.-])(?:(?:https?|ftp)://(?:www\.)?{_LABEL}(?:\.{_LABEL})+|www(?:\.{_LABEL})+)(?::\d+)?{_PATH}"
)
_BARE = pattern(rf"(?<![\w@./-])(?:{_LABEL}\.)+(?:{'|'.join(sorted(TOP))})(?:{_PATH}|{END})")
_SIGNS = {"@": " at ", ".": " dot ", "/": " slash ", "_": " underscore ", "+": " plus ", ":": " colon "}
_SIGN = re.compile(r"[@./_+:]")


def speak_addresses(text: str) -> str:
    """Read addresses of mail and of the web; of the latter without https:// and a slash at the end.

    >>> speak_addresses("Write to ann.lee@yeti.com or see https://www.yeti.co.uk/coolers/ now.")
    'Write to ann dot lee at yeti dot com or see www dot yeti dot co dot uk slash coolers now.'
    """
    if "@" in text:
        text = _MAIL.sub(_read, text)
    if "://" in text or "www." in text.lower():
        text = _WEB.sub(_read, text)
    return _BARE.sub(_read, text) if _has_end(text) else text


def _has_end(text: str) -> bool:
    lower = text.lower()
    return any(f".{top}" in lower for top in TOP)


def _read(match: re.Match[str]) -> str:
    address = re.sub(r"^[a-z]+://", "", match[0], flags=re.IGNORECASE).rstrip("/")
    return _SIGN.sub(lambda sign: _SIGNS[sign[0]], address)
