"""A log that is followed through every kind of loss: no line is lost, and none comes twice."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.e2e.log_panel import AWAY, LogPanel
from tests.kit.waiting import eventually

# Each life says which it is: what it wrote is compared with the engine's own log.
COUNTER = (
    "trap 'echo end of $$; exit 0' TERM; n=0;"
    " while true; do n=$((n+1)); echo line $n; echo error $n >&2; sleep 0.02; done"
)
PROJECT = "com.docker.compose.project"


@pytest.fixture
def panel(docker):
    """The log panel of the shared page."""
    return LogPanel(docker)


def written(engine, container):
    """Return what the engine itself has of a log, each stream by itself."""
    return {
        stream: engine.api.logs(container, stdout=stream == "stdout", stderr=stream == "stderr")
        .decode()
        .splitlines()
        for stream in ("stdout", "stderr")
    }


def is_complete(panel, engine, *containers):
    """Expect every line of the logs once, each stream in its order."""
    shown = panel.whole()
    for container in containers:
        name = f"{container} " if len(containers) > 1 else ""
        own = [text for text in shown if text.startswith(name)]
        expected = written(engine, container)
        assert [text for text in own if text.startswith(f"{name}error")] == expected["stderr"]
        assert [text for text in own if not text.startswith(f"{name}error")] == expected["stdout"]
        shown = [text for text in shown if text not in own]
    assert shown == []


def grows(panel, by=20, name=""):
    """Wait until so many more lines have come."""
    start = max(counted(panel, name), default=0)
    eventually(lambda: max(counted(panel, name), default=0) >= start + by, what="more lines")


def counted(panel, name=""):
    start = f"{name}line "
    return [int(text[len(start) :]) for text in panel.drawn() if text.startswith(start)]


def run_two_counters(engine, dashboard):
    """Show the merged logs of two, whose lines begin with their names."""
    for name in ("web", "db"):
        script = COUNTER.replace("echo ", f"echo {name} ")
        engine.run(name, "sh", "-c", script, Labels={PROJECT: "shop"})
        dashboard.shows(name, "running")
    dashboard.page.evaluate("location.hash = '#/p/local/shop'")


def test_it_goes_on_after_a_restart_without_a_line_lost_or_twice(docker, panel, engine):
    script = "echo begin; trap 'echo end; exit 0' TERM; while true; do sleep 0.05; done"
    engine.run("talker", "sh", "-c", script)
    docker.open_logs("talker")
    expect(panel.row("begin")).to_have_count(1)
    docker.press("talker", "stop")
    panel.says("ended", "The container stopped")
    docker.press("talker", "start")
    expect(panel.row("begin")).to_have_count(2)
    assert panel.drawn() == ["begin", "end", "begin"]


def test_restarts_in_a_row_lose_nothing(docker, panel, engine):
    engine.run("counter", "sh", "-c", COUNTER)
    docker.open_logs("counter")
    for _ in range(3):
        grows(panel, 5)
        engine.api.restart("counter", timeout=5)
    engine.api.stop("counter")
    panel.says("ended")
    is_complete(panel, engine, "counter")


def test_a_connection_that_is_cut_loses_nothing(engine, page, put_before, _docker_server, troubles):
    troubles.expect(*AWAY)
    proxy = put_before(_docker_server)
    behind = Dashboard(page, _docker_server, proxy.url).sign_in()
    panel = LogPanel(behind)
    engine.run("counter", "sh", "-c", COUNTER)
    behind.open_logs("counter")
    for _ in range(4):
        grows(panel)
        proxy.cut()
    grows(panel)
    engine.api.stop("counter")
    panel.says("ended")
    is_complete(panel, engine, "counter")


def test_a_connection_that_stays_away_is_said_with_its_time(
    engine, page, put_before, _docker_server, troubles
):
    troubles.expect(*AWAY, r"response: 404", r"status of 404")
    proxy = put_before(_docker_server)
    behind = Dashboard(page, _docker_server, proxy.url).sign_in()
    panel = LogPanel(behind)
    engine.run("counter", "sh", "-c", COUNTER)
    behind.open_logs("counter")
    grows(panel)
    proxy.hold = ".*"
    proxy.cut()
    panel.says("lost")
    expect(panel.state).to_contain_text(re.compile(r"Connection lost since \d\d:\d\d:\d\d\."))
    proxy.hold = None
    panel.says("following")
    grows(panel)
    engine.api.stop("counter")
    panel.says("ended")
    is_complete(panel, engine, "counter")


def test_a_server_that_starts_again_loses_nothing(engine, page, start, troubles, tmp_path):
    troubles.expect(*AWAY, r"(response:|status of) 503")
    address = f"local=unix://{engine.socket}"
    server = start(address, data_dir=tmp_path)
    dashboard = Dashboard(page, server).sign_in()
    panel = LogPanel(dashboard)
    engine.run("counter", "sh", "-c", COUNTER)
    dashboard.shows("counter", "running")
    dashboard.open_logs("counter")
    grows(panel)
    port = server.port
    server.stop()
    panel.says("lost")
    start(address, data_dir=tmp_path, DOCKMON_PORT=str(port))
    panel.says("following", timeout=60_000)
    grows(panel)
    engine.api.stop("counter")
    panel.says("ended")
    is_complete(panel, engine, "counter")


def test_an_engine_that_starts_again_loses_nothing(own_engine, page, start, troubles):
    troubles.expect(*AWAY, r"(response:|status of) 503")
    server = start(f"local=unix://{own_engine.socket}")
    dashboard = Dashboard(page, server).sign_in()
    panel = LogPanel(dashboard)
    own_engine.run("counter", "sh", "-c", COUNTER)
    dashboard.open_logs("counter")
    grows(panel)
    own_engine.restart()
    own_engine.api.start("counter")
    panel.says("following", timeout=60_000)
    # The new life counts from one: it has written when the first is there twice.
    eventually(lambda: len(written(own_engine, "counter")["stdout"]) > 100, what="a second life")
    own_engine.api.stop("counter")
    panel.says("ended")
    is_complete(panel, own_engine, "counter")


def test_merged_logs_lose_nothing_when_the_server_starts_again(
    engine, page, start, troubles, tmp_path
):
    troubles.expect(*AWAY, r"(response:|status of) 503")
    address = f"local=unix://{engine.socket}"
    server = start(address, data_dir=tmp_path)
    dashboard = Dashboard(page, server).sign_in()
    panel = LogPanel(dashboard)
    run_two_counters(engine, dashboard)
    grows(panel, name="web ")
    port = server.port
    server.stop()
    panel.says("lost")
    start(address, data_dir=tmp_path, DOCKMON_PORT=str(port))
    panel.says("following", timeout=60_000)
    for name in ("web", "db"):
        grows(panel, name=f"{name} ")
        engine.api.stop(name)
    panel.says("ended")
    is_complete(panel, engine, "web", "db")


def test_merged_logs_lose_nothing_when_their_engine_starts_again(own_engine, page, start, troubles):
    troubles.expect(*AWAY, r"(response:|status of) 503")
    server = start(f"local=unix://{own_engine.socket}")
    dashboard = Dashboard(page, server).sign_in()
    panel = LogPanel(dashboard)
    run_two_counters(own_engine, dashboard)
    grows(panel, name="db ")
    own_engine.restart()
    for name in ("web", "db"):
        own_engine.api.start(name)
    panel.says("following", timeout=60_000)
    for name in ("web", "db"):
        # The new life counts from one: of either stream there is more than the old one wrote.
        grows(panel, 5, name=f"{name} ")
        own_engine.api.stop(name)
    panel.says("ended")
    is_complete(panel, own_engine, "web", "db")
