"""What a benchmark says: figures, each beside its aim if it has one.

How they are shown and kept is the work of `report`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["met", "missed"]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much a run does. `short` keeps every benchmark and takes a tenth of the time."""

    containers: int = 50
    events: int = 450
    starts: int = 11
    clients: int = 10
    memory_seconds: float = 600.0
    idle_seconds: float = 120.0
    fleets: tuple[int, ...] = (50, 150, 300)
    collect_seconds: float = 60.0
    tree: int = 5000
    traffic_seconds: float = 120.0
    viewers: tuple[int, ...] = (100, 500, 1000, 2000)
    ping_seconds: tuple[float, float] = (25.0, 20.0)  # between pings, and to answer one
    fanout_seconds: float = 60.0  # holds two pings at least
    rows: int = 1000  # on the page
    page_seconds: float = 60.0
    heap_seconds: tuple[float, float] = (180.0, 900.0)
    log_seconds: float = 300.0


SHORT = Scale(
    events=300,
    starts=5,
    memory_seconds=60.0,
    idle_seconds=60.0,
    fleets=(20, 50),
    collect_seconds=15.0,
    tree=1000,
    traffic_seconds=30.0,
    viewers=(100, 500),
    ping_seconds=(5.0, 5.0),
    fanout_seconds=12.0,
    page_seconds=15.0,
    heap_seconds=(45.0, 90.0),
    log_seconds=20.0,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. aim: what it must stay under, None where it is there for context."""

    name: str
    value: float
    unit: str
    aim: float | None = None

    @property
    def verdict(self) -> Verdict | None:
        if self.aim is None:
            return None
        return "met" if self.value < self.aim else "missed"

    def as_row(self) -> dict[str, Any]:
        """Return the form it is kept in."""
        return {
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "aim": self.aim,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What one benchmark found. details: raw numbers, for whoever wants to look closer."""

    benchmark: str
    figures: list[Figure]
    details: dict[str, Any] = field(default_factory=dict)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all lie at or below."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(values: Sequence[float]) -> float:
    """Return the value in the middle."""
    return quantile(values, 0.5)


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return smallest, middle and largest, rounded for keeping."""
    return {
        "min": round(min(values), 4),
        "median": round(median(values), 4),
        "max": round(max(values), 4),
    }
