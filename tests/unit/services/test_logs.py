"""Reading logs: where it begins, that it goes on exactly, and that it ends in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockmon.domain.access import Principal
from dockmon.domain.container import Container
from dockmon.domain.errors import (
    Conflict,
    DockmonError,
    EngineRefused,
    EngineUnavailable,
    InvalidRequest,
    NotFound,
    RateLimited,
)
from dockmon.domain.log_cursor import parse
from dockmon.domain.log_request import LogRequest
from dockmon.runtime import SystemClock, SystemTasks
from dockmon.services import log_reading, log_source
from dockmon.services.log_reading import LogReading, Told
from dockmon.services.logs import Logs
from tests.kit.log_engine import Entry, LogEngine
from tests.kit.waiting import eventually

SOMEBODY = Principal("ada", "viewer", "session", 9e9)
T0 = 1_795_321_711 * 10**9
ALL = LogRequest(tail="all")
FOLLOW = LogRequest(follow=True)


class InlineTasks:
    """Runs everything at once, for what ends by itself."""

    def spawn(self, work: Callable[..., Any], *args: Any, name: str = "") -> None:
        work(*args)


class House:
    """A service over engines of ours."""

    def __init__(self, *engines: LogEngine, inline: bool = False, **options: Any) -> None:
        self._engines = {engine.name: engine for engine in engines}
        tasks = InlineTasks() if inline else SystemTasks()
        self.logs = Logs(self._resolve, self._engines.__getitem__, tasks, SystemClock(), **options)

    def _resolve(self, engine: str, reference: str) -> Container:
        return self._engines[engine].container(reference)

    def open(self, *containers: Container, request: LogRequest = ALL) -> LogReading:
        return self.logs.open([(one.engine, one.id) for one in containers], request, SOMEBODY)

    def read(self, *containers: Container, request: LogRequest = ALL) -> list[Told]:
        reading = self.open(*containers, request=request)
        try:
            return [told for batch in reading for told in batch]
        finally:
            reading.close()


class Follower:
    """Reads in a thread of its own and keeps what came."""

    def __init__(self, reading: LogReading) -> None:
        self.reading = reading
        self.told: list[Told] = []
        self.came_at: list[float] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        for batch in self.reading:
            self.told += batch
            self.came_at += [time.monotonic()] * len(batch)

    @property
    def texts(self) -> list[str]:
        return [told.line.text for told in self.told if told.line]

    def await_texts(self, *texts: str) -> None:
        eventually(lambda: self.texts == list(texts), timeout=5, what=f"{texts} after {self.texts}")

    def await_end(self) -> None:
        self._thread.join(5)
        assert not self._thread.is_alive()

    def close(self) -> None:
        self.reading.close()
        self.await_end()


@pytest.fixture
def follow() -> Iterator[Callable[..., Follower]]:
    followers: list[Follower] = []

    def begin(reading: LogReading) -> Follower:
        followers.append(Follower(reading))
        return followers[-1]

    yield begin
    for follower in followers:
        follower.close()


def out(at: int, text: str = "", end: str = "\n") -> Entry:
    return T0 + at, "stdout", (text or f"o{at}").encode() + end.encode()


def err(at: int, text: str = "") -> Entry:
    return T0 + at, "stderr", (text or f"e{at}").encode() + b"\n"


def texts(told: list[Told]) -> list[str]:
    return [one.line.text for one in told if one.line]


def since(told: Told, **options: Any) -> LogRequest:
    return LogRequest(since=parse(told.cursor), **options)


# ----- what is read


def test_the_last_hundred_lines_unless_something_is_said():
    engine = LogEngine()
    web = engine.add("web", *(out(n) for n in range(300)), state="exited")
    house = House(engine, inline=True)
    assert texts(house.read(web, request=LogRequest())) == [f"o{n}" for n in range(200, 300)]
    assert len(house.read(web)) == 300
    assert len(house.read(web, request=LogRequest(since=T0 + 50))) == 250
    assert len(house.read(web, request=LogRequest(until_ns=T0 + 49))) == 50
    assert house.read(web, request=LogRequest(tail=0)) == []


def test_since_and_until_are_exact_and_included():
    engine = LogEngine()
    # As dockerd 20.10 wrote it: stderr was stamped first and written last.
    web = engine.add("web", out(10), out(40), out(50), err(20), err(60))
    house = House(engine, inline=True)
    read = house.read(web, request=LogRequest(since=T0 + 20, until_ns=T0 + 40))
    assert texts(read) == ["o40", "e20"]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (LogRequest(tail=2, streams=("stderr",)), ["e3", "e4"]),
        (LogRequest(tail=2, text="o1"), ["o100", "o101"]),
        (LogRequest(tail=3, text="E"), ["e2", "e3", "e4"]),
        (LogRequest(tail=2, until_ns=T0 + 4), ["e3", "e4"]),
        (LogRequest(tail=3, since=T0 + 4, streams=("stderr",)), ["e4"]),
    ],
)
def test_tail_counts_the_lines_that_match(request_, expected):
    engine = LogEngine()
    web = engine.add("web", err(1), err(2), err(3), err(4), *(out(n) for n in range(100, 200)))
    if request_.text:
        request_ = LogRequest(tail=request_.tail, text=request_.text.casefold())
    if request_.text == "o1":
        expected = ["o198", "o199"]
    assert texts(House(engine, inline=True).read(web, request=request_)) == expected


def test_the_look_back_for_matching_lines_is_bounded(monkeypatch):
    monkeypatch.setattr(log_source, "NEAR_ENTRIES", 10)
    monkeypatch.setattr(log_source, "FAR_ENTRIES", 50)
    engine = LogEngine()
    web = engine.add("web", err(1), *(out(n) for n in range(2, 60)), err(60))
    read = House(engine, inline=True).read(web, request=LogRequest(tail=2, streams=("stderr",)))
    assert texts(read) == ["e60"]
    assert [query.tail for _, query in engine.queries] == [3, 8, 10, 50]


SECOND = 10**9


@pytest.mark.parametrize("behind", [0, 7, 19, 20, 21, 300, 4_999, 5_000])
def test_the_last_lines_until_a_moment_are_found_however_far_back(monkeypatch, behind):
    monkeypatch.setattr(log_source, "NEAR_ENTRIES", 20)
    monkeypatch.setattr(log_source, "FAR_ENTRIES", 200)
    engine = LogEngine()
    web = engine.add("web", *(out(n * SECOND, f"line {n}") for n in range(5_000)))
    last = 4_999 - behind
    request = LogRequest(tail=10, until_ns=T0 + last * SECOND)
    read = House(engine, inline=True).read(web, request=request)
    expected = [f"line {n}" for n in range(max(0, last - 9), last + 1)]
    assert texts(read) == expected
    # None of it was read from the beginning, and hardly more than was wanted.
    assert sum(stream.given for stream in engine.streams) < 200
    assert len(engine.streams) < 20


def test_whoever_reads_back_page_by_page_has_each_found_with_few_questions(monkeypatch):
    monkeypatch.setattr(log_source, "NEAR_ENTRIES", 20)
    engine = LogEngine()
    web = engine.add("web", *(out(n * SECOND, f"line {n}") for n in range(5_000)))
    house = House(engine, inline=True)
    last, asked = 1_000, []
    for _ in range(20):
        before = len(engine.streams)
        request = LogRequest(tail=10, until_ns=T0 + last * SECOND)
        read = house.read(web, request=request)
        assert texts(read) == [f"line {n}" for n in range(last - 9, last + 1)]
        asked.append(len(engine.streams) - before)
        engine.write(web, out(9_999 * SECOND))
        last -= 10
    assert asked[0] > 8
    assert max(asked[1:]) <= 4
    # A log that was cut short meanwhile is found all the same.
    engine.logs_by_id[web.id][:] = [out(n * SECOND, f"line {n}") for n in range(30)]
    read = house.read(web, request=LogRequest(tail=3, until_ns=T0 + 20 * SECOND))
    assert texts(read) == ["line 18", "line 19", "line 20"]


def test_nothing_before_the_first_line_is_found_without_reading_the_log(monkeypatch):
    monkeypatch.setattr(log_source, "NEAR_ENTRIES", 20)
    engine = LogEngine()
    web = engine.add("web", *(out(n * SECOND) for n in range(5_000)))
    request = LogRequest(tail=10, until_ns=T0 - SECOND)
    assert House(engine, inline=True).read(web, request=request) == []
    assert sum(stream.given for stream in engine.streams) == 0


def test_lines_of_one_moment_are_all_there_when_the_log_is_read_back(monkeypatch):
    monkeypatch.setattr(log_source, "NEAR_ENTRIES", 20)
    monkeypatch.setattr(log_source, "FAR_ENTRIES", 200)
    engine = LogEngine()
    burst = [out(5 * SECOND, f"burst {n}") for n in range(100)]
    web = engine.add("web", out(1), *burst, *(out((n + 9) * SECOND) for n in range(100)))
    house = House(engine, inline=True)
    read = house.read(web, request=LogRequest(tail=60, until_ns=T0 + 5 * SECOND))
    assert texts(read) == [f"burst {n}" for n in range(40, 100)]
    read = house.read(web, request=LogRequest(tail=150, until_ns=T0 + 5 * SECOND))
    assert texts(read) == ["o1", *(f"burst {n}" for n in range(100))]


def test_what_matches_until_a_moment_is_looked_for_further_back(monkeypatch):
    monkeypatch.setattr(log_source, "NEAR_ENTRIES", 20)
    monkeypatch.setattr(log_source, "FAR_ENTRIES", 500)
    engine = LogEngine()
    lines = [err(n * SECOND) if n % 100 == 0 else out(n * SECOND) for n in range(1_000)]
    web = engine.add("web", *lines)
    request = LogRequest(tail=3, until_ns=T0 + 650 * SECOND, streams=("stderr",))
    read = House(engine, inline=True).read(web, request=request)
    assert texts(read) == [f"e{n * SECOND}" for n in (400, 500, 600)]


def test_both_ends_and_a_tail_give_the_last_lines_between_them():
    engine = LogEngine()
    web = engine.add("web", *(out(n * SECOND) for n in range(100)))
    request = LogRequest(tail=2, since=T0 + 10 * SECOND, until_ns=T0 + 20 * SECOND)
    read = House(engine, inline=True).read(web, request=request)
    assert texts(read) == [f"o{19 * SECOND}", f"o{20 * SECOND}"]


def long(at: int, *, entries: int = 2) -> list[Entry]:
    """Return one line as an engine keeps it: in pieces."""
    whole: list[Entry] = [(T0 + at, "stdout", b"x" * 16_384) for _ in range(entries - 1)]
    return [*whole, out(at, "end")]


@pytest.mark.parametrize(("tail", "entries"), [(1, 2), (4, 3), (10, 7), (30, 2)])
def test_tail_counts_lines_and_not_the_pieces_of_long_ones(tail, entries):
    engine = LogEngine()
    lines = [entry for n in range(40) for entry in long(n * SECOND, entries=entries)]
    web = engine.add("web", *lines, state="exited")
    read = House(engine, inline=True).read(web, request=LogRequest(tail=tail))
    assert [one.line.at_ns for one in read if one.line] == [
        T0 + n * SECOND for n in range(40 - tail, 40)
    ]


def test_a_long_line_that_the_first_look_cut_in_two_comes_whole():
    engine = LogEngine()
    web = engine.add("web", out(1), *long(2, entries=3), *(out(n) for n in range(3, 8)))
    for tail in (6, 7):
        read = House(engine, inline=True).read(web, request=LogRequest(tail=tail))
        whole = ["x" * 32_768 + "end", *(f"o{n}" for n in range(3, 8))]
        assert texts(read) == ["o1", *whole][-tail:]


def test_merged_logs_that_are_followed_begin_with_as_many_lines_as_were_asked_for(follow):
    engine = LogEngine()
    web = engine.add("web", *(entry for n in range(20) for entry in long(n * SECOND)))
    db = engine.add("db", out(20 * SECOND), out(21 * SECOND))
    follower = follow(House(engine).open(web, db, request=LogRequest(tail=5, follow=True)))
    eventually(lambda: len(follower.texts) == 7, timeout=5)
    assert [told.line.at_ns for told in follower.told if told.line] == [
        T0 + n * SECOND for n in range(15, 22)
    ]
    engine.write(web, out(30 * SECOND, "new"))
    eventually(lambda: follower.texts[7:] == ["new"], timeout=5)


def test_last_lines_too_long_to_hold_all_come_all_the_same(monkeypatch):
    monkeypatch.setattr(log_reading, "KEPT_BYTES", 4_000)
    engine = LogEngine()
    web = engine.add("web", *(out(n, "x" * 100) for n in range(50)), state="exited")
    read = House(engine, inline=True).read(web, request=LogRequest(tail=40))
    assert [one.line.at_ns for one in read if one.line] == [T0 + n for n in range(10, 50)]


def test_several_logs_looked_back_in_share_what_one_may_hold(monkeypatch):
    monkeypatch.setattr(log_reading, "KEPT_BYTES", 30_000)
    engine = LogEngine()
    entries = [out(n, "x" * 100) for n in range(100)]
    containers = [engine.add(f"c{n}", *entries, state="exited") for n in range(5)]
    request = LogRequest(tail=80, until_ns=T0 + 99)
    house = House(engine, inline=True)
    assert len(house.read(containers[0], request=request)) == 80
    assert len(house.read(*containers, request=request)) == 5 * (30_000 // 5 // 300)


def test_logs_of_two_engines_are_merged_by_time_and_a_container_named_twice_is_one():
    local, nas = LogEngine("local"), LogEngine("nas")
    web, db = local.add("web", out(1), out(3), out(5)), nas.add("db", out(2), out(4))
    house = House(local, nas, inline=True)
    assert texts(house.read(web, db, web)) == ["o1", "o2", "o3", "o4", "o5"]


# ----- going on


@st.composite
def fleets(draw) -> list[list[Entry]]:
    """Logs of several containers, with equal moments, twins, disorder and long lines."""
    fleet = []
    for _ in range(draw(st.integers(1, 3))):
        entries: list[Entry] = []
        at = {"stdout": 0, "stderr": 0}
        for _ in range(draw(st.integers(0, 12))):
            stream = draw(st.sampled_from(["stdout", "stderr"]))
            at[stream] += draw(st.sampled_from([0, 0, 1, 500, 10**9]))
            # dockerd's two copiers are never far apart
            at[stream] = max(at[stream], max(at.values()) - 9 * 10**8)
            payload = draw(st.sampled_from([b"a\n", b"b\n", b"\n"]))
            if draw(st.integers(0, 9)) == 0:
                entries.append((T0 + at[stream], stream, b"x" * 16_384))
            entries.append((T0 + at[stream], stream, payload))
        fleet.append(entries)
    return fleet


def keys(told: list[Told]) -> list[Any]:
    # Not the text: what was the end of a line to `tail` comes whole afterwards.
    return [(one.container.name, *one.line[:3]) for one in told if one.line]


@given(fleets(), st.data())
@settings(deadline=None)
def test_a_cursor_goes_on_after_exactly_its_line_in_every_log(fleet, data):
    engine = LogEngine()
    containers = [engine.add(f"c{n}", *entries, state="exited") for n, entries in enumerate(fleet)]
    house = House(engine, inline=True)
    # Where `tail` has cut between two equal lines of one moment, nobody can tell them apart.
    has_twins = any(len(set(entries)) < len(entries) for entries in fleet)
    tail = data.draw(st.sampled_from(["all", 100] if has_twins else ["all", 100, 3]))
    whole = house.read(*containers, request=LogRequest(tail=tail))
    number = data.draw(st.integers(0, 99)) % max(len(whole), 1)
    if whole:
        rest = house.read(*containers, request=since(whole[number]))
        assert keys(rest) == keys(whole[number + 1 :])


def test_a_cursor_finds_its_line_by_a_look_at_the_end_of_the_log(monkeypatch):
    monkeypatch.setattr(log_source, "NEAR_ENTRIES", 10)
    engine = LogEngine()
    second = 10**9
    web = engine.add("web", *(out(n * second, f"{n}") for n in range(50)), state="exited")
    house = House(engine, inline=True)
    whole = house.read(web)
    engine.queries.clear()
    assert texts(house.read(web, request=since(whole[45]))) == ["46", "47", "48", "49"]
    assert [query.tail for _, query in engine.queries] == [10]
    assert texts(house.read(web, request=since(whole[20]))) == [str(n) for n in range(21, 50)]
    assert [query.tail for _, query in engine.queries] == [10, 10, None]


def test_an_explicit_tail_holds_for_what_comes_after_a_cursor():
    engine = LogEngine()
    web = engine.add("web", *(out(n) for n in range(50)), state="exited")
    house = House(engine, inline=True)
    first = house.read(web)[0]
    assert texts(house.read(web, request=since(first, tail=2))) == ["o48", "o49"]


def test_a_cursor_of_another_container_is_refused_and_a_new_one_beside_it_begins_afresh():
    engine = LogEngine()
    web = engine.add("web", out(1), out(3), state="exited")
    db = engine.add("db", out(2), out(4), state="exited")
    house = House(engine, inline=True)
    (first, _) = house.read(web)
    with pytest.raises(InvalidRequest):
        house.open(db, request=since(first))
    assert texts(house.read(web, db, request=since(first))) == ["o2", "o3", "o4"]
    assert house.logs.streams == 0


@pytest.mark.parametrize("streams", [("stdout", "stderr"), ("stdout",)])
def test_a_cursor_of_the_last_lines_does_not_bring_what_was_before_them(streams):
    engine = LogEngine()
    web = engine.add("web", *(out(n) for n in range(0, 20, 2)), state="exited")
    db = engine.add("db", *(out(n) for n in range(1, 20, 2)), state="exited")
    house = House(engine, inline=True)
    whole = house.read(web, db, request=LogRequest(tail=2, streams=streams))
    assert texts(whole) == ["o16", "o17", "o18", "o19"]
    for number, told in enumerate(whole):
        rest = house.read(web, db, request=since(told, streams=streams))
        assert texts(rest) == texts(whole)[number + 1 :]


def test_following_goes_on_from_a_cursor_though_all_were_silent_but_one(follow):
    engine = LogEngine()
    web, db, mq = engine.add("web", out(1)), engine.add("db", out(2)), engine.add("mq")
    house = House(engine)
    first = follow(house.open(web, db, mq, request=LogRequest(tail=1, follow=True)))
    first.await_texts("o1", "o2")
    engine.write(web, out(9))
    first.await_texts("o1", "o2", "o9")
    first.close()
    engine.write(db, *(out(n) for n in range(20, 220)))
    engine.write(mq, *(out(n) for n in range(300, 500)))
    second = follow(house.open(web, db, mq, request=since(first.told[-1], follow=True)))
    second.await_texts(*(f"o{n}" for n in (*range(20, 220), *range(300, 500))))


def test_following_without_a_past_knows_where_the_silent_ones_stand(follow):
    engine = LogEngine()
    web, db = engine.add("web", out(1)), engine.add("db", out(2), out(3))
    house = House(engine)
    first = follow(house.open(web, db, request=LogRequest(tail=0, follow=True)))
    engine.write(web, out(9))
    first.await_texts("o9")
    first.close()
    engine.write(db, out(10))
    second = follow(house.open(web, db, request=since(first.told[-1], follow=True)))
    second.await_texts("o10")


def test_following_holds_no_line_back_because_the_one_sought_is_gone(follow):
    engine = LogEngine()
    web = engine.add("web", out(1))
    house = House(engine)
    first = follow(house.open(web, request=FOLLOW))
    first.await_texts("o1")
    first.close()
    engine.logs_by_id[web.id][:] = [err(5)]  # rotated; and nobody says what became of stdout
    second = follow(house.open(web, request=since(first.told[0], follow=True)))
    second.await_texts("e5")


# ----- following


@pytest.mark.parametrize("swallows", [False, True])
def test_a_line_comes_at_once_and_the_stop_of_the_container_is_the_end(follow, swallows):
    engine = LogEngine()
    engine.swallows = swallows
    web = engine.add("web", out(1))
    follower = follow(House(engine).open(web, request=FOLLOW))
    follower.await_texts("o1")
    said_at = time.monotonic()
    engine.write(web, out(2, "hello"))
    follower.await_texts("o1", "hello")
    assert follower.came_at[-1] - said_at < 0.2
    engine.stop(web)
    engine.write(web, out(3, "no end", end=""))
    follower.await_end()
    assert follower.texts == ["o1", "hello", "no end"]
    assert not follower.reading.was_cut
    assert engine.open_streams == 0


def test_one_container_that_stops_ends_its_part_alone(follow):
    engine = LogEngine()
    web, db = engine.add("web", out(1)), engine.add("db", out(2))
    follower = follow(House(engine).open(web, db, request=FOLLOW))
    follower.await_texts("o1", "o2")
    engine.stop(web)
    engine.write(db, out(3))
    follower.await_texts("o1", "o2", "o3")
    engine.stop(db)
    follower.await_end()
    assert all(told.error is None for told in follower.told)


def test_a_line_that_is_being_written_between_the_two_steps_comes_once_and_whole(follow):
    engine = LogEngine()
    web = engine.add("web", out(1), (T0 + 2, "stdout", b"x" * 16_384))
    db = engine.add("db", out(3))
    follower = follow(House(engine).open(web, db, request=LogRequest(tail=1, follow=True)))
    follower.await_texts("o3")
    engine.write(web, (T0 + 2, "stdout", b"y\n"), out(5))
    follower.await_texts("o3", "x" * 16_384 + "y", "o5")


def test_until_ends_a_followed_log(follow):
    engine = LogEngine()
    web = engine.add("web", out(1))
    until_ns = int((time.time() + 0.3) * 1e9)
    follower = follow(House(engine).open(web, request=LogRequest(until_ns=until_ns, follow=True)))
    follower.await_end()
    assert follower.texts == ["o1"]
    assert not follower.reading.was_cut
    assert engine.open_streams == 0


@pytest.mark.parametrize("error", [NotFound, Conflict])
def test_a_last_word_is_not_lost_when_its_container_is_being_removed(follow, error):
    engine = LogEngine()
    web = engine.add("web", out(1), out(2, "no end", end=""))
    follower = follow(House(engine).open(web, request=FOLLOW))
    follower.await_texts("o1")
    engine.logs = _raising(error())  # type: ignore[method-assign]
    engine.stop(web)
    follower.await_end()
    assert follower.texts == ["o1", "no end"]
    assert [told.error for told in follower.told] == [None, None]


# ----- ending


def test_close_wakes_the_reader_and_closes_every_engine_stream(follow):
    engine = LogEngine()
    containers = [engine.add(f"c{n}", out(n)) for n in range(5)]
    house = House(engine)
    follower = follow(house.open(*containers, request=FOLLOW))
    follower.await_texts("o0", "o1", "o2", "o3", "o4")
    assert (house.logs.streams, engine.open_streams) == (5, 5)
    follower.reading.close()
    follower.await_end()
    assert follower.reading.was_cut
    assert (house.logs.streams, engine.open_streams) == (0, 0)


def test_who_may_not_read_any_more_is_cut_off(follow):
    engine = LogEngine()
    web = engine.add("web", out(1))
    house = House(engine)
    follower = follow(house.open(web, request=FOLLOW))
    house.logs.keep(lambda principal: principal.session_id == "session")
    follower.await_texts("o1")
    house.logs.keep(lambda principal: False)
    follower.await_end()
    assert follower.reading.was_cut


def test_a_slow_reader_slows_the_engine_and_costs_no_memory():
    engine = LogEngine()
    entries = [out(n, "x" * 1000) for n in range(20_000)]
    web = engine.add("web", *entries, state="exited")
    reading = House(engine).open(web)
    stream = engine.streams[0]
    eventually(lambda: reading._waiting_bytes[0] >= log_reading.READING_BYTES)
    assert stream.given * 1000 <= log_reading.READING_BYTES + 10_000
    assert not stream.is_closed
    assert sum(len(batch) for batch in reading) == 20_000
    reading.close()


def test_an_engine_that_is_lost_says_so_at_the_end_of_its_part(follow):
    local, nas = LogEngine("local"), LogEngine("nas")
    web, db = local.add("web", out(1)), nas.add("db", out(2))
    follower = follow(House(local, nas).open(web, db, request=FOLLOW))
    follower.await_texts("o1", "o2")
    local.fault = EngineUnavailable(engine="local", reason="connection_refused")
    local.lose()
    eventually(lambda: len(follower.told) == 3, timeout=5)
    assert follower.told[2].container == web
    assert follower.told[2].error is local.fault
    nas.write(db, out(3))
    follower.await_texts("o1", "o2", "o3")


def test_a_stream_that_breaks_while_its_container_runs_on_was_lost(follow):
    engine = LogEngine()
    web = engine.add("web", out(1))
    follower = follow(House(engine).open(web, request=FOLLOW))
    follower.await_texts("o1")
    engine.lose()
    follower.await_end()
    (_, last) = follower.told
    assert last.error and last.error.code == "engine.unavailable"


def test_a_finished_log_whose_engine_goes_away_meanwhile_says_so():
    engine = LogEngine()
    web = engine.add("web", out(1), state="exited")
    house = House(engine)
    opened = house.open(web)
    engine.fault = EngineUnavailable(engine="local", reason="connection_refused")
    engine.lose()
    told = [one for batch in opened for one in batch]
    assert told[-1].error is None or told[-1].error is engine.fault
    opened.close()


@pytest.mark.parametrize("fault", [NotFound("container.not_found"), EngineUnavailable()])
def test_what_fails_before_the_first_line_is_raised_and_leaves_nothing_open(fault):
    local, nas = LogEngine("local"), LogEngine("nas")
    web, db = local.add("web", out(1)), nas.add("db", out(2))
    house = House(local, nas)
    local.logs = nas.logs = _raising(fault)  # type: ignore[method-assign]
    for containers in ([web], [web, db]):
        with pytest.raises(DockmonError) as raised:
            house.open(*containers, request=FOLLOW)
        assert raised.value is fault
        assert house.logs.streams == 0


@pytest.mark.parametrize(
    "fault", [Conflict("container.conflict"), EngineRefused(), EngineUnavailable()]
)
def test_of_several_logs_one_that_cannot_be_read_is_told_and_the_others_come(follow, fault):
    local, nas = LogEngine("local"), LogEngine("nas")
    web, db = local.add("web", out(1)), nas.add("db", out(2))
    nas.logs = _raising(fault)  # type: ignore[method-assign]
    house = House(local, nas)
    follower = follow(house.open(web, db, request=FOLLOW))
    follower.await_texts("o1")
    eventually(lambda: len(follower.told) == 2, timeout=5)
    assert [(one.container, one.error) for one in follower.told if one.error] == [(db, fault)]
    local.write(web, out(3))
    follower.await_texts("o1", "o3")


def _raising(fault: DockmonError) -> Callable[..., Any]:
    def call(*_: Any) -> Any:
        raise fault

    return call


def test_a_fault_of_ours_does_not_look_like_the_end_of_a_log(monkeypatch):
    engine = LogEngine()
    web = engine.add("web", out(1), state="exited")
    house = House(engine, inline=True)
    monkeypatch.setattr(LogRequest, "wants", _raising_bug)
    with pytest.raises(ZeroDivisionError):
        house.open(web)
    assert house.logs.streams == 0


def _raising_bug(*_: Any) -> bool:
    raise ZeroDivisionError


def test_only_so_many_logs_are_read_at_once(follow):
    engine = LogEngine()
    containers = [engine.add(f"c{n}", out(n)) for n in range(3)]
    house = House(engine, streams_at_once=4)
    first = follow(house.open(*containers, request=FOLLOW))
    with pytest.raises(RateLimited) as refused:
        house.open(*containers[:2], request=FOLLOW)
    assert refused.value.params["retry_after_seconds"] > 0
    first.close()
    follow(house.open(*containers[:2], request=FOLLOW))
