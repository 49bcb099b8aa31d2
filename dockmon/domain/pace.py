"""How often somebody is told: the few steps every wish is rounded to.

A step is a room of its own, so there must be few. Nobody is told quicker than asked
for, but for the first turn, which may come after half a step.
"""

from __future__ import annotations

from typing import Final

STEPS_SECONDS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)


def step_for(asked_seconds: float | None, usual_seconds: float) -> float:
    """Return the step for a wish of 0.1 to 3600 seconds; None is the server's usual one.

    The usual interval, whatever the settings say, is a step itself.
    """
    if asked_seconds is None:
        return usual_seconds
    steps = sorted({*STEPS_SECONDS, usual_seconds})
    return next((step for step in steps if step >= asked_seconds), steps[-1])


def is_due(step_seconds: float, last: float, now: float) -> bool:
    """Say whether it is this step's turn; `last` and `now` are monotonic seconds.

    Turns are the multiples of the step, so that one reading serves all steps whose
    turn it is. A turn right after a reading is left out: rates over a few
    milliseconds are noise.
    """
    if now - last < step_seconds / 2:
        return False
    return _turn(step_seconds, now) > _turn(step_seconds, last)


def seconds_until_due(step_seconds: float, last: float, now: float) -> float:
    """Return how long it is until the step's next turn; 0 when it is now."""
    if is_due(step_seconds, last, now):
        return 0.0
    earliest = max(now, last + step_seconds / 2)
    return (_turn(step_seconds, earliest) + 1) * step_seconds - now


def _turn(step_seconds: float, moment: float) -> int:
    # A timer that fires a hair early must not miss its turn and wait for the next.
    return int((moment + _HAIR_SECONDS) / step_seconds)


_HAIR_SECONDS: Final = 0.001
