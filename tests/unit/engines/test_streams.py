"""Lines and frames come out whole, however they were cut on the way."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmon.engines import streams
from dockmon.engines.streams import FrameAssembler, LineAssembler


def cut(data, places):
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


@given(
    st.lists(st.binary(max_size=30).filter(lambda b: b"\n" not in b)),
    st.lists(st.integers(min_value=0, max_value=500)),
)
def test_lines(lines, places):
    assembler = LineAssembler()
    data = b"".join(line + b"\n" for line in lines)
    found = [line for piece in cut(data, places) for line in assembler.feed(piece)]
    assert found == [line for line in lines if line.strip()]


@given(
    st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40))),
    st.lists(st.integers(min_value=0, max_value=500)),
)
def test_frames(frames, places):
    assembler = FrameAssembler()
    data = b"".join(
        bytes([number, 0, 0, 0]) + len(text).to_bytes(4, "big") + text for number, text in frames
    )
    found = [frame for piece in cut(data, places) for frame in assembler.feed(piece)]
    names = {1: "stdout", 2: "stderr"}
    assert found == [(names[number], text) for number, text in frames if text]


@given(st.binary(max_size=200))
def test_noise_is_refused_or_waited_out(noise):
    try:
        FrameAssembler().feed(noise)
    except ValueError as refusal:
        assert str(refusal)


def test_no_line_and_no_frame_fills_the_memory(monkeypatch):
    monkeypatch.setattr(streams, "_LONGEST_LINE_BYTES", 10)
    with pytest.raises(ValueError, match="without end"):
        LineAssembler().feed(b"x" * 11)
    with pytest.raises(ValueError, match="frame of"):
        FrameAssembler().feed(b"\x01\0\0\0\xff\xff\xff\xff")
