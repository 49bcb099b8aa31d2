"""Processes a benchmark starts beside the server: a line when ready, a last word at the end."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.kit.server import ROOT


class Child:
    """`python -m <module>`. It lives until its standard input ends."""

    def __init__(self, module: str, *arguments: str, told: Any = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin
        if told is not None:
            # By the pipe: a token among the arguments is there for everybody to read.
            print(json.dumps(told), file=self._process.stdin, flush=True)

    @property
    def pid(self) -> int:
        return self._process.pid

    def line(self) -> str:
        """Wait for its next line."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args} ended with {self._process.wait()}")
        return line.strip()

    def end(self) -> str:
        """End it and return the last it says."""
        said, _ = self._process.communicate(timeout=60)
        if self._process.returncode:
            raise RuntimeError(f"{self._process.args} ended with {self._process.returncode}")
        return said

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()
