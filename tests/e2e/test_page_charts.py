"""The four charts of a container: one time, one cursor, values in words beside them."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.e2e.test_page_figures import GROW_OLD
from tests.e2e.test_page_panel import PHONE, Ticks
from tests.kit.waiting import eventually

CHARTS = {
    "cpu": ("cpu_percent", "cpu_throttled_percent"),
    "memory": ("memory_bytes", "memory_limit_bytes"),
    "network": ("network_rx_bytes_per_second", "network_tx_bytes_per_second"),
    "block": ("block_read_bytes_per_second", "block_write_bytes_per_second"),
}
TIME = re.compile(r"^\d\d:\d\d:\d\d$")
FIGURE = re.compile(r"\d.*(%|B|B/s)$")
# How many pixels of the canvas have exactly this colour.
PIXELS = """(canvas, wanted) => {
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height + 1).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  copy.fillStyle = wanted;
  copy.fillRect(0, height, 1, 1);
  const { data } = copy.getImageData(0, 0, width, height + 1);
  const [r, g, b] = data.slice(width * height * 4);
  let found = 0;
  for (let at = 0; at < width * height * 4; at += 4) {
    found += data[at] === r && data[at + 1] === g && data[at + 2] === b && data[at + 3] === 255;
  }
  return found;
}"""


def chart(dashboard, name):
    return dashboard.panel.locator(f'[data-chart="{name}"]')


def amount(dashboard, column):
    return dashboard.panel.locator(f'[data-column="{column}"] .amount')


def time(dashboard):
    return dashboard.panel.get_by_test_id("chart-time")


def canvas(dashboard, name):
    return chart(dashboard, name).locator("canvas")


def colour(dashboard, index):
    """What the style sheet says of a line."""
    swatch = dashboard.panel.locator(f".swatch.is-line-{index}").first
    return swatch.evaluate("swatch => getComputedStyle(swatch).color")


def pixels(dashboard, name, wanted):
    return canvas(dashboard, name).evaluate(PIXELS, wanted)


def point_at(dashboard, name, share):
    """Move the pointer over a chart, to this part of its width."""
    box = chart(dashboard, name).locator(".u-over").bounding_box()
    dashboard.page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)


def cursors(dashboard):
    """Where the cursor stands in each chart."""
    lines = dashboard.panel.locator(".u-cursor-x")
    return lines.evaluate_all("lines => lines.map(line => line.style.transform)")


@pytest.fixture
def stats(page, _simulated_server):
    """The stats of a container that uses something of everything."""
    dashboard = Dashboard(page, _simulated_server).sign_in()
    dashboard.open_panel("shop-web-1", "stats")
    return dashboard


@pytest.fixture
def own(page, start):
    return Dashboard(page, start("local=simulated://?containers=4")).sign_in()


def test_what_draws_them_is_fetched_only_when_they_are_looked_at(simulated):
    fetched = []
    simulated.page.on("request", lambda request: fetched.append(request.url))
    simulated.sign_in().open_panel("shop-web-1")
    expect(simulated.panel.locator('[data-section="limits"]')).to_be_visible()
    assert not [url for url in fetched if "uPlot.mjs" in url]
    simulated.tab("stats").click()
    expect(canvas(simulated, "cpu")).to_be_visible()
    assert len([url for url in fetched if "uPlot.mjs" in url]) == 1


def test_four_charts_say_what_is_now_and_the_least_and_the_most(stats):
    for name, columns in CHARTS.items():
        expect(canvas(stats, name)).to_be_visible()
        for column in columns:
            expect(amount(stats, column)).to_have_text(FIGURE)
        ranges = chart(stats, name).locator(".chart-range")
        expect(ranges.first).to_have_text(re.compile(r"\d.* to .*\d"))
    expect(time(stats)).to_have_text("now")
    before = amount(stats, "cpu_percent").inner_text()
    eventually(lambda: amount(stats, "cpu_percent").inner_text() != before, what="another figure")


def test_lines_are_drawn_in_the_colours_of_the_page(stats):
    for index in (0, 1):
        wanted = colour(stats, index)
        eventually(lambda w=wanted: pixels(stats, "cpu", w) > 0, what=f"line {index}")


def test_one_cursor_stands_in_all_of_them_and_its_values_are_read_out(stats):
    eventually(lambda: pixels(stats, "cpu", colour(stats, 0)) > 0, what="a line")
    point_at(stats, "memory", 0.99)
    expect(time(stats)).to_have_text(TIME)
    places = cursors(stats)
    assert len(places) == 4
    assert len(set(places)) == 1
    for columns in CHARTS.values():
        expect(amount(stats, columns[0])).to_have_text(FIGURE)
    stats.page.mouse.move(5, 5)
    expect(time(stats)).to_have_text("now")


def test_the_cursor_goes_by_keys_too_and_is_read_out(stats):
    group = stats.panel.locator(".charts")
    group.focus()
    said = group.get_by_role("status")
    stats.page.keyboard.press("ArrowLeft")
    expect(time(stats)).to_have_text(TIME)
    words = (
        r"^\d\d:\d\d:\d\d: CPU used .*; Memory used .*; Network received .*; Disk read .*, written "
    )
    expect(said).to_have_text(re.compile(words))
    assert len(set(cursors(stats))) == 1
    # Escape takes the cursor away first, and closes the panel after that.
    stats.page.keyboard.press("Escape")
    expect(time(stats)).to_have_text("now")
    expect(stats.panel).to_be_visible()
    stats.page.keyboard.press("Escape")
    expect(stats.panel).to_have_count(0)


def test_a_pause_is_a_gap_and_no_zero(own):
    own.open_panel("shop-web-1", "stats")
    expect(amount(own, "cpu_percent")).to_have_text(FIGURE)
    own.press("shop-web-1", "pause")
    expect(amount(own, "cpu_percent")).to_have_text("–")
    # What it holds is still known.
    expect(amount(own, "memory_bytes")).to_have_text(FIGURE)
    own.press("shop-web-1", "unpause")
    expect(amount(own, "cpu_percent")).to_have_text(FIGURE)
    own.panel.locator(".charts").focus()

    def is_in_the_gap():
        own.page.keyboard.press("ArrowLeft")
        return amount(own, "cpu_percent").inner_text() == "–"

    eventually(is_in_the_gap, what="the gap")
    eventually(lambda: not is_in_the_gap(), what="the time before")


def test_a_container_that_was_stopped_goes_on_behind_a_gap(own):
    own.open_panel("shop-web-1", "stats")
    expect(amount(own, "memory_bytes")).to_have_text(FIGURE)
    own.press("shop-web-1", "stop")
    expect(own.panel).to_contain_text("It does not run, so there is nothing to measure.")
    expect(amount(own, "memory_bytes")).to_have_text("–")
    own.press("shop-web-1", "start")
    expect(amount(own, "memory_bytes")).to_have_text(FIGURE)
    expect(own.panel).not_to_contain_text("nothing to measure")
    own.panel.locator(".charts").focus()
    own.page.keyboard.press("Home")
    expect(amount(own, "memory_bytes")).to_have_text(FIGURE)


def test_it_is_kept_while_the_reader_is_at_another_tab(stats):
    ticks = Ticks(stats.page)
    stats.page.reload()
    expect(amount(stats, "cpu_percent")).to_have_text(FIGURE)
    group = stats.panel.locator(".charts")
    group.focus()
    stats.page.keyboard.press("Home")
    expect(time(stats)).to_have_text(TIME)
    first = time(stats).inner_text()
    stats.tab("overview").click()
    ticks.wait_for(3)
    stats.tab("stats").click()
    expect(canvas(stats, "cpu")).to_be_visible()
    group.focus()
    stats.page.keyboard.press("Home")
    expect(time(stats)).to_have_text(first)


def test_it_begins_with_what_the_table_has_seen(simulated):
    ticks = Ticks(simulated.page)
    simulated.sign_in()
    ticks.wait_for(5)
    simulated.open_panel("shop-web-1", "stats")
    expect(canvas(simulated, "cpu")).to_be_visible()
    simulated.panel.locator(".charts").focus()
    for _ in range(4):
        simulated.page.keyboard.press("ArrowLeft")
    expect(amount(simulated, "memory_bytes")).to_have_text(FIGURE)


def test_old_numbers_are_not_told_as_those_of_now(page, start):
    server = start("local=simulated://?containers=4", DOCKMON_STATS_INTERVAL="3600")
    dashboard = Dashboard(page, server).sign_in()
    dashboard.open_panel("shop-web-1", "stats")
    expect(amount(dashboard, "memory_bytes")).to_have_text(FIGURE)
    expect(time(dashboard)).to_have_text("now")
    page.evaluate(GROW_OLD)
    expect(time(dashboard)).to_have_text(TIME)
    expect(dashboard.panel.locator(".chart-box").first).to_have_css("opacity", "0.5")
    last = time(dashboard).inner_text()
    dashboard.panel.locator(".charts").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    expect(dashboard.panel.locator(".charts").get_by_role("status")).to_have_text(last)


def test_no_limit_is_read_out_where_there_is_none(simulated):
    simulated.sign_in()
    said = simulated.panel.locator(".charts").get_by_role("status")
    words = set()
    for name in simulated.rows.evaluate_all("rows => rows.map(row => row.dataset.name)"):
        simulated.open_panel(name, "stats")
        expect(canvas(simulated, "memory")).to_be_visible()
        simulated.panel.locator(".charts").focus()
        if not amount(simulated, "memory_limit_bytes").inner_text()[0].isdigit():
            continue
        simulated.page.keyboard.press("ArrowLeft")
        reading = simulated.panel.locator('[data-column="memory_limit_bytes"] > .muted').first
        expect(said).to_contain_text(f", {reading.inner_text()} ")
        words.add(reading.inner_text())
    assert words == {"limit", "of the machine"}


def test_another_theme_redraws_them(stats):
    root = stats.page.locator(":root")
    root.evaluate("root => { root.dataset.theme = '' }")
    stats.page.emulate_media(color_scheme="light")
    light = colour(stats, 0)
    eventually(lambda: pixels(stats, "cpu", light) > 0, what="light lines")
    stats.page.emulate_media(color_scheme="dark")
    dark = colour(stats, 0)
    assert dark != light
    eventually(lambda: pixels(stats, "cpu", dark) > 0, what="dark lines")
    assert pixels(stats, "cpu", light) == 0


def test_they_fit_whatever_room_there_is(stats):
    for width in (1600, 1000, 700):
        stats.page.set_viewport_size({"width": width, "height": 900})
        eventually(
            lambda: (
                chart(stats, "cpu").evaluate(
                    "({ clientWidth, scrollWidth, firstChild }) => scrollWidth <= clientWidth"
                )
                and canvas(stats, "cpu").evaluate(
                    "canvas => canvas.clientWidth === canvas.closest('.chart-box').clientWidth"
                )
            ),
            what=f"room at {width}",
        )
    assert stats.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_where_no_table_is_seen_numbers_come_all_the_same(new_page, _simulated_server):
    dashboard = Dashboard(new_page(**PHONE), _simulated_server).sign_in()
    dashboard.open_panel("shop-web-1", "stats")
    expect(amount(dashboard, "cpu_percent")).to_have_text(FIGURE)
    before = amount(dashboard, "cpu_percent").inner_text()
    eventually(lambda: amount(dashboard, "cpu_percent").inner_text() != before)


def test_the_numbers_of_a_real_container_are_drawn(docker, engine):
    engine.run(
        "busy",
        "sh",
        "-c",
        "while true; do :; done",
        HostConfig={"Memory": 64 << 20, "NanoCpus": 200_000_000},
    )
    docker.open_panel("busy", "stats")
    expect(amount(docker, "cpu_percent")).to_have_text(re.compile(r"^(1\d|2\d)\.\d\s%$"))
    expect(amount(docker, "cpu_throttled_percent")).to_have_text(re.compile(r"^\d{2,3}\.\d\s%$"))
    expect(amount(docker, "memory_limit_bytes")).to_have_text(re.compile(r"^64\.0\sMiB$"))
    expect(chart(docker, "memory")).to_contain_text("limit")
