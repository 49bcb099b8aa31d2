"""How a wish becomes one of a few steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmon.domain.pace import STEPS_SECONDS, is_due, seconds_until_due, step_for

wishes = st.floats(0.1, 3600)


@pytest.mark.parametrize(
    ("asked", "step"),
    [(0.1, 0.1), (0.11, 0.2), (0.3, 0.5), (1.0, 1.0), (1.01, 2.0), (59, 60.0), (3600, 3600.0)],
)
def test_a_wish_is_rounded_up_to_a_step(asked: float, step: float):
    assert step_for(asked, 2.0) == step


def test_no_wish_is_the_servers_usual_interval():
    assert step_for(None, 7.0) == 7.0


def test_the_usual_interval_is_a_step_itself():
    assert step_for(6.5, 7.0) == 7.0
    assert step_for(7.5, 7.0) == 10.0


@given(wishes, wishes)
def test_nobody_is_told_quicker_than_asked(asked: float, usual: float):
    assert step_for(asked, usual) >= asked


@given(wishes, wishes)
def test_there_are_few_steps(asked: float, usual: float):
    assert step_for(asked, usual) in {*STEPS_SECONDS, usual}


def test_turns_are_the_multiples_of_the_step():
    assert not is_due(2.0, last=10.0, now=11.9)
    assert is_due(2.0, last=10.0, now=12.0)
    assert is_due(2.0, last=10.3, now=12.0)


def test_a_slow_steps_turn_is_one_of_the_quick_ones_too():
    last = {0.1: 100.0, 0.5: 100.0, 1.0: 100.0, 5.0: 100.0}
    for tick in range(1, 101):
        now = 100.0 + tick / 10
        due = {step for step, before in last.items() if is_due(step, before, now)}
        assert 0.1 in due
        assert (1.0 in due) == (tick % 10 == 0)
        assert (5.0 in due) == (tick % 50 == 0)
        last |= dict.fromkeys(due, now)


def test_a_turn_right_after_a_reading_is_left_out():
    assert not is_due(1.0, last=10.99, now=11.0)
    assert seconds_until_due(1.0, last=10.99, now=11.0) == pytest.approx(1.0)


def test_a_timer_that_fires_a_hair_early_does_not_miss_its_turn():
    assert is_due(1.0, last=10.0, now=10.9995)


@pytest.mark.parametrize("step", [0.1, 0.2, 0.5, 1.0, 3.0, 10.0])
@pytest.mark.parametrize("now", [100.0, 100.05, 100.333, 101.999])
def test_who_waits_as_long_as_told_is_due(step, now):
    seconds = seconds_until_due(step, last=100.0, now=now)
    assert 0 <= seconds <= step * 1.5
    assert is_due(step, last=100.0, now=now + seconds)
