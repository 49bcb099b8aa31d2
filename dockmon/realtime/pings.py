"""Engine.IO's pings, of all clients in one loop.

The library sleeps in a task for each client and walks all of them beside that: with a
ping every ten seconds that costs more than the messages do.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any, Final

from engineio import packet

PING: Final = packet.Packet(packet.PING)
# Pings that are due within this share of the interval go out together, and their answers
# come back together: to be woken up for each costs more than the ping.
_STEP_SHARE: Final = 0.02
_SHORTEST_STEP_SECONDS: Final = 0.02
_LONGEST_SLEEP_SECONDS: Final = 1.0
_CLIENTS_WITHOUT_YIELD: Final = 64


class Pings:
    """Who is due for a ping, and who owes an answer.

    Both wait equally long for all clients, so that the first to come is the first to
    be due. Held by name: a client that has gone is not kept in memory by its ping.
    """

    def __init__(self, clients: dict[str, Any], interval_seconds: float, timeout_seconds: float):
        self._clients = clients
        self._interval_seconds = interval_seconds
        self._timeout_seconds = timeout_seconds
        self._step_seconds = max(_SHORTEST_STEP_SECONDS, _STEP_SHARE * interval_seconds)
        self._due: deque[tuple[float, str]] = deque()  # (when, whom to ping)
        self._owed: deque[tuple[float, str]] = deque()  # (until when, by whom)

    def schedule(self, client: Any) -> None:
        """Ping a client that has come or has answered. Answers nobody asked for are ignored."""
        if client.is_ping_due:
            return
        client.is_ping_due = True
        client.owes_pong_until = None
        self._due.append((time.monotonic() + self._interval_seconds, client.sid))

    def turn(self) -> None:
        """Ping who is due, end who has not answered, and sleep until the next may be due."""
        now = time.monotonic()
        self._ping(now)
        self._end_silent(now)
        time.sleep(max(self._step_seconds, self._next() - time.monotonic()))

    def _ping(self, now: float) -> None:
        until = now + self._timeout_seconds
        turns = 0
        while self._due and self._due[0][0] <= now:
            _, sid = self._due.popleft()
            client = self._clients.get(sid)
            if client is None or client.closed or client.closing:
                continue
            client.owes_pong_until = until
            client.is_ping_due = False  # last: an answer nobody asked for must not come between
            self._owed.append((until, sid))
            client.queue.put(PING)
            turns += 1
            if turns % _CLIENTS_WITHOUT_YIELD == 0:
                time.sleep(0)

    def _end_silent(self, now: float) -> None:
        while self._owed:
            until, sid = self._owed[0]
            client = self._clients.get(sid)
            if client is not None and client.owes_pong_until == until:
                if until > now:
                    return
                client.end_silent()
                time.sleep(0)
            self._owed.popleft()

    def _next(self) -> float:
        """Return when to look again. Who comes meanwhile is not due before that."""
        shortest = min(self._interval_seconds, self._timeout_seconds, _LONGEST_SLEEP_SECONDS)
        heads = [queue[0][0] for queue in (self._due, self._owed) if queue]
        return min([time.monotonic() + shortest, *heads])
