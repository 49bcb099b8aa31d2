"""`python -m bench [NAME …] [--short]`: run benchmarks, show a table each, keep the JSON."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from bench import browser, collecting, events, fanout, idle, memory, report, start, traffic, tree
from bench.figures import SHORT, Scale

BENCHMARKS = {
    "events": events.run,
    "start": start.run,
    "idle": idle.run,
    "memory": memory.run,
    "collecting": collecting.run,
    "tree": tree.run,
    "traffic": traffic.run,
    "fanout": fanout.run,
    "browser": browser.run,
}


def main(arguments: list[str] | None = None) -> int:
    """Return 1 when an aim was missed, so that a script can tell."""
    options = _options(arguments)
    scale = _scale(options)
    missed = False
    for name in options.names or BENCHMARKS:
        result = BENCHMARKS[name](scale)
        path = report.keep(result, scale, options.results)
        print(f"{report.table(result)}\n\n{path}\n", flush=True)
        missed |= any(figure.verdict == "missed" for figure in result.figures)
    return int(missed)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--short", action="store_true", help="a few minutes for all of them")
    parser.add_argument("--containers", type=int, help="running containers (aims speak of 50)")
    parser.add_argument("--events", type=int, help="events to compare")
    parser.add_argument("--results", type=Path, default=report.FOLDER, help="where JSON goes")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    return options


def _scale(options: argparse.Namespace) -> Scale:
    scale = SHORT if options.short else Scale()
    changes = {name: getattr(options, name) for name in ("containers", "events")}
    return replace(scale, **{name: value for name, value in changes.items() if value})


if __name__ == "__main__":
    sys.exit(main())
