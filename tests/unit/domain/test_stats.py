"""From two readings of counters to what a container uses: rates, gaps, and never a lie."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmon.domain.stats import COLUMNS, UNKNOWN, Counters, Sample, sample

BEFORE = Counters(
    life=("cgroup", 1),
    at=100.0,
    cpu_seconds=10.0,
    periods=100,
    throttled_periods=20,
    memory_bytes=4096,
    memory_limit_bytes=8192,
    network_rx_bytes=1000,
    network_tx_bytes=2000,
    block_read_bytes=3000,
    block_write_bytes=4000,
    pids=3,
)
NOW = BEFORE._replace(
    at=102.0,
    cpu_seconds=13.0,
    periods=120,
    throttled_periods=25,
    memory_bytes=5000,
    network_rx_bytes=1200,
    network_tx_bytes=2020,
    block_read_bytes=3000,
    block_write_bytes=4001,
    pids=4,
)
# counter: the rates made of it
RATES = {
    "cpu_seconds": "cpu_percent",
    "throttled_periods": "cpu_throttled_percent",
    "periods": "cpu_throttled_percent",
    "network_rx_bytes": "network_rx_bytes_per_second",
    "network_tx_bytes": "network_tx_bytes_per_second",
    "block_read_bytes": "block_read_bytes_per_second",
    "block_write_bytes": "block_write_bytes_per_second",
}
HELD = {"memory_bytes": 5000, "memory_limit_bytes": 8192, "pids": 4}
GAP = Sample(**HELD)


def test_rates_are_what_was_used_by_the_second():
    assert sample(BEFORE, NOW) == Sample(
        cpu_percent=150.0,  # 100 is one core
        memory_bytes=5000,
        memory_limit_bytes=8192,
        network_rx_bytes_per_second=100,
        network_tx_bytes_per_second=10,
        block_read_bytes_per_second=0,
        block_write_bytes_per_second=0,
        pids=4,
        cpu_throttled_percent=25.0,
    )


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param(None, NOW, id="the first reading"),
        pytest.param(BEFORE._replace(life=("cgroup", 2)), NOW, id="a restart"),
        pytest.param(BEFORE._replace(at=102.0), NOW, id="no time between"),
        pytest.param(BEFORE._replace(at=103.0), NOW, id="time that went back"),
    ],
)
def test_there_is_a_gap_and_what_is_held_now(before: Counters | None, now: Counters):
    assert sample(before, now) == GAP


def test_a_paused_container_has_no_rates_and_keeps_what_it_holds():
    assert sample(BEFORE, NOW, is_running=False) == GAP


@pytest.mark.parametrize("counter", RATES)
def test_a_counter_that_goes_back_gives_a_gap_in_its_own_rate_alone(counter: str):
    wrapped = NOW._replace(**{counter: getattr(BEFORE, counter) - 1})
    expected = sample(BEFORE, NOW)._replace(**{RATES[counter]: None})
    assert sample(BEFORE, wrapped) == expected


@pytest.mark.parametrize("counter", RATES)
@pytest.mark.parametrize("which", ["before", "now"])
def test_a_counter_not_known_gives_a_gap_in_its_own_rate_alone(counter: str, which: str):
    readings = {"before": BEFORE, "now": NOW}
    readings[which] = readings[which]._replace(**{counter: None})
    expected = sample(BEFORE, NOW)._replace(**{RATES[counter]: None})
    assert sample(**readings) == expected


@pytest.mark.parametrize("field", HELD)
def test_what_is_held_and_not_known_is_none_and_not_zero(field: str):
    assert getattr(sample(BEFORE, NOW._replace(**{field: None})), field) is None


def test_a_container_without_a_limit_is_not_throttled():
    assert sample(BEFORE, NOW._replace(periods=100, throttled_periods=20))[-1] == 0.0


def test_no_more_than_all_periods_are_throttled():
    # The two are not counted at one moment.
    assert sample(BEFORE, NOW._replace(periods=101, throttled_periods=25))[-1] == 100.0


def test_columns_are_the_fields_of_a_sample_with_the_id_in_front():
    assert COLUMNS[0] == "id"
    assert len(COLUMNS) == len(UNKNOWN) + 1
    assert set(UNKNOWN) == {None}


numbers = st.one_of(st.none(), st.integers(0, 2**64))
readings = st.builds(
    Counters,
    st.integers(0, 1),
    st.floats(0, 1e9),
    st.one_of(st.none(), st.floats(0, 1e12)),
    *[numbers] * 9,
)


@given(readings, readings, st.booleans())
def test_no_two_readings_make_a_number_below_zero(before: Any, now: Any, is_running: bool):
    for value in sample(before, now, is_running):
        assert value is None or value >= 0
