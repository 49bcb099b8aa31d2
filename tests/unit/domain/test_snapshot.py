"""The law of deltas: snapshot plus deltas equals what is true, whatever is merged or lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmon.domain.container import Container
from dockmon.domain.snapshot import Gap, Told, apply

IDS = [f"{number:064x}" for number in range(6)]


def container(container_id: str, state: str) -> Container:
    return Container("local", container_id, f"n{container_id[-1]}", "image", state, 1.0)


states = st.sampled_from(["running", "exited", "paused"])
fleets = st.dictionaries(st.sampled_from(IDS), states).map(
    lambda fleet: {one: container(one, state) for one, state in fleet.items()}
)


@given(st.lists(fleets, min_size=1, max_size=12), st.integers(0, 11))
def test_it_equals_the_truth_wherever_the_snapshot_was_taken(history, joined_after):
    told = Told("e")
    client: Told | None = None
    for step, fleet in enumerate(history):
        delta = told.advance(fleet, told.containers.keys() | fleet.keys())
        if client is not None and delta is not None:
            apply(client, delta, "e")
        if step == joined_after % len(history):
            client = Told(told.epoch, told.seq, dict(told.containers))
    assert client is not None
    assert client.containers == history[-1]
    assert client.seq == told.seq


@given(st.lists(fleets, min_size=3, max_size=12), st.data())
def test_it_notices_every_lost_delta(history, data):
    told, client, deltas = Told("e"), Told("e"), []
    for fleet in history:
        delta = told.advance(fleet, told.containers.keys() | fleet.keys())
        if delta is not None:
            deltas.append(delta)
    if len(deltas) < 2:
        return
    lost = data.draw(st.integers(0, len(deltas) - 2))
    with pytest.raises(Gap):
        for number, delta in enumerate(deltas):
            if number != lost:
                apply(client, delta, "e")


def test_it_says_nothing_when_a_change_was_undone_within_the_window():
    told = Told("e", containers={IDS[0]: container(IDS[0], "running")})
    assert told.advance({IDS[0]: container(IDS[0], "running")}, [IDS[0]]) is None
    assert told.seq == 0


def test_it_counts_every_change_once():
    told = Told("e")
    fleet = {one: container(one, "running") for one in IDS[:3]}
    delta = told.advance(fleet, IDS)
    assert delta is not None
    assert (delta.seq_from, delta.seq_to) == (1, 3)
    delta = told.advance({}, IDS[:1])
    assert delta is not None
    assert (delta.seq_from, delta.seq_to, delta.removed) == (4, 4, (IDS[0],))


def test_it_asks_for_a_snapshot_after_a_new_epoch():
    told, client = Told("new"), Told("old")
    delta = told.advance({IDS[0]: container(IDS[0], "running")}, IDS)
    assert delta is not None
    with pytest.raises(Gap):
        apply(client, delta, "new")
