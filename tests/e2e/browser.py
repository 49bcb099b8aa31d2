"""The dashboard in a browser: what must not happen on it, and how it is found and asked."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response, expect

from tests.kit.server import ADMIN, PASSWORD, Server

# Chromium tells of violations in the console, too, but not of all of them.
_REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => console.error(
  `CSP: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""


class Troubles:
    """What a page should never do: errors, refused requests, broken content policy.

    Each test fails on all that it did not expect.
    """

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, *patterns: str) -> None:
        """Let pass what one of these regular expressions is found in."""
        self._expected += [re.compile(pattern) for pattern in patterns]

    def watch(self, page: Page) -> None:
        """Collect what happens on this page from now on."""
        page.add_init_script(_REPORT_VIOLATIONS)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._note(f"exception: {error}"))
        page.on("response", self._on_response)
        page.on("request", self._on_request)
        page.on("requestfailed", self._on_failure)
        page.on(
            "dialog", lambda dialog: (self._note(f"dialog: {dialog.message}"), dialog.dismiss())
        )

    @property
    def unexpected(self) -> list[str]:
        """All that no test has asked for."""
        return [one for one in self.seen if not any(p.search(one) for p in self._expected)]

    def _note(self, what: str) -> None:
        self.seen.append(what)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self._note(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"response: {response.status} {response.request.method} {response.url}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self._note(f"request elsewhere: {request.url}")

    def _on_failure(self, request: Request) -> None:
        # Aborted is what the page itself gave up, by leaving or by having heard enough.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"request failed: {request.failure} {request.method} {request.url}")


class Dashboard:
    """The page of one server, for whoever reads it. `url`: of a proxy, where one stands between."""

    def __init__(self, page: Page, server: Server, url: str | None = None) -> None:
        self.page = page
        self.server = server
        self.url = url or server.url

    # ----- getting in

    def open(self, path: str = "/") -> Dashboard:
        """Go to an address of it."""
        self.page.goto(self.url + path)
        return self

    def sign_in(
        self,
        username: str = ADMIN,
        password: str = PASSWORD,
        source: str = "websocket",
        seconds: float = 30,
    ) -> Dashboard:
        """Sign in past the form, and wait until the page is live."""
        body = {"username": username, "password": password, "cookies": True}
        answer = self.page.context.request.post(f"{self.url}/api/v1/auth/login", data=body)
        assert answer.ok, answer.text()
        self.open().is_live(source, seconds)
        self.page.evaluate("window.isTheSamePage = true")
        return self

    def fill(self, form: str, username: str, password: str) -> None:
        """Fill one of the two forms in, and send it."""
        self.page.get_by_test_id(form).get_by_label("Username").fill(username)
        self.page.get_by_test_id(form).get_by_label("Password", exact=True).fill(password)
        self.page.get_by_test_id(form).locator("button[type=submit]").click()

    def is_live(self, source: str = "websocket", seconds: float = 30) -> Dashboard:
        """Expect to be told of the engines by this way."""
        expect(self.pill).to_have_attribute("data-status", "connected", timeout=seconds * 1000)
        expect(self.pill).to_have_attribute("data-source", source, timeout=seconds * 1000)
        return self

    def is_signed_out(self, note: str | None = None) -> Dashboard:
        """Expect the sign-in form, and what it says of the reason."""
        expect(self.page.get_by_test_id("signin-form")).to_be_visible()
        expect(self.pill).to_have_count(0)
        if note:
            expect(self.page.get_by_test_id("signin-form")).to_contain_text(note)
        return self

    @property
    def is_the_same_page(self) -> bool:
        """Whether it has not been loaded again since `sign_in`."""
        return bool(self.page.evaluate("window.isTheSamePage"))

    # ----- what is on it

    @property
    def pill(self) -> Locator:
        return self.page.get_by_test_id("connection")

    @property
    def rows(self) -> Locator:
        return self.page.get_by_test_id("container")

    def row(self, name: str) -> Locator:
        return self.page.locator(f'[data-testid="container"][data-name="{name}"]')

    def engine(self, name: str = "local") -> Locator:
        return self.page.locator(f'[data-testid="engine"][data-engine="{name}"]')

    @property
    def message(self) -> Locator:
        """What is said below a row; one test has one at a time."""
        return self.page.get_by_test_id("row-message")

    @property
    def logs(self) -> Locator:
        return self.page.get_by_test_id("logs")

    @property
    def log_lines(self) -> Locator:
        return self.page.get_by_test_id("log-line")

    @property
    def panel(self) -> Locator:
        """What is open beside the table."""
        return self.page.get_by_test_id("panel")

    def tab(self, name: str) -> Locator:
        """Return the tab of this name: `overview`, `logs`, `stats`, …"""
        return self.panel.locator(f'[role="tab"][data-tab="{name}"]')

    def shows(self, name: str, state: str, **options: Any) -> None:
        """Expect the container's row to show this state."""
        expect(self.row(name)).to_have_attribute("data-state", state, **options)

    # ----- what a reader does

    def press(self, name: str, action: str) -> None:
        """Press a button of a container's row, from its menu where that holds it."""
        expect(self.row(name).locator('[data-action="more"]')).to_be_enabled()
        button = self.row(name).locator(f'button[data-action="{action}"]')
        if button.count() == 0:
            self.row(name).locator('[data-action="more"]').click()
        button.click()

    def confirm(self) -> None:
        """Press for the second time, where a destructive action asks back."""
        self.message.locator('[data-action="confirm"]').click()

    def open_panel(self, name: str, tab: str = "overview") -> Locator:
        """Go to the address of a container's panel."""
        row = self.row(name)
        place = f"{row.get_attribute('data-engine')}/{row.get_attribute('data-container')}"
        self.page.evaluate("hash => { location.hash = hash }", f"#/c/{place}/{tab}")
        expect(self.tab(tab)).to_have_attribute("aria-selected", "true")
        return self.panel

    def open_logs(self, name: str) -> None:
        """Open the panel with a container's log."""
        self.row(name).locator('[data-action="logs"]').click()
        expect(self.logs).to_be_visible()
