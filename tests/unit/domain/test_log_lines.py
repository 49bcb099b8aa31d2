"""Lines come out as they were written, however an engine cuts them on the way."""

from __future__ import annotations

import codecs
import itertools
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmon.domain.log_lines import MAX_LINE_BYTES, LineAssembler
from dockmon.domain.logs import LogLine, parse_moment, rfc3339

T0 = 1_795_321_711_953_772_141
CUT = 16  # where this engine cuts a line into entries; dockerd does at 16 KiB
MOST = 40  # bytes shown of a line

# Anything but a newline; what looks like a timestamp is likely, and so is what is no UTF-8.
words = st.sampled_from(
    [
        *(b"", b"a", "é한🐳".encode(), b"\xff\xfe", b"\xe2\x82", b"\r", b"x" * 17, b"y" * 16),
        *(b" ", b"2026-11-22T04:28:31.953772141Z ", b"2026-11-22T04:28:31Z", b"\x1b[31m"),
    ]
)
payloads = st.lists(words, max_size=8).map(b"".join)
streams = st.sampled_from(["stdout", "stderr"])


def stamp(at_ns: int) -> bytes:
    return rfc3339(at_ns).encode() + b" "


def entries(at_ns: int, payload: bytes, end: bytes) -> list[bytes]:
    """One line as dockerd keeps it: cut where it is too long, all with one timestamp."""
    whole = payload + end
    return [stamp(at_ns) + whole[at : at + CUT] for at in range(0, len(whole), CUT)]


def shown(payload: bytes) -> str:
    """The whole line, or its beginning up to the last whole character and how much is missing."""
    if len(payload) <= MOST:
        return payload.decode("utf-8", "replace")
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(payload[:MOST])
    shown_bytes = MOST - len(decoder.getstate()[0])
    return f"{text}… ({len(payload) - shown_bytes:,} bytes cut)"


def assembler() -> LineAssembler:
    return LineAssembler(max_line_bytes=MOST, entry_bytes=CUT)


def feed_all(pieces: list[tuple[str | None, bytes]]) -> list[LogLine]:
    lines: list[LogLine] = []
    made = assembler()
    for stream, data in pieces:
        lines += made.feed(stream, data)
    return lines + made.finish()


@given(st.lists(st.tuples(streams, payloads), max_size=12), st.randoms(use_true_random=False))
def test_lines_of_both_streams_come_whole_however_they_interleave(written, order):
    waiting = {"stdout": [], "stderr": []}
    for number, (stream, payload) in enumerate(written):
        waiting[stream] += entries(T0 + number, payload, b"\n")
    pieces = []
    while waiting["stdout"] or waiting["stderr"]:
        stream = order.choice([name for name in waiting if waiting[name]])
        pieces.append((stream, waiting[stream].pop(0)))
    lines = feed_all(pieces)
    for stream in waiting:
        expected = [
            (T0 + number, shown(payload))
            for number, (name, payload) in enumerate(written)
            if name == stream
        ]
        assert [(one.at_ns, one.text) for one in lines if one.stream == stream] == expected


@given(st.lists(payloads, max_size=10), payloads, st.data())
def test_a_terminal_gives_the_same_lines_however_its_bytes_are_cut(written, last, data):
    run = b"".join(
        b"".join(entries(T0 + number, payload, b"\r\n")) for number, payload in enumerate(written)
    )
    if last:
        run += b"".join(entries(T0 + len(written), last, b""))
    cuts = data.draw(st.lists(st.integers(0, len(run)), max_size=12).map(sorted))
    edges = [0, *cuts, len(run)]
    pieces = [(None, run[a:b]) for a, b in itertools.pairwise(edges)]
    lines = feed_all(pieces)
    assert lines == feed_all([(None, bytes([byte])) for byte in run])
    assert all(one.stream == "stdout" for one in lines)
    expected = [(T0 + number, _terminal_text(payload)) for number, payload in enumerate(written)]
    if last:
        expected.append((T0 + len(written), shown(last)))
    assert [(one.at_ns, one.text) for one in lines] == expected


def _terminal_text(payload: bytes) -> str:
    whole = payload + b"\r"
    return shown(payload) if len(whole) <= MOST else shown(whole)


@given(st.lists(st.tuples(st.one_of(st.none(), streams), st.binary(max_size=60)), max_size=20))
def test_no_bytes_make_it_fail(pieces):
    for line in feed_all(pieces):
        assert "\n" not in line.text
        line.text.encode()


@given(payloads, st.integers(1, 5))
def test_a_line_that_tail_cut_in_two_is_still_known(payload, kept):
    pieces = entries(T0, payload, b"\n")
    whole = feed_all([("stdout", piece) for piece in pieces])
    cut = feed_all([("stdout", piece) for piece in pieces[-kept:]])
    assert whole[0][:4] == cut[0][:4]


def test_equal_lines_of_one_moment_are_numbered_by_stream():
    told = [
        ("stdout", b"a"),
        ("stdout", b"a"),
        ("stderr", b"a"),
        ("stdout", b"b"),
        ("stdout", b"a"),
    ]
    lines = feed_all([(stream, stamp(T0) + text + b"\n") for stream, text in told])
    assert [(one.stream, one.text, one.nth) for one in lines] == [
        ("stdout", "a", 0),
        ("stdout", "a", 1),
        ("stderr", "a", 0),
        ("stdout", "b", 0),
        ("stdout", "a", 2),
    ]


def test_the_last_word_of_one_life_is_not_glued_to_the_first_of_the_next():
    lines = feed_all([("stderr", stamp(T0) + b"oops"), ("stderr", stamp(T0 + 9) + b"starting\n")])
    assert [one.text for one in lines] == ["oops", "starting"]


def test_a_cut_line_goes_on_even_where_each_entry_has_its_own_timestamp():
    first, second = stamp(T0) + b"x" * CUT, stamp(T0 + 9) + b"end\n"
    assert [one.text for one in feed_all([("stdout", first), ("stdout", second)])] == [
        "x" * CUT + "end"
    ]


def test_a_piece_without_a_timestamp_belongs_with_the_line_before_it():
    lines = feed_all([("stderr", stamp(T0) + b"a\n"), ("stderr", b"Error grabbing logs: EOF\n")])
    assert [(one.at_ns, one.text) for one in lines] == [(T0, "a"), (T0, "Error grabbing logs: EOF")]


def test_the_mark_says_how_much_was_cut_and_cuts_no_character():
    text = "한" * 20  # three bytes each: the limit of 40 falls into the fourteenth
    (line,) = feed_all([("stdout", stamp(T0) + text.encode() + b"\n")])
    assert line.text == "한" * 13 + f"… ({60 - 39} bytes cut)"


@pytest.mark.parametrize("stream", ["stdout", None])
def test_a_line_of_10_mb_passes_through_bounded_memory(stream):
    made = LineAssembler()
    piece = stamp(T0) + b"a" * 16_384
    tracemalloc.start()
    for _ in range(640):
        assert made.feed(stream, piece) == []
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    (line,) = made.feed(stream, stamp(T0) + b"\n")
    assert line.text == "a" * MAX_LINE_BYTES + "… (10,420,224 bytes cut)"
    assert peak_bytes < 512 * 1024


@pytest.mark.parametrize(
    ("text", "at_ns"),
    [
        ("0", 0),
        ("1795321711", 1_795_321_711 * 10**9),
        ("1795321711.5", 1_795_321_711_500_000_000),
        ("1795321711.953772141", T0),
        ("2026-11-22T04:28:31.953772141Z", T0),
        ("2026-11-22t04:28:31.953772141z", T0),
        ("2026-11-22T05:28:31.953772141+01:00", T0),
        ("2026-11-22T05:28:31.953772141 01:00", T0),  # a plus sign that was not escaped
        ("2026-11-21T22:58:31.953772141-05:30", T0),
        ("2026-11-22T04:28:31Z", T0 // 10**9 * 10**9),
    ],
)
def test_it_reads_moments(text, at_ns):
    assert parse_moment(text) == at_ns


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "-1", "1e9", "1.", "10m", "1795321711.9537721419", "٣", "1\n", "2026-11-22"),
        *("2026-11-22T04:28:31", "2026-13-22T04:28:31Z", "2026-11-22T04:28:31Z "),
        "2026-11-22T04:28:31Zx",
    ],
)
def test_it_refuses_what_is_no_moment(text):
    with pytest.raises(ValueError):
        parse_moment(text)


@given(st.integers(0, 4_102_444_800_000_000_000))
def test_moments_survive_being_written(at_ns):
    assert parse_moment(rfc3339(at_ns)) == at_ns
