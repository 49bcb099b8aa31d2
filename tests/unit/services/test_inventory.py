"""The one writer of live state: whatever answers late is told apart from what is newer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dockmon.domain.container import Container, Details
from dockmon.domain.engine_events import EngineEvent
from dockmon.domain.errors import NotFound
from dockmon.domain.reconcile import Row
from dockmon.runtime import SystemClock
from dockmon.services import inventory as module
from dockmon.services.inventory import Inventory

ID = "a" * 64
RUNNING = Container("local", ID, "web", "nginx", "running", 1.0, details=Details(started_at=1.0))
EXITED = replace(RUNNING, state="exited", details=Details(1.0, 2.0, 0))


def row(container: Container) -> Row:
    return Row(replace(container, details=None))


@pytest.fixture
def inventory():
    inventory = Inventory(["local"], SystemClock())
    inventory.reconcile("local", [row(RUNNING)], inventory.mark("local"))
    assert inventory.describe("local", RUNNING, inventory.mark("local"))
    return inventory


def state(inventory: Inventory) -> str | None:
    known = inventory.containers("local").get(ID)
    return known.state if known else None


def test_an_inspect_older_than_an_event_is_made_again(inventory):
    mark = inventory.mark("local")
    inventory.apply("local", EngineEvent("die", ID, 5.0, exit_code=0))
    assert not inventory.describe("local", RUNNING, mark)
    assert state(inventory) == "exited"


def test_an_inspect_older_than_a_list_is_made_again(inventory):
    mark = inventory.mark("local")
    inventory.reconcile("local", [row(EXITED)], inventory.mark("local"))
    assert not inventory.describe("local", RUNNING, mark)
    assert state(inventory) == "exited"


def test_a_list_older_than_an_inspect_leaves_that_alone(inventory):
    mark = inventory.mark("local")
    assert inventory.describe("local", EXITED, inventory.mark("local"))
    inventory.reconcile("local", [row(RUNNING)], mark)
    assert state(inventory) == "exited"
    inventory.reconcile("local", [row(RUNNING)], inventory.mark("local"))
    assert state(inventory) == "running", "the next list is newer"


def test_a_list_older_than_a_removal_does_not_bring_it_back(inventory):
    mark = inventory.mark("local")
    inventory.forget("local", ID, inventory.mark("local"))
    inventory.reconcile("local", [row(RUNNING)], mark)
    assert state(inventory) is None


def test_an_inspect_older_than_a_list_without_it_does_not_bring_it_back(inventory):
    mark = inventory.mark("local")
    inventory.reconcile("local", [], inventory.mark("local"))
    assert not inventory.describe("local", RUNNING, mark)
    assert state(inventory) is None


def test_events_read_while_the_list_was_on_its_way_are_folded_over_it(inventory):
    mark = inventory.mark("local")
    inventory.apply("local", EngineEvent("die", ID, 5.0, exit_code=3))
    inventory.reconcile("local", [row(RUNNING)], mark)
    assert state(inventory) == "exited"


def test_more_events_than_are_kept_ask_for_the_list_again(inventory):
    mark = inventory.mark("local")
    for _ in range(module._JOURNAL_EVENTS + 1):
        inventory.apply("local", EngineEvent("pause", ID, 5.0))
    assert inventory.reconcile("local", [row(RUNNING)], mark) is None
    assert inventory.reconcile("local", [row(RUNNING)], inventory.mark("local")) is not None


def test_what_is_gone_is_forgotten_entirely(inventory):
    for number in range(50):
        other = f"{number:064x}"
        inventory.apply("local", EngineEvent("create", other, 5.0, "n", "i"))
        inventory.apply("local", EngineEvent("destroy", other, 6.0))
    inventory.reconcile("local", [row(RUNNING)], inventory.mark("local"))
    assert set(inventory._records["local"].touched) <= {ID}


def test_an_unknown_engine_is_named(inventory):
    with pytest.raises(NotFound, match="engine"):
        inventory.status("nope")


def test_statuses_are_told_in_the_order_in_which_they_became_true(inventory):
    told = []
    inventory.on_status(lambda now, before: told.append((before.state, now.state)))
    inventory.confirm("local")
    inventory.lost("local", "connection_refused")
    inventory.confirm("local")
    assert told == [("connecting", "up"), ("up", "down"), ("down", "up")]
