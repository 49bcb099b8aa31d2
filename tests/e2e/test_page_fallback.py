"""Networks that take things away: the client library finds another way, and the way back."""

import re
import signal

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.kit.waiting import eventually

# What a browser itself writes to the console when a way is closed.
NO_WEBSOCKET = (r"WebSocket connection to ", r"(response:|status of) 40[03] .*transport=websocket")
NO_SOCKET_IO = (
    *NO_WEBSOCKET,
    r"(response:|status of) 404 .*/socket\.io/",
    r"(ERR_\w+).*/(socket\.io|api/v1)/",
)


def test_a_server_that_does_not_move_is_told_as_silent_and_blames_no_engine(page, start):
    server = start("local=simulated://?containers=8&churn=0")
    dashboard = Dashboard(page, server).sign_in()
    pill = page.get_by_test_id("connection")
    server.process.send_signal(signal.SIGSTOP)
    try:
        expect(pill).to_contain_text("No answer")
        expect(pill).to_have_attribute("data-tone", "warn")
        expect(page.locator('[data-count="unconfirmed"]')).to_be_visible()
        expect(page.locator('[data-count="engines-stale"]')).to_have_count(0)
    finally:
        server.process.send_signal(signal.SIGCONT)
    expect(pill).to_contain_text("Live")
    expect(dashboard.rows.first).not_to_have_class(re.compile("is-stale"))


@pytest.fixture
def proxy(put_before, _docker_server):
    return put_before(_docker_server)


@pytest.fixture
def behind(page, proxy, engine, _docker_server):
    """A page behind the proxy, on `engine`; not signed in."""
    return Dashboard(page, _docker_server, proxy.url)


def is_true(dashboard, engine):
    """Expect the page to show just what the engine has."""

    def same():
        rows = "rows => rows.map(row => [row.dataset.name, row.dataset.state])"
        listed = {name: row["State"] for name, row in engine.listed().items()}
        return dict(dashboard.rows.evaluate_all(rows)) == listed

    eventually(same, what="what the engine has")


def test_a_proxy_that_refuses_websockets(behind, proxy, engine, troubles):
    troubles.expect(*NO_WEBSOCKET)
    proxy.websocket = "refused"
    behind.sign_in(source="long-polling")
    engine.run("web")
    behind.shows("web", "running")
    behind.press("web", "stop")
    behind.shows("web", "exited")

    # Somebody repairs the proxy, and the network says so.
    proxy.websocket = "passed"
    behind.page.evaluate("dispatchEvent(new Event('online'))")
    behind.is_live("websocket")
    engine.run("other")
    behind.shows("other", "running")
    is_true(behind, engine)


def test_a_proxy_that_never_heard_of_websockets(behind, proxy, engine, troubles):
    troubles.expect(*NO_WEBSOCKET)
    proxy.websocket = "stripped"
    behind.sign_in(source="long-polling")
    engine.run("web")
    behind.shows("web", "running")
    engine.api.kill("web")
    behind.shows("web", "exited")


def test_no_socket_io_at_all_while_it_runs_and_its_return(behind, proxy, engine, troubles):
    troubles.expect(*NO_SOCKET_IO)
    engine.run("web")
    behind.sign_in(source="websocket")
    behind.shows("web", "running")

    proxy.refuse = r"^/socket\.io"
    proxy.cut()
    # Within 5 s by promise; the sixth is this machine's.
    behind.is_live("http", seconds=6)
    engine.run("meanwhile")
    behind.shows("meanwhile", "running")
    behind.press("web", "stop")
    behind.shows("web", "exited")

    proxy.refuse = None
    # Nobody tells it: it looks by itself whether the better way is open again.
    behind.is_live("websocket", seconds=60)
    engine.run("afterwards")
    behind.shows("afterwards", "running")
    is_true(behind, engine)
    assert behind.is_the_same_page


def test_a_firewall_that_swallows_socket_io_delays_the_page_by_five_seconds(
    behind, proxy, engine, troubles
):
    troubles.expect(*NO_SOCKET_IO)
    engine.run("web")
    proxy.hold = r"^/socket\.io"
    behind.sign_in(source="http", seconds=7)
    behind.shows("web", "running")
    engine.api.kill("web")
    behind.shows("web", "exited")


def test_a_pulled_cable_is_told_of_and_leaves_no_gap(behind, proxy, engine, troubles):
    troubles.expect(*NO_SOCKET_IO)
    engine.run("web")
    behind.sign_in(source="websocket")
    behind.shows("web", "running")

    proxy.hold = "."
    proxy.cut()
    expect(behind.pill).to_contain_text("Reconnecting")
    engine.run("meanwhile")
    engine.api.remove_container("web", force=True)
    expect(behind.pill).to_contain_text("Offline")
    expect(behind.row("web")).to_have_class(re.compile(r"\bis-stale\b"))
    expect(behind.page).to_have_title("not live · dockmon")
    expect(behind.row("meanwhile")).to_have_count(0)

    proxy.hold = None
    behind.is_live("websocket")
    behind.shows("meanwhile", "running")
    is_true(behind, engine)
    assert behind.is_the_same_page


def test_a_part_of_the_page_that_was_lost_on_its_way_is_asked_for_again(behind, troubles):
    """As when a network interface comes up just while the page loads."""
    troubles.expect(r"net::ERR_(NETWORK_CHANGED|FAILED)", "did not arrive", "answered nothing")
    page, lost = behind.page, ["/js/views/row.js", "/i18n/en.json"]

    def lose_once(route):
        name = next((one for one in lost if one in route.request.url), None)
        if name is None:
            return route.continue_()
        lost.remove(name)
        route.abort("failed")

    page.route("**/*", lose_once)
    behind.sign_in()
    assert lost == []


def test_a_part_that_never_arrives_is_said_on_the_page(behind, troubles):
    troubles.expect(r"net::ERR_FAILED")
    behind.page.route("**/views/row.js", lambda route: route.abort("failed"))
    behind.open()
    expect(behind.page.locator("#app")).to_contain_text("did not arrive. Trying again")
