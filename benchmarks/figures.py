"""Figures of a benchmark with their limits, and the machine that they were measured on."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One line of a table: a figure, and the limit that it must keep, if there is one."""

    title: str
    value: float
    sign: str = ""
    limit: float | None = None
    unit: str = ""

    @property
    def holds(self) -> bool:
        """Whether the figure keeps to the limit."""
        if self.limit is None:
            return True
        return {"<=": self.value <= self.limit, ">=": self.value >= self.limit, "=": self.value == self.limit}[
            self.sign
        ]

    @property
    def bound(self) -> str:
        """The limit in words, or an empty string."""
        return "" if self.limit is None else f"{self.sign} {self.limit:.4g}{self.unit}"

    @property
    def verdict(self) -> str:
        """Whether the limit is kept, in words; empty without one."""
        if self.limit is None:
            return ""
        return "ok" if self.holds else "NOT MET"

    @property
    def amount(self) -> str:
        """The figure and its unit: three digits, or all of those before the point."""
        return f"{self.value:.0f}{self.unit}" if abs(self.value) >= 100 else f"{self.value:.3g}{self.unit}"

    def __str__(self) -> str:
        return f"{self.title:58} {self.value:9.2f}{self.unit:2} {self.bound:>12}  {self.verdict}".rstrip()


def machine() -> str:
    """What the machine is: processor, cores, memory, and its load of the last minute."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    cores = os.cpu_count()
    return f"{_processor()}, {cores} cores, {memory:.0f} GiB, load {os.getloadavg()[0]:.1f} at the beginning"


def _processor() -> str:
    """The processor's name where Linux tells it, else the kind of machine."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]} ({platform.machine()})" if names else platform.machine()
