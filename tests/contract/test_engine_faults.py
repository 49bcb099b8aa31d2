"""Real engines that go away, hang, come back, or are cut off half-way. See `engines/client`."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from dockmon.config import EngineAddress
from dockmon.domain.errors import EngineRefused, EngineTimedOut, EngineUnavailable
from dockmon.domain.logs import LogQuery
from dockmon.engines.client import DockerClient
from tests.contract.test_engine_contract import IMPATIENT, Collector
from tests.contract.worlds import action
from tests.kit.chaos import ChaosProxy
from tests.kit.dockerd import POLITE, STUBBORN
from tests.kit.waiting import eventually


def reason_of(call):
    with pytest.raises(EngineUnavailable) as raised:
        call()
    return raised.value.params["reason"]


def give_up(call):
    with contextlib.suppress(EngineTimedOut):
        call()


def closing(client, request):
    request.addfinalizer(client.close)
    return client


@pytest.fixture
def client(engine, request):
    client = closing(engine.client(), request)
    client.connect()
    return client


@pytest.fixture
def proxy(engine, tmp_path):
    with ChaosProxy(engine.socket, tmp_path / "chaos.sock") as proxy:
        yield proxy


@pytest.fixture
def through(proxy, request):
    """A client that talks to the engine through the proxy."""
    client = DockerClient(EngineAddress("local", f"unix://{proxy.path}"), **IMPATIENT)
    closing(client, request).connect()
    return client


# ----- not reached


def test_nobody_at_the_address(tmp_path, request):
    absent = closing(DockerClient(EngineAddress("local", f"unix://{tmp_path}/no.sock")), request)
    assert reason_of(absent.ping) == "socket_absent"
    nobody = closing(DockerClient(EngineAddress("local", "tcp://127.0.0.1:9")), request)
    assert reason_of(nobody.ping) == "connection_refused"
    unknown = closing(DockerClient(EngineAddress("local", "tcp://engine.invalid:9")), request)
    assert reason_of(unknown.ping) == "name_unknown"


def test_a_moved_socket_is_absent_until_it_is_back(engine, client):
    client.list()
    engine.hide_socket()
    for call in (client.ping, client.list, client.events):
        assert reason_of(call) == "socket_absent"
    engine.show_socket()
    client.ping()


def test_a_socket_of_a_dead_engine_refuses(own_engine, request):
    client = closing(own_engine.client(), request)
    client.connect()
    own_engine.kill()
    assert reason_of(client.ping) == "connection_refused"
    assert reason_of(lambda: client.act("f" * 64, action("start"))) == "connection_refused"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up its rights")
def test_a_socket_of_others_is_not_permitted(engine, client):
    os.seteuid(65_534)
    try:
        reason = reason_of(client.ping)
    finally:
        os.seteuid(0)
    assert reason == "permission_denied"
    client.ping()


# ----- lost and back


def test_a_killed_engine_ends_its_streams_and_may_come_back(own_engine, request):
    container_id = own_engine.run("web")
    client = closing(own_engine.client(), request)
    client.connect()
    events = Collector(client.events())
    log = Collector(client.logs(container_id, LogQuery(follow=True)))
    own_engine.kill()
    assert events.ended.wait(20)
    assert log.ended.wait(20)
    own_engine.start()
    assert client.connect().version
    assert [row.container.id for row in client.list()] == [container_id]
    events = Collector(client.events())
    client.act(container_id, action("remove", force=True))
    eventually(lambda: "destroy" in [event.action for event in list(events.items)])
    events.stream.close()


def test_killed_during_an_action_is_unknown(own_engine, request):
    container_id = own_engine.run("stubborn", *STUBBORN)
    client = closing(own_engine.client(), request)
    client.connect()
    told = []

    def stop():
        with pytest.raises(EngineTimedOut):
            client.act(container_id, action("stop", timeout_seconds=60))
        told.append("unknown")

    # The signal is sent first, and told, though not to us: then the engine waits.
    heard = own_engine.api.events(decode=True, filters={"event": "kill"})
    stopping = threading.Thread(target=stop)
    stopping.start()
    next(heard)
    own_engine.kill()
    stopping.join(30)
    heard.close()
    assert told == ["unknown"]


def test_a_ping_does_not_wait_behind_what_hangs(engine, through, proxy):
    proxy.hold = r"/containers/json"
    hanging = threading.Thread(target=give_up, args=(through.list,))
    hanging.start()
    eventually(lambda: any("/containers/json" in path for _method, path in list(proxy.requests)))
    through.ping()
    proxy.hold = None
    hanging.join(10)


def test_grace_may_be_longer_than_any_time_out(engine, request):
    container_id = engine.run("stubborn", *STUBBORN)
    client = closing(engine.client(control_timeout_seconds=0.5), request)
    client.connect()
    assert client.act(container_id, action("stop", timeout_seconds=2)) is True


# ----- faults on the way


def test_listing_is_one_request(engine, through, proxy):
    for number in range(3):
        engine.run(f"web-{number}")
    proxy.requests.clear()
    assert len(through.list()) == 3
    assert [path.partition("?")[0] for _method, path in proxy.requests] == [
        "/v1.41/containers/json"
    ]


def test_an_action_that_is_cut_off_is_sent_once(engine, through, proxy):
    container_id = engine.run("web")
    proxy.requests.clear()
    proxy.hold = "/stop"
    told = []

    def stop():
        with pytest.raises(EngineTimedOut):
            through.act(container_id, action("stop", timeout_seconds=30))
        told.append("unknown")

    stopping = threading.Thread(target=stop)
    stopping.start()
    eventually(lambda: proxy.requests)
    proxy.cut()
    stopping.join(30)
    assert told == ["unknown"]
    assert [method for method, _path in proxy.requests] == ["POST"]


def test_an_engine_that_fails_is_quoted(through, proxy):
    proxy.fail = r"/containers/json"
    with pytest.raises(EngineRefused) as raised:
        through.list()
    assert raised.value.params["message"] == "chaos"
    assert raised.value.params["status"] == 500


def test_a_cut_ends_streams(engine, through, proxy):
    container_id = engine.run("web")
    collectors = [
        Collector(through.events()),
        Collector(through.logs(container_id, LogQuery(follow=True))),
    ]
    proxy.cut()
    for collector in collectors:
        assert collector.ended.wait(10)


def test_a_mangled_or_lost_event_costs_no_other(engine, through, proxy):
    collector = Collector(through.events())
    # An engine sends its headers a moment before it subscribes us.
    eventually(lambda: engine.create(f"early-{time.monotonic_ns()}") and collector.items)
    last = engine.create("last")
    eventually(lambda: last in [event.container_id for event in list(collector.items)])
    collector.items.clear()
    proxy.truncate_one_event_in(2)
    # Each is created and, mangled, started. Pausing and going on in haste would not do: what
    # containerd says late of the one turns the other around in dockerd, which tells that, too.
    container_id, *_others = [engine.run(f"web-{number}") for number in range(3)]
    eventually(lambda: [event.action for event in list(collector.items)] == ["create"] * 3)
    proxy.duplicate_events()
    through.act(container_id, action("kill"))
    # The last start may come as late as this.
    eventually(lambda: [event.action for event in list(collector.items)].count("die") == 2)
    collector.stream.close()


def test_execs_are_not_even_sent(engine, through, proxy):
    check = {"Test": ["CMD-SHELL", "true"], "Interval": 50_000_000, "Timeout": 5_000_000_000}
    seen = []
    proxy.change_event = lambda line: seen.append(line) or [line]
    collector = Collector(through.events())
    container_id = engine.run("checked", *POLITE, Healthcheck=check)
    eventually(lambda: "health_status" in [event.action for event in list(collector.items)])
    checks = engine.inspect(container_id)["State"]["Health"]["Log"]
    assert checks, "no check was run"
    assert not [line for line in seen if b"exec" in line]
    collector.stream.close()


# ----- logs of all sorts


def test_a_log_that_cannot_be_read_is_refused(engine, client):
    container_id = engine.run("mute", HostConfig={"LogConfig": {"Type": "none"}})
    with pytest.raises(EngineRefused) as raised:
        list(client.logs(container_id, LogQuery()))
    assert raised.value.params["message"]


def test_many_followers_leave_room_for_questions(engine, client):
    container_id = engine.run("silent")
    before = len(os.listdir(f"/proc/{engine.pid}/fd"))
    followers = [client.logs(container_id, LogQuery(follow=True)) for _ in range(100)]
    client.ping()
    assert len(client.list()) == 1
    for follower in followers:
        follower.close()
    # Closed at the engine's end, too, though the container never says a word.
    eventually(lambda: len(os.listdir(f"/proc/{engine.pid}/fd")) < before + 20)


def test_published_ports_are_the_same_in_list_and_inspect(bridged_engine, request):
    bound = {"80/tcp": [{"HostPort": "0"}], "53/udp": [{"HostIp": "127.0.0.1", "HostPort": "0"}]}
    container_id = bridged_engine.run(
        "web",
        ExposedPorts={"80/tcp": {}, "53/udp": {}, "443/tcp": {}},
        HostConfig={"NetworkMode": "bridge", "PortBindings": bound},
    )
    client = closing(bridged_engine.client(), request)
    client.connect()
    (row,) = client.list()
    assert row.container.ports == client.container(container_id).ports
    assert {port.private_port for port in row.container.ports} == {53, 80, 443}
    client.act(container_id, action("kill"))
    (row,) = client.list()
    assert row.container.ports == client.container(container_id).ports == ()


# ----- TLS


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A CA, and certificates of an engine, of a client, and of a stranger."""
    if shutil.which("openssl") is None:
        pytest.skip("missing Debian package: openssl")
    folder = tmp_path_factory.mktemp("tls")
    for authority in ("ca", "other-ca"):
        _openssl(
            folder,
            f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={authority}"
            f" -keyout {authority}-key.pem -out {authority}.pem",
        )
    for name, authority, usage in (
        ("engine", "ca", "serverAuth"),
        ("client", "ca", "clientAuth"),
        ("stranger", "other-ca", "clientAuth"),
    ):
        (folder / "ext").write_text(f"subjectAltName=IP:127.0.0.1\nextendedKeyUsage={usage}\n")
        _openssl(
            folder, f"req -newkey rsa:2048 -nodes -subj /CN={name} -keyout {name}-key.pem -out r"
        )
        _openssl(
            folder,
            f"x509 -req -in r -CA {authority}.pem -CAkey {authority}-key.pem -CAcreateserial"
            f" -days 2 -extfile ext -out {name}.pem",
        )
    return folder


def _openssl(folder: Path, arguments: str) -> None:
    command = ["openssl", *arguments.split()]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def test_an_engine_behind_tls(certificates, start_engine, request):
    def pem(name):
        return str(certificates / f"{name}.pem")

    options = ("--tlsverify", f"--tlscacert={pem('ca')}", f"--tlscert={pem('engine')}")
    key = f"--tlskey={pem('engine-key')}"
    engine = start_engine(options=(*options, key, "-H", "tcp://127.0.0.1:0"))
    address = f"tcp://127.0.0.1:{engine.tcp_port()}"

    def client(ca="ca", name="client"):
        files = (pem(ca), pem(name), pem(f"{name}-key"))
        return closing(DockerClient(EngineAddress("local", address, *files)), request)

    trusted = client()
    trusted.connect()
    container_id = engine.run("web", "sh", "-c", "echo said; exec sleep 1000")
    assert [row.container.id for row in trusted.list()] == [container_id]
    trusted.ping()
    events = Collector(trusted.events())
    log = Collector(trusted.logs(container_id, LogQuery(follow=True)))
    eventually(lambda: log.items)
    assert trusted.act(container_id, action("kill")) is True
    eventually(lambda: [event.action for event in list(events.items)] == ["die"])
    events.stream.close()
    assert events.ended.wait(10)
    assert log.ended.wait(10)

    assert reason_of(client(ca="other-ca").connect) == "tls_failed"
    assert reason_of(client(name="stranger").connect) == "tls_failed"
    bare = closing(DockerClient(EngineAddress("local", address)), request)
    assert reason_of(bare.connect) == "tls_failed"
