"""The clockwork of both samplers: nobody who listens is forgotten."""

from __future__ import annotations

from dockmon.services.paces import Paces
from tests.kit.people import ManualClock


def test_a_step_nobody_listens_at_any_more_is_dropped():
    clock, listened = ManualClock(), {5.0}
    paces = Paces(clock, 1.0, listened.__contains__)
    paces.want(5.0)
    clock.advance(10)
    assert 5.0 in paces.due()
    listened.clear()
    paces.due()
    listened.add(5.0)
    assert 5.0 not in paces.due()


def test_who_comes_while_a_step_is_dropped_is_not_forgotten():
    clock, listened = ManualClock(), set()

    def is_watched(step: float) -> bool:
        was_watched = step in listened
        if step == 5.0 and not was_watched:
            # Another thread joins right after the look.
            listened.add(step)
            paces.want(step)
        return was_watched

    paces = Paces(clock, 1.0, is_watched)
    paces.want(5.0)
    paces.due()
    clock.advance(10)
    assert 5.0 in paces.due()
