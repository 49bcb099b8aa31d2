"""`tools/setup.py`: what it does once, what it leaves alone, and what it says."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.project.documents import ROOT


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, with a virtual environment that is an empty folder."""
    spec = importlib.util.spec_from_file_location("setup_tool", ROOT / "tools" / "setup.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path)
    return module


def test_it_is_done_until_a_file_changes(setup: ModuleType, tmp_path: Path):
    lock = tmp_path / "lock.txt"
    lock.write_text("one")
    stamp = setup.Stamp("python", [lock])
    assert not stamp.is_current()
    stamp.set()
    assert setup.Stamp("python", [lock]).is_current()
    lock.write_text("two")
    assert not setup.Stamp("python", [lock]).is_current()


def test_it_refuses_a_python_that_is_too_old(setup: ModuleType, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(setup.sys, "version_info", (3, 10, 0))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11"):
        setup.main("run")


def test_it_says_what_is_missing_and_goes_on(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(setup, "DEBIAN_PACKAGES", {"a-package": "/nowhere/a"})
    monkeypatch.setattr(setup, "may_install", lambda: False)
    monkeypatch.delenv("CI", raising=False)
    setup.debian_packages()
    assert "apt-get install a-package" in capsys.readouterr().out


def test_with_ci_nothing_may_be_missing(setup: ModuleType, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(setup, "DEBIAN_PACKAGES", {"a-package": "/nowhere/a"})
    monkeypatch.setattr(setup, "may_install", lambda: False)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(SystemExit, match="nothing may be skipped"):
        setup.debian_packages()


def test_it_takes_npm_from_the_lock_where_the_machine_has_none(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    asked: list[list[str]] = []
    monkeypatch.setattr(setup.shutil, "which", lambda _name: None)
    monkeypatch.setattr(setup, "run", lambda command, env=None: asked.append(command))
    npm, environment = setup.find_npm()
    assert npm == str(tmp_path / "bin" / "npm")
    assert environment["PATH"].startswith(str(tmp_path / "bin"))
    assert asked[0][-3:] == ["--require-hashes", "-r", "requirements/node.txt"]


def test_a_command_that_fails_ends_it(setup: ModuleType):
    with pytest.raises(SystemExit, match="failed: "):
        setup.run([sys.executable, "-c", "raise SystemExit(3)"])


def test_a_second_call_installs_nothing(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    calls: list[list[str]] = []

    def done(command: list[str], **_options: object) -> SimpleNamespace:
        calls.append(command)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(setup.subprocess, "run", done)
    setup.python_packages(["run"])
    first = len(calls)
    setup.python_packages(["run"])
    assert first == len(calls) == 2
