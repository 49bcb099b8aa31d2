"""dockmon in a container of the engine it watches, with the machine's cgroups and processes mounted.

There it has a root, processes and cgroups of its own: what is read must be the
machine's, where the settings say it is.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import socketio

from dockmon.domain.stats import COLUMNS
from tests.kit.dockerd import Engine
from tests.kit.server import ADMIN, PASSWORD, ROOT
from tests.kit.waiting import eventually

# What the interpreter of this run needs, at the same place inside.
_SYSTEM = ("/usr", "/lib", "/lib64")


class Inside:
    """dockmon running in a container; speaks to it over the machine's own network."""

    def __init__(self, engine: Engine, *, mounted: bool) -> None:
        self.engine = engine
        places = {*map(str, (ROOT, sys.prefix, sys.base_prefix)), *_SYSTEM}
        binds = [f"{place}:{place}:ro" for place in sorted(places) if Path(place).exists()]
        binds.append(f"{engine.socket}:{engine.socket}")
        settings = {
            "DOCKMON_ENGINES": f"local=unix://{engine.socket}",
            "DOCKMON_PORT": "0",
            "DOCKMON_DATA_DIR": "/tmp/dockmon",
            "DOCKMON_ADMIN_USER": ADMIN,
            "DOCKMON_ADMIN_PASSWORD": PASSWORD,
            "PYTHONUNBUFFERED": "1",
        }
        if mounted:
            binds += ["/proc:/host/proc:ro", "/sys/fs/cgroup:/host/cgroup:ro"]
            settings |= {
                "DOCKMON_CGROUP_ROOT": "/host/cgroup",
                "DOCKMON_PROC_ROOT": "/host/proc",
            }
        else:
            settings["DOCKMON_CGROUP_ROOT"] = "/nothing/here"
        self.id = engine.run(
            "dockmon",
            sys.executable,
            "app.py",
            WorkingDir=str(ROOT),
            Env=[f"{name}={value}" for name, value in settings.items()],
            HostConfig={"Binds": binds, "NetworkMode": "host"},
        )

    @property
    def log(self) -> str:
        return self.engine.api.logs(self.id).decode()

    @property
    def url(self) -> str:
        match = re.search(r"dockmon is at (http://\S+?)/", self.log)
        return match[1] if match else ""

    def token(self) -> str:
        body = json.dumps({"username": ADMIN, "password": PASSWORD}).encode()
        request = urllib.request.Request(
            f"{self.url}/api/v1/auth/login", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(json.load(answer)["access_token"])


@pytest.fixture
def inside(request: pytest.FixtureRequest, engine: Engine) -> Iterator[Inside]:
    one = Inside(engine, mounted=request.param)
    eventually(lambda: one.url, 60, what="dockmon in a container")
    yield one
    engine.api.remove_container(one.id, force=True)


@pytest.mark.parametrize(
    ("inside", "source"), [(True, "cgroup"), (False, "engine")], indirect=["inside"]
)
def test_in_a_container_the_machines_files_are_read_where_they_are_mounted(inside, source):
    busy = inside.engine.run("busy", "sh", "-c", "while :; do :; done")
    told: list[dict] = []
    client = socketio.Client(reconnection=False)
    client.on("container-stats", told.append, namespace="/metrics")
    client.connect(inside.url, auth={"token": inside.token()}, namespaces=["/metrics"])
    try:
        assert client.call("subscribe", {}, namespace="/metrics", timeout=60)["ok"]
        eventually(lambda: told and _values(told[-1], busy)["cpu_percent"], 60, what="its CPU")
        values = _values(told[-1], busy)
        assert values["cpu_percent"] > 5
        assert values["memory_bytes"] > 0
        assert values["pids"] >= 1
        assert f"container stats from {source}" in inside.log
        own = _values(told[-1], inside.id)
        assert own["network_rx_bytes_per_second"] is None, "it is on the machine's network"
    finally:
        client.disconnect()


def _values(payload: dict, container_id: str) -> dict:
    for row in payload["rows"]:
        if row[0] == container_id[:12]:
            return dict(zip(COLUMNS, row, strict=True))
    return dict.fromkeys(COLUMNS)


@pytest.mark.parametrize("inside", [False], indirect=True)
def test_in_a_container_it_knows_which_one_and_does_not_end_it_by_accident(inside):
    other = inside.engine.run("other")
    client = socketio.SimpleClient()
    client.connect(inside.url, auth={"token": inside.token()}, namespace="/containers")
    try:

        def stop(container: str, **more: bool) -> dict:
            asked = {"engine": "local", "container": container, "action": "stop", **more}
            return client.call("container-action", asked, timeout=60)

        eventually(lambda: stop(other)["ok"], 60, what="the engine")
        refused = stop(inside.id)
        assert refused["error"]["code"] == "container.conflict"
        assert refused["error"]["params"] == {"reason": "dockmon_itself"}
        assert inside.engine.inspect(inside.id)["State"]["Running"]
    finally:
        client.disconnect()
