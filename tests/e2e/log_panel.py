"""The log panel as its tests see it: all the lines it holds, though only some are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Locator, expect

from tests.e2e.browser import Dashboard
from tests.kit.waiting import eventually

# Write each argument as a line, and stay.
SAY = 'for line in "$@"; do printf "%s\\n" "$line"; done; sleep 600'
# What a browser writes to its console when a server is away.
AWAY = (
    r"WebSocket connection to ",
    r"net::ERR_(CONNECTION_\w+|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|SOCKET_NOT_CONNECTED)",
)

# What is drawn, by number; texts without marks, names and times.
_DRAWN = """box => [...box.querySelectorAll('[data-testid="log-line"]')].map(row =>
  [Number(row.dataset.seq), row.querySelector('.log-text').textContent])"""
_STEP = """box => new Promise(done => {
  const before = box.scrollTop;
  box.scrollTop += box.clientHeight * 0.8;
  requestAnimationFrame(() => requestAnimationFrame(() => done(box.scrollTop > before + 1)));
})"""


class LogPanel:
    """The logs on a dashboard."""

    def __init__(self, dashboard: Dashboard) -> None:
        self.dashboard = dashboard
        self.page = dashboard.page
        self.root = dashboard.logs
        self.box = self.root.get_by_role("log")
        self.rows = dashboard.log_lines
        self.state = self.root.locator(".log-state")
        self.jump = self.root.locator('[data-action="log-end"]')
        self.search = self.root.locator("[data-log-search]")
        self.count = self.root.get_by_test_id("log-count")

    def of_one_that_says(self, engine: Any, *lines: str, stderr: Sequence[str] = ()) -> LogPanel:
        """Open the log of a container that writes these lines, those to stderr first."""
        script = SAY
        if stderr:
            script = f"printf '%s\\n' {' '.join(map(repr, stderr))} >&2; {script}"
        engine.run("talker", "sh", "-c", script, "sh", *lines)
        self.dashboard.open_logs("talker")
        expect(self.rows).to_have_count(len(lines) + len(stderr))
        return self

    def row(self, text: str) -> Locator:
        """The lines, among those drawn, that are exactly this."""
        return self.rows.filter(has=self.page.locator(".log-text").get_by_text(text, exact=True))

    def says(self, phase: str, text: str = "", **options: Any) -> None:
        """Expect the line below the log to say so."""
        expect(self.state).to_have_attribute("data-phase", phase, **options)
        if text:
            expect(self.state).to_contain_text(text)

    def drawn(self) -> list[str]:
        """The texts that are drawn, in their order."""
        return [text for _, text in self.box.evaluate(_DRAWN)]

    def held(self) -> list[str]:
        """All lines from the one in sight to the end, in their order, found by scrolling."""
        found: dict[int, str] = {}
        while True:
            found |= dict(self.box.evaluate(_DRAWN))
            if not self.box.evaluate(_STEP):
                break
        numbers = sorted(found)
        assert numbers == list(range(numbers[0], numbers[-1] + 1)), "scrolled past some"
        return [found[number] for number in numbers]

    def to_the_beginning(self) -> None:
        """Scroll up until there is nothing older."""

        def is_there() -> bool:
            self.box.evaluate("box => { box.scrollTop = 0 }")
            return bool(self.root.locator('[data-older="start"]').count()) and self.at_top()

        eventually(is_there, timeout=60, what="the beginning of the log")

    def at_top(self) -> bool:
        """Whether the first line is in sight."""
        return bool(self.box.evaluate("box => box.scrollTop === 0"))

    def whole(self) -> list[str]:
        """Every line from the beginning of the log."""
        self.to_the_beginning()
        return self.held()

    def wheel(self, pixels: int) -> None:
        """Turn the wheel over the lines."""
        self.box.hover()
        self.page.mouse.wheel(0, pixels)
