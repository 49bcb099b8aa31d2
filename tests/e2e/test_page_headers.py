"""What every answer says to the browser, and a page below a path."""

import base64
import hashlib
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.kit.server import PASSWORD

INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
VERSIONED = re.compile("/static/[0-9a-f]{16}/")
PART = "default-src 'none'; frame-ancestors 'none'"
# Asked without a sign-in, and each refused in a place of its own.
REFUSED = {
    "/nothing-here": 404,
    "/static/nothing-here": 404,
    "/static/js/../../app.py": 404,
    "/api/v1/containers": 401,
    "/api/v1/nothing-here": 401,
    "/socket.io/": 400,
    "/socket.io/?EIO=4&transport=polling&sid=nobody": 400,
    "/i18n/xx.json": 404,
}
OPEN = ("/", "/setup", "/healthz", "/readyz", "/favicon.ico", "/static/js/main.js", "/i18n/en.json")


def policy(page_text):
    """Return the one content policy there is, with the hash of the page's import map."""
    (importmap,) = INLINE_SCRIPT.findall(page_text)
    digest = base64.b64encode(hashlib.sha256(importmap.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self'; "
        "connect-src 'self'; img-src 'self' data:; font-src 'self'; manifest-src 'self'; "
        "worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "object-src 'none'; require-trusted-types-for 'script'; trusted-types dockmon"
    )


def holds(headers, content_policy):
    """Expect the headers that every answer has."""
    found = {name.lower(): value for name, value in headers.items()}
    assert found["content-security-policy"] == content_policy
    assert found["cross-origin-opener-policy"] == "same-origin"
    assert found["x-frame-options"] == "DENY"
    holds_for_parts(found)


def holds_for_parts(found):
    """Expect what a browser heeds on any file."""
    assert found["x-content-type-options"] == "nosniff"
    assert found["referrer-policy"] == "no-referrer"
    assert found["cross-origin-resource-policy"] == "same-origin"
    # Who answers and how old it is, is nobody's business.
    assert not {"server", "x-powered-by", "access-control-allow-origin"} & set(found)


@pytest.fixture
def page_text(_simulated_server):
    return _simulated_server.request("GET", "/")["body"].decode()


@pytest.mark.parametrize("path", OPEN)
def test_every_open_path(_simulated_server, page_text, path):
    answer = _simulated_server.request("GET", path)
    assert answer.status == 200
    holds(dict(answer.headers), policy(page_text))


@pytest.mark.parametrize(("path", "status"), REFUSED.items())
def test_every_refusal(_simulated_server, page_text, path, status):
    answer = _simulated_server.request("GET", path)
    assert answer.status == status
    holds(dict(answer.headers), policy(page_text))


def test_a_host_that_is_not_ours(_simulated_server, page_text):
    answer = _simulated_server.request("GET", "/", headers={"Host": "evil.example"})
    assert answer.status == 400
    holds(dict(answer.headers), policy(page_text))


def test_every_answer_of_a_session(simulated, put_before, page_text, troubles):
    """By long-polling, so that the feed's answers are among them."""
    troubles.expect(r"WebSocket connection to ", r"status of 403 .*websocket")
    proxy = put_before(simulated.server)
    proxy.websocket = "refused"
    answers = []
    simulated.page.on("response", lambda answer: answers.append(answer))
    simulated.url = proxy.url
    simulated.sign_in(source="long-polling")
    simulated.open_logs("shop-web-1")
    expect(simulated.log_lines.first).to_be_attached()
    seen = {re.sub(r"https?://[^/]+/([^/?]*).*", r"\1", answer.url) for answer in answers}
    assert {"", "static", "api", "socket.io"} <= seen
    for answer in answers:
        if VERSIONED.search(answer.url):
            # The page's own files: by themselves they may do nothing at all.
            assert answer.headers["content-security-policy"] == PART
            holds_for_parts(answer.headers)
        elif answer.url.startswith("http"):
            holds(answer.headers, policy(page_text))


def test_the_page_has_one_inline_script_and_no_handler_or_style(page_text):
    (importmap,) = INLINE_SCRIPT.findall(page_text)
    assert '<script type="importmap">' + importmap in page_text
    assert not re.search(r"\son[a-z]+=|\sstyle=|<style", page_text)
    assert not re.search(r"https?://", page_text)


def test_the_content_policy_stops_what_got_in(simulated, troubles):
    """The last line of defence holds in this browser: handlers, markup, scripts, styles."""
    troubles.expect("CSP: ", "Content Security Policy", "Trusted")
    simulated.sign_in()
    stopped = simulated.page.evaluate(
        """() => [
            () => document.body.setAttribute('onclick', 'window.__xss = 1'),
            () => { document.body.innerHTML = '<img src=x onerror="window.__xss=1">'; },
            () => document.write('<script>window.__xss=1</script>'),
            () => setTimeout('window.__xss = 1', 0),
            () => trustedTypes.createPolicy('default', {}),
        ].map((attack) => {
            try { attack(); return 'went through'; } catch (error) { return error.name; }
        })"""
    )
    assert set(stopped) <= {"TypeError", "EvalError"}, stopped
    assert simulated.page.evaluate("window.__xss") is None
    assert len([one for one in troubles.seen if "CSP: " in one]) >= len(stopped)


def test_below_a_path(page, start):
    server = start("local=simulated://?containers=4", DOCKMON_BASE_PATH="/dm/")
    assert server.url.endswith("/dm")
    outside = []
    page.on("request", lambda request: outside.append(request.url))
    dashboard = Dashboard(page, server).open().is_signed_out()
    dashboard.fill("signin-form", "ada", PASSWORD)
    dashboard.is_live()
    expect(dashboard.rows).to_have_count(4)
    dashboard.press("shop-web-1", "stop")
    dashboard.shows("shop-web-1", "exited")
    dashboard.open_logs("shop-api-1")
    expect(dashboard.log_lines.first).to_be_attached()
    page.reload()
    dashboard.is_live()
    expect(dashboard.log_lines.first).to_be_attached()
    cookies = page.context.cookies()
    assert {one["path"] for one in cookies} == {"/dm/"}
    page.get_by_test_id("user-menu").click()
    page.locator('[data-action="sign-out"]').click()
    dashboard.is_signed_out()
    assert page.context.cookies() == []
    assert [one for one in outside if not one.startswith((f"{server.url}/", "data:"))] == []
