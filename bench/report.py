"""Show results as a table and keep them as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure, Result, Scale
from bench.processes import machine

FOLDER = Path(__file__).resolve().parents[1] / "bench-results"


def keep(result: Result, scale: Scale, folder: Path) -> Path:
    """Write a result to `<folder>/<benchmark>.json` and return the path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.benchmark}.json"
    kept = {
        "benchmark": result.benchmark,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "containers": scale.containers,
        "figures": [figure.as_row() for figure in result.figures],
        "details": result.details,
    }
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return path


def table(result: Result) -> str:
    """Return a result as a Markdown table."""
    lines = [f"| {result.benchmark} | | aim | |", "|---|---:|---:|---|"]
    lines += [_line(figure) for figure in result.figures]
    return "\n".join(lines)


def _line(figure: Figure) -> str:
    aim = "" if figure.aim is None else f"< {figure.aim:g} {figure.unit}"
    return f"| {figure.name} | {figure.value:.3g} {figure.unit} | {aim} | {figure.verdict or ''} |"
