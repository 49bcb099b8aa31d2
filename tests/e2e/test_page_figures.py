"""CPU, memory and network in the table: they move, they are drawn only for readers, they do not lie."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.e2e.test_page_fallback import NO_SOCKET_IO
from tests.kit.waiting import eventually

COLUMNS = ("cpu", "memory", "network")
# Whatever changes in the table, as `what: the row's name`.
WATCH = """
window.changes = [];
window.observer?.disconnect();
window.observer = new MutationObserver((records) => {
  for (const { type, attributeName, target } of records) {
    const row = (target.closest ? target : target.parentElement).closest("tr")?.dataset.name ?? "";
    window.changes.push({ what: attributeName ?? type, row, at: performance.now() });
  }
});
window.observer.observe(document.querySelector(".containers"),
  { subtree: true, childList: true, characterData: true, attributes: true });
"""
# Chromium hides no page of a window that is not on a screen; the page cannot tell the difference.
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  Object.defineProperty(document, "visibilityState",
    { configurable: true, get: () => (hidden ? "hidden" : "visible") });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


# The numbers that there are become those of long ago; the next ones would end that.
GROW_OLD = """async () => {
  const entries = performance.getEntriesByType("resource").map(({ name }) => name);
  const { samples } = await import(entries.find((name) => name.endsWith("state/live.js")));
  samples.value = new Map([...samples.value].map(([engine, sample]) =>
    [engine, { ...sample, interval_seconds: -1e6 }]));
}"""


class Traffic:
    """What the page says on its sockets about stats, and what it is told."""

    def __init__(self, page):
        self.wanted = []
        self.told = 0
        page.on("websocket", self._listen)

    def _listen(self, socket):
        socket.on("framesent", lambda frame: self._sent(str(frame)))
        socket.on("framereceived", lambda frame: self._received(str(frame)))

    def _sent(self, frame):
        found = re.match(r"42/metrics,\d*(\[.*)", frame)
        if found and (said := json.loads(found[1]))[0] == "subscribe":
            self.wanted.append(said[1]["containers"])

    def _received(self, frame):
        self.told += '["container-stats"' in frame


@pytest.fixture
def traffic(page):
    return Traffic(page)


def amount(dashboard, name, column):
    return dashboard.row(name).locator(f".{column}-cell .amount")


def line(dashboard, name, column):
    """Return what is drawn of a column: the path of its first line."""
    path = dashboard.row(name).locator(f".{column}-cell .sparkline-line").last
    return path.get_attribute("d") or ""


def in_pieces(path):
    """Whether it has a gap: it is put down in more than one place."""
    return path.count("M") > 1


def running(dashboard):
    return dashboard.page.locator('[data-testid="container"][data-state="running"]')


def names(rows):
    return rows.evaluate_all("rows => rows.map(row => row.dataset.name)")


def ticks(dashboard, traffic, count=3):
    """Wait until the page was told this many times more."""
    goal = traffic.told + count

    def reached():
        dashboard.page.evaluate("0")  # what has arrived is handed on
        return traffic.told >= goal

    eventually(reached, what=f"{count} samples")


def test_figures_appear_and_move_and_their_lines_grow(simulated):
    simulated.sign_in()
    name = names(running(simulated))[0]
    for column, words in zip(COLUMNS, (r"^[\d.]+ %$", r"\d MiB$", r"\d kB/s"), strict=True):
        text = words.replace(" ", r"\s")
        expect(amount(simulated, name, column)).to_have_text(re.compile(text))
        drawn = line(simulated, name, column)
        eventually(
            lambda c=column, d=drawn: line(simulated, name, c) != d, what=f"the line of {column}"
        )
    cpu = amount(simulated, name, "cpu").inner_text()
    eventually(lambda: amount(simulated, name, "cpu").inner_text() != cpu, what="another figure")


def test_a_tick_changes_figures_and_lines_and_draws_no_row_anew(simulated, traffic):
    simulated.sign_in()
    expect(amount(simulated, names(running(simulated))[0], "cpu")).to_have_text(re.compile(r"\d"))
    simulated.page.evaluate(WATCH)
    ticks(simulated, traffic)
    changes = simulated.page.evaluate("window.changes")
    assert {"d", "characterData"} <= {one["what"] for one in changes}
    assert [one for one in changes if one["what"] not in ("d", "characterData")] == []


def test_a_paused_container_has_a_dash_and_then_a_gap(page, start):
    dashboard = Dashboard(page, start("local=simulated://?containers=4")).sign_in()
    name = names(running(dashboard))[0]
    eventually(lambda: "H" in line(dashboard, name, "cpu") or "L" in line(dashboard, name, "cpu"))
    dashboard.press(name, "pause")
    expect(amount(dashboard, name, "cpu")).to_have_text("–")
    # What it holds is still known.
    expect(amount(dashboard, name, "memory")).to_have_text(re.compile(r"\d\sMiB"))
    dashboard.press(name, "unpause")
    expect(amount(dashboard, name, "cpu")).to_have_text(re.compile(r"\d"))
    eventually(lambda: in_pieces(line(dashboard, name, "cpu")), what="the gap")
    assert not in_pieces(line(dashboard, name, "memory"))


def test_the_last_numbers_of_one_that_has_ended_go_at_once(page, start):
    server = start("local=simulated://?containers=4", DOCKMON_STATS_INTERVAL="3600")
    dashboard = Dashboard(page, server).sign_in()
    name = names(running(dashboard))[0]
    expect(amount(dashboard, name, "memory")).to_have_text(re.compile(r"\d"))
    dashboard.press(name, "stop")
    dashboard.shows(name, "exited")
    for column in ("cpu", "memory"):
        expect(amount(dashboard, name, column)).to_have_text("–", timeout=5000)


def test_a_stopped_container_has_dashes_and_its_line_goes_on_behind_a_gap(page, start):
    dashboard = Dashboard(page, start("local=simulated://?containers=4")).sign_in()
    name = names(running(dashboard))[0]
    expect(amount(dashboard, name, "cpu")).to_have_text(re.compile(r"\d"))
    dashboard.press(name, "stop")
    dashboard.shows(name, "exited")
    for column in ("cpu", "memory"):
        expect(amount(dashboard, name, column)).to_have_text("–")
    # Said once, and not for each direction.
    expect(amount(dashboard, name, "network")).to_have_text("Received –", use_inner_text=True)
    dashboard.press(name, "start")
    for column in COLUMNS:
        expect(amount(dashboard, name, column)).to_have_text(re.compile(r"\d"))
        eventually(lambda c=column: in_pieces(line(dashboard, name, c)), what="the gap")


def test_only_rows_on_the_screen_are_drawn(new_page, start):
    page = new_page(viewport={"width": 1280, "height": 700})
    dashboard = Dashboard(page, start("local=simulated://?containers=60"))
    traffic = Traffic(page)
    dashboard.sign_in()
    first = names(running(dashboard))[0]
    expect(amount(dashboard, first, "cpu")).to_have_text(re.compile(r"\d"))
    assert dashboard.rows.count() < 40
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(dashboard.rows.last).to_be_in_viewport()
    expect(dashboard.row(first)).to_have_count(0)
    last = names(running(dashboard))[-1]
    expect(amount(dashboard, last, "cpu")).to_have_text(re.compile(r"\d"))
    # What was not there for a while has lost nothing of its line.
    assert "H" in line(dashboard, last, "memory") or "L" in line(dashboard, last, "memory")
    ticks(dashboard, traffic)
    page.evaluate(WATCH)
    ticks(dashboard, traffic)
    drawn = {one["row"] for one in page.evaluate("window.changes") if one["what"] == "d"}
    assert last in drawn
    assert first not in drawn


def test_a_hidden_page_asks_for_nothing_until_it_is_seen_again(simulated, traffic):
    simulated.sign_in()
    ticks(simulated, traffic, 2)
    assert traffic.wanted[-1] is True
    simulated.page.evaluate(HIDE, True)
    eventually(lambda: not simulated.page.evaluate("0") and traffic.wanted[-1] is False)
    simulated.page.evaluate(WATCH)
    # The machine's figures still come, so a stats event would have come as well.
    load = simulated.engine().locator(".figure dd").first
    before, told = load.inner_text(), traffic.told
    eventually(lambda: load.inner_text() != before, what="host metrics")
    assert traffic.told - told <= 1  # the one that was under way
    simulated.page.evaluate(HIDE, False)
    ticks(simulated, traffic)
    assert traffic.wanted[-1] is True


def test_a_table_without_rows_asks_for_nothing(simulated, traffic):
    simulated.sign_in()
    ticks(simulated, traffic, 1)
    search = simulated.page.locator("[data-filter]")
    search.fill("no such container")
    eventually(lambda: not simulated.page.evaluate("0") and traffic.wanted[-1] is False)
    search.fill("")
    ticks(simulated, traffic)
    assert traffic.wanted[-1] is True


def test_a_table_behind_a_phones_panel_asks_for_nothing(new_page, _simulated_server):
    page = new_page(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    phone, traffic = Dashboard(page, _simulated_server), Traffic(page)
    phone.sign_in()
    name = names(running(phone))[0]
    expect(amount(phone, name, "cpu")).to_have_text(re.compile(r"\d"))
    expect(amount(phone, name, "memory")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    # The panel of one container has charts of its own; a project's has none.
    page.get_by_test_id("project").first.locator('[data-action="logs"]').tap()
    eventually(lambda: not page.evaluate("0") and traffic.wanted[-1] is False)
    page.get_by_role("button", name="Close the panel").tap()
    ticks(phone, traffic)


def test_without_socket_io_the_figures_come_over_http(
    page, put_before, _simulated_server, troubles
):
    troubles.expect(*NO_SOCKET_IO)
    proxy = put_before(_simulated_server)
    proxy.refuse = r"^/socket\.io"
    dashboard = Dashboard(page, _simulated_server, proxy.url).sign_in(source="http")
    name = names(running(dashboard))[0]
    expect(amount(dashboard, name, "cpu")).to_have_text(re.compile(r"\d"))
    eventually(lambda: re.search("[LH]", line(dashboard, name, "memory")), what="a second look")
    assert not in_pieces(line(dashboard, name, "memory"))


def test_rows_sorted_by_a_figure_change_places_seldom(page, start):
    dashboard = Dashboard(page, start("local=simulated://?containers=40")).sign_in()
    expect(amount(dashboard, names(running(dashboard))[0], "cpu")).to_have_text(re.compile(r"\d"))
    page.get_by_test_id("grouping").select_option("flat")
    expect(page.get_by_test_id("project")).to_have_count(0)
    page.evaluate(WATCH)
    page.get_by_role("columnheader", name="CPU").get_by_role("button").click()
    expect(page.get_by_role("columnheader", name="CPU")).to_have_attribute(
        "aria-sort", "descending"
    )
    assert dashboard.rows.first.get_attribute("data-state") == "running"

    def moves():
        """When rows changed places: what happens in one go is one time."""
        changes = page.evaluate("window.changes")
        return sorted({round(one["at"] / 100) for one in changes if one["what"] == "childList"})

    eventually(lambda: len(moves()) >= 3, timeout=90, what="two new orders")
    first, second, third = moves()[:3]
    assert third - second >= 49
    assert second > first
    # Whoever has no figure comes last.
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(dashboard.rows.last).to_be_in_viewport()
    assert dashboard.rows.last.get_attribute("data-state") != "running"


def test_an_order_by_a_figure_is_kept_up_where_no_figure_is_shown(simulated, traffic):
    simulated.sign_in()
    simulated.page.evaluate("localStorage.setItem('dockmon.list.hidden', 'cpu memory network')")
    simulated.open("/").is_live()
    expect(simulated.page.get_by_role("columnheader", name="CPU")).to_have_count(0)
    eventually(lambda: not simulated.page.evaluate("0") and traffic.wanted[-1] is False)
    simulated.open("/?sort=-cpu").is_live()
    ticks(simulated, traffic)
    assert traffic.wanted[-1] is True


def test_a_limit_is_told_though_it_is_the_largest_of_its_engine(docker, engine):
    engine.run("small", HostConfig={"Memory": 64 << 20})
    expect(amount(docker, "small", "memory")).to_have_text(re.compile(r"\d / 64\sMiB$"))
    engine.run("free")
    expect(amount(docker, "free", "memory")).to_have_text(re.compile(r"^[^/]+\sMiB$"))


def test_the_totals_of_a_project_grow_old_with_their_figures(page, start):
    server = start("local=simulated://?containers=4", DOCKMON_STATS_INTERVAL="3600")
    dashboard = Dashboard(page, server).sign_in()
    total = page.locator('[data-project="shop"] .memory-cell .amount')
    expect(total).to_have_text(re.compile(r"\d"))
    loud = "node => getComputedStyle(node).color"
    fresh = total.evaluate(loud)
    assert dashboard.row("shop-web-1").locator(".memory-cell .amount").evaluate(loud) == fresh
    page.evaluate(GROW_OLD)
    eventually(lambda: total.evaluate(loud) != fresh, what="another colour")


def test_the_totals_of_a_project_that_nobody_confirms_are_not_loud(simulated):
    simulated.sign_in()
    total = simulated.page.locator('[data-project="shop"] .memory-cell .amount')
    expect(total).to_have_text(re.compile(r"\d"))
    quiet = simulated.page.evaluate("""async () => {
      const entries = performance.getEntriesByType("resource").map(({ name }) => name);
      const { engines } = await import(entries.find((name) => name.endsWith("state/live.js")));
      const total = document.querySelector('[data-project="shop"] .memory-cell .amount');
      const fresh = getComputedStyle(total).color;
      engines.value = engines.value.map((one) => ({ ...one, stale: true }));
      await new Promise((resolve) => setTimeout(resolve));
      return getComputedStyle(total).color !== fresh;
    }""")
    assert quiet


def test_a_figure_that_grew_old_loses_its_colour(page, start):
    server = start("local=simulated://?containers=4")
    dashboard = Dashboard(page, server).sign_in()
    name = names(running(dashboard))[0]
    expect(amount(dashboard, name, "cpu")).to_have_text(re.compile(r"\d"))
    loud = "node => getComputedStyle(node).color"
    fresh = amount(dashboard, name, "cpu").evaluate(loud)
    # The feed goes on, but the numbers do not come: nobody is asked for them any more.
    page.evaluate(
        "import(performance.getEntriesByType('resource').map(({ name }) => name)"
        ".find((name) => name.endsWith('state/live.js'))).then(({ samples }) => {"
        " const [[engine, sample]] = samples.value;"
        " samples.value = new Map([[engine, { ...sample, timestamp: 1 }]]); })"
    )
    eventually(lambda: amount(dashboard, name, "cpu").evaluate(loud) != fresh, every=0.005)
