"""Logs of real containers over HTTP: what comes, in which order, how it ends and is let go."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.chaos import ChaosProxy
from tests.kit.dockerd import Engine
from tests.kit.log_reader import LogReader
from tests.kit.server import Server
from tests.kit.waiting import eventually

SILENT = "echo only; while true; do sleep 1; done"
COUNTING = "n=0; while true; do n=$((n+1)); echo line $n; sleep 0.05; done"


class House:
    """A server of one mode in front of a real engine, with a proxy between to watch from."""

    def __init__(self, server: Server, engine: Engine, proxy: ChaosProxy) -> None:
        self.server = server
        self.engine = engine
        self.proxy = proxy

    def run(self, name: str, script: str, is_finished: bool = False, **options: Any) -> str:
        """Run a container and wait until dockmon knows it, or until it has ended."""
        container_id = self.engine.run(name, "sh", "-c", script, **options)
        if is_finished:
            self.engine.api.wait(container_id)
        eventually(lambda: self.server.get(f"containers/local/{container_id}").status == 200)
        return container_id

    def open(self, path: str, **options: Any) -> LogReader:
        reader = LogReader(self.server, path, **options)
        assert reader.head() == 200, reader.lines()
        return reader

    def texts(self, path: str) -> list[str]:
        with self.open(path) as reader:
            lines = reader.lines()
            assert reader.is_whole
        return lines

    def objects(self, path: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.texts(f"{path}&format=json")]

    @property
    def engine_streams(self) -> int:
        """How many logs the engine is being asked for."""
        return sum("/logs?" in link._path for link in list(self.proxy._links))


@pytest.fixture(scope="module")
def _houses(_shared_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    made: dict[str, House] = {}
    folder = tmp_path_factory.mktemp("logs")

    def house(mode: str) -> House:
        if mode not in made:
            proxy = ChaosProxy(_shared_engine.socket, folder / f"{mode}.sock")
            server = Server(f"local=unix://{proxy.path}", mode)
            made[mode] = House(server, _shared_engine, proxy)
        return made[mode]

    yield house
    for one in made.values():
        one.server.stop()
        one.proxy.close()


@pytest.fixture
def house(mode: str, engine: Engine, _houses: Callable[[str], House]) -> House:
    found = _houses(mode)
    eventually(lambda: found.engine_streams == 0, what="the end of earlier streams")
    return found


# ----- what comes


def test_stdout_and_stderr_are_kept_apart(house):
    container_id = house.run("web", "echo out; echo err >&2", is_finished=True)
    found = house.objects("containers/local/web/logs?")
    assert {(one["stream"], one["text"]) for one in found} == {("stdout", "out"), ("stderr", "err")}
    for one in found:
        assert set(one) == {"engine", "container", "stream", "timestamp", "cursor", "text"}
        assert (one["engine"], one["container"]) == ("local", container_id)
        assert abs(one["timestamp"] - time.time()) < 60
    assert house.texts("containers/local/web/logs?stream=stderr") == ["err"]
    assert house.texts("containers/local/web/logs?stream=stdout") == ["out"]


def test_a_terminal_has_one_stream_and_no_carriage_returns(house):
    house.run("tty", "echo out; echo err >&2; printf 'no end'", is_finished=True, Tty=True)
    found = house.objects("containers/local/tty/logs?")
    assert [(one["stream"], one["text"]) for one in found] == [
        ("stdout", "out"),
        ("stdout", "err"),
        ("stdout", "no end"),
    ]


def test_what_is_no_utf8_is_replaced_and_a_character_cut_in_two_is_not(house):
    script = (
        r"printf 'a\377\376b\n'; printf '\355\225'; sleep 0.2; printf '\234\n\033[31mred\033[0m\n'"
    )
    house.run("bin", script, is_finished=True)
    assert house.texts("containers/local/bin/logs?") == ["a��b", "한", "\x1b[31mred\x1b[0m"]


@pytest.mark.parametrize("tty", [False, True])
def test_a_line_of_10_mb_is_bounded(house, tty):
    script = "head -c 10485760 /dev/zero | tr '\\0' a; echo; echo next"
    house.run("long", script, is_finished=True, Tty=tty)
    before_kb = _memory_kb(house.server)
    long, after = house.texts("containers/local/long/logs?tail=all")
    assert after == "next"
    # What a terminal's line ends with is cut, too.
    cut_bytes = 10_485_760 + tty - 65_536
    assert long == "a" * 65_536 + f"… ({cut_bytes:,} bytes cut)"
    assert _memory_kb(house.server) - before_kb < 10_000


def test_tail_since_until_q_and_timestamps(house):
    house.run("many", "for n in $(seq 150); do echo line $n; done", is_finished=True)
    path = "containers/local/many/logs?"
    assert house.texts(path) == [f"line {n}" for n in range(51, 151)]
    assert house.texts(path + "tail=2") == ["line 149", "line 150"]
    assert house.texts(path + "tail=0") == []
    assert house.texts(path + "tail=all&q=LINE%2015") == ["line 15", "line 150"]
    stamped = house.texts(path + "tail=all&timestamps=true")
    stamps = [line.split(" ")[0] for line in stamped]
    assert [line.split(" ", 1)[1] for line in stamped] == [f"line {n}" for n in range(1, 151)]
    span = f"since={stamps[9]}&until={stamps[19]}"
    assert house.texts(path + span) == [f"line {n}" for n in range(10, 21)]
    assert house.texts(path + f"until={stamps[19]}&tail=2") == ["line 19", "line 20"]
    assert house.texts(path + f"since={time.time() + 5}") == []


def test_a_cursor_goes_on_after_exactly_its_line(house):
    script = "for n in $(seq 300); do echo o$n; echo e$n >&2; done"
    house.run("both", script, is_finished=True)
    path = "containers/local/both/logs?tail=all"
    whole = house.objects(path)
    assert len(whole) == 600
    for number in (0, 1, 7, 298, 299, 300, 301, 500, 598, 599):
        rest = house.objects(path + f"&since={whole[number]['cursor']}")
        assert rest == whole[number + 1 :]


def test_a_long_log_is_read_back_page_by_page(house):
    house.run("long", "seq 30000; sleep 0.3; echo after", is_finished=True)
    path = "containers/local/long/logs?"
    whole = house.objects(path + "tail=all")
    assert len(whole) == 30_001
    for number in (0, 40, 9_000, 15_000, 29_999, 30_000):
        until = whole[number]["timestamp"] + 0.000001
        page = house.objects(path + f"tail=100&until={until:.9f}")
        last = whole.index(page[-1])
        assert page == whole[max(0, last - 99) : last + 1]
        assert last >= number
        assert last == 30_000 or whole[last + 1]["timestamp"] >= until - 0.000001
    assert house.objects(path + f"tail=100&until={whole[0]['timestamp'] - 1:.6f}") == []


def test_merged_logs_come_by_time_with_the_name_in_front(house):
    for name in ("one", "two", "three"):
        house.run(name, f"for n in 1 2 3 4; do echo {name} $n; sleep 0.1; done")
    for name in ("one", "two", "three"):
        house.engine.api.wait(name)
    path = "logs?container=local/one&container=local/two&container=local/three"
    found = house.objects(path)
    assert len(found) == 12
    times = [one["timestamp"] for one in found]
    assert times == sorted(times)
    for number in (0, 5, 11):
        assert house.objects(path + f"&since={found[number]['cursor']}") == found[number + 1 :]
    for line, one in zip(house.texts(path), found, strict=True):
        assert line == f"{one['text'].split()[0]} | {one['text']}"


def test_of_merged_logs_one_that_cannot_be_read_says_so_and_the_others_come(house):
    house.run("web", "echo hello", is_finished=True)
    mute = house.run("mute", "true", HostConfig={"LogConfig": {"Type": "none"}})
    path = "logs?container=local/mute&container=local/web"
    found = house.objects(path)
    assert [one["text"] for one in found if "text" in one] == ["hello"]
    (error,) = [one for one in found if "error" in one]
    assert (error["container"], error["error"]["code"]) == (mute, "engine.refused")
    said = house.texts(path)
    assert "web | hello" in said
    assert any(line.startswith("mute | dockmon: the log breaks off here: ") for line in said)


def test_a_tail_counts_lines_however_long_they_are(house):
    script = "for n in 1 2 3 4; do echo $n; head -c 40000 /dev/zero | tr '\\0' a; echo; done"
    house.run("long", script, is_finished=True)
    for tail in range(1, 9):
        found = house.texts(f"containers/local/long/logs?tail={tail}")
        assert [len(line) for line in found] == ([1, 40_000] * 4)[-tail:]


def test_a_download_is_named_after_the_container(house):
    house.run("web", "echo hello", is_finished=True)
    with house.open("containers/local/web/logs?download=true") as reader:
        assert reader.headers["content-disposition"] == "attachment; filename=web.log"
        assert reader.headers["content-type"] == "text/plain; charset=utf-8"
        assert reader.headers["x-content-type-options"] == "nosniff"
        assert reader.headers["cache-control"] == "no-store"
        assert reader.headers["x-accel-buffering"] == "no"
        assert reader.headers["transfer-encoding"] == "chunked"
        assert reader.lines() == ["hello"]
    with house.open("containers/local/web/logs?download=true&format=json") as reader:
        assert reader.headers["content-disposition"] == "attachment; filename=web.jsonl"
        assert reader.headers["content-type"] == "application/x-ndjson"


def test_one_connection_serves_one_log_after_another(house):
    house.run("web", "echo hello", is_finished=True)
    house.run("quiet", "true", is_finished=True)
    with house.open("containers/local/web/logs?") as reader:
        assert reader.lines() == ["hello"]
        if reader.headers.get("connection") == "close":
            assert house.server.environ["DOCKMON_ASYNC_MODE"] == "threading"
            return  # Werkzeug's server closes every connection
        for name, lines in (("quiet", []), ("web", ["hello"]), ("quiet", [])):
            reader.ask(house.server, f"containers/local/{name}/logs?")
            assert reader.head() == 200
            assert reader.lines() == lines
            assert reader.is_whole


# ----- refusals


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("containers/local/nobody/logs", 404, "container.not_found"),
        ("containers/elsewhere/web/logs", 404, "engine.unknown"),
        ("containers/local/web/logs?tail=-1", 400, "request.invalid"),
        ("containers/local/web/logs?tail=100001", 400, "request.invalid"),
        ("containers/local/web/logs?since=yesterday", 400, "request.invalid"),
        ("containers/local/web/logs?since=cAAAA", 400, "request.invalid"),
        ("containers/local/web/logs?until=cAAAA", 400, "request.invalid"),
        ("containers/local/web/logs?follow=yes", 400, "request.invalid"),
        ("containers/local/web/logs?stream=stdin", 400, "request.invalid"),
        ("containers/local/web/logs?format=xml", 400, "request.invalid"),
        ("containers/local/web/logs?lines=5", 400, "request.invalid"),
        ("logs", 400, "request.invalid"),
        ("logs?container=web", 400, "request.invalid"),
        ("logs?" + "&".join(["container=local/web"] * 51), 400, "request.invalid"),
        ("logs?container=local/web&container=local/nobody", 404, "container.not_found"),
        ("containers/local/mute/logs", 502, "engine.refused"),
    ],
)
def test_what_cannot_be_read_is_refused_before_the_first_byte(house, path, status, code):
    house.run("web", "echo hello")
    house.run("mute", "true", HostConfig={"LogConfig": {"Type": "none"}})
    answer = house.server.get(path)
    assert (answer.status, answer["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_nobody_reads_without_a_sign_in(house):
    assert house.server.request("GET", "containers/local/web/logs").status == 401
    assert house.server.request("GET", "logs?container=local/web").status == 401


def test_head_says_what_get_would_and_leaves_nothing_open(house):
    house.run("web", SILENT)
    answer = house.server.request(
        "HEAD", "containers/local/web/logs?follow=1", token=house.server.token()
    )
    assert (answer.status, answer["body"]) == (200, b"")
    eventually(lambda: house.engine_streams == 0, timeout=1)


# ----- following


def test_the_head_comes_at_once_though_there_is_no_line(house):
    house.run("mute", "while true; do sleep 1; done")
    asked_at = time.monotonic()
    with house.open("containers/local/mute/logs?follow=true") as reader:
        assert time.monotonic() - asked_at < 1
        assert reader.headers["transfer-encoding"] == "chunked"


@pytest.mark.parametrize(
    "path", ["containers/local/web/logs?", "logs?container=local/web&container=local/mute&"]
)
def test_a_followed_line_comes_within_a_moment(house, path):
    house.run("web", COUNTING)
    house.run("mute", "while true; do sleep 1; done")
    with house.open(path + "follow=true&format=json&tail=0") as reader:
        found = [(time.time(), reader.object()) for _ in range(20)]
    delays = sorted(at - one["timestamp"] for at, one in found)
    assert delays[10] < 0.3
    numbers = [int(one["text"].split()[1]) for _, one in found]
    assert numbers == list(range(numbers[0], numbers[0] + 20))


def test_a_followed_log_goes_on_from_its_cursor_without_a_gap(house):
    for name in ("web", "db"):
        house.run(name, COUNTING)
    path = "logs?container=local/web&container=local/db&follow=true&format=json"
    numbers: dict[str, list[int]] = {}
    cursor = ""
    for _ in range(4):
        with house.open(path + (f"&since={cursor}" if cursor else "&tail=all")) as reader:
            for _ in range(15):
                one = reader.object()
                numbers.setdefault(one["container"], []).append(int(one["text"].split()[1]))
                cursor = one["cursor"]
    assert len(numbers) == 2
    for found in numbers.values():
        assert found == list(range(1, len(found) + 1))


def test_the_stop_of_the_container_ends_a_followed_log_properly(house):
    house.run("web", "trap 'printf bye; exit 0' TERM; echo hello; while true; do sleep 0.05; done")
    with house.open("containers/local/web/logs?follow=true") as reader:
        assert reader.line() == "hello"
        house.engine.api.stop("web", timeout=5)
        assert reader.lines() == ["bye"]
        assert reader.is_whole


# ----- letting go


@pytest.mark.parametrize("way", ["close", "reset", "half_close"])
@pytest.mark.parametrize("containers", [1, 3])
def test_a_reader_that_goes_away_is_noticed_on_silent_containers(house, way, containers):
    for number in range(containers):
        house.run(f"web{number}", SILENT)
    path = "&".join(f"container=local/web{number}" for number in range(containers))
    reader = house.open(f"logs?{path}&follow=true")
    for _ in range(containers):
        assert (reader.line() or "").endswith("only")
    eventually(lambda: house.engine_streams == containers)
    getattr(reader, way)()
    eventually(lambda: house.engine_streams == 0, timeout=1, what="the end of the engine's streams")
    reader.close()


def test_a_request_sent_ahead_neither_hides_the_end_nor_is_taken_for_it(house):
    house.run("web", COUNTING)
    house.run("mute", SILENT)
    with house.open("containers/local/web/logs?follow=true&tail=0", ahead="engines") as reader:
        assert [reader.line() is not None for _ in range(30)] == [True] * 30
    reader = house.open("containers/local/mute/logs?follow=true", ahead="engines")
    assert reader.line() == "only"
    reader.close()
    eventually(lambda: house.engine_streams == 0, timeout=1)


def test_a_search_that_finds_nothing_ends_with_its_reader(house):
    house.run("big", "yes 'a line of a log that is long' | head -n 2000000; sleep 1000")
    reader = house.open("containers/local/big/logs?tail=all&q=nowhere&follow=true")
    eventually(lambda: house.engine_streams == 1)
    reader.close()
    eventually(lambda: house.engine_streams == 0, timeout=1)


def test_signing_out_cuts_a_followed_log(house):
    house.run("web", SILENT)
    login = house.server.request(
        "POST", "auth/login", {"username": "ada", "password": "correct horse battery"}
    )
    token = login["access_token"]
    with house.open("containers/local/web/logs?follow=true", token=token) as reader:
        assert reader.line() == "only"
        assert house.server.request("POST", "auth/logout", {}, token=token).status < 300
        assert reader.lines(timeout=3) == []
        assert reader.is_whole is False, "the log has not ended, and must not look like it"


def test_a_reader_that_does_not_read_costs_little_and_holds_up_nobody(house):
    house.run(
        "flood",
        "yes 'a fairly ordinary log line of eighty characters, as programs write them .....'",
    )
    before_kb = _memory_kb(house.server)
    with house.open("containers/local/flood/logs?follow=true&format=json") as reader:
        assert reader.object()["text"].startswith("a fairly")
        slowest_seconds = 0.0
        for _ in range(40):
            asked_at = time.monotonic()
            assert house.server.request("GET", "/healthz").status == 200
            slowest_seconds = max(slowest_seconds, time.monotonic() - asked_at)
            time.sleep(0.05)
        assert slowest_seconds < 1
        assert _memory_kb(house.server) - before_kb < 20_000
    eventually(lambda: house.engine_streams == 0, timeout=2)


def test_a_server_that_ends_cuts_its_readers_so_that_they_come_back(start, mode, engine):
    server = start(f"local=unix://{engine.socket}", mode)
    engine.run("web", "sh", "-c", SILENT)
    eventually(lambda: server.get("containers/local/web").status == 200)
    with LogReader(server, "containers/local/web/logs?follow=true") as reader:
        assert reader.head() == 200
        assert reader.line() == "only"
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        assert reader.lines(timeout=10) == []
        assert reader.is_whole is False
        stopping.join()


def test_an_engine_that_is_lost_is_the_last_thing_said(start, mode, own_engine):
    server = start(f"local=unix://{own_engine.socket}", mode)
    container_id = own_engine.run("web", "sh", "-c", SILENT)
    eventually(lambda: server.get("containers/local/web").status == 200)
    path = "containers/local/web/logs?follow=true"
    with LogReader(server, f"{path}&format=json") as as_json, LogReader(server, path) as as_text:
        assert [as_json.head(), as_text.head()] == [200, 200]
        assert as_json.object()["text"] == "only"
        assert as_text.line() == "only"
        own_engine.kill()
        last = as_json.object()
        assert (last["engine"], last["container"]) == ("local", container_id)
        assert last["error"]["code"] == "engine.unavailable"
        assert set(last["error"]) == {"code", "message", "params", "request_id"}
        assert as_json.lines() == []
        assert as_json.is_whole
        assert (as_text.line() or "").startswith("dockmon: the log breaks off here: ")
    refused = server.get("containers/local/web/logs")
    assert (refused.status, refused["code"]) == (503, "engine.unavailable")


def _memory_kb(server: Server) -> int:
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
