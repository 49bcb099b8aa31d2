"""The Docker client against engines that say odd things, or nothing."""

import threading

import pytest

from dockmon.config import EngineAddress
from dockmon.domain.actions import ActionRequest
from dockmon.domain.errors import (
    Conflict,
    EngineRefused,
    EngineTimedOut,
    EngineUnavailable,
    NotFound,
)
from dockmon.domain.logs import LogQuery
from dockmon.engines.client import DockerClient
from dockmon.engines.paths import agree
from tests.kit.scripted import STREAM_HEAD, VERSION, ScriptedEngine, answer, chunk

ID = "ab" * 32
SHORT = {
    "control_timeout_seconds": 0.3,
    "ping_timeout_seconds": 0.3,
    "action_margin_seconds": 0.3,
}


@pytest.fixture
def engine(tmp_path):
    """Start a scripted engine and return it with a client for it."""
    started = []

    def start(script, tcp=False, **options):
        pieces = script if callable(script) else lambda _line: script
        server = ScriptedEngine(pieces, None if tcp else tmp_path / "e.sock")
        client = DockerClient(EngineAddress("local", server.address), **options)
        started.append((server, client))
        return server, client

    yield start
    for server, client in started:
        client.close()
        server.__exit__()


def act(client, action="stop", **options):
    return client.act(ID, ActionRequest("local", ID, action, **options))


@pytest.mark.parametrize(
    ("own", "oldest", "chosen"),
    [
        ("1.41", "1.12", "1.41"),
        ("1.51", "1.24", "1.51"),
        ("1.56", "1.44", "1.51"),
        ("1.60", "1.53", "1.53"),
        ("1.40", "1.12", "1.40"),
        ("1.39", "1.12", None),
        ("1.9", "1.1", None),
        ("1.41", "", "1.41"),
    ],
)
def test_versions_agree(own, oldest, chosen):
    assert agree(own, oldest) == chosen


def test_it_speaks_the_agreed_version(engine):
    server, client = engine(lambda line: [VERSION if line == "GET /version" else answer([])])
    assert client.connect().version == "27.0"
    client.list()
    client.ping()
    assert server.requests == ["GET /version", "GET /v1.46/containers/json?all=1", "GET /_ping"]


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize(
    "said",
    [
        answer(b"<html>Welcome</html>", kind="text/html"),
        answer(b"<html>Not found</html>", 404, "text/html"),
        answer({"hello": "world"}),
        answer({"ApiVersion": "newest"}),
        answer([]),
        answer(b"", 302),
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
    ],
)
def test_what_is_no_engine_is_called_so(engine, said, tcp):
    _server, client = engine([said], tcp=tcp)
    with pytest.raises(EngineUnavailable) as raised:
        client.connect()
    assert raised.value.params["reason"] == "not_an_engine"
    assert raised.value.params["engine"] == "local"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (answer({"message": "this API is forbidden"}, 403), 403),
        (answer(b"<html>403 Forbidden</html>", 403, "text/html"), 403),
        (answer({"message": "on fire"}, 500), 500),
        (answer({"Version": "18", "ApiVersion": "1.39"}), 200),
    ],
)
def test_an_engine_may_refuse_to_be_asked(engine, said, status):
    _server, client = engine([said])
    with pytest.raises(EngineRefused) as raised:
        client.connect()
    assert raised.value.params["status"] == status


def test_a_tls_engine_asked_without_tls(engine):
    text = b"Client sent an HTTP request to an HTTPS server.\n"
    _server, client = engine([answer(text, 400, "text/plain")], tcp=True)
    with pytest.raises(EngineUnavailable) as raised:
        client.connect()
    assert raised.value.params["reason"] == "tls_failed"


def test_an_engine_without_tls_asked_with_it(tmp_path):
    ca = tmp_path / "ca.pem"
    ca.write_text("")
    with ScriptedEngine(lambda _line: [VERSION]) as server:
        client = DockerClient(EngineAddress("local", server.address, tls_ca=str(tmp_path / "no")))
        with pytest.raises(EngineUnavailable) as raised:
            client.connect()
        assert raised.value.params["reason"] == "tls_failed"
        client.close()


@pytest.mark.parametrize("pieces", [[], [b"HTTP/1.1 20"], [STREAM_HEAD, b"5\r\n[{"]])
@pytest.mark.parametrize("tcp", [False, True])
def test_asked_and_hung_up_on_is_unknown(engine, pieces, tcp):
    server, client = engine(pieces, tcp=tcp)
    with pytest.raises(EngineTimedOut):
        client.list()
    with pytest.raises(EngineTimedOut) as raised:
        act(client)
    assert raised.value.params["engine"] == "local"
    assert sum(line.startswith("POST") for line in server.requests) == 1, "it was sent again"


@pytest.mark.parametrize("call", ["ping", "list", "connect", "events"])
def test_silence_times_out(engine, call):
    _server, client = engine([None], **SHORT)
    with pytest.raises(EngineTimedOut):
        getattr(client, call)()


def test_an_action_waits_for_the_grace_it_gives(engine):
    answered = threading.Event()

    def script(_line):
        answered.wait(1.2)
        return [answer(b"", 204)]

    _server, client = engine(script, **SHORT)
    with pytest.raises(EngineTimedOut):
        act(client, timeout_seconds=0)
    assert act(client, timeout_seconds=5) is True
    answered.set()


def test_a_stuck_request_does_not_hold_up_a_ping(engine):
    asked, ended = threading.Event(), threading.Event()

    def script(line):
        if "_ping" in line:
            return [answer(b"OK", kind="text/plain")]
        asked.set()
        return [None]

    server, client = engine(script, tcp=True, control_timeout_seconds=60)

    def ask():
        with pytest.raises(EngineTimedOut):
            client.list()
        ended.set()

    threading.Thread(target=ask).start()
    assert asked.wait(10)
    for _ in range(3):
        client.ping()
    server.__exit__()
    assert ended.wait(10)


@pytest.mark.parametrize(
    ("action", "options", "line"),
    [
        ("start", {}, "POST /containers/{}/start"),
        ("stop", {"timeout_seconds": 0}, "POST /containers/{}/stop?t=0"),
        ("restart", {"timeout_seconds": 600}, "POST /containers/{}/restart?t=600"),
        ("kill", {}, "POST /containers/{}/kill"),
        ("kill", {"signal": "SIGHUP"}, "POST /containers/{}/kill?signal=SIGHUP"),
        ("pause", {}, "POST /containers/{}/pause"),
        ("unpause", {}, "POST /containers/{}/unpause"),
        ("remove", {}, "DELETE /containers/{}?force=false&v=false"),
        ("remove", {"force": True}, "DELETE /containers/{}?force=true&v=false"),
    ],
)
def test_how_actions_are_put(engine, action, options, line):
    server, client = engine([answer(b"", 204)])
    assert act(client, action, **options) is True
    assert server.requests == [line.format(ID)]


def inspected(state):
    return answer({"Id": ID, "State": {"Status": state}})


@pytest.mark.parametrize(
    ("action", "status", "state", "outcome"),
    [
        ("stop", 304, "exited", False),
        ("pause", 409, "paused", False),
        ("unpause", 500, "running", False),
        ("unpause", 500, "exited", Conflict),
        ("start", 409, "paused", Conflict),
        ("remove", 409, "running", Conflict),
        ("remove", 409, "removing", Conflict),
        ("start", 500, "created", EngineRefused),
        ("kill", 400, "running", EngineRefused),
        ("start", 404, "created", EngineRefused),
    ],
)
def test_what_a_refusal_means(engine, action, status, state, outcome):
    said = answer({"message": "as it is"} if status != 304 else b"", status)
    _server, client = engine(lambda line: [inspected(state) if "/json" in line else said])
    if outcome is False:
        assert act(client, action) is False
        return
    with pytest.raises(outcome) as raised:
        act(client, action)
    assert raised.value.params["message"] == "as it is"


@pytest.mark.parametrize(
    "said",
    [
        {"message": f"No such container: {ID}"},
        {"cause": "no such container", "message": "no container with that name: no such container"},
        b"",
    ],
)
def test_a_container_that_is_gone(engine, said):
    _server, client = engine([answer(said, 404)])
    for call in (
        lambda: act(client),
        lambda: client.inspect(ID),
        lambda: client.container(ID),
        lambda: client.top(ID),
        lambda: client.logs(ID, LogQuery()),
    ):
        with pytest.raises(NotFound) as raised:
            call()
        assert raised.value.code == "container.not_found"
        assert raised.value.params["container"] == ID


def test_an_answer_that_is_no_json_is_a_refusal(engine):
    _server, client = engine([answer(b'[{"Id": "ab')])
    with pytest.raises(EngineRefused):
        client.list()


def test_a_redirect_is_not_followed(engine):
    head = b"HTTP/1.1 301 Moved\r\nLocation: /images/json\r\nContent-Length: 0\r\n\r\n"
    server, client = engine([head])
    with pytest.raises(EngineRefused):
        client.container("../images")
    assert server.requests == ["GET /containers/..%2Fimages/json"]


def test_proxies_of_the_environment_are_not_asked(engine, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    _server, client = engine([answer(b"OK", kind="text/plain")], tcp=True)
    client.ping()


def test_how_logs_are_asked_for(engine):
    server, client = engine(
        lambda line: [inspected("running") if "/json" in line else answer(b"", kind="x/y")]
    )
    query = LogQuery(tail=None, since=1714979289.123456, until=2.0, follow=True, stdout=False)
    assert list(client.logs(ID, query)) == []
    assert server.requests[1] == (
        f"GET /containers/{ID}/logs?stdout=0&stderr=1&timestamps=1&follow=1&tail=all"
        "&since=1714979289.123456001&until=2.000000000"
    )


def frame(number, data):
    return bytes([number, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


def test_a_log_in_pieces_of_any_size(engine):
    said = frame(1, b"one\n") + frame(2, b"two\n") + frame(1, b"") + frame(3, b"three\n")
    pieces = [STREAM_HEAD, *(chunk(said[at : at + 3]) for at in range(0, len(said), 3)), chunk(b"")]
    _server, client = engine(lambda line: [inspected("running")] if "/json" in line else pieces)
    log = client.logs(ID, LogQuery())
    assert list(log) == [("stdout", b"one\n"), ("stderr", b"two\n"), ("stderr", b"three\n")]


def test_a_log_that_breaks_off_just_ends(engine):
    pieces = [STREAM_HEAD, chunk(frame(1, b"one\n")), b"40\r\n" + frame(1, b"x" * 40)[:20]]
    _server, client = engine(lambda line: [inspected("running")] if "/json" in line else pieces)
    assert list(client.logs(ID, LogQuery())) == [("stdout", b"one\n")]


def event(action):
    return b'{"Type":"container","Action":"%s","Actor":{"ID":"ab"},"timeNano":1}\n' % action


@pytest.mark.parametrize("tcp", [False, True])
def test_events_come_as_they_are_said_whatever_the_chunks(engine, tcp):
    said = event(b"start") + b"{broken\n" + event(b"exec_create: x") + event(b"die")
    pieces = [STREAM_HEAD, chunk(said[:20]), chunk(said[20:]), None]
    server, client = engine(pieces, tcp=tcp)
    stream = client.events()
    reader = iter(stream)
    assert next(reader).action == "start"
    assert next(reader).action == "die"
    ended = threading.Event()
    waiting = threading.Thread(target=lambda: (list(reader), ended.set()))
    waiting.start()
    stream.close()
    assert ended.wait(10), "the reader did not wake up"
    assert server.closed_by_client.acquire(timeout=10), "the engine's side was not closed"
    waiting.join()


def test_closing_the_client_ends_its_streams(engine):
    server, client = engine([STREAM_HEAD, None])
    streams = [client.events() for _ in range(3)]
    client.close()
    for stream in streams:
        assert list(stream) == []
        assert server.closed_by_client.acquire(timeout=10)


def test_a_stream_may_be_closed_twice_and_unread(engine):
    server, client = engine([STREAM_HEAD, None])
    stream = client.events()
    stream.close()
    stream.close()
    assert server.closed_by_client.acquire(timeout=10)
    assert list(stream) == []
