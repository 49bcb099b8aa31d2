"""How often somebody is told: the few steps every wish is rounded to.

A step is a room of its own, so there must be few; what is asked is never told
quicker than it was asked for.
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
