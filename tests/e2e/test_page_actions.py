"""Containers of a real engine on the page: seen as they change, and acted on."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.kit.dockerd import POLITE

AS_CONTAINER = ("-m", "tests.kit.as_container")


@pytest.fixture
def inside(page, start, engine):
    """A page of a dockmon that runs in the container `dockmon`, with `web` beside it."""
    own = engine.run("dockmon", *POLITE)
    engine.run("web", *POLITE)
    address = f"local=unix://{engine.socket}"
    server = start(address, command=AS_CONTAINER, OWN_CONTAINER=own)
    dashboard = Dashboard(page, server).sign_in()
    expect(dashboard.rows).to_have_count(2)
    return dashboard


def test_a_container_started_behind_its_back_appears(docker, engine):
    expect(docker.page.get_by_test_id("no-containers")).to_be_visible()
    engine.run("web")
    docker.shows("web", "running")
    engine.api.rename("web", "shop")
    docker.shows("shop", "running")
    expect(docker.row("web")).to_have_count(0)
    engine.api.kill("shop")
    docker.shows("shop", "exited")
    expect(docker.row("shop")).to_contain_text("137: killed")
    engine.api.remove_container("shop")
    expect(docker.rows).to_have_count(0)


def test_stop_and_start_by_their_buttons(docker, engine):
    container_id = engine.run("web")
    docker.press("web", "stop")
    docker.shows("web", "exited")
    expect(docker.row("web")).to_contain_text("code 0")
    assert engine.inspect(container_id)["State"]["Status"] == "exited"
    docker.press("web", "start")
    docker.shows("web", "running")
    assert engine.inspect(container_id)["State"]["Status"] == "running"
    expect(docker.message).to_have_count(0)


def test_pause_and_continue_from_the_menu(docker, engine):
    engine.run("web")
    docker.press("web", "pause")
    docker.shows("web", "paused")
    docker.press("web", "unpause")
    docker.shows("web", "running")


def test_a_restart_is_marked_until_it_is_answered(docker, engine):
    # Takes its time to end, so that the pending mark can be seen.
    script = "trap 'sleep 2; exit 0' TERM; while true; do sleep 0.05; done"
    container_id = engine.run("web", "sh", "-c", script)
    before = engine.inspect(container_id)["State"]["StartedAt"]
    docker.press("web", "restart")
    expect(docker.row("web")).to_have_attribute("data-pending", "restart")
    expect(docker.row("web")).to_contain_text("restarting…")
    expect(docker.row("web").locator("button:enabled")).to_have_count(0)
    expect(docker.row("web")).not_to_have_attribute("data-pending", "restart")
    docker.shows("web", "running")
    assert engine.inspect(container_id)["State"]["StartedAt"] > before


def test_killing_and_removing_take_a_second_press(docker, engine):
    container_id = engine.run("web")
    docker.press("web", "kill")
    expect(docker.message).to_contain_text("Kill web?")
    expect(docker.message.get_by_role("button", name="Cancel")).to_be_focused()
    docker.page.keyboard.press("Escape")
    expect(docker.message).to_have_count(0)
    expect(docker.row("web")).not_to_have_attribute("data-pending", "kill")
    assert engine.inspect(container_id)["State"]["Running"]

    docker.press("web", "kill")
    docker.confirm()
    docker.shows("web", "exited")
    assert engine.inspect(container_id)["State"]["ExitCode"] == 137

    docker.press("web", "remove")
    expect(docker.message).to_contain_text("Remove web?")
    docker.confirm()
    expect(docker.row("web")).to_have_count(0)
    assert engine.listed() == {}


def test_what_the_state_forbids_is_said_by_the_row(docker, engine):
    container_id = engine.create("web")
    docker.press("web", "remove")
    # The question was about a container that did not run.
    engine.api.start(container_id)
    docker.shows("web", "running")
    docker.confirm()
    expect(docker.message).to_have_attribute("data-phase", "refused")
    expect(docker.message).to_contain_text("web was not removed. Its state does not allow this.")
    assert engine.inspect(container_id)["State"]["Running"]
    docker.message.get_by_role("button", name="Dismiss").click()
    expect(docker.message).to_have_count(0)
    docker.shows("web", "running")


def test_a_read_only_server_says_so_by_the_row(page, start):
    server = start("local=simulated://?containers=2", DOCKMON_READ_ONLY="true")
    dashboard = Dashboard(page, server).sign_in()
    dashboard.press("shop-web-1", "stop")
    expect(dashboard.message).to_contain_text("shop-web-1 was not stopped.")
    expect(dashboard.message).to_contain_text("read-only")
    dashboard.shows("shop-web-1", "running")


def test_a_note_that_is_dismissed_leaves_the_keyboard_beside_it(page, start):
    server = start("local=simulated://?containers=2&churn=0", DOCKMON_READ_ONLY="true")
    dashboard = Dashboard(page, server).sign_in()
    dashboard.press("shop-web-1", "stop")
    dashboard.message.get_by_role("button", name="Dismiss").press("Enter")
    expect(dashboard.message).to_have_count(0)
    expect(dashboard.row("shop-web-1").locator('[data-action="logs"]')).to_be_focused()

    panel = dashboard.open_panel("shop-web-1")
    panel.locator('.actions [data-action="stop"]').click()
    panel.get_by_test_id("panel-message").get_by_role("button", name="Dismiss").press("Enter")
    expect(dashboard.message).to_have_count(0)
    expect(panel.get_by_role("heading", level=2)).to_be_focused()


def test_a_projects_buttons_keep_the_keyboard_in_its_row(page, start):
    dashboard = Dashboard(page, start("local=simulated://?containers=8&churn=0")).sign_in()
    shop = page.locator('[data-testid="project"][data-project="shop"]')
    shop.locator('[data-action="stop"]').press("Enter")
    dashboard.shows("shop-web-1", "exited")
    expect(shop.locator('[data-action="stop"]')).to_have_count(0)
    expect(shop.locator(".actions :focus")).to_have_count(1)


def test_dockmon_itself_is_stopped_only_after_a_second_yes(inside, engine):
    inside.press("dockmon", "stop")
    expect(inside.message).to_have_attribute("data-phase", "asking")
    expect(inside.message).to_contain_text(
        "dockmon runs in dockmon. Stopped, it cannot start itself again."
    )
    expect(inside.message.get_by_role("button", name="Cancel")).to_be_focused()
    inside.page.keyboard.press("Escape")
    expect(inside.message).to_have_count(0)
    assert engine.inspect("dockmon")["State"]["Running"]

    inside.press("dockmon", "stop")
    expect(inside.message.get_by_role("button", name="Stop dockmon")).to_be_visible()
    inside.confirm()
    inside.shows("dockmon", "exited")
    assert not engine.inspect("dockmon")["State"]["Running"]


def test_killing_dockmon_itself_takes_one_yes_more_than_killing_another(inside, engine):
    inside.press("dockmon", "kill")
    expect(inside.message).to_contain_text("Kill dockmon?")
    inside.confirm()
    expect(inside.message).to_contain_text("Killed, it cannot start itself again.")
    assert engine.inspect("dockmon")["State"]["Running"]
    inside.confirm()
    inside.shows("dockmon", "exited")


def test_among_many_dockmon_itself_is_left_out_and_told(inside, engine):
    page = inside.page
    page.get_by_test_id("select-all").click()
    page.get_by_test_id("bulk").get_by_role("button", name="Stop 2").click()
    lines = page.get_by_test_id("bulk-summary")
    expect(lines.locator('[data-kind="done"]')).to_have_text("1 stopped.")
    expect(lines.locator('[data-kind="itself"]')).to_have_text(
        "dockmon left out: dockmon runs in it."
    )
    expect(inside.message).to_contain_text(
        "dockmon was not stopped. dockmon runs in this container"
    )
    assert engine.inspect("dockmon")["State"]["Running"]


def test_a_double_press_is_one_press(page, start):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    dashboard = Dashboard(page, start("local=simulated://?containers=8")).sign_in()
    # Its answer comes so soon that "start" stands where "stop" was for the second half.
    stop = dashboard.row("shop-web-1").locator('[data-action="stop"]')
    stop.dblclick()
    dashboard.shows("shop-web-1", "exited")
    start_button = dashboard.row("shop-web-1").locator('[data-action="start"]')
    start_button.focus()
    page.keyboard.down("Enter")
    dashboard.shows("shop-web-1", "running")
    for _ in range(5):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    dashboard.shows("shop-web-1", "running")
    asked = [frame for frame in sent if "container-action" in str(frame)]
    assert len(asked) == 2, asked


def test_the_panel_asks_and_tells_like_the_row(docker, engine):
    container_id = engine.create("web")
    docker.row("web").locator("[data-row-link]").click()
    panel = docker.page.locator(".panel")
    panel.locator('[data-action="more"]').click()
    panel.locator('[role="menu"] [data-action="remove"]').click()
    told = docker.page.get_by_test_id("panel-message")
    expect(told).to_contain_text("Remove web?")
    expect(told.get_by_role("button", name="Cancel")).to_be_focused()
    engine.api.start(container_id)
    docker.shows("web", "running")
    told.locator('[data-action="confirm"]').click()
    expect(told).to_have_attribute("data-phase", "refused")
    expect(told.locator('[data-mark="refused"]')).to_be_visible()
    expect(told).to_contain_text("web was not removed.")


def test_the_filter_and_the_counts_show_what_is_asked_for(docker, engine):
    engine.run("web", Labels={"com.docker.compose.project": "shop"})
    engine.run("lone")
    engine.run("crashed", "sh", "-c", "exit 3")
    docker.shows("crashed", "exited")
    docker.page.keyboard.press("/")
    docker.page.keyboard.type("project:shop")
    expect(docker.rows).to_have_count(1)
    docker.shows("web", "running")
    docker.page.keyboard.press("Escape")
    expect(docker.rows).to_have_count(3)
    docker.page.locator('[data-count="failed"]').click()
    expect(docker.rows).to_have_count(1)
    docker.shows("crashed", "exited")
    docker.page.get_by_role("searchbox").fill("nothing-is-called-so")
    expect(docker.page.get_by_test_id("no-hits")).to_contain_text("nothing-is-called-so")
