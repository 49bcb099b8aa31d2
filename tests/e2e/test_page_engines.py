"""An engine goes away and comes back while the page looks on."""

import os
import re

from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.kit.waiting import eventually

STALE = re.compile(r"\bis-stale\b")


def states(engine):
    """Return what the engine itself says, by name."""
    return {name: row["State"] for name, row in engine.listed().items()}


def shown(dashboard):
    """Return what the page says, by name."""
    rows = "rows => rows.map(row => [row.dataset.name, row.dataset.state])"
    return dict(dashboard.rows.evaluate_all(rows))


def test_an_engine_that_dies_is_told_of_and_so_is_its_return(page, own_engine, start):
    own_engine.run("web")
    own_engine.create("spare")
    dashboard = Dashboard(page, start(f"local=unix://{own_engine.socket}")).sign_in()
    dashboard.shows("web", "running")
    expect(dashboard.row("web")).not_to_have_class(STALE)

    own_engine.kill()
    expect(dashboard.engine()).to_have_attribute("data-state", "down")
    expect(dashboard.engine()).to_contain_text("not reachable")
    expect(dashboard.engine()).to_contain_text(re.compile("connection refused|connection was lost"))
    expect(dashboard.engine()).to_contain_text("not confirmed since")
    expect(dashboard.row("web")).to_have_class(STALE)
    expect(dashboard.row("web")).to_contain_text("not confirmed since")
    expect(page.locator('[data-count="unconfirmed"]')).to_contain_text("2")
    expect(page).to_have_title("1 engine down · dockmon")
    # dockmon itself is well, and the page says that, too.
    dashboard.is_live()

    own_engine.start()
    expect(dashboard.engine()).to_have_attribute("data-state", "up")
    expect(dashboard.row("web")).not_to_have_class(STALE)
    eventually(lambda: shown(dashboard) == states(own_engine), what="what the engine says")
    own_engine.run("newcomer")
    dashboard.shows("newcomer", "running")
    expect(page).to_have_title("dockmon")
    assert dashboard.is_the_same_page


def test_an_engine_that_hangs_turns_stale_then_down(docker, engine):
    engine.run("web")
    docker.shows("web", "running")
    engine.freeze()
    expect(docker.engine()).to_have_attribute("data-state", "stale")
    expect(docker.engine()).to_contain_text("not answering")
    expect(docker.row("web")).to_have_class(STALE)
    expect(docker.engine()).to_have_attribute("data-state", "down")
    engine.thaw()
    expect(docker.engine()).to_have_attribute("data-state", "up")
    expect(docker.row("web")).not_to_have_class(STALE)


def test_an_action_on_an_engine_that_is_gone_says_that_nothing_was_done(page, own_engine, start):
    own_engine.run("web")
    dashboard = Dashboard(page, start(f"local=unix://{own_engine.socket}")).sign_in()
    dashboard.shows("web", "running")
    own_engine.kill()
    expect(dashboard.engine()).to_have_attribute("data-state", "down")
    dashboard.press("web", "stop")
    expect(dashboard.message).to_contain_text("web was not stopped. The engine cannot be reached")


def test_no_engine_at_the_start_is_a_page_with_causes_until_one_appears(
    page, engine, start, tmp_path
):
    engine.run("web")
    socket = tmp_path / "docker.sock"
    dashboard = Dashboard(page, start(f"local=unix://{socket}")).sign_in()
    empty = page.get_by_test_id("no-engine")
    expect(empty).to_contain_text("No Docker engine can be reached")
    expect(empty).to_contain_text("its socket does not exist")
    expect(empty.get_by_role("listitem")).to_have_count(3)
    expect(empty.get_by_role("listitem").first).to_contain_text("systemctl start docker")
    expect(empty).to_contain_text("dockmon demo")
    os.symlink(engine.socket, socket)
    dashboard.shows("web", "running")
    expect(empty).to_have_count(0)
    expect(dashboard.engine()).to_have_attribute("data-state", "up")
