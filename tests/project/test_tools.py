"""What `make check` holds the code to: form, types, floors, sizes."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.documents import ROOT
from tests.project.running import beside_python, node, passes

MODULE_LINES = 400
FUNCTION_LINES = 60

pytestmark = pytest.mark.timeout(900)


def test_ruff_finds_nothing():
    passes(sys.executable, "-m", "ruff", "check", ".")


def test_the_code_is_in_its_form():
    passes(sys.executable, "-m", "ruff", "format", "--check", ".")


def test_mypy_finds_nothing():
    passes(sys.executable, "-m", "mypy")


def test_imports_only_go_down():
    passes(beside_python("lint-imports"))


def test_the_browsers_code_has_sound_types():
    passes(node(), str(ROOT / "node_modules" / "typescript" / "bin" / "tsc"), "-p", ".")


def test_the_browsers_code_passes_its_own_tests():
    tests = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests/js").glob("*.test.js"))
    assert tests
    passes(node(), "--test", *tests)


def test_modules_and_functions_stay_small():
    allowed = _exceptions()
    assert all(allowed.values()), "every exception has a reason"
    too_long = {name: lines for name, lines in _sizes() if name not in allowed}
    assert too_long == {}, "split it, or say why not in [tool.dockmon.sizes] of pyproject.toml"


def test_exceptions_to_the_sizes_are_still_needed():
    assert _exceptions().keys() - dict(_sizes()).keys() == set()


def _exceptions() -> dict[str, str]:
    """Return the reasons by name: `dockmon/x.py`, or `dockmon/x.py:function`."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(settings["tool"].get("dockmon", {}).get("sizes", {}))


def _sizes() -> Iterator[tuple[str, int]]:
    """Yield what is longer than it may be, and how long it is."""
    for path in sorted((ROOT / "dockmon").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        source = path.read_text(encoding="utf-8")
        lines = len(source.splitlines())
        if lines > MODULE_LINES:
            yield name, lines
        yield from ((f"{name}:{one}", size) for one, size in _long_functions(source, path))


def _long_functions(source: str, path: Path) -> Iterator[tuple[str, int]]:
    for node_ in ast.walk(ast.parse(source, str(path))):
        if isinstance(node_, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node_.end_lineno or node_.lineno) - node_.lineno + 1
            if lines > FUNCTION_LINES:
                yield node_.name, lines
