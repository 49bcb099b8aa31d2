"""The benchmarks run and say what they should; how fast anything was is not asserted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.figures import Figure, quantile
from bench.matching import delays, gaps
from tests.kit import dockerd
from tests.kit.server import ROOT


def test_a_tiny_benchmark_leaves_its_json(tmp_path: Path) -> None:
    reason = dockerd.missing()
    if reason is not None:
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    command = [sys.executable, "-m", "bench", "events", "--containers", "4", "--events", "12"]
    ran = subprocess.run(
        [*command, "--results", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    # 1 says that an aim was missed, and on a busy machine one is.
    assert ran.returncode in (0, 1), ran.stderr
    kept = json.loads((tmp_path / "events.json").read_text())
    assert {"benchmark", "date", "machine", "containers", "figures", "details"} == set(kept)
    assert kept["containers"] == 4
    for figure in kept["figures"]:
        assert {"name", "value", "unit", "aim", "verdict"} == set(figure)
        assert (figure["verdict"] is None) == (figure["aim"] is None)
        assert figure["name"] in ran.stdout
    compared = next(one for one in kept["figures"] if one["name"] == "events compared")
    assert compared["value"] >= 12


def test_a_benchmark_that_does_not_exist_is_named() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bench", "nonsense"], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 2
    assert "'nonsense'" in ran.stderr and "Traceback" not in ran.stderr


def test_an_event_is_matched_with_the_state_it_led_to() -> None:
    seen = [(1.0, "a", "pause"), (1.1, "b", "die"), (2.0, "a", "unpause")]
    told = [
        (0.0, "a", "running"),
        (0.0, "b", "running"),
        (1.5, "a", "paused"),
        (1.6, "a", "paused"),  # something else about it
        (2.25, "a", "running"),
    ]
    found, missing = delays(seen, told)
    assert found == {"pause": [0.5], "unpause": [0.25]}
    assert missing == 1


def test_two_readers_of_the_same_events_are_compared_event_by_event() -> None:
    seen = [(1.0, "a", "pause"), (2.0, "b", "die"), (3.0, "a", "unpause")]
    again = [(2.25, "b", "die"), (1.5, "a", "pause")]
    assert gaps(seen, again) == [0.5, 0.25]


@pytest.mark.parametrize(("share", "expected"), [(0.5, 5), (0.99, 10), (0.1, 1), (1.0, 10)])
def test_a_quantile_is_one_of_the_values(share: float, expected: int) -> None:
    assert quantile([10, 1, 9, 2, 8, 3, 7, 4, 6, 5], share) == expected


def test_an_aim_is_met_below_it_and_missed_at_it() -> None:
    assert Figure("x", 0.99, "s", 1.0).verdict == "met"
    assert Figure("x", 1.0, "s", 1.0).verdict == "missed"
    assert Figure("x", 1.0, "s").verdict is None
