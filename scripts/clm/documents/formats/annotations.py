"""Transcripts in XML: ELAN, Transcriber, and the timed text of YouTube."""

import html
from xml.etree import ElementTree

from clm.documents.formats.office import local


def read(root: ElementTree.Element) -> tuple[str, list[str]] | None:
    """The program's name and the lines of a transcript; None if the XML is something else."""
    name = local(root)
    if name == "ANNOTATION_DOCUMENT":
        return "ELAN", _elan(root)
    if name == "Trans":
        return "Transcriber", _transcriber(root)
    if name in ("transcript", "timedtext"):
        spoken = [item for item in root.iter() if local(item) in ("text", "p")]
        lines = (" ".join("".join(item.itertext()).split()) for item in spoken)
        return "YouTube", [html.unescape(line) for line in lines if line]
    return None


def _elan(root: ElementTree.Element) -> list[str]:
    """Annotations in order of time; tiers about another tier (glosses, translations) do not count."""
    times = {item.get("TIME_SLOT_ID"): int(item.get("TIME_VALUE") or 0) for item in root.iter("TIME_SLOT")}
    tiers = [tier for tier in root.iter("TIER") if tier.find(".//ANNOTATION_VALUE") is not None]
    marks = []
    for tier in [tier for tier in tiers if tier.get("PARENT_REF") is None] or tiers:
        for item in tier.iter("ALIGNABLE_ANNOTATION"):
            value = item.findtext("ANNOTATION_VALUE") or ""
            marks.append((times.get(item.get("TIME_SLOT_REF1"), 0), " ".join(value.split())))
    return [words for _, words in sorted(marks, key=lambda mark: mark[0]) if words]


def _transcriber(root: ElementTree.Element) -> list[str]:
    """Text between the marks of time; descriptions of noises are attributes, not words."""
    lines = []
    for turn in root.iter("Turn"):
        for part in (turn.text, *(child.tail for child in turn)):
            if words := " ".join((part or "").split()):
                lines.append(words)
    return lines
