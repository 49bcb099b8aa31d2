"""REST tells the same truth as Socket.IO, in the shapes it documents."""

from __future__ import annotations

import pytest

from dockmon.schemas import containers as shapes
from tests.kit.clients import Viewer, connected
from tests.kit.server import Server
from tests.kit.waiting import eventually

SECRET = "canary-7f3a"


@pytest.fixture(scope="module")
def _real(_shared_engine):
    _shared_engine.remove_all()
    _shared_engine.run(
        "web", "sh", "-c", "echo up; sleep 600", "--token", SECRET,
        HostConfig={"LogConfig": {"Type": "json-file", "Config": {"tag": f"token={SECRET}"}}},
        Env=[f"DB_PASSWORD={SECRET}", "PLAIN=1"],
        Labels={"api.token": SECRET, "com.docker.compose.project": "shop",
                "com.docker.compose.service": "web", "note": "plain"},
    )  # fmt: skip
    _shared_engine.create("off", "sleep", "1")
    server = Server(f"local=unix://{_shared_engine.socket};gone=unix:///nowhere/docker.sock")
    try:
        eventually(lambda: server.get("containers")["summary"]["total"] == 2)
        eventually(lambda: server.get("containers?q=web")["data"][0]["started_at"])
        yield server
    finally:
        server.stop()
        _shared_engine.remove_all()


@pytest.fixture
def real(_real):
    return _real


@pytest.fixture(scope="module")
def people(_real):
    return {role: _real.add_user(f"a{role}", role) for role in ("viewer", "operator", "admin")}


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("engines", shapes.EngineList),
        ("system", shapes.System),
        ("containers", shapes.ContainerList),
        ("containers/local/web/top", shapes.Processes),
    ],
)
def test_answers_have_the_documented_shape(real, path, schema):
    answer = real.get(path)
    assert answer.status == 200
    assert schema().validate(dict(answer)) == {}


def test_the_list_equals_what_a_subscriber_is_told(real):
    with connected(Viewer(real)) as viewer:
        listed = real.get("containers")
        numbers = {one["engine"]: one for one in listed["engines"]}
        assert numbers["local"]["epoch"] == viewer.engines["local"]["epoch"]
        assert numbers["local"]["seq"] == viewer.engines["local"]["seq"]
        told = viewer.engines["local"]["containers"]
        assert {one["id"]: {**one, "status": ""} for one in listed["data"]} == {
            container_id: {**one, "status": ""} for container_id, one in told.items()
        }
        assert numbers["gone"]["state"] == "down"
        assert numbers["gone"]["reason"] == "socket_absent"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"web", "off"}),
        ("?all=false", {"web"}),
        ("?state=created", {"off"}),
        ("?project=shop", {"web"}),
        ("?q=WE", {"web"}),
        ("?q=nothing", set()),
        ("?engine=local", {"web", "off"}),
        ("?engine=gone", set()),
    ],
)
def test_the_list_can_be_narrowed(real, query, names):
    answer = real.get(f"containers{query}")
    assert {one["name"] for one in answer["data"]} == names
    assert answer["summary"]["total"] == len(names)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("containers?engine=nope", 404, "engine.unknown"),
        ("containers?state=asleep", 400, "request.invalid"),
        ("containers?unknown=1", 400, "request.invalid"),
        ("containers?all=yes", 400, "request.invalid"),
        ("containers/nope/web", 404, "engine.unknown"),
        ("containers/local/nope", 404, "container.not_found"),
        ("containers/local/nope/top", 404, "container.not_found"),
        ("containers/local/off/top", 409, "container.conflict"),
        ("containers/local/web?reveal=all", 400, "request.invalid"),
        ("engines?x=1", 400, "request.invalid"),
        ("nothing", 404, "request.not_found"),
    ],
)
def test_bad_requests_get_their_code(real, path, status, code):
    answer = real.get(path)
    assert (answer.status, answer["code"]) == (status, code)
    assert set(answer) == {"type", "title", "status", "code", "detail", "params", "request_id"}
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "explode"},
        {"action": "stop", "x": 1},
        {"action": "stop", "timeout_seconds": -1},
    ],
)
def test_bad_actions_are_refused(real, body):
    answer = real.post("containers/local/web/actions", body)
    assert (answer.status, answer["code"]) == (400, "request.invalid")


def test_nothing_is_told_without_a_sign_in(real):
    for path in ("engines", "containers", "containers/local/web", "system", "logs", "nothing", ""):
        answer = real.request("GET", path)
        assert (answer.status, answer["code"]) == (401, "auth.required"), path
    assert real.request("GET", "/api/openapi.json").status == 200


def test_secrets_are_masked_below_admin_and_environments_for_everybody(real, people):
    def text(path: str, role: str) -> str:
        answer = real.request("GET", path, token=people[role])
        assert answer.status == 200
        return str(dict(answer))

    for role in ("viewer", "operator"):
        for path in ("containers", "containers/local/web", "containers/local/web/top"):
            assert SECRET not in text(path, role), (role, path)
        with connected(Viewer(real, token=people[role])) as viewer:
            assert SECRET not in str(viewer.engines)
            assert viewer.container("web")["labels"]["note"] == "plain"
    shown = real.request("GET", "containers/local/web", token=people["admin"])
    assert all(not entry.endswith(SECRET) for entry in shown["Config"]["Env"])
    assert shown["Config"]["Labels"]["api.token"] == SECRET


def test_where_an_engine_is_looked_for_is_told_to_admins(real, people):
    for role in ("viewer", "operator", "admin"):
        rows = real.request("GET", "engines", token=people[role])["data"]
        assert rows
        for row in rows:
            assert (row["address"] is not None) == (role == "admin"), (role, row)


def test_an_admin_reveals_one_environment_and_that_is_noted(real, people):
    path = "containers/local/web?reveal=env"
    for role in ("viewer", "operator"):
        answer = real.request("GET", path, token=people[role])
        assert (answer.status, answer["code"]) == (403, "auth.not_allowed")
    shown = real.request("GET", path, token=people["admin"])
    assert f"DB_PASSWORD={SECRET}" in shown["Config"]["Env"]
    eventually(lambda: "aadmin revealed the environment of" in real.log)
    assert SECRET not in real.log


def test_a_dead_engine_answers_503_at_both_edges(real):
    with connected(Viewer(real)) as viewer:
        answer = viewer.act("web", "stop", engine="gone")
        assert answer["error"]["code"] == "container.not_found"
    assert real.get("containers/gone/web").status == 404


def test_published_ports_are_told(bridged_engine, start):
    bridged_engine.run(
        "web", "sleep", "600",
        ExposedPorts={"80/tcp": {}, "53/udp": {}},
        HostConfig={"NetworkMode": "bridge", "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "0"}]}},
    )  # fmt: skip
    server = start(f"local=unix://{bridged_engine.socket}")
    with connected(Viewer(server)) as viewer:
        ports = eventually(lambda: (viewer.container("web") or {}).get("ports"))
        published = next(port for port in ports if port["private_port"] == 80)
        assert (published["ip"], published["protocol"]) == ("127.0.0.1", "tcp")
        assert published["public_port"] > 0
        unpublished = next(port for port in ports if port["private_port"] == 53)
        assert (unpublished["ip"], unpublished["public_port"]) == (None, None)
