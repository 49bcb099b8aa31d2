"""A dockmon of its own for a test: the real process, on a free port of loopback."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.kit.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
ADMIN, PASSWORD = "ada", "correct horse battery"
_TOKEN_LEFT_SECONDS = 300.0
_ADDRESS = re.compile(r"dockmon is at (http://\S+?)(#\S*)?$", re.MULTILINE)


class Answer(dict):  # type: ignore[type-arg]
    """A JSON answer and its status."""

    def __init__(self, status: int, body: Any, headers: Any) -> None:
        super().__init__(body if isinstance(body, dict) else {"body": body})
        self.status = status
        self.headers = headers


class Server:
    """`python app.py` with these settings; ends with `stop()`, by SIGTERM."""

    def __init__(
        self,
        engines: str = "local=simulated://?containers=8",
        mode: str = "eventlet",
        data_dir: Path | None = None,
        admin: bool = True,
        command: tuple[str, ...] = ("app.py",),
        **settings: str,
    ) -> None:
        self._folder = None if data_dir else tempfile.TemporaryDirectory(prefix="dockmon-test-")
        self.data_dir = data_dir or Path(self._folder.name if self._folder else "")
        environ = {k: v for k, v in os.environ.items() if not k.startswith("DOCKMON_")}
        for name in ("PORT", "DATABASE_URL", "DOCKER_HOST"):
            environ.pop(name, None)
        environ |= {
            "DOCKMON_ENGINES": engines,
            "DOCKMON_ASYNC_MODE": mode,
            "DOCKMON_PORT": "0",
            "DOCKMON_DATA_DIR": str(self.data_dir),
            "PYTHONUNBUFFERED": "1",
        }
        if admin:
            environ |= {"DOCKMON_ADMIN_USER": ADMIN, "DOCKMON_ADMIN_PASSWORD": PASSWORD}
        environ |= settings
        self.environ = environ
        self._lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._tokens: dict[str, tuple[str, float]] = {}
        try:
            eventually(self._is_ready, timeout=60, what="the start of dockmon")
        except AssertionError:
            self.process.kill()
            self.process.wait()
            self._close_pipe()
            if self._folder:
                self._folder.cleanup()
            raise AssertionError(f"dockmon did not start:\n{self.log}") from None

    @property
    def log(self) -> str:
        """All it has printed so far."""
        return "".join(self._lines)

    @property
    def url(self) -> str:
        """Its address without a slash at the end."""
        match = _ADDRESS.search(self.log)
        assert match, self.log
        return match[1].rstrip("/")

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1].split("/")[0])

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = 60,
    ) -> Answer:
        """Ask `path` below /api/v1, or below the root when it starts with a slash."""
        address = self.url + (path if path.startswith("/") else f"/api/v1/{path}")
        request = urllib.request.Request(address, method=method, headers=headers or {})
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return _answer(answer.status, answer.read(), answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error.read(), error.headers)

    def token(self, username: str = ADMIN, password: str = PASSWORD) -> str:
        """Return an access token, signing in at the first call, and before it runs out.

        Some servers are shared by the whole run, which takes longer than a token lives.
        """
        token, expires_at = self._tokens.get(username, ("", 0.0))
        if expires_at < time.time() + _TOKEN_LEFT_SECONDS:
            body = {"username": username, "password": password}
            answer = self.request("POST", "auth/login", body)
            assert answer.status == 200, answer
            token = answer["access_token"]
            self._tokens[username] = token, answer["expires_at"]
        return token

    def get(self, path: str, **options: Any) -> Answer:
        """Ask as the admin."""
        return self.request("GET", path, token=self.token(), **options)

    def post(self, path: str, body: Any, **options: Any) -> Answer:
        """Ask as the admin."""
        return self.request("POST", path, body, token=self.token(), **options)

    def add_user(self, username: str, role: str, password: str = PASSWORD) -> str:
        """Add a user and return a token of theirs."""
        body = {"username": username, "password": password, "role": role}
        answer = self.post("users", body)
        assert answer.status == 201, answer
        return self.token(username, password)

    def stop(self, expect_clean: bool = True) -> None:
        """End it, and hold it to an orderly end and a log without tracebacks."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._close_pipe()
        if self._folder:
            self._folder.cleanup()
        if expect_clean:
            assert self.process.returncode == 0, (self.process.returncode, self.log)
            assert "Traceback" not in self.log, self.log

    def _is_ready(self) -> bool:
        assert self.process.poll() is None
        return bool(_ADDRESS.search(self.log))

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.append(line)

    def _close_pipe(self) -> None:
        self._reader.join(5)
        if self.process.stdout:
            self.process.stdout.close()


def _answer(status: int, body: bytes, headers: Any) -> Answer:
    is_json = headers.get_content_subtype() in ("json", "problem+json")
    return Answer(status, json.loads(body) if is_json and body else body, headers)
