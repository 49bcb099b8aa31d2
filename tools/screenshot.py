"""Take the README's picture: a demo of its own, in Chromium, once things have happened on it.

Writes docs/screenshot.png. Counterpart: the README, which shows it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from playwright.sync_api import Page, TimeoutError, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "screenshot.png"
SIZE = {"width": 1280, "height": 800}
MAX_BYTES = 200_000
CHANGES = 5
# What every row says of its state; the host's CPU.
STATES = "rows => rows.map(row => row.dataset.name + row.dataset.state).join()"
LOAD = ".engine .figure:first-of-type dd"


def main() -> None:
    _wait_for_quiet()
    with _demo() as link, sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light", device_scale_factor=1)
        page.goto(link)
        _wait_for_life(page)
        page.screenshot(path=PICTURE)
        browser.close()
    size = PICTURE.stat().st_size
    print(f"{PICTURE.relative_to(ROOT)}: {size // 1000} kB")
    if size > MAX_BYTES:
        sys.exit(f"that is more than {MAX_BYTES // 1000} kB: too much for a README")


def _wait_for_quiet() -> None:
    """A machine that is busy with something else makes a picture of itself, not of the page."""
    for _ in range(60):
        if psutil.cpu_percent(2) < 40:
            return


def _wait_for_life(page: Page) -> None:
    expect(page.get_by_test_id("connection")).to_have_attribute("data-source", "websocket")
    rows = page.get_by_test_id("container")
    for _ in range(CHANGES):
        page.wait_for_function(
            f"before => ({STATES})([...document.querySelectorAll('[data-testid=container]')])"
            " !== before",
            arg=rows.evaluate_all(STATES),
        )
    # Chromium's own start is over.
    with suppress(TimeoutError):
        page.wait_for_function(
            "load => parseFloat(document.querySelector(load).textContent) < 50",
            arg=LOAD,
            timeout=10_000,
        )


@contextmanager
def _demo() -> Iterator[str]:
    """Run `dockmon demo` and give the link it prints."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DOCKMON_")}
    environ |= {"DOCKMON_PORT": "0", "DOCKMON_LOG_LEVEL": "warning"}
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "dockmon", "demo"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    ) as demo:
        try:
            assert demo.stdout
            found = (re.search(r"dockmon is at (\S+)", line) for line in demo.stdout)
            link = next((match[1] for match in found if match), None)
            if link is None:
                sys.exit("the demo did not start")
            yield link
        finally:
            demo.send_signal(signal.SIGTERM)


if __name__ == "__main__":
    main()
