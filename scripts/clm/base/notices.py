"""Notices: remarks on an input as a code with arguments, kept in JSON; sentences are made where they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Notice:
    """A remark: `code` names its sentence, `arguments` (JSON values) fill it in."""

    code: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


def to_json(notices: Iterable[Notice]) -> list[dict[str, Any]]:
    """Notices as JSON holds them.

    >>> to_json([Notice("rescaled", {"decibels": 90})])
    [{'code': 'rescaled', 'arguments': {'decibels': 90}}]
    """
    return [{"code": notice.code, "arguments": dict(notice.arguments)} for notice in notices]


def from_json(entries: Iterable[Mapping[str, Any]]) -> tuple[Notice, ...]:
    """Notices as they were before `to_json`.

    >>> from_json([{"code": "rescaled", "arguments": {"decibels": 90}}])
    (Notice(code='rescaled', arguments={'decibels': 90}),)
    """
    return tuple(Notice(entry["code"], entry["arguments"]) for entry in entries)
