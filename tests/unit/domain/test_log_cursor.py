"""A cursor comes back as it went out, and reading on from it loses and doubles nothing."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmon.domain.errors import InvalidRequest
from dockmon.domain.log_cursor import Place, Seek, after, before, join, key_of, pack, parse
from dockmon.domain.logs import LogLine

SECOND_NS = 1_000_000_000

places = st.builds(
    Place,
    st.integers(0, 2**63 - 1),
    st.sampled_from(["stdout", "stderr"]),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**16 - 1),
    st.sampled_from(["after", "at", "from"]),
)
cursors = st.dictionaries(st.integers(0, 99).map(lambda n: key_of("local", str(n))), places)


@given(cursors.filter(lambda one: 0 < len(one) <= 50))
def test_a_cursor_comes_back_as_it_went_out(cursor):
    text = join([pack(key, place) for key, place in cursor.items()])
    assert text.isascii()
    assert text.replace("-", "").replace("_", "").isalnum()
    assert parse(text) == cursor


@given(st.one_of(st.text(max_size=80), st.binary(max_size=80).map(lambda b: "c" + b.hex())))
def test_garbage_is_refused(text):
    with pytest.raises(InvalidRequest):
        parse(text)


@given(cursors.filter(lambda one: 0 < len(one) <= 3), st.data())
def test_a_damaged_cursor_is_refused(cursor, data):
    text = join([pack(key, place) for key, place in cursor.items()])
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("cABxyz019-_. é"))
    changes = [text[:at], text[:at] + letter + text[at + 1 :], text + letter]
    damaged = data.draw(st.sampled_from(changes))
    # The last letter of base64 has bits that say nothing.
    with contextlib.suppress(InvalidRequest):
        assert parse(damaged) == cursor


@st.composite
def logs(draw):
    """A log as dockerd keeps it: each stream in order, both together not quite."""
    lines = []
    at_ns = {"stdout": 50 * SECOND_NS, "stderr": 50 * SECOND_NS}
    seen: dict[tuple, int] = {}
    for _ in range(draw(st.integers(1, 25))):
        stream = draw(st.sampled_from(["stdout", "stderr"]))
        other = "stderr" if stream == "stdout" else "stdout"
        step_ns = draw(st.sampled_from([0, 0, 1, 100_000, 900_000_000]))
        at_ns[stream] = max(at_ns[stream] + step_ns, at_ns[other] - 900_000_000)
        digest = draw(st.integers(0, 1))
        twin = (at_ns[stream], stream, digest)
        nth = seen.get(twin, 0)
        seen[twin] = nth + 1
        lines.append(LogLine(*twin, nth, f"line {len(lines)}"))
    return lines


def read_from(log: list[LogLine], seek: Seek, place: Place) -> list[LogLine]:
    """What an engine gives that is asked for a second before the place, as it passes."""
    since_ns = place.at_ns - SECOND_NS
    passed = []
    for line in log:
        if line.at_ns >= since_ns:
            passed += seek.take(line)
    return passed + seek.give_up()


@given(logs(), st.data())
def test_it_goes_on_after_exactly_that_line(log, data):
    number = data.draw(st.integers(0, len(log) - 1))
    place = after(log[number])
    assert read_from(log, Seek(place), place) == log[number + 1 :]
    place = before(log[number])
    assert read_from(log, Seek(place), place) == log[number:]


@given(logs(), st.data())
def test_nothing_newer_is_skipped_when_the_line_is_gone(log, data):
    number = data.draw(st.integers(0, len(log) - 1))
    place = after(log[number])
    kept = log[number + 1 :]  # the log was rotated: all before is gone, the line too
    passed = read_from(kept, Seek(place), place)
    assert [one for one in kept if one.at_ns > place.at_ns] == [
        one for one in passed if one.at_ns > place.at_ns
    ]
    assert [one for one in passed if one not in kept] == []


def test_a_reading_that_begins_behind_the_place_says_so():
    place = Place(5, "stdout", 1, 0, "after")
    late, early = Seek(place), Seek(place)
    late.take(LogLine(6, "stdout", 1, 0, ""))
    early.take(LogLine(4, "stdout", 1, 0, ""))
    assert (late.began_too_late, early.began_too_late) == (True, False)
