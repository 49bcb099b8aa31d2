"""Reading logs on the page: what lines look like, searching, taking away, by key and on a phone."""

import functools
import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.e2e.log_panel import AWAY, SAY, LogPanel
from tests.kit.waiting import eventually

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def panel(docker):
    """The log panel of the shared page."""
    return LogPanel(docker)


@pytest.fixture
def said(panel, engine):
    """Let a container say these lines, and open its log."""
    return functools.partial(panel.of_one_that_says, engine)


def color(row, what="color"):
    return row.evaluate(f"node => getComputedStyle(node).{what}")


# ----- what a line looks like


def test_streams_are_told_apart_by_a_bar_and_a_word(said):
    panel = said("quiet", stderr=("trouble",))
    error, quiet = panel.row("trouble"), panel.row("quiet")
    expect(error).to_have_attribute("data-stream", "stderr")
    assert color(error, "borderLeftColor") != color(quiet, "borderLeftColor")
    assert color(quiet, "borderLeftColor") == "rgba(0, 0, 0, 0)"
    expect(error.locator(".sr")).to_have_text("stderr: ")
    expect(quiet.locator(".sr")).to_have_count(0)


def test_levels_are_recognised_and_chosen_by(said):
    lines = {
        "INFO all is well": "info",
        "[warn] low on memory": "warn",
        "E0102 15:04:05.000000 1 main.go:10] broken": "error",
        'level=debug msg="details"': "debug",
        '{"level":60,"msg":"the end"}': "fatal",
        "nothing said": None,
    }
    panel = said(*lines)
    for row, level in zip(panel.rows.all(), lines.values(), strict=True):
        assert row.get_attribute("data-level") == level
    expect(panel.rows.nth(1).locator(".log-mark")).to_contain_text("▲")
    expect(panel.rows.nth(2).locator(".sr")).to_have_text("error: ")
    panel.root.locator("[data-log-level]").select_option("warn")
    expect(panel.rows).to_have_count(3)
    panel.root.locator("[data-log-level]").select_option("")
    expect(panel.rows).to_have_count(6)


def test_json_shows_its_message_and_folds_the_rest(said):
    panel = said(json.dumps({"level": 30, "msg": "request done", "url": "/a", "n": {"deep": 1}}))
    row = panel.rows.first
    expect(row.locator(".log-text")).to_have_text("request done")
    fold = row.get_by_role("button", name="Show 3 fields")
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.click()
    expect(row.locator(".log-fields")).to_have_text('level: 30\nurl: /a\nn: {"deep":1}')
    row.get_by_role("button", name="Hide 3 fields").click()
    expect(row.locator(".log-fields")).to_have_count(0)


def test_colours_are_kept_and_nothing_else_a_terminal_would_do(said):
    panel = said(
        "\x1b[31mred\x1b[0m plain",
        "\x1b[38;2;10;20;30mdark\x1b[0m",
        "\x1b[1;4mbold\x1b[0m",
        "\x1b]8;;javascript:window.__xss=1\x07click me\x1b]8;;\x07",
        "\x1b]0;stolen\x07title",
        "\x1b[2J\x1b[Hhome",
        "\x1b]0;stolen and the rest",
        "rm -rf /\rdone",
        "ends in \x1b[3",
        "turned \u202eback",
        "bell\x07",
    )
    assert panel.drawn() == [
        "red plain",
        "dark",
        "bold",
        "click me",
        "title",
        "home",
        "␛",
        "␍done",
        "ends in ",
        "turned ⟨U+202E⟩back",
        "bell␇",
    ]
    plain = color(panel.row("home").locator(".log-text"))
    assert color(panel.rows.first.locator(".log-text span").first) != plain
    assert color(panel.row("bold").locator(".log-text span"), "fontWeight") == "700"
    assert panel.root.locator(".log-scroll a").count() == 0
    assert "stolen" not in panel.page.title()
    assert panel.page.evaluate("window.__xss") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_colour_that_would_be_unreadable_is_made_readable(engine, new_page, start, scheme):
    server = start(f"local=unix://{engine.socket}")
    panel = LogPanel(Dashboard(new_page(color_scheme=scheme), server).sign_in())
    lines = ["\x1b[38;2;255;255;0myellow", "\x1b[38;5;16mblack", "\x1b[34mblue", "\x1b[97mwhite"]
    engine.run("talker", "sh", "-c", SAY, "sh", *lines)
    panel.dashboard.shows("talker", "running")
    panel.dashboard.open_logs("talker")
    ground = brightness(color(panel.page.locator(".panel"), "backgroundColor"))
    for row in panel.rows.all():
        ink = brightness(color(row.locator(".log-text span").last))
        assert (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05) >= 4.5, row.inner_text()


def brightness(rgb):
    """Return the relative luminance of a computed colour."""
    parts = [float(part) / 255 for part in re.findall(r"[\d.]+", rgb)[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_line_of_100_kilobytes_is_clamped_until_all_is_wanted(docker, panel, engine):
    script = "head -c 100000 /dev/zero | tr '\\0' x; echo; echo after; sleep 600"
    engine.run("wide", "sh", "-c", script)
    docker.open_logs("wide")
    expect(panel.row("after")).to_be_visible()
    long = panel.rows.first
    assert len(long.locator("bdi").inner_text()) == 2000
    assert long.bounding_box()["height"] < 40
    more = long.get_by_role("button", name="Show all (64")
    more.scroll_into_view_if_needed()
    more.click()
    assert len(long.locator("bdi").inner_text()) > 65_000
    expect(long.locator("bdi")).to_contain_text("bytes cut")
    expect(panel.row("after")).to_be_visible()
    panel.root.get_by_role("button", name="Wrap").click()
    assert panel.box.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert docker.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_wrapping_shows_all_of_a_long_line_and_is_remembered(docker, said):
    panel = said("word " * 200, "short")
    assert panel.box.evaluate("box => box.scrollWidth > box.clientWidth")
    panel.root.get_by_role("button", name="Wrap").click()
    assert panel.box.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert panel.rows.first.bounding_box()["height"] > 60
    docker.page.reload()
    expect(panel.root.get_by_role("button", name="Wrap")).to_have_attribute("aria-pressed", "true")
    expect(panel.row("short")).to_be_in_viewport()
    panel.root.get_by_role("button", name="Wrap").click()


def test_times_are_in_the_readers_zone_or_in_utc_or_not_there(engine, new_page, start):
    server = start(f"local=unix://{engine.socket}")
    panel = LogPanel(Dashboard(new_page(timezone_id="Asia/Seoul"), server).sign_in())
    engine.run("talker", "sh", "-c", SAY, "sh", "said")
    panel.dashboard.open_logs("talker")
    stamp = panel.rows.first.locator("time")
    expect(panel.row("said")).to_be_visible()
    expect(stamp).to_have_count(0)
    choice = panel.root.locator("[data-log-times]")
    choice.select_option("utc")
    utc = stamp.inner_text()
    full = stamp.get_attribute("title")
    assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3}Z", utc)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", full)
    assert full[11:23] == utc[:12]
    told = engine.api.logs("talker", timestamps=True).decode()
    assert told[:19] == full[:19]
    # A timestamp went through a binary fraction: the last digit may be rounded.
    assert abs(float(told[17:26]) - float(full[17:26])) < 0.000002
    expect(choice.locator("option").nth(1)).to_have_text("Local time (Asia/Seoul)")
    choice.select_option("local")
    assert int(stamp.inner_text()[-12:-10]) == (int(utc[:2]) + 9) % 24
    panel.page.reload()
    expect(choice).to_have_value("local")
    expect(stamp).to_be_visible()


def test_times_that_were_of_today_say_their_day_after_midnight(
    engine, page, put_before, _docker_server, troubles
):
    troubles.expect(*AWAY)
    page.clock.install()
    proxy = put_before(_docker_server)
    panel = LogPanel(Dashboard(page, _docker_server, proxy.url).sign_in())
    engine.run("talker", "sh", "-c", SAY, "sh", "said")
    panel.dashboard.shows("talker", "running")
    panel.dashboard.open_logs("talker")
    panel.root.locator("[data-log-times]").select_option("utc")
    stamp = panel.row("said").locator("time")
    said = stamp.get_attribute("title")
    expect(stamp).to_have_text(f"{said[11:23]}Z")
    # The page's clock is the server's, as long as that can be heard.
    proxy.hold = ".*"
    proxy.cut()
    panel.says("lost")
    page.clock.fast_forward("24:00:00")
    expect(stamp).to_have_text(f"{said[:10]} {said[11:23]}Z")


# ----- taking away


def test_copying_takes_what_is_marked_or_all_that_is_shown_as_text(engine, new_page, start):
    server = start(f"local=unix://{engine.socket}")
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    panel = LogPanel(Dashboard(page, server).sign_in())
    engine.run("talker", "sh", "-c", SAY, "sh", "\x1b[31mred", "<b>bold</b>")
    panel.dashboard.open_logs("talker")
    expect(panel.row("red")).to_be_visible()
    copy = panel.root.locator('[data-action="copy"]')
    copy.click()
    read = "navigator.clipboard.readText()"
    eventually(lambda: page.evaluate(read) == "red\n<b>bold</b>\n", what="the copy")
    panel.row("<b>bold</b>").locator(".log-text").evaluate(
        "node => getSelection().selectAllChildren(node)"
    )
    copy.click()
    eventually(lambda: page.evaluate(read) == "<b>bold</b>", what="the copy of what is marked")


def test_copying_marked_lines_takes_their_text_and_nothing_beside_it(engine, new_page, start):
    server = start(f"local=unix://{engine.socket}")
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    panel = LogPanel(Dashboard(page, server).sign_in())
    lines = ('{"level":"error","msg":"broken","n":1}', "[warn] low", "x" * 3000, "last")
    panel.of_one_that_says(engine, *lines)
    panel.root.locator("[data-log-times]").select_option("utc")
    expect(panel.rows.first.locator("time")).to_be_visible()
    panel.root.locator(".log-lines").evaluate("node => getSelection().selectAllChildren(node)")
    panel.root.locator('[data-action="copy"]').click()
    marked = ["broken", "[warn] low", "x" * 2000, "last"]
    read = "navigator.clipboard.readText()"
    eventually(lambda: page.evaluate(read).splitlines() == marked, what="the copy")


def test_a_download_has_the_whole_log_or_the_span_shown(docker, panel, engine):
    script = "i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo line $i; done; sleep 600"
    engine.run("talker", "sh", "-c", script)
    docker.open_logs("talker")
    expect(panel.row("line 2000")).to_be_in_viewport()

    def downloaded(which):
        panel.root.locator('[data-action="log-download"]').click()
        with docker.page.expect_download() as info:
            panel.root.locator(f'[data-action="download-{which}"]').click()
        assert info.value.suggested_filename == "talker.log"
        return info.value.path().read_text().splitlines()

    whole = downloaded("whole")
    assert [text.split(" ", 1)[1] for text in whole] == [f"line {n}" for n in range(1, 2001)]
    assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z line 1$", whole[0])
    span = downloaded("shown")
    assert span[-1] == whole[-1]
    assert 400 < len(span) < 2000
    assert whole[-len(span) :] == span


# ----- by key, on a phone, and for a long time


def test_everything_by_keyboard(docker, panel, engine):
    script = "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; done; sleep 600"
    engine.run("talker", "sh", "-c", script)
    docker.open_logs("talker")
    expect(panel.row("line 300")).to_be_in_viewport()
    keyboard = docker.page.keyboard
    # From anywhere in the panel: it has the focus when it opens.
    expect(docker.panel.get_by_role("heading").first).to_be_focused()
    keyboard.press("/")
    expect(panel.search).to_be_focused()
    keyboard.press("Escape")
    expect(panel.box).to_be_focused()
    keyboard.press("Control+f")
    expect(panel.search).to_be_focused()
    keyboard.press("Escape")
    keyboard.press("Home")
    expect(panel.row("line 1")).to_be_in_viewport()
    keyboard.press("PageDown")
    expect(panel.row("line 1")).not_to_be_in_viewport()
    keyboard.press("End")
    expect(panel.row("line 300")).to_be_in_viewport()
    expect(panel.jump).to_have_count(0)
    keyboard.press("ArrowUp")
    expect(panel.jump).to_be_visible()
    expect(panel.root).to_have_attribute("aria-label", "Log of talker")
    nameless = "all => all.filter(one => !one.ariaLabel && !one.innerText.trim()).length"
    assert panel.root.locator("button, select, input").evaluate_all(nameless) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_beyond_the_edge(engine, new_page, start, scheme):
    server = start(f"local=unix://{engine.socket}")
    page = new_page(**PHONE, color_scheme=scheme)
    panel = LogPanel(Dashboard(page, server).sign_in())
    engine.run("talker", "sh", "-c", SAY, "sh", "word " * 100, '{"msg":"hello","n":1}', "last")
    panel.dashboard.shows("talker", "running")
    panel.dashboard.open_logs("talker")
    expect(panel.row("last")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    options = panel.root.get_by_role("button", name="How the log is shown")
    expect(panel.root.get_by_role("button", name="Wrap")).to_be_hidden()
    options.tap()
    panel.root.get_by_role("button", name="Wrap").tap()
    assert panel.box.evaluate("box => box.scrollWidth <= box.clientWidth")
    panel.search.fill("hello")
    expect(panel.count).to_have_text("1 line matches")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_flood_is_shown_without_a_gap_and_without_growing(docker, panel, engine):
    # 200 lines a second: ten every 50 ms. How smoothly, the benchmarks say.
    script = (
        "n=0; while true; do for k in 0 1 2 3 4 5 6 7 8 9; do"
        ' echo "$n$k INFO request done path=/api/v1/orders status=200"; done;'
        " n=$((n+1)); usleep 50000; done"
    )
    engine.run("flood", "sh", "-c", script)
    docker.open_logs("flood")
    expect(panel.rows.last).to_be_in_viewport()

    def numbers():
        return [int(text.split(" ")[0]) for text in panel.drawn()]

    first = numbers()[-1]
    eventually(lambda: numbers()[-1] > first + 1000, timeout=60, what="a thousand lines more")
    drawn = numbers()
    assert drawn == list(range(drawn[0], drawn[0] + len(drawn)))
    assert panel.rows.count() < 200


# How much is held, tests/js/ui-log-reading.test.js says.
def test_what_was_let_go_far_from_the_reader_is_said_and_read_again(docker, panel, engine):
    script = (
        "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); echo line $i; done;"
        " trap 'while [ $i -lt 60000 ]; do i=$((i+1)); echo line $i; done' USR1;"
        " trap 'exit 0' TERM; while true; do sleep 0.05; done"
    )
    container = engine.create("long", "sh", "-c", script)
    engine.api.start(container)
    eventually(lambda: b"line 30000" in engine.api.logs("long", tail=1), what="the first half")
    docker.shows("long", "running")
    docker.open_logs("long")
    expect(panel.row("line 30000")).to_be_in_viewport()
    # Back past what is held: the newest lines are let go, and it is said.
    cut = "Newer lines were let go"

    def is_far():
        panel.box.evaluate("box => { box.scrollTop = 0 }")
        return cut in panel.state.inner_text()

    eventually(is_far, timeout=60, what="the edge of what is held")
    engine.api.kill("long", "USR1")
    expect(panel.jump).to_contain_text("new lines")
    panel.jump.click()
    expect(panel.row("line 60000")).to_be_in_viewport(timeout=60_000)
    expect(panel.state).not_to_contain_text(cut)
    panel.says("following")
