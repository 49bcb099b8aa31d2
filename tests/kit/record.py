"""Record samples of what a real engine says: `python -m tests.kit.record [stats]`.

The tests of `engines/translate` read them from `tests/data/docker/<engine>.json`, and
answers about stats, which `stats` alone records, from `stats/` beside them.
Nothing of the machine that recorded stays in them but the engine's version.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from pathlib import Path
from typing import Any

from dockmon.engines.streams import ByteStream, LineAssembler
from tests.kit.dockerd import POLITE, Engine
from tests.kit.podman import Podman
from tests.kit.waiting import eventually

FOLDER = Path(__file__).parents[1] / "data" / "docker"
_SECOND_NS = 1_000_000_000
_DROPPED = ("GraphDriver", "Mounts", "ExecIDs", "AppArmorProfile", "ProcessLabel", "MountLabel")


def main() -> None:
    """Record every engine that can run here."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for engine in [Engine(has_bridge=True), *([Podman()] if Podman.is_installed() else [])]:
        engine.start()
        try:
            if "stats" not in sys.argv:
                _write(engine)
            _write_stats(engine)
        finally:
            engine.close()


def _write(engine: Engine) -> None:
    version = engine.api.version(api_version=False)
    name = _name(engine, version)
    heard: list[dict[str, Any]] = []
    url = f"{engine.api.base_url}/v1.41/events"
    answer = engine.api.get(url, params={"filters": '{"type":["container"]}'}, stream=True)
    stream = ByteStream(answer)
    reader = threading.Thread(target=_hear, args=(stream, heard), daemon=True)
    reader.start()
    try:
        ids = _fleet(engine)
        sample = {
            "source": _source(engine, version),
            "version": version,
            "list": engine.api.containers(all=True),
            "inspect": [_trimmed(engine.inspect(container_id)) for container_id in ids],
            "top": engine.api.top(ids[0]),
        }
        engine.api.rename(ids[-1], "renamed")
        engine.api.remove_container(ids[-1], force=True)
        gone = ("destroy", "remove")
        eventually(lambda: any(e["Action"] in gone and e["id"] == ids[-1] for e in list(heard)))
    finally:
        stream.close()
    reader.join()
    sample["events"] = heard
    text = json.dumps(sample, indent=1).replace(str(engine.root), "/var/lib/engine")
    text = text.replace(engine.root.name, "engine")
    (FOLDER / f"{name}.json").write_text(text + "\n")


def _name(engine: Engine, version: dict[str, Any]) -> str:
    short = re.match(r"[0-9]+\.[0-9]+", version["Version"])
    assert short is not None
    return f"{'podman' if isinstance(engine, Podman) else 'docker'}-{short[0]}"


def _source(engine: Engine, version: dict[str, Any]) -> str:
    name = "podman" if isinstance(engine, Podman) else "docker"
    return f"{name} {version['Version']}, API {version['ApiVersion']}, Debian 12"


def _write_stats(engine: Engine) -> None:
    """Record one-shot answers of one container of each sort that matters here."""
    version = engine.api.version(api_version=False)
    is_docker = not isinstance(engine, Podman)
    network = {"NetworkMode": "bridge"} if is_docker else {}
    limits = {"Memory": 64 << 20, **({"NanoCpus": 100_000_000} if is_docker else {})}
    busy = "dd if=/dev/zero of=/file bs=1M count=8; sync; while true; do :; done"
    options: dict[str, Any] = {
        "limited": {"HostConfig": {**network, **limits}},
        "host-network": {"HostConfig": {"NetworkMode": "host"}},
    }
    ids = {name: engine.run(name, "sh", "-c", busy, **more) for name, more in options.items()}
    ids["paused"] = engine.run("paused", *POLITE)
    engine.api.pause(ids["paused"])
    ids["exited"] = engine.run("exited", "sh", "-c", "exit 3")
    eventually(lambda: engine.inspect(ids["exited"])["State"]["Status"] == "exited")
    eventually(lambda: (_stats(engine, ids["limited"]) or {})["cpu_stats"]["cpu_usage"])
    sample = {
        "source": f"{_source(engine, version)}, cgroup v1",
        "stats": {name: _stats(engine, container_id) for name, container_id in ids.items()},
    }
    folder = FOLDER / "stats"
    folder.mkdir(exist_ok=True)
    path = folder / f"{_name(engine, version)}-cgroup-v1.json"
    path.write_text(json.dumps(sample, indent=1) + "\n")


def _stats(engine: Engine, container_id: str) -> Any:
    url = f"{engine.api.base_url}/v1.41/containers/{container_id}/stats"
    answer = engine.api.get(url, params={"stream": "false", "one-shot": "true"})
    return answer.json() if answer.content else None


def _hear(stream: ByteStream, heard: list[dict[str, Any]]) -> None:
    lines = LineAssembler()
    while data := stream.read():
        heard.extend(json.loads(line) for line in lines.feed(data))


def _trimmed(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key not in _DROPPED}


def _fleet(engine: Engine) -> list[str]:
    """Make one container of each sort and return their ids."""
    is_docker = not isinstance(engine, Podman)
    ids = []
    ports: dict[str, Any] = {}
    if is_docker:
        bound = {"80/tcp": [{"HostPort": "18080"}], "53/udp": [{"HostIp": "127.0.0.1"}]}
        ports = {
            "ExposedPorts": {"80/tcp": {}, "443/tcp": {}, "53/udp": {}},
            "HostConfig": {"NetworkMode": "bridge", "PortBindings": bound},
        }
    labels = {"com.docker.compose.project": "shop", "com.docker.compose.service": "web"}
    ids.append(engine.run("shop-web-1", *POLITE, Labels=labels, **ports))
    if is_docker:
        linked = {"NetworkMode": "bridge", "Links": ["shop-web-1:web"]}
        ids.append(engine.run("linked", *POLITE, HostConfig=linked))
    for name, check in (("well", "true"), ("ill", "false"), ("checking", "sleep 60")):
        health = {"Test": ["CMD-SHELL", check], "Interval": _SECOND_NS // 5, "Retries": 1}
        ids.append(engine.run(name, *POLITE, Healthcheck={**health, "Timeout": 90 * _SECOND_NS}))
    if is_docker:
        eventually(lambda: "(unhealthy)" in engine.listed()["ill"]["Status"])
        eventually(lambda: "(healthy)" in engine.listed()["well"]["Status"])
    ids.append(engine.run("terminal", "sleep", "1000", Tty=True))
    ids.append(engine.run("paused", *POLITE))
    engine.api.pause(ids[-1])
    ids.append(engine.run("failed", "sh", "-c", "exit 3"))
    policy = {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 50}}
    if is_docker:
        ids.append(engine.run("restarting", "sh", "-c", "exit 2", HostConfig=policy))
        eventually(lambda: engine.inspect(ids[-1])["RestartCount"] > 3)
        eventually(lambda: engine.listed()["restarting"]["State"] == "restarting")
    ids.append(engine.run("killed", *POLITE))
    engine.api.kill(ids[-1])
    eventually(lambda: engine.inspect(ids[-1])["State"]["Status"] == "exited")
    ids.append(engine.create("created"))
    return ids


if __name__ == "__main__":
    main()
