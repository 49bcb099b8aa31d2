"""The engine contract once more, with green threads.

In a process of its own: monkey-patching cannot be undone, and must come first.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_BOOT = """
import sys
from dockmon import runtime
runtime.boot()
assert runtime.mode() == "eventlet"
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""
_ROOT = Path(__file__).parents[2]
_MODULES = ("test_engine_contract.py", "test_engine_faults.py")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("module", _MODULES)
def test_the_contract_holds_with_green_threads(module):
    command = [sys.executable, "-c", _BOOT, str(Path(__file__).with_name(module))]
    # The timer of pytest-timeout is a thread or a signal; neither fits green threads.
    options = ["-q", "-p", "no:timeout", "-W", "ignore:Unknown config option"]
    # Podman's own ways do not depend on the mode.
    options += ["-k", "not podman"]
    # eventlet leaves a socket whose TLS handshake failed to the garbage collector.
    options += ["-W", "ignore:unclosed <eventlet.green.ssl:ResourceWarning"]
    done = subprocess.run(
        [*command, *options],
        cwd=_ROOT,
        env={**os.environ, "DOCKMON_ASYNC_MODE": "eventlet"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=840,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:]
