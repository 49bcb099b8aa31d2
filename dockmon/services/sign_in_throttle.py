"""Slow down guessing without locking anybody out.

Counted by address and by user *at* an address, never by user alone: whoever
hammers a name from elsewhere must not keep its owner out.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from typing import Final

from dockmon.domain.errors import RateLimited
from dockmon.domain.rate import Bucket
from dockmon.ports import Clock

USER_BURST: Final = 10.0
USER_PER_SECOND: Final = 1 / 10
ADDRESS_BURST: Final = 50.0
ADDRESS_PER_SECOND: Final = 1 / 2
MAX_BUCKETS: Final = 10_000


class SignInThrottle:
    """Counts failures: whoever proves to know the password gets the token back."""

    def __init__(self, clock: Clock, max_buckets: int = MAX_BUCKETS) -> None:
        self._clock = clock
        self._max_buckets = max_buckets
        self._lock = threading.Lock()
        self._buckets: OrderedDict[tuple[str, ...], Bucket] = OrderedDict()  # oldest use first

    def take(self, username: str, address: str) -> None:
        """Count an attempt before it is looked at. Raises: auth.rate_limited."""
        network = _network(address)
        with self._lock:
            now = self._clock.monotonic()
            # The address first: a refused one leaves no trace of the names it tried.
            wait = self._bucket((network,), ADDRESS_BURST, ADDRESS_PER_SECOND).take(now)
            if not wait:
                key = (network, username)
                wait = self._bucket(key, USER_BURST, USER_PER_SECOND).take(now)
        if wait:
            raise RateLimited("auth.rate_limited", retry_after_seconds=round(wait, 1))

    def give_back(self, username: str, address: str) -> None:
        """The attempt was right, so it does not count."""
        network = _network(address)
        with self._lock:
            for key in ((network,), (network, username)):
                bucket = self._buckets.get(key)
                if bucket is not None:
                    bucket.level = min(bucket.burst, bucket.level + 1)

    def _bucket(self, key: tuple[str, ...], burst: float, per_second: float) -> Bucket:
        bucket = self._buckets.setdefault(key, Bucket(burst, per_second))
        self._buckets.move_to_end(key)
        while len(self._buckets) > self._max_buckets:
            self._buckets.popitem(last=False)
        return bucket


def _network(address: str) -> str:
    """Return what one guesser holds: an IPv4 address, or a whole /64 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)
