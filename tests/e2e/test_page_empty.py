"""Pages that are empty for a reason: what was tried, what the system said, and what to do."""

import re
import socket

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard


@pytest.fixture
def closed_door(tmp_path):
    """A socket that nobody may open but root; a refusal stands in for that where we are root."""
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        yield path


@pytest.mark.parametrize(
    ("locale", "said", "cause", "demo"),
    [
        ("en-GB", "its socket does not exist", "Docker is not running", "The demo needs no Docker"),
        ("ko-KR", "소켓이 없습니다", "Docker가 실행되고 있지 않습니다", "데모를 실행하세요"),
    ],
)
def test_no_engine_names_what_was_tried_and_what_the_system_said(
    new_page, start, tmp_path, locale, said, cause, demo
):
    server = start(f"local=unix://{tmp_path}/nothing.sock")
    page = new_page(locale=locale)
    Dashboard(page, server).sign_in()
    empty = page.get_by_test_id("no-engine")
    expect(empty.locator(".tried")).to_contain_text(f"unix://{tmp_path}/nothing.sock")
    expect(empty.locator(".tried")).to_contain_text(said)
    causes = empty.get_by_role("listitem")
    expect(causes).to_have_count(3)
    expect(causes.first).to_contain_text(cause)
    commands = empty.locator(".command").all_inner_texts()
    for command in (
        "systemctl start docker",
        "usermod -aG docker",
        "/var/run/docker.sock",
        "make demo",
    ):
        assert any(command in one for one in commands), command
    expect(empty).to_contain_text(demo)


def test_the_cause_that_fits_what_the_system_said_comes_first(page, start, closed_door):
    server = start(f"local=unix://{closed_door}")
    Dashboard(page, server).sign_in()
    empty = page.get_by_test_id("no-engine")
    expect(empty.locator(".tried")).to_contain_text("connection refused")
    expect(empty.get_by_role("listitem").first).to_contain_text("sudo systemctl start docker")


def test_an_address_without_an_engine_behind_it(page, start, _simulated_server):
    server = start(f"nas=tcp://127.0.0.1:{_simulated_server.port}")
    Dashboard(page, server).sign_in()
    empty = page.get_by_test_id("no-engine")
    expect(empty.locator(".tried")).to_contain_text(f"tcp://127.0.0.1:{_simulated_server.port}")
    expect(empty.get_by_role("listitem").first).to_contain_text("docker context inspect")


def test_without_scripts_the_page_says_so_in_both_languages(_simulated_server):
    page = _simulated_server.request("GET", "/")["body"].decode()
    said = re.search("<noscript>(.*)</noscript>", page, re.DOTALL)[1]
    assert "needs JavaScript" in said
    assert '<p lang="ko">dockmon은 실시간 화면이라 JavaScript가 필요합니다.</p>' in said


@pytest.mark.parametrize(
    ("locale", "words"), [("en-GB", "Trying again"), ("ko-KR", "다시 시도하는 중")]
)
def test_a_module_that_does_not_arrive_is_said_and_asked_for_again(
    new_page, _simulated_server, troubles, locale, words
):
    troubles.expect("session.js", "Failed to load resource")
    page = new_page(locale=locale)
    page.route("**/state/session.js", lambda route: route.abort("connectionreset"))
    page.goto(_simulated_server.url)
    expect(page.locator("#app")).to_contain_text(words)
    page.unroute("**/state/session.js")
    Dashboard(page, _simulated_server).is_signed_out()
