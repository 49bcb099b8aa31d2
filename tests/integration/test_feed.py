"""Socket.IO as the contract says: what comes, in which order, and one ack for everything."""

from __future__ import annotations

import contextlib
import json
import threading
import time
import urllib.request
from pathlib import Path

import pytest
import socketio
import websocket

from tests.kit.clients import CONTAINERS, METRICS, Client, Viewer, connected
from tests.kit.server import Server
from tests.kit.waiting import eventually


def test_connected_is_the_first_event_on_both_namespaces(server, transport):
    with connected(Client(server, transport, namespaces=(CONTAINERS, METRICS))) as client:
        for namespace in (CONTAINERS, METRICS):
            greeting = client.await_event("connected", namespace)
            assert greeting["server"] == "dockmon"
            assert greeting["protocol"] == 1
            assert greeting["user"] == {"username": "ada", "role": "admin"}
            assert set(greeting) == {
                "server",
                "version",
                "protocol",
                "user",
                "intervals",
                "timestamp",
            }
            first = next(event for ns, event, _ in client.got if ns == namespace)
            assert first == "connected"


def test_subscribe_answers_a_full_payload_for_every_engine(server, transport):
    with connected(Client(server, transport)) as client:
        answer = client.call("subscribe", {})
        assert answer["ok"]
        assert [one["engine"] for one in answer["data"]["engines"]] == ["local", "nas"]
        for payload in answer["data"]["engines"]:
            assert {"engine", "epoch", "seq", "state", "reason", "confirmed_at"} < set(payload)
            assert payload["state"] == "up"
            assert payload["summary"]["total"] == len(payload["data"])
        answer = client.call("subscribe", {"engines": ["nas"], "mode": "delta"})
        assert [one["engine"] for one in answer["data"]["engines"]] == ["nas"]


def test_a_container_has_every_field_of_the_contract(server, transport):
    with connected(Viewer(server, transport=transport)) as viewer:
        for one in viewer.engines["local"]["containers"].values():
            assert set(one) == {
                "engine", "id", "name", "image", "state", "status", "health", "ports", "created",
                "started_at", "finished_at", "exit_code", "oom_killed", "restarts",
                "restart_policy", "project", "service", "labels",
            }  # fmt: skip
            assert len(one["id"]) == 64
            assert not one["name"].startswith("/")


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("bogus", {}, "request.not_found"),
        ("subscribe", [1], "request.invalid"),
        ("subscribe", "x", "request.invalid"),
        ("subscribe", {"mode": "both"}, "request.invalid"),
        ("subscribe", {"engines": ["Nope!"]}, "request.invalid"),
        ("subscribe", {"engines": ["nope"]}, "engine.unknown"),
        ("subscribe", {"unknown": 1}, "request.invalid"),
        ("container-action", {"engine": "local", "container": "x", "action": "remove", "force": 1}, "request.invalid"),
        ("resync", None, "request.invalid"),
        ("resync", {"engine": "nope"}, "engine.unknown"),
        ("unsubscribe", {"x": 1}, "request.invalid"),
        ("auth-refresh", {}, "request.invalid"),
        ("auth-refresh", {"token": "x.y.z"}, "auth.required"),
        ("container-action", {}, "request.invalid"),
        ("container-action", {"engine": "local", "container": "../x", "action": "stop"}, "request.invalid"),
        ("container-action", {"engine": "local", "container": "x", "action": "explode"}, "request.invalid"),
        ("container-action", {"engine": "local", "container": "x", "action": "stop", "timeout_seconds": 601}, "request.invalid"),
        ("container-action", {"engine": "local", "container": "x", "action": "stop", "timeout_seconds": "5"}, "request.invalid"),
        ("container-action", {"engine": "nope", "container": "x", "action": "stop"}, "engine.unknown"),
        ("container-action", {"engine": "local", "container": "nope", "action": "stop"}, "container.not_found"),
    ],
)  # fmt: skip
def test_every_bad_event_is_answered_with_its_code(server, event, payload, code):
    with connected(Client(server)) as client:
        answer = client.call(event, payload)
        assert answer["ok"] is False
        assert answer["error"]["code"] == code
        assert set(answer["error"]) == {"code", "message", "params", "request_id"}
        assert answer["error"]["message"]
        assert client.call("unsubscribe")["ok"], "the connection goes on"


def test_a_failure_nobody_asked_an_ack_for_comes_as_an_error_event(server):
    with connected(Client(server)) as client:
        client.sio.emit("resync", {"engine": "nope"}, namespace=CONTAINERS)
        error = client.await_event("error")
        assert error["code"] == "engine.unknown"
        assert set(error) >= {"code", "message", "params", "timestamp"}


def test_resync_answers_that_engines_snapshot(server, transport):
    with connected(Client(server, transport)) as client:
        answer = client.call("resync", {"engine": "nas"})
        assert answer["data"]["engine"] == "nas"
        assert len(answer["data"]["data"]) == 3


def test_metrics_come_at_the_interval_and_subscribe_answers_what_is_known(server, transport):
    with connected(Client(server, transport, namespaces=(METRICS,))) as client:
        answer = client.call("subscribe", {}, namespace=METRICS)
        rows = answer["data"]["engines"]
        assert [set(row) for row in rows] == [{"engine", "metrics", "container_stats"}] * 2
        eventually(lambda: len(client.payloads("metrics", METRICS)) >= 3)
        host = client.payloads("metrics", METRICS)[-1]["host"]
        assert 0 <= host["cpu_percent"] <= 100
        assert len(host["cpu_percent_per_core"]) == host["cpu_count"]
        assert 0 < host["memory_used_bytes"] < host["memory_total_bytes"]
        assert host["disks"] and host["uptime_seconds"] > 0
        assert client.call("unsubscribe", namespace=METRICS)["ok"]


def test_host_false_sends_no_metrics(server):
    with connected(Client(server, namespaces=(METRICS,))) as client:
        client.call("subscribe", {"host": False}, namespace=METRICS)
        with connected(Client(server, namespaces=(METRICS,))) as other:
            other.call("subscribe", {}, namespace=METRICS)
            eventually(lambda: len(other.payloads("metrics", METRICS)) >= 2)
        assert client.payloads("metrics", METRICS) == []


def test_heartbeats_come_at_their_interval(start, mode):
    server = start(mode=mode, DOCKMON_HEARTBEAT_INTERVAL="0.2")
    with connected(Client(server, namespaces=(CONTAINERS, METRICS))) as client:
        for namespace in (CONTAINERS, METRICS):
            beat = client.await_event("heartbeat", namespace)
            assert set(beat) == {"timestamp"}
            assert abs(beat["timestamp"] - time.time()) < 60


def test_snapshot_mode_gets_full_snapshots_on_change_and_at_the_interval(start, mode):
    server = start(mode=mode, DOCKMON_CONTAINERS_INTERVAL="0.5")
    with connected(Client(server)) as client:
        first = client.call("subscribe", {})["data"]["engines"][0]
        eventually(lambda: len(client.payloads("containers")) >= 3)
        target = next(one for one in first["data"] if one["state"] == "running")
        assert client.act(target["name"], "stop")["ok"]

        def told() -> bool:
            last = client.payloads("containers")[-1]["data"]
            return any(one["id"] == target["id"] and one["state"] == "exited" for one in last)

        eventually(told)
        assert not client.payloads("containers-delta")
        numbers = [payload["seq"] for payload in client.payloads("containers")]
        assert numbers == sorted(numbers)


def test_unsubscribe_ends_the_feed(start, mode):
    server = start(mode=mode, DOCKMON_CONTAINERS_INTERVAL="0.3")
    with connected(Client(server)) as client, connected(Client(server)) as other:
        for one in (client, other):
            one.call("subscribe", {})
        client.await_event("containers")
        client.call("unsubscribe")
        seen = len(client.payloads("containers"))
        before = len(other.payloads("containers"))
        eventually(lambda: len(other.payloads("containers")) >= before + 3)
        assert len(client.payloads("containers")) <= seen + 1  # one may have been on its way


def test_events_of_one_client_are_applied_in_the_order_sent(server):
    """The last subscription wins, however many are sent at once."""
    with connected(Client(server)) as client:
        answers: list[dict] = []
        for number in range(20):
            engines = ["local"] if number % 2 else ["nas"]
            client.sio.emit(
                "subscribe", {"engines": engines}, namespace=CONTAINERS, callback=answers.append
            )
        eventually(lambda: len(answers) == 20)
        got = [answer["data"]["engines"][0]["engine"] for answer in answers]
        assert got == ["nas", "local"] * 10


def test_over_the_rate_limit_events_are_answered_not_dropped(server):
    with connected(Client(server)) as client:
        answers: list[dict] = []
        for _ in range(160):
            client.sio.emit("unsubscribe", namespace=CONTAINERS, callback=answers.append)
        eventually(lambda: len(answers) == 160)
        refused = [answer for answer in answers if not answer["ok"]]
        assert refused
        assert {answer["error"]["code"] for answer in refused} == {"request.rate_limited"}


@pytest.mark.parametrize("token", ["", "x.y.z"])
def test_a_refused_connect_carries_its_code_and_nothing_else_arrives(server, transport, token):
    got = []
    client = socketio.Client(reconnection=False)
    client.on("connect_error", got.append, namespace=CONTAINERS)
    client.on("*", lambda event, *args: got.append((event, args)), namespace=CONTAINERS)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(
            server.url, auth={"token": token}, transports=[transport],
            namespaces=[CONTAINERS], wait_timeout=5,
        )  # fmt: skip
    client.disconnect()
    assert len(got) == 1, got
    assert got[0]["data"]["code"] == "auth.required"


class Polling:
    """Engine.IO long-polling by hand."""

    def __init__(self, server: Server) -> None:
        self.url = f"{server.url}/socket.io/?EIO=4&transport=polling"
        opened = self.get()
        self.opening = json.loads(opened[1:])
        self.url += f"&sid={self.opening['sid']}"

    def get(self) -> str:
        with urllib.request.urlopen(self.url, timeout=60) as answer:
            return answer.read().decode()

    def post(self, body: str) -> int:
        request = urllib.request.Request(self.url, body.encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def connect(self, token: str) -> None:
        assert self.post(f'40/containers,{{"token":"{token}"}}') == 200
        got = ""
        while "connected" not in got:
            got += self.get()
        first = got.split("\x1e")[0]
        assert first.startswith("40/containers,"), f"nothing precedes the reply: {first[:60]}"


@pytest.mark.parametrize("packets", [1, 16, 17, 90])
def test_a_polling_post_of_any_size_is_answered_whole_and_polls_carry_sixteen(server, packets):
    """T-POLL-1: the stock server answers 200 to 17 packets and drops them all."""
    client = Polling(server)
    client.connect(server.token())
    body = "\x1e".join(f'42/containers,{number}["unsubscribe"]' for number in range(packets))
    assert client.post(body) == 200
    acks: set[int] = set()
    while len(acks) < packets:
        got = client.get().split("\x1e")
        assert len(got) <= 16
        for packet in got:
            if packet == "2":
                client.post("3")
            elif packet.startswith("43/containers,"):
                acks.add(int(packet[len("43/containers,") :].split("[")[0]))
    assert acks == set(range(packets))
    client.post("1")


def test_a_polling_post_beyond_the_bound_is_refused_whole(server):
    client = Polling(server)
    client.connect(server.token())
    body = "\x1e".join(f'42/containers,{number}["unsubscribe"]' for number in range(501))
    assert 400 <= client.post(body) < 500


def test_the_ping_interval_is_announced_truly(start, mode):
    server = start(mode=mode, DOCKMON_PING_INTERVAL="0.5", DOCKMON_PING_TIMEOUT="1.5")
    opening = Polling(server).opening
    assert (opening["pingInterval"], opening["pingTimeout"]) == (500, 1500)


def test_connect_and_disconnect_are_one_line_each(start, mode):
    server = start(mode=mode)
    with connected(Client(server)):
        eventually(lambda: "ada connected from 127.0.0.1 on /containers" in server.log)
    eventually(lambda: "ada disconnected from 127.0.0.1 on /containers: " in server.log)
    assert server.log.count("ada connected") == 1
    assert server.log.count("ada disconnected") == 1
    assert server.token() not in server.log


def test_a_session_that_joins_nothing_is_closed_after_ten_seconds(start, mode):
    server = start(mode=mode)
    stranger, member = Polling(server), Polling(server)
    member.connect(server.token())
    eventually(lambda: stranger.post("3") == 400, timeout=40, every=0.5)
    assert member.post("3") == 200
    member.post("1")


@pytest.mark.parametrize(
    "garbage", ["4x", "42/containers,{", "45-[]", "9", "42[]", "4" + "[" * 5000]
)
def test_garbage_ends_the_connection_and_costs_one_line(server, garbage):
    client = Polling(server)
    client.connect(server.token())
    client.post(garbage)
    eventually(lambda: client.post("3") == 400)
    assert "Traceback" not in server.log


def test_every_ack_arrives_when_many_calls_run_at_once(server, transport):
    with connected(Client(server, transport)) as client:
        answers: list[dict] = []
        for _ in range(60):
            client.sio.emit(
                "resync", {"engine": "local"}, namespace=CONTAINERS, callback=answers.append
            )
        eventually(lambda: len(answers) == 60)
        assert all(answer["ok"] for answer in answers)


@pytest.mark.parametrize("packet", ["40/nowhere,", '40/containers,{"token":"x"}'])
def test_a_flood_of_connects_ends_that_connection_and_holds_up_nobody(server, packet):
    address = server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    flood = websocket.create_connection(address, timeout=30)
    with contextlib.suppress(OSError, websocket.WebSocketException):
        for _ in range(5000):
            flood.send(packet)
    assert server.request("GET", "/healthz", timeout=10).status == 200
    with contextlib.suppress(OSError, websocket.WebSocketException):
        while flood.recv():
            pass
    flood.shutdown()
    with connected(Client(server)) as client:
        assert client.call("resync", {"engine": "local"})["ok"]
    assert "Traceback" not in server.log


def test_a_client_that_never_stops_sending_holds_up_nobody(server):
    """A green reader with more to read at all times would starve everybody."""
    address = server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    busy = websocket.create_connection(address, timeout=30)
    busy.recv()
    busy.send(f'40/containers,{{"token":"{server.token()}"}}')
    stop = threading.Event()

    def send() -> None:
        with contextlib.suppress(OSError, websocket.WebSocketException):
            while not stop.is_set():
                busy.send('42/containers,["unsubscribe"]')

    sender = threading.Thread(target=send)
    sender.start()
    try:
        for _ in range(10):
            assert server.request("GET", "/healthz", timeout=20).status == 200
    finally:
        stop.set()
        busy.shutdown()
        sender.join(20)


def resident_bytes(server: Server) -> int:
    fields = Path(f"/proc/{server.process.pid}/statm").read_text().split()
    return int(fields[1]) * 4096


def test_fragments_of_a_message_are_bounded_as_a_whole(server):
    """T-WS-1: the libraries only look at single frames, before anybody has signed in."""
    before = resident_bytes(server)
    stranger = raw_websocket(server)
    piece = b"a" * 60_000
    with contextlib.suppress(OSError, websocket.WebSocketException):
        stranger.send_frame(websocket.ABNF.create_frame(b"4", websocket.ABNF.OPCODE_TEXT, 0))
        for _ in range(500):
            stranger.send_frame(websocket.ABNF.create_frame(piece, websocket.ABNF.OPCODE_CONT, 0))
        raise AssertionError("30 MB of one message were taken")
    stranger.shutdown()
    assert resident_bytes(server) - before < 15 * 1024 * 1024


@pytest.mark.parametrize("opcode", [websocket.ABNF.OPCODE_PING, websocket.ABNF.OPCODE_PONG])
def test_a_flood_of_control_frames_holds_up_nobody(server, opcode):
    stranger = raw_websocket(server)
    stop = threading.Event()

    def flood() -> None:
        frame = websocket.ABNF.create_frame(b"", opcode).format() * 200
        with contextlib.suppress(OSError, websocket.WebSocketException):
            while not stop.is_set():
                stranger.sock.sendall(frame)

    sender = threading.Thread(target=flood)
    sender.start()
    try:
        for _ in range(10):
            begun = time.monotonic()
            assert server.request("GET", "/healthz", timeout=20).status == 200
            assert time.monotonic() - begun < 5
    finally:
        stop.set()
        stranger.shutdown()
        sender.join(20)


def raw_websocket(server: Server) -> websocket.WebSocket:
    address = server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    return websocket.create_connection(address, timeout=30)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("40", "request.not_found"),
        ("40/nowhere,", "request.not_found"),
        ("40/containers,{}", "request.conflict"),
    ],
)
def test_a_namespace_that_cannot_be_joined_is_refused_with_its_code(server, asked, code):
    client = Polling(server)
    client.connect(server.token())
    client.post(asked)
    refusal = client.get()
    assert refusal.startswith("44"), refusal
    assert json.loads(refusal[refusal.index("{") :])["data"]["code"] == code
    client.post("1")


def test_joining_and_leaving_again_and_again_is_no_flood(server):
    client = Polling(server)
    for _ in range(40):
        client.connect(server.token())
        assert client.post("41/containers,") == 200
    client.post("1")


def test_a_subscribers_first_figures_are_not_those_of_a_few_milliseconds(server):
    with connected(Client(server, namespaces=(METRICS,))) as client:
        first = client.call("subscribe", {}, namespace=METRICS)["data"]["engines"][0]["metrics"]
        second = client.await_event("metrics", METRICS)
        apart = second["timestamp"] - first["timestamp"]
        assert apart == 0 or apart > 0.4, apart
