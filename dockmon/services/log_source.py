"""Read the log of one container, from where it was asked for, in a task of its own.

What comes of it goes to a `Sink`: `services/logs` merges and hands it out.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Generator
from contextlib import closing
from typing import Final, Protocol

from dockmon.domain.container import Container
from dockmon.domain.errors import GONE, DockmonError, EngineTimedOut, EngineUnavailable, NotFound
from dockmon.domain.log_cursor import DISORDER_SECONDS, Place, Seek, after, before
from dockmon.domain.log_last import LastLines
from dockmon.domain.log_lines import LineAssembler
from dockmon.domain.log_request import LogRequest
from dockmon.domain.logs import LogLine, LogQuery
from dockmon.ports import EngineClient, RawLogStream
from dockmon.services.log_depths import LogDepths, entries_behind

# dockerd finds the last entries at once, and a moment only by decoding everything
# before it: with 3 million lines 5.2 s, against 0.03 s for the last 20,000.
NEAR_ENTRIES: Final = 20_000
# How far back `tail` looks for lines that match.
FAR_ENTRIES: Final = 200_000
# A thousand times what was measured (`log_cursor`). Not the whole second that cursors
# allow for: in a burst, that is a hundred thousand lines for a page of a thousand.
_UNTIL_DISORDER_SECONDS: Final = 0.1
HELD_SECONDS: Final = 0.25
_STOPPING_SECONDS: Final = (0.1, 0.3, 1.0)
_PIECES_BETWEEN_BREATHS: Final = 200
_NS: Final = 1_000_000_000


class Sink(Protocol):
    """Where the lines of a source go. It calls, and is called, with `lock` free.

    kept_bytes: how much of its log a source may hold while it looks back.
    """

    lock: threading.Lock
    is_over: bool
    kept_bytes: int

    def now(self) -> float:
        """Return monotonic seconds."""

    def opened(self, source: LogSource) -> None:
        """The engine has begun to answer."""

    def put(self, source: LogSource, lines: list[LogLine]) -> None:
        """Take lines, in the order of the log; waits while there are too many."""

    def live(self, source: LogSource) -> None:
        """Everything that was there has been read; what follows is new."""

    def ended(self, source: LogSource, error: DockmonError | None) -> None:
        """Nothing more will come. error: why, if it is not that the log has ended."""


class LogSource:
    """One container's log.

    place: where to begin, None for wherever `tail` says. in_two_steps: when
    following, first read what is there, to its end, and follow from there. Then
    every place is known before anything is followed, which a cursor over several
    logs depends on.
    """

    def __init__(
        self,
        container: Container,
        client: EngineClient,
        request: LogRequest,
        place: Place | None,
        in_two_steps: bool,
        sink: Sink,
        depths: LogDepths,
    ) -> None:
        self.container = container
        self.place = place or Place(0)
        self._client = client
        self._request = request
        self._sink = sink
        self._depths = depths
        self._from_ns = self.place.at_ns if self.place.side == "from" else 0
        self._tail = request.tail_from(place)
        # An engine's `tail` counts entries: of any stream, and several to a long line.
        is_read_first = in_two_steps or not request.follow
        self._looks_back = bool(self._tail) and (is_read_first or request.is_choosy)
        # With tail=0, too: nothing would tell where the log stood at the beginning.
        has_past_to_learn = in_two_steps or self._looks_back or self._tail == 0
        self._in_two_steps = request.follow and has_past_to_learn
        self._raw: RawLogStream | None = None
        self._entries = 0  # seen in the answer being read
        self._unfinished: list[LogLine] = []  # what had no end when it ended
        self._seek = Seek(self.place)
        self._held_since: float | None = None

    def run(self) -> None:
        """Read until the end: of the log, or of the interest in it."""
        # Stays unless something better is known: a fault of ours must not look
        # like the end of a log.
        error: DockmonError | None = DockmonError()
        try:
            self._read()
            error = None
        except DockmonError as fault:
            error = fault
        finally:
            self._sink.ended(self, error)

    def close(self) -> None:
        """Close the engine's stream from any task, once the sink is over."""
        with self._sink.lock:
            raw = self._raw
        if raw is not None:
            raw.close()

    def settle(self, now: float) -> list[LogLine]:
        """Return lines held for so long that no more will come; call with the lock held."""
        if self._held_since is None or now - self._held_since < HELD_SECONDS:
            return []
        self._held_since = None
        return self._wanted(self._seek.give_up())

    @property
    def settles_at(self) -> float | None:
        """When `settle` is to be called, on the monotonic clock."""
        return None if self._held_since is None else self._held_since + HELD_SECONDS

    # From step to step.

    def _read(self) -> None:
        if not self._request.follow:
            self._read_part(self._tail, follow=False, is_last=True)
            return
        tail = self._tail
        if self._in_two_steps:
            self._read_past()
            tail = None
        self._sink.live(self)
        if not self._sink.is_over:
            self._follow(tail)

    def _read_past(self) -> None:
        if self._tail == 0:
            self._skip_past()
        else:
            self._read_part(self._tail, follow=False, is_last=False)
        self._looks_back = False

    def _follow(self, tail: int | None) -> None:
        """Follow to the end of the container, and read what that end has swallowed.

        In 16 of 30 tries dockerd 20.10 ended the answer before a last word without
        a newline that was in the log already.
        """
        self._read_part(tail, follow=True, is_last=False)
        if self._sink.is_over:
            return
        self._check_followed()
        unfinished = self._unfinished
        try:
            self._read_part(None, follow=False, is_last=True)
        except GONE:
            self._sink.put(self, self._wanted(unfinished))

    def _read_part(self, tail: int | None, follow: bool, is_last: bool) -> None:
        if self._looks_back and tail:
            self._look_back(tail, is_last)
        elif tail is not None or self.place.side == "from":
            self._read_on(tail, follow, is_last)
        elif not self._read_on(NEAR_ENTRIES, follow, is_last, must_find=True):
            self._read_on(None, follow, is_last)

    def _skip_past(self) -> None:
        """Learn where the log ends now. Only behind it does the answer begin."""
        with closing(self._lines(1, follow=False, is_last=False)) as lines:
            last = deque(lines, maxlen=1)
        last.extend(self._unfinished)
        if last:
            self.place = after(last[0])

    def _read_on(
        self, tail: int | None, follow: bool, is_last: bool, must_find: bool = False
    ) -> bool:
        """Read from the place on.

        must_find: return False, having put nothing, if the reading begins behind
        the place: then `tail` was too short, or the line is gone.
        """
        self._seek = Seek(self.place)
        last = None
        with closing(self._lines(tail, follow, is_last)) as lines:
            for last in lines:
                passed = self._pass(last)
                if must_find and self._seek.began_too_late:
                    return False
                if passed:
                    self._sink.put(self, passed)
        self._put_held()
        self._move_behind(last)
        return True

    def _look_back(self, tail: int, is_last: bool) -> None:
        """Read the last so many lines that match, further back each time there are too few."""
        first: LogLine | None = None
        last: LogLine | None = None
        kept = LastLines(tail)
        begun: list[LogLine] = []  # lines that come whole later, and are among the last, too
        for window in self._windows(tail):
            begun_before = first
            kept, first, last = LastLines(tail, self._sink.kept_bytes), None, None
            self._seek = Seek(self.place)
            with closing(self._lines(window, follow=False, is_last=is_last)) as lines:
                for last in lines:
                    first = first or last
                    kept.add(self._pass(last))
            kept.add(self._wanted(self._seek.give_up()))
            begun = [] if is_last else self._wanted(self._unfinished)
            kept.add(begun)
            if kept.is_cut and window == tail + 1:
                # Too much to hold, yet the engine's own count gives all of it as it comes.
                self._read_on(tail, follow=False, is_last=is_last)
                return
            if kept.is_full or self._sink.is_over or self._is_all(window, first, begun_before):
                break
        self._sink.put(self, list(kept.lines)[: len(kept.lines) - len(begun)])
        self._move_behind(last)

    def _is_all(self, window: int | None, first: LogLine | None, before: LogLine | None) -> bool:
        """Say whether the log has nothing before what this window has shown."""
        if self._request.until_ns is None:
            return window is None or self._entries < window
        # Here the engine stops early, so what it did not send tells nothing.
        return first is not None and before is not None and first[:3] == before[:3]

    def _windows(self, tail: int) -> list[int | None]:
        """Return how many of the last entries to ask for, one after another."""
        if self._request.until_ns is not None and self.place.at_ns:
            return [None]  # both ends are given: the engine has to look for them anyway
        behind = self._behind_until(tail)
        if behind is None:
            return []
        # A few long lines are the usual reason why the first does not do.
        windows = {tail + 1, min(4 * tail, FAR_ENTRIES), NEAR_ENTRIES, FAR_ENTRIES}
        return [behind + window for window in sorted(windows) if window > tail]

    def _behind_until(self, tail: int) -> int | None:
        """Return about how many entries are behind `until`, None where none is before it."""
        until_ns = self._request.until_ns
        if until_ns is None:
            return 0
        log = (self.container.engine, self.container.id)
        known = self._depths.behind(log, until_ns)
        found = entries_behind(self._reaches, known, tail, NEAR_ENTRIES)
        if found is None:
            return None
        at_least, at_most = found
        self._depths.note(log, until_ns, at_least)
        return at_most

    def _reaches(self, window: int | None) -> bool:
        """Say whether something before `until` is among so many of the last entries."""
        with closing(self._open(self._query(window, follow=False))) as raw:
            # Nobody waits for it any longer: then any answer will do.
            return any(True for _ in raw) or self._sink.is_over

    def _move_behind(self, last: LogLine | None) -> None:
        """Go on from here: behind the last line, or at one that has only begun."""
        if last is not None:
            self.place = after(last)
        elif self._unfinished:
            self.place = before(self._unfinished[0])

    # From line to line.

    def _pass(self, line: LogLine) -> list[LogLine]:
        if self._seek.is_done:
            return self._wanted([line])
        with self._sink.lock:
            passed = self._seek.take(line)
            if not self._seek.is_holding:
                self._held_since = None
            elif self._held_since is None:
                self._held_since = self._sink.now()
        return self._wanted(passed)

    def _put_held(self) -> None:
        with self._sink.lock:
            self._held_since = None
            held = self._seek.give_up()
        self._sink.put(self, self._wanted(held))

    def _wanted(self, lines: list[LogLine]) -> list[LogLine]:
        wants, from_ns = self._request.wants, self._from_ns
        return [line for line in lines if line.at_ns >= from_ns and wants(line)]

    def _lines(self, tail: int | None, follow: bool, is_last: bool) -> Generator[LogLine]:
        """Yield the lines of one answer of the engine, in its order.

        is_last: nothing is read afterwards, so a line without an end is one.
        """
        assembler = LineAssembler()
        raw = self._open(self._query(tail, follow))
        try:
            for number, (stream, data) in enumerate(raw):
                yield from assembler.feed(stream, data)
                # An engine that always has more would not let other tasks in.
                if number % _PIECES_BETWEEN_BREATHS == 0:
                    time.sleep(0)
        finally:
            raw.close()
        self._entries, self._unfinished = assembler.entries, assembler.finish()
        if is_last and not self._sink.is_over:
            self._check_engine()
            yield from self._unfinished

    def _query(self, tail: int | None, follow: bool) -> LogQuery:
        """Ask for a little more than is wanted: floats round, and logs are not sorted."""
        request, place = self._request, self.place
        streams = {*request.streams}
        if place.side != "from":
            streams.add(place.stream)
        if self._looks_back:
            streams.update(("stdout", "stderr"))
        disorder_seconds = 0 if place.side == "from" else DISORDER_SECONDS
        since_seconds = max(place.at_ns // _NS - disorder_seconds, 0)
        until_ns = request.until_ns
        return LogQuery(
            tail=tail,
            since=float(since_seconds) if since_seconds else None,
            until=None if until_ns is None else self._until_seconds(until_ns),
            follow=follow,
            stdout="stdout" in streams,
            stderr="stderr" in streams,
        )

    def _until_seconds(self, until_ns: int) -> float:
        if self._looks_back:
            return until_ns / _NS + _UNTIL_DISORDER_SECONDS
        return float(until_ns // _NS + 1 + DISORDER_SECONDS)

    def _open(self, query: LogQuery) -> RawLogStream:
        raw = self._client.logs(self.container.id, query)
        with self._sink.lock:
            self._raw = raw
            is_over = self._sink.is_over
        if is_over:
            raw.close()
        is_skipping = self._tail == 0 and self._in_two_steps and not query.follow
        if not is_skipping:
            self._sink.opened(self)
        return raw

    def _check_engine(self) -> None:
        """Tell the end of an answer from the loss of its engine, which look the same.

        Raises: engine.unavailable.
        """
        try:
            self._client.ping()
        except EngineTimedOut as fault:
            raise self._loss() from fault

    def _check_followed(self) -> None:
        """Tell the end of a container from the loss of its stream.

        Raises: engine.unavailable.
        """
        if self._request.until_ns is not None:
            return
        # A busy engine ends the log of a container before it says that it has stopped.
        for wait_seconds in (*_STOPPING_SECONDS, None):
            if not self._runs_on():
                return
            if wait_seconds is not None:
                time.sleep(wait_seconds)
        raise self._loss()

    def _runs_on(self) -> bool:
        try:
            now = self._client.container(self.container.id)
        except NotFound:
            return False
        except EngineTimedOut as fault:
            raise self._loss() from fault
        before, since = self.container.details, now.details
        is_same_life = before and since and before.started_at == since.started_at
        return bool(now.state in ("running", "paused") and is_same_life)

    def _loss(self) -> EngineUnavailable:
        return EngineUnavailable(engine=self.container.engine, reason="connection_lost")
