"""Several logs become one: by time where possible, and nobody waits for the silent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dockmon.domain.log_merge import STARVING_SECONDS, WINDOW_SECONDS, LogMerge
from dockmon.domain.logs import LogLine


def line(at_ns: int, text: str = "") -> LogLine:
    return LogLine(at_ns, "stdout", 0, 0, text)


def taken(merge: LogMerge, now: float) -> list[tuple[int, LogLine]]:
    out = []
    while (one := merge.take(now)) is not None:
        out.append(one)
    return out


histories = st.lists(st.lists(st.integers(0, 30)), min_size=1, max_size=5)


@given(histories, st.randoms(use_true_random=False))
def test_finished_logs_keep_their_own_order_and_are_sorted_if_they_were(histories, order):
    histories = [[line(at_ns, f"{log}.{n}") for n, at_ns in enumerate(times)]
                 for log, times in enumerate(histories)]  # fmt: skip
    merge = LogMerge(len(histories))
    waiting = [list(history) for history in histories]
    out = []
    left = list(range(len(histories)))
    while left:
        log = order.choice(left)
        if waiting[log]:
            merge.put(log, waiting[log].pop(0), 0.0)
        else:
            merge.end(log)
            left.remove(log)
        out += taken(merge, 0.0)
    assert all(merge.is_drained(log) for log in range(len(histories)))
    for log, history in enumerate(histories):
        assert [one for number, one in out if number == log] == history
    if all(history == sorted(history) for history in histories):
        times = [one.at_ns for _, one in out]
        assert times == sorted(times)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.floats(0, 0.3)), max_size=30))
def test_following_loses_nothing_and_lets_no_line_wait_longer_than_the_window(steps):
    merge = LogMerge(4)
    now = 100.0
    for log in range(4):
        merge.live(log, now)
    put: list[list[LogLine]] = [[] for _ in range(4)]
    put_at: dict[int, float] = {}
    out = []
    for log, at_ns, wait_seconds in steps:
        one = line(at_ns, str(len(put_at)))
        merge.put(log, one, now)
        put[log].append(one)
        put_at[id(one)] = now
        end = now + wait_seconds
        while True:
            for number, got in taken(merge, now):
                out.append((number, got))
                assert now - put_at[id(got)] <= WINDOW_SECONDS + 1e-6
            due = merge.due(now)
            if due is None or now + due > end:
                break
            now += max(due, 1e-9)
        now = end
    out += taken(merge, now + WINDOW_SECONDS)
    for log in range(4):
        assert [got for number, got in out if number == log] == put[log]


def test_one_log_never_waits():
    merge = LogMerge(1)
    merge.put(0, line(1), 0.0)
    assert merge.take(0.0) == (0, line(1))


def test_the_past_of_every_log_is_waited_for():
    merge = LogMerge(2)
    merge.put(0, line(5), 0.0)
    assert merge.take(99.0) is None
    assert merge.due(99.0) is None
    merge.put(1, line(3), 99.0)
    assert taken(merge, 99.0) == [(1, line(3))]
    merge.end(1)
    assert taken(merge, 99.0) == [(0, line(5))]


def test_a_silent_log_holds_up_nobody_for_longer_than_the_window():
    merge = LogMerge(2)
    merge.live(0, 0.0)
    merge.live(1, 0.0)
    merge.put(0, line(5), 0.1)
    assert merge.take(0.1) is None
    assert abs((merge.due(0.1) or 0) - 0.05) < 1e-9
    assert taken(merge, WINDOW_SECONDS) == [(0, line(5))]
    merge.put(0, line(6), 9.0)
    assert taken(merge, 9.0) == [(0, line(6))], "it has been silent for long"


def test_lines_within_the_window_are_put_in_order():
    merge = LogMerge(2)
    merge.live(0, 0.0)
    merge.live(1, 0.0)
    merge.put(0, line(7), 0.01)
    merge.put(1, line(6), 0.09)
    assert [one.at_ns for _, one in taken(merge, 0.09)] == [6]
    assert [one.at_ns for _, one in taken(merge, 0.24)] == [7]


def test_a_log_that_brings_old_lines_without_end_does_not_starve_the_others():
    merge = LogMerge(2)
    merge.live(0, 0.0)
    merge.live(1, 0.0)
    merge.put(0, line(1_000), 0.0)
    out = []
    for step in range(100):
        now = step * 0.02
        merge.put(1, line(step), now)
        out.append(merge.take(now))
    (got_at,) = [step * 0.02 for step, one in enumerate(out) if one and one[0] == 0]
    assert STARVING_SECONDS <= got_at <= STARVING_SECONDS + 0.1
