"""Processes a benchmark starts beside the server: a line when ready, a last word at the end."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import IO, Any

from tests.kit.server import ROOT


class Child:
    """`python -m <module>`, or a script of another program. It lives until its input ends."""

    def __init__(
        self,
        module: str,
        *arguments: str,
        told: Any = None,
        program: tuple[str, ...] = (sys.executable, "-m"),
        environ: dict[str, str] | None = None,
        log: IO[str] | None = None,
    ) -> None:
        self._process = subprocess.Popen(
            [*program, module, *arguments],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        if told is not None:
            # By the pipe: a token among the arguments is there for everybody to read.
            self.tell(json.dumps(told))

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, line: str) -> None:
        """Hand it a line."""
        print(line, file=self._process.stdin, flush=True)

    def ask(self, order: str) -> Any:
        """Hand it a line and return its answer, a line of JSON."""
        self.tell(order)
        return json.loads(self.line())

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
