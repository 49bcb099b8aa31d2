"""Running the tools of the project as a test would want them run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.documents import ROOT

_BESIDE_PYTHON = Path(sys.executable).parent


def node() -> str:
    """Return Node: the machine's, or the one of the virtual environment."""
    found = shutil.which("node") or shutil.which("node", path=str(_BESIDE_PYTHON))
    if found is None:
        pytest.fail("Node is missing; `make test` installs it")
    return found


def beside_python(name: str) -> str:
    """Return a command that was installed with the Python packages."""
    return str(_BESIDE_PYTHON / name)


def passes(*command: str, seconds: float = 600) -> None:
    """Run a command in the repository; its output is the failure."""
    path = os.pathsep.join((str(_BESIDE_PYTHON), str(Path(node()).parent), os.environ["PATH"]))
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PATH": path, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-20_000:]}"


def tracked_files() -> list[Path]:
    """Return every file that is in the repository, or would be with the next commit."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    listed = subprocess.run(
        [git, "-c", f"safe.directory={ROOT}", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [file for file in files if file.is_file()]
