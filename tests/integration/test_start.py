"""Starting and stopping: what bad settings get, one process per data directory, a clean end."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.kit.clients import Client, Viewer, connected
from tests.kit.server import ROOT, Server
from tests.kit.waiting import eventually


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {
        k: v for k, v in os.environ.items() if not k.startswith(("DOCKMON_", "PORT", "DOCKER_"))
    }
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={**clean, **environ},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        ({"DOCKMON_FOO": "1"}, "DOCKMON_FOO is not a setting of dockmon"),
        ({"DOCKMON_PORT": "70000"}, "DOCKMON_PORT must be a whole number from 0 to 65535"),
        (
            {"DOCKMON_METRICS_INTERVAL": "0.01"},
            "DOCKMON_METRICS_INTERVAL must be between 0.1 and 3600",
        ),
        ({"DOCKMON_ENGINES": "Local=unix:///x"}, "DOCKMON_ENGINES must be name=address"),
        ({"DOCKMON_ENGINES": "a=ftp://x"}, "DOCKMON_ENGINES knows unix:///path"),
        ({"DOCKMON_ENGINES": "a=unix:///x;a=unix:///y"}, "names the engine 'a' twice"),
        ({"DOCKMON_SECRET_KEY": "short"}, "DOCKMON_SECRET_KEY must be at least 32 bytes"),
        (
            {"DOCKMON_ADMIN_USER": "ada"},
            "DOCKMON_ADMIN_USER and DOCKMON_ADMIN_PASSWORD go together",
        ),
        (
            {"DOCKMON_ADMIN_USER": "ada", "DOCKMON_ADMIN_PASSWORD": "short"},
            "DOCKMON_ADMIN_PASSWORD must be 8 to 1024 bytes",
        ),
        (
            {"DOCKMON_ADMIN_USER": "-", "DOCKMON_ADMIN_PASSWORD": "long enough"},
            "DOCKMON_ADMIN_USER must be",
        ),
        ({"DOCKMON_READ_ONLY": "yes"}, "DOCKMON_READ_ONLY must be one of true, false"),
        (
            {"DOCKMON_ASYNC_MODE": "asyncio"},
            "DOCKMON_ASYNC_MODE must be one of eventlet, threading",
        ),
        ({"DOCKMON_BASE_PATH": "dm"}, "DOCKMON_BASE_PATH must be a path"),
        (
            {"DOCKMON_ALLOWED_ORIGINS": "a.example"},
            "DOCKMON_ALLOWED_ORIGINS must list exact origins",
        ),
        ({"DOCKMON_SECRET_KEY_FILE": "/nowhere"}, "DOCKMON_SECRET_KEY_FILE cannot be read"),
        ({"DOCKMON_ENGINE_LOCAL_TLS_CA": "/nowhere"}, "no tcp:// engine is named 'local'"),
        ({"PORT": "http"}, "DOCKMON_PORT must be a whole number"),
    ],
)
@pytest.mark.parametrize("command", [("app.py",), ("-m", "dockmon", "config", "show")])
def test_a_wrong_setting_is_one_clear_line_and_exit_code_2(environ, line, command):
    done = run(*command, **environ)
    assert done.returncode == 2
    lines = [text for text in done.stderr.splitlines() if text]
    assert len(lines) == 1, done.stderr
    assert line in lines[0]


def test_every_fault_has_its_own_line():
    done = run("app.py", DOCKMON_FOO="1", DOCKMON_PORT="x", DOCKMON_LOG_LEVEL="loud")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 3


def test_what_kubernetes_injects_is_ignored():
    injected = {
        "DOCKMON_PORT": "tcp://10.0.0.1:8642",
        "DOCKMON_SERVICE_HOST": "10.0.0.1",
        "DOCKMON_PORT_8642_TCP_ADDR": "10.0.0.1",
    }
    done = run("-m", "dockmon", "config", "show", **injected)
    assert done.returncode == 0, done.stderr
    assert "DOCKMON_PORT=8642" in done.stdout


def test_port_of_a_paas_wins_and_opens_the_address():
    done = run("-m", "dockmon", "config", "show", PORT="5000", DOCKMON_PORT="1")
    assert "DOCKMON_PORT=5000" in done.stdout
    assert "DOCKMON_BIND=0.0.0.0" in done.stdout
    done = run("-m", "dockmon", "config", "show", PORT="5000", DOCKMON_BIND="127.0.0.1")
    assert "DOCKMON_BIND=127.0.0.1" in done.stdout


def test_secrets_are_read_from_files_and_never_shown(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s" * 40 + "\n")
    done = run("-m", "dockmon", "config", "show", DOCKMON_SECRET_KEY_FILE=str(secret))
    assert done.returncode == 0
    assert "sss" not in done.stdout
    assert "DOCKMON_SECRET_KEY=••••••" in done.stdout


def test_one_serve_per_data_directory_and_commands_beside_it(start):
    server = start()
    environ = {**server.environ, "PYTHONUNBUFFERED": "1"}
    second = run("app.py", **{k: v for k, v in environ.items() if k.startswith("DOCKMON_")})
    assert second.returncode == 1
    assert "already serves" in second.stderr
    assert "Traceback" not in second.stderr
    listed = run("-m", "dockmon", "user", "list", DOCKMON_DATA_DIR=str(server.data_dir))
    assert listed.returncode == 0, listed.stderr
    assert "ada" in listed.stdout


def test_a_port_in_use_is_one_line(start):
    server = start()
    done = run(
        "app.py", DOCKMON_PORT=str(server.port), DOCKMON_DATA_DIR=str(server.data_dir / "other")
    )
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("Error: cannot listen on 127.0.0.1")
    assert "Traceback" not in done.stderr


def test_sigterm_ends_it_in_order_with_clients_connected(mode):
    server = Server("local=simulated://?containers=20&churn=600", mode)
    clients = [Client(server, transport) for transport in ("websocket", "polling") * 3]
    for client in clients:
        client.call("subscribe", {})
    begun = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 0
    assert time.monotonic() - begun < 15
    for client in clients:
        client.close()
    server.stop()


def test_connections_stay_open_while_others_come(mode):
    server = Server(mode=mode)
    try:
        early = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        early.request("GET", "/healthz")
        assert early.getresponse().read()
        for _ in range(20):
            assert server.request("GET", "/healthz").status == 200
        with connected(Viewer(server)) as viewer:
            for _ in range(20):
                assert server.request("GET", "/healthz").status == 200
            assert viewer.call("resync", {"engine": "local"})["ok"]
            assert not viewer.disconnected.is_set()
        if mode == "eventlet":  # the other server ends a connection with its answer
            early.request("GET", "/healthz")
            assert early.getresponse().status == 200
        early.close()
    finally:
        server.stop()


def test_a_crowd_of_idle_strangers_does_not_keep_it_from_ending(mode):
    server = Server(mode=mode)
    strangers = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(900)]
    try:
        begun = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        assert time.monotonic() - begun < 15
    finally:
        for stranger in strangers:
            stranger.close()
        server.stop()


def test_it_restarts_with_its_users_and_their_sign_ins(tmp_path, mode):
    server = Server(data_dir=tmp_path, mode=mode)
    token = server.add_user("vera", "viewer")
    server.stop()
    again = Server(data_dir=tmp_path, mode=mode, admin=False)
    try:
        assert "/setup#" not in again.log
        assert again.request("GET", "auth/me", token=token)["username"] == "vera"
    finally:
        again.stop()


def test_the_demo_signs_in_by_its_link_and_keeps_nothing(start, tmp_path):
    server = start(command=("-m", "dockmon", "demo"), admin=False, data_dir=tmp_path)
    fragment = eventually(lambda: server.log.split("#signin=")[1:])[0].split()[0]
    username, password = fragment.split(":")
    answer = server.request("POST", "auth/login", {"username": username, "password": password})
    assert answer.status == 200
    engines = server.request("GET", "engines", token=answer["access_token"])["data"]
    assert {engine["version"] for engine in engines} == {"simulated"}
    server.stop()
    assert not any(tmp_path.iterdir()), "not even the settings' own data directory is touched"


def test_a_base_path_serves_everything_below_it(start, mode):
    server = start(mode=mode, DOCKMON_BASE_PATH="/dm")
    assert server.url.endswith("/dm")
    assert server.request("GET", "/healthz").status == 200
    with connected(Viewer(server)) as viewer:
        assert viewer.engines["local"]["state"] == "up"


def test_readiness_does_not_depend_on_engines(start, mode):
    server = start("local=unix:///nowhere.sock", mode)
    assert server.request("GET", "/healthz")["status"] == "ok"
    assert server.request("GET", "/readyz").status == 200


def test_doctor_says_what_is_in_the_way(tmp_path):
    done = run(
        "-m",
        "dockmon",
        "doctor",
        DOCKMON_ENGINES="local=unix:///nowhere.sock",
        DOCKMON_DATA_DIR=str(tmp_path),
    )
    assert done.returncode == 1
    assert "socket_absent" in done.stdout
    fine = run(
        "-m",
        "dockmon",
        "doctor",
        DOCKMON_ENGINES="local=simulated://",
        DOCKMON_DATA_DIR=str(tmp_path),
    )
    assert fine.returncode == 0, fine.stdout


def test_json_logs_are_json(start):
    import json

    server = start(DOCKMON_LOG_FORMAT="json")
    lines = [line for line in server.log.splitlines() if line.startswith("{")]
    assert lines
    for line in lines:
        assert {"timestamp", "level", "logger", "message"} <= set(json.loads(line))
