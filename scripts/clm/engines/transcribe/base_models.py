"""Amazon's two base models of a CLM, and the recordings that each of them suits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clm.base.errors import NotSetUpError
from clm.base.messages import some
from clm.reasons import codes
from clm.reasons.codes import Reason

WIDE_BAND, NARROW_BAND = "WideBand", "NarrowBand"
#: The base models are for audio of at least, and of less than, this number of samples per second (API reference,
#: "CreateLanguageModel").
BORDER_HZ = 16_000


def suiting(rate: int) -> str:
    """The base model for recordings with this number of samples per second."""
    return WIDE_BAND if rate >= BORDER_HZ else NARROW_BAND


def choose_base(sample_rates: Mapping[str, frozenset[int]], wanted: str | None) -> str:
    """Amazon's base model for recordings of these sample rates, by folder; 0 is an unknown rate.

    Raises:
        NotSetUpError: some recordings need the one and some the other, or nobody knows which.

    """
    if wanted is not None:
        return wanted
    unknown = sorted(folder for folder, rates in sample_rates.items() if 0 in rates)
    if unknown:
        raise NotSetUpError(
            f"the sample rate of recordings is unknown ({some(unknown)}), and a CLM is made for {BORDER_HZ} samples "
            f"per second and more ({WIDE_BAND}) or for less ({NARROW_BAND})",
            f"choose with transcribe.base_model: {WIDE_BAND}, or convert these recordings (to flac, say)",
        )
    narrow, wide = unsuited(WIDE_BAND, sample_rates), unsuited(NARROW_BAND, sample_rates)
    if narrow and wide:
        raise NotSetUpError(
            f"the recordings have mixed sample rates: {len(narrow)} folders have less than {BORDER_HZ} samples per "
            f"second ({some(narrow)}) and {len(wide)} have more ({some(wide)}), but a CLM is made for one of the two "
            f"({NARROW_BAND}, {WIDE_BAND})",
            "divide the input into two data sets with a results folder each, or choose with "
            f"transcribe.base_model: {WIDE_BAND} (folders of the other kind then have no suitable CLM)",
        )
    return NARROW_BAND if narrow else WIDE_BAND


def unsuited(base: str, sample_rates: Mapping[str, frozenset[int]]) -> list[str]:
    """Folders with recordings that a base model does not suit; unknown rates (0) do not count.

    >>> unsuited("NarrowBand", {"phone": frozenset([8000]), "studio": frozenset([8000, 44100]), "?": frozenset([0])})
    ['studio']
    """
    return sorted(
        folder for folder, rates in sample_rates.items() if any(rate and suiting(rate) != base for rate in rates)
    )


def marks(
    details: Mapping[str, Mapping[str, Any]], sample_rates: Mapping[str, frozenset[int]]
) -> dict[str, list[Reason]]:
    """Marks of CLMs that are judged on recordings which they do not suit; Amazon accepts these without a word.

    Args:
        details: those of model.json, by model; a model without `base_model` is not marked.
        sample_rates: samples per second of the recordings, by folder.

    """
    odd = {
        name: (base, unsuited(base, sample_rates))
        for name, about in details.items()
        if (base := about.get("base_model"))
    }
    return {name: [codes.other_rates(base, folders)] for name, (base, folders) in odd.items() if folders}
