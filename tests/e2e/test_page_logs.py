"""Following the logs of containers of a real engine: live, back, merged, and to its end."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.log_panel import LogPanel
from tests.kit.waiting import eventually

TALKER = (
    "echo first; echo trouble >&2; trap 'echo last; exit 3' TERM;"
    " n=0; while true; do n=$((n+1)); echo tick $n; sleep 0.1; done"
)
# To a container's log and on, with no frame between.
_PASS_BY = """async panel => {
  for (const tab of ["logs", "overview"]) {
    const there = new Promise(done => addEventListener("hashchange", done, { once: true }));
    location.hash = `${panel}/${tab}`;
    await there;
  }
}"""
_FRAMES = """() => new Promise(done => {
  const draw = left => left ? requestAnimationFrame(() => draw(left - 1)) : done();
  draw(30);
})"""
PROJECT = "com.docker.compose.project"


@pytest.fixture
def panel(docker):
    """The log panel of the shared page."""
    return LogPanel(docker)


def line(docker, text):
    return docker.log_lines.filter(has_text=re.compile(rf"{re.escape(text)}$"))


def ticks(panel):
    """Return the numbers that were counted, in the order drawn."""
    return [int(text[5:]) for text in panel.drawn() if text.startswith("tick ")]


def test_existing_lines_then_live_ones_until_it_stops(docker, panel, engine):
    engine.run("talker", "sh", "-c", TALKER)
    docker.shows("talker", "running")
    docker.open_logs("talker")
    expect(line(docker, "first")).to_have_attribute("data-stream", "stdout")
    expect(line(docker, "trouble")).to_have_attribute("data-stream", "stderr")
    expect(line(docker, "trouble")).to_contain_text("stderr: ")
    panel.says("following", "Following")
    seen = ticks(panel)[-1]
    expect(line(docker, f"tick {seen + 5}")).to_be_in_viewport()

    engine.api.stop("talker")
    panel.says("ended", "The container stopped (code 3).")
    expect(line(docker, "last")).to_be_in_viewport()
    last = ticks(panel)[-1]
    shown = panel.whole()
    # Of two streams, which line comes first is the engine's to say.
    shown.remove("trouble")
    assert shown == ["first", *(f"tick {n}" for n in range(1, last + 1)), "last"]


def test_whoever_reads_back_is_not_pulled_to_the_end(docker, panel, engine):
    old = "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo old $i; done"
    engine.run("talker", "sh", "-c", f"{old}; {TALKER}")
    docker.open_logs("talker")
    expect(line(docker, "tick 3")).to_be_in_viewport()
    panel.wheel(-2000)
    expect(panel.jump).to_contain_text("new line")
    top = "box => box.scrollTop"
    before = panel.box.evaluate(top)
    expect(panel.jump).to_contain_text(re.compile(r"^\s*\d\d new lines"))
    assert panel.box.evaluate(top) == before
    panel.jump.click()
    expect(panel.jump).to_have_count(0)
    expect(line(docker, f"tick {ticks(panel)[-1] + 3}")).to_be_in_viewport()

    panel.box.focus()
    docker.page.keyboard.press("PageUp")
    docker.page.keyboard.press("PageUp")
    expect(panel.jump).to_be_visible()
    docker.page.keyboard.press("End")
    expect(panel.jump).to_have_count(0)


def test_end_goes_to_the_end_however_soon_it_follows_on_page_up(docker, panel, engine):
    script = "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; done; sleep 600"
    engine.run("talker", "sh", "-c", script)
    docker.open_logs("talker")
    expect(panel.row("line 300")).to_be_in_viewport()
    panel.box.focus()
    for up in ("PageUp", "ArrowUp", "Shift+Space", "Home"):
        docker.page.keyboard.press(up)
        expect(panel.jump).to_be_visible()
        docker.page.keyboard.press("End")
        expect(panel.jump).to_have_count(0)
        # Longer than a browser draws a scroll out.
        panel.box.evaluate(_FRAMES)
        expect(panel.jump).to_have_count(0)
        expect(panel.row("line 300")).to_be_in_viewport()


def test_older_lines_come_when_scrolling_up_and_the_line_in_sight_stays(docker, panel, engine):
    script = "i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo line $i; done; sleep 600"
    engine.run("long", "sh", "-c", script)
    docker.open_logs("long")
    expect(line(docker, "line 5000")).to_be_in_viewport()
    asked = []
    docker.page.on("request", lambda request: asked.append(request.url))
    steady = """box => new Promise(done => {
      box.scrollTop = 1600;
      const row = () => [...box.querySelectorAll('.log-line')]
        .find(one => one.getBoundingClientRect().top >= box.getBoundingClientRect().top);
      requestAnimationFrame(() => requestAnimationFrame(() => {
        const seq = row().dataset.seq;
        const y = () => Math.round(
          box.querySelector(`[data-seq="${seq}"]`).getBoundingClientRect().top);
        const places = [];
        const look = n => { places.push(y()); n ? requestAnimationFrame(() => look(n - 1))
          : done(places); };
        box.scrollBy(0, -150);
        requestAnimationFrame(() => requestAnimationFrame(() => look(60)));
      }));
    })"""
    places = panel.box.evaluate(steady)
    assert max(places) - min(places) <= 1, places
    assert any("until=" in url for url in asked)
    assert panel.whole() == [f"line {n}" for n in range(1, 5001)]
    expect(panel.root.locator('[data-older="start"]')).to_have_text("The log begins here.")


def test_pausing_keeps_the_place_and_counts_what_comes(docker, panel, engine):
    engine.run("talker", "sh", "-c", TALKER)
    docker.open_logs("talker")
    expect(line(docker, "tick 3")).to_be_in_viewport()
    pause = panel.root.locator('[data-action="log-pause"]')
    pause.click()
    panel.says("paused", "Paused")
    expect(pause).to_have_attribute("aria-pressed", "true")
    before = panel.box.evaluate("box => box.scrollTop")
    expect(panel.jump).to_contain_text(re.compile(r"\d\d new lines"))
    assert panel.box.evaluate("box => box.scrollTop") == before
    pause.click()
    panel.says("following")
    expect(line(docker, f"tick {ticks(panel)[-1] + 3}")).to_be_in_viewport()
    numbers = [int(text[5:]) for text in panel.whole() if text.startswith("tick ")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_project_is_merged_by_time_with_names_and_later_ones_join(docker, panel, engine):
    labels = {PROJECT: "shop"}
    say = "for n in $(seq 1 5); do echo {0} $n; sleep 0.3; done; sleep 600"
    engine.run("web", "sh", "-c", say.format("web"), Labels=labels)
    engine.run("db", "sh", "-c", say.format("db"), Labels=labels)
    docker.shows("db", "running")
    docker.page.evaluate("location.hash = '#/p/local/shop'")
    expect(panel.row("db 5")).to_be_in_viewport()
    drawn = panel.drawn()
    assert sorted(drawn) == sorted(f"{name} {n}" for name in ("web", "db") for n in range(1, 6))
    for name in ("web", "db"):
        assert [text for text in drawn if text.startswith(name)] == [
            f"{name} {n}" for n in range(1, 6)
        ]
        expect(panel.row(f"{name} 1").locator(".log-name")).to_have_text(name)
    assert drawn != sorted(drawn)
    inks = {
        panel.row(f"{name} 1").locator(".log-name").evaluate("node => getComputedStyle(node).color")
        for name in ("web", "db")
    }
    assert len(inks) == 2

    engine.run("cache", "sh", "-c", say.format("cache"), Labels=labels)
    expect(panel.row("cache 5")).to_be_in_viewport()
    assert [text for text in panel.drawn() if text.startswith("cache")] == [
        f"cache {n}" for n in range(1, 6)
    ]
    assert len(panel.drawn()) == 15
    engine.api.restart("web", timeout=0)
    expect(panel.row("web 5")).to_have_count(2)
    assert len(panel.drawn()) == 20


def test_two_containers_are_merged_by_time_live_and_when_read_again(docker, panel, engine):
    script = (
        "n=0; trap 'n=$((n+1)); echo {0} $n' USR1; trap 'exit 0' TERM;"
        " echo {0} began; while true; do sleep 0.05; done"
    )
    refs = []
    for name in ("web", "db"):
        container = engine.run(name, "sh", "-c", script.format(name))
        refs.append(f"local/{container[:12]}")
        docker.shows(name, "running")
        eventually(lambda name=name: engine.api.logs(name), what="its first line")
    docker.page.evaluate("hash => { location.hash = hash }", f"#/logs/{'/'.join(refs)}")
    panel.says("following", "Following all of them")
    shown = ["web began", "db began"]
    for name, n in (("db", 1), ("web", 1), ("web", 2), ("db", 2), ("web", 3), ("db", 3)):
        engine.api.kill(name, "USR1")
        shown.append(f"{name} {n}")
        expect(panel.row(shown[-1])).to_be_visible()
        expect(panel.row(shown[-1]).locator(".log-name")).to_have_text(name)
    assert panel.drawn() == shown
    docker.page.reload()
    expect(panel.rows).to_have_count(len(shown))
    assert panel.drawn() == shown


def test_several_logs_read_back_in_pages_lose_nothing(docker, panel, engine):
    busy = "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo busy $i; done; sleep 600"
    quiet = "for n in $(seq 1 20); do echo quiet $n; sleep 0.05; done; sleep 600"
    refs = []
    for name, script in (("quiet", quiet), ("busy", busy)):
        refs.append(f"local/{engine.run(name, 'sh', '-c', script)[:12]}")
    docker.shows("busy", "running")
    docker.page.evaluate("hash => { location.hash = hash }", f"#/logs/{'/'.join(refs)}")
    expect(panel.rows.last).to_be_in_viewport()
    eventually(lambda: "quiet 20" in panel.drawn() or "busy 3000" in panel.drawn())
    shown = panel.whole()
    for name, count in (("quiet", 20), ("busy", 3000)):
        own = [text for text in shown if text.startswith(name)]
        assert own == [f"{name} {n}" for n in range(1, count + 1)]


# Asked for its log while it goes, an engine refuses: nobody can know that in advance.
GOING = r"(response:|status of) (404|409)"


def test_a_container_that_is_gone_says_so(docker, panel, engine, troubles):
    troubles.expect(GOING)
    engine.run("talker", "sh", "-c", TALKER)
    docker.shows("talker", "running")
    docker.open_logs("talker")
    expect(line(docker, "tick 5")).to_be_attached()
    engine.api.remove_container("talker", force=True)
    panel.says("gone", "This container is gone.")
    expect(line(docker, "first")).to_be_attached()


def test_the_top_of_a_log_whose_container_was_removed_says_so(docker, panel, engine, troubles):
    troubles.expect(GOING)
    script = "i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo line $i; done; sleep 600"
    engine.run("long", "sh", "-c", script)
    docker.open_logs("long")
    expect(panel.row("line 5000")).to_be_in_viewport()
    engine.api.remove_container("long", force=True)
    panel.says("gone", "This container is gone.")
    panel.box.press("Home")
    expect(panel.root.locator('[data-older="gone"]')).to_be_in_viewport()
    expect(panel.root.locator('[data-older="gone"]')).to_have_text(
        "The log of a removed container cannot be read further back."
    )


def test_the_last_of_a_project_to_go_leaves_its_lines(docker, panel, engine, troubles):
    troubles.expect(GOING)
    engine.run("web", "sh", "-c", TALKER, Labels={PROJECT: "shop"})
    docker.shows("web", "running")
    docker.page.evaluate("location.hash = '#/p/local/shop'")
    expect(line(docker, "tick 5")).to_be_attached()
    engine.api.remove_container("web", force=True)
    panel.says("gone", "This container is gone.")
    expect(line(docker, "first")).to_be_attached()


def test_a_log_that_is_closed_before_it_was_painted_is_not_followed(docker, panel, engine):
    for name in ("passing", "staying"):
        engine.run(name, "sh", "-c", f"echo {name}; sleep 600")
    docker.open_logs("staying")
    panel.says("following")
    asked: list[str] = []
    docker.page.on("request", lambda request: asked.append(request.url))
    passing = docker.row("passing").get_attribute("data-container")
    docker.page.evaluate(_PASS_BY, f"#/c/local/{passing}")
    docker.open_logs("staying")
    panel.says("following")
    logs = [url for url in asked if passing in url and "/logs?" in url]
    assert logs
    assert not [url for url in logs if "follow=true" in url]


def test_a_log_without_a_line_says_so_and_shows_the_first_one(docker, panel, engine):
    script = "trap 'exit 0' TERM; trap 'echo spoke' USR1; while true; do sleep 0.05; done"
    engine.run("silent", "sh", "-c", script)
    docker.open_logs("silent")
    expect(panel.root).to_contain_text("It has written nothing yet.")
    engine.api.kill("silent", "USR1")
    expect(panel.row("spoke")).to_be_visible()
    assert panel.drawn() == ["spoke"]


def test_a_refusal_is_said_with_its_code(docker, panel, engine, troubles):
    troubles.expect(r"(response:|status of) 502")
    engine.run("talker", "sh", "-c", TALKER)
    body = '{"code": "engine.refused", "detail": "no", "params": {}}'
    docker.page.route(
        "**/logs?**",
        lambda route: route.fulfill(status=502, content_type="application/problem+json", body=body),
    )
    docker.open_logs("talker")
    panel.says("refused", "engine.refused")
    docker.page.unroute("**/logs?**")
    panel.root.get_by_role("button", name="Try again").click()
    panel.says("following")
    expect(line(docker, "first")).to_be_attached()
