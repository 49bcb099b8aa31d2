"""A token bucket: so many at once, so many a second afterwards."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """Allows `burst` at once and refills at `per_second`.

    Times are monotonic seconds, given by the caller.
    """

    burst: float
    per_second: float
    level: float = -1.0
    at: float = 0.0

    def take(self, now: float) -> float:
        """Take one. Returns 0.0, or the seconds until one will be there."""
        if self.level < 0:
            self.level = self.burst
        else:
            self.level = min(self.burst, self.level + (now - self.at) * self.per_second)
        self.at = now
        if self.level >= 1.0:
            self.level -= 1.0
            return 0.0
        return (1.0 - self.level) / self.per_second
