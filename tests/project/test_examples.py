"""What the documents print runs as printed, against a real server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.server import ADMIN, PASSWORD, Server
from tests.kit.waiting import eventually
from tests.project import documents
from tests.project.running import node

CLIENTS = {"python": "watch.py", "js": "watch.mjs"}
LINES_PROMISED = 22


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on a fleet of eight."""
    server = Server("local=simulated://?containers=8")
    yield server
    server.stop()


class Program:
    """A program of the README, and what it has printed so far."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def printed(self, line: str) -> bool:
        assert self.process.poll() is None, "".join(self.lines)
        return f"{line}\n" in self.lines

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join(5)
        assert self.process.stdout
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout
        self.lines.extend(self.process.stdout)


@pytest.fixture(params=CLIENTS)
def program(request: Any, server: Server, tmp_path: Path) -> Iterator[Program]:
    """Each client of the README in turn, running."""
    (source,) = documents.blocks(documents.README, request.param)
    name = CLIENTS[request.param]
    (tmp_path / name).write_text(source, encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(documents.ROOT / "node_modules")
    interpreter = sys.executable if request.param == "python" else node()
    running = Program([interpreter, name, server.url, ADMIN, PASSWORD], tmp_path)
    yield running
    running.end()


def test_the_clients_of_the_readme_show_what_happens(server: Server, program: Program):
    name = "shop-api-1"
    running, exited = f"local {name} running", f"local {name} exited"
    eventually(lambda: program.printed(running), what="the first snapshot")
    assert server.post(f"containers/local/{name}/actions", {"action": "stop"}).status == 200
    eventually(lambda: program.printed(exited), what="the change")


def test_the_clients_of_the_readme_come_back_when_their_sign_in_has_ended(
    server: Server, program: Program
):
    name = "shop-api-1"
    eventually(lambda: program.printed(f"local {name} running"), what="the first snapshot")
    # Ends all sign-ins but the one that asks.
    assert server.request(
        "PATCH", f"users/{ADMIN}", {"password": PASSWORD}, token=server.token()
    ).status in (200, 204)
    eventually(lambda: "disconnected" in server.log, what="the end of the sign-in")
    program.lines.clear()
    eventually(lambda: program.printed(f"local {name} running"), what="the client's return")


@pytest.mark.parametrize("language", CLIENTS)
def test_the_clients_of_the_readme_are_short(language: str):
    (source,) = documents.blocks(documents.README, language)
    assert len([line for line in source.splitlines() if line]) <= LINES_PROMISED


def test_the_examples_of_the_rest_api_run_as_printed(server: Server, tmp_path: Path):
    shell, curl = shutil.which("bash"), shutil.which("curl")
    if shell is None or curl is None:
        pytest.skip("bash or curl is missing")
    examples = documents.blocks("rest.md", "sh")
    assert len(examples) > 10
    # -f: a refusal is a failure.
    script = "set -euo pipefail\n" + "\n".join(examples).replace("curl -s ", "curl -sSf ")
    done = subprocess.run(
        [shell, "-c", script],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "URL": server.url,
            "USERNAME": ADMIN,
            "PASSWORD": PASSWORD,
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, (done.stdout[-2000:], done.stderr)
