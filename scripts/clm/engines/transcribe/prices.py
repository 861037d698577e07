"""Prices of Amazon: the user's table by region and volume."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tier:
    """Prices of a minute in US dollars, from a number of minutes of a month on."""

    from_minutes: float
    minute: float
    minute_with_clm: float
    region: str | None = None

    @property
    def name(self) -> str:
        """Name of the row in an estimate."""
        return f"row {self.region or 'of any region'} from {self.from_minutes:,.0f} minutes"


def tiers(prices: Mapping[str, Any], region: str | None) -> list[Tier]:
    """The rows for a region, cheapest volume first; one of `minute` and `minute_with_clm` where there are none."""
    rows = [Tier(**row) for row in prices["tiers"]]
    if rows and region is None:
        region = _region()
    own = [row for row in rows if row.region in (None, region)]
    # A row of the region wins over one of any region that begins at the same minute.
    own.sort(key=lambda row: (row.from_minutes, row.region is not None))
    if own and own[0].from_minutes == 0:
        return own
    return [Tier(0.0, prices["minute"], prices["minute_with_clm"]), *own]


def dollars(rows: Sequence[Tier], already: float, minutes: float, *, clm: bool) -> float:
    """Price of minutes in US dollars, each by the row that it falls in, after those used `already` this month.

    >>> rows = [Tier(0, 2.0, 3.0), Tier(100, 1.0, 1.5)]
    >>> dollars(rows, 90, 20, clm=False), dollars(rows, 0, 10, clm=True), dollars(rows, 500, 10, clm=False)
    (30.0, 30.0, 10.0)
    """
    total = 0.0
    ends = [*(row.from_minutes for row in rows[1:]), float("inf")]
    for row, end in zip(rows, ends, strict=True):
        inside = max(0.0, min(end, already + minutes) - max(row.from_minutes, already))
        total += inside * (row.minute_with_clm if clm else row.minute)
    return total


def used(rows: Sequence[Tier], already: float, minutes: float) -> str:
    """The rows by which minutes are priced, in words; "" where the user filled in none."""
    ends = [*(row.from_minutes for row in rows[1:]), float("inf")]
    names = [
        row.name
        for row, end in zip(rows, ends, strict=True)
        if row.from_minutes < already + max(minutes, 1e-9) and end > already
    ]
    return " and ".join(names) if len(rows) > 1 or rows[0].region else ""


def describe(section: Mapping[str, Any], seconds: float) -> str:
    """Date and rows of the prices of a number of billed seconds, for estimates; `section` is that of the engine."""
    prices = section["prices"]
    rows = tiers(prices, section["region"])
    names = used(rows, prices["month_minutes"], seconds / 60) if prices["tiers"] else ""
    return f"{prices['date']}, {names}" if names else str(prices["date"])


def _region() -> str | None:
    """The region of the user's AWS configuration."""
    named = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if named:
        return named
    import boto3

    return boto3.session.Session().region_name
