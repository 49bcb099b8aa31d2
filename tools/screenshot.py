"""Take pictures of the page: a demo of its own, in Chromium, once things have happened on it.

The README's two into docs/; with `--all` every view in every width, theme and language into
screenshots/, which git does not see. Counterpart: the README, which shows the two.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, TimeoutError, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
ALL = ROOT / "screenshots"
SIZE = {"width": 1280, "height": 800}
MAX_BYTES = 200_000
CHANGES = 5
# What every row says of its state; the host's CPU.
STATES = "rows => rows.map(row => row.dataset.name + row.dataset.state).join()"
SHOWN = "shop-web-1"

WIDTHS = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


def main() -> None:
    with _demo() as link, sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        if "--all" in sys.argv[1:]:
            take_all(browser, link)
        else:
            take_two(browser, link)
        browser.close()


def take_two(browser: Browser, link: str) -> None:
    """The README's: the table by day, a container by night."""
    _wait_for_quiet()
    pictures = {"screenshot.png": ("light", table), "screenshot-panel.png": ("dark", stats)}
    for name, (scheme, show) in pictures.items():
        page = browser.new_page(viewport=SIZE, color_scheme=scheme, locale="en-GB")
        page.goto(link)
        _wait_for_life(page)
        show(page)
        target = ROOT / "docs" / name
        page.screenshot(path=target)
        page.close()
        size = target.stat().st_size
        print(f"{target.relative_to(ROOT)}: {size // 1000} kB")
        if size > MAX_BYTES:
            sys.exit(f"that is more than {MAX_BYTES // 1000} kB: too much for a README")


def take_all(browser: Browser, link: str) -> None:
    shutil.rmtree(ALL, ignore_errors=True)
    home = link.split("#")[0]
    for size, scheme, locale in itertools.product(WIDTHS, ("light", "dark"), ("en-GB", "ko-KR")):
        is_phone = size == "phone"
        context = browser.new_context(
            viewport=WIDTHS[size],
            color_scheme=scheme,
            locale=locale,
            is_mobile=is_phone,
            has_touch=is_phone,
        )
        page = context.new_page()
        folder = ALL / f"{size}-{scheme}-{locale[:2]}"
        page.goto(home)
        expect(page.get_by_test_id("signin-form")).to_be_visible()
        page.screenshot(path=folder / "sign-in.png")
        # Another address alone would be the same page with another fragment.
        page.goto("about:blank")
        page.goto(link)
        expect(page.get_by_test_id("container").first).to_be_visible()
        for name, show in VIEWS.items():
            page.goto(home)
            expect(page.get_by_test_id("container").first).to_be_visible()
            show(page)
            page.wait_for_timeout(500)
            page.screenshot(path=folder / f"{name}.png")
        context.close()
        print(folder.relative_to(ROOT))


# ----- the views


def table(page: Page) -> None:
    expect(page.get_by_test_id("container").first).to_be_visible()


def flat(page: Page) -> None:
    page.goto(f"{page.url.split('?')[0]}?group=flat")
    table(page)


def filtered(page: Page) -> None:
    page.locator("[data-filter]").fill("is:failed")


def no_hits(page: Page) -> None:
    page.locator("[data-filter]").fill("nothing is called so")
    expect(page.get_by_test_id("no-hits")).to_be_visible()


def tab(name: str) -> Callable[[Page], None]:
    def show(page: Page) -> None:
        page.locator("[data-filter]").fill(SHOWN)
        link = page.locator(f'[data-name="{SHOWN}"] [data-row-link]').first
        address = link.get_attribute("href")
        page.locator("[data-filter]").fill("")
        page.evaluate("address => { location.hash = address }", f"{address}/{name}")
        expect(page.get_by_role("tabpanel")).to_be_visible()
        page.wait_for_timeout(1500)

    return show


def stats(page: Page) -> None:
    tab("stats")(page)
    page.wait_for_timeout(8000)


def selection(page: Page) -> None:
    for box in page.get_by_test_id("select").all()[:3]:
        box.check()


def palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_test_id("palette")).to_be_visible()


def keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_test_id("help")).to_be_visible()


VIEWS: dict[str, Callable[[Page], None]] = {
    "table": table,
    "flat": flat,
    "filtered": filtered,
    "no-hits": no_hits,
    **{name: tab(name) for name in ("overview", "logs", "stats", "configuration", "processes")},
    "selection": selection,
    "palette": palette,
    "keys": keys,
}


# ----- the demo


def _wait_for_quiet() -> None:
    """A machine that is busy with something else makes a picture of itself, not of the page."""
    for _ in range(60):
        if psutil.cpu_percent(2) < 40:
            return


def _wait_for_life(page: Page) -> None:
    expect(page.get_by_test_id("connection")).to_have_attribute("data-source", "websocket")
    rows = page.get_by_test_id("container")
    expect(rows.first).to_be_visible()
    for _ in range(CHANGES):
        with suppress(TimeoutError):
            page.wait_for_function(
                f"before => ({STATES})([...document.querySelectorAll('[data-testid=container]')])"
                " !== before",
                arg=rows.evaluate_all(STATES),
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
