"""Getting in and staying in: set-up, sign-in, a session that lasts, and one that is ended."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.kit.server import ADMIN, PASSWORD, ROOT, Server
from tests.kit.waiting import eventually

REFUSED_SIGN_IN = (r"^response: 401 POST .*/auth/login$", r"status of 401 .*/auth/login")
REFUSED_SET_UP = (r"^response: 401 POST .*/auth/setup$", r"status of 401 .*/auth/setup")
# The page asks for new tokens once before it believes that it is out.
SESSION_ENDED = (r"^response: 40[13] (GET|POST) .*/api/v1/", r"status of 40[13] ")
ACCESS_COOKIES = re.compile("^(access_token_cookie|csrf_access_token)$")


def link_of(server: Server) -> str:
    return eventually(lambda: re.search(r"once, at (\S+)", server.log))[1]


def sign_out(dashboard: Dashboard) -> None:
    dashboard.page.get_by_test_id("user-menu").click()
    dashboard.page.locator('[data-action="sign-out"]').click()


def test_the_link_of_the_first_start_makes_the_admin_once(page, new_page, start, troubles):
    server = start("local=simulated://?containers=3", admin=False)
    link = link_of(server)
    page.goto(link)
    dashboard = Dashboard(page, server)
    dashboard.fill("setup-form", "grace", PASSWORD)
    dashboard.is_live()
    expect(page.get_by_test_id("user-menu")).to_contain_text("grace")
    expect(page).to_have_url(f"{server.url}/")

    latecomer = Dashboard(new_page(), server)
    latecomer.page.goto(link)
    troubles.expect(*REFUSED_SET_UP)
    latecomer.fill("setup-form", "mallory", PASSWORD)
    expect(latecomer.page.get_by_role("alert")).to_contain_text("used already")

    sign_out(dashboard)
    dashboard.is_signed_out()
    dashboard.fill("signin-form", "grace", PASSWORD)
    dashboard.is_live()


def test_a_set_up_address_without_its_code_says_what_to_open(page, start):
    server = start("local=simulated://?containers=3", admin=False)
    page.goto(f"{server.url}/setup")
    expect(page.get_by_test_id("setup-form")).to_contain_text("Open the whole link")


def test_the_form_signs_in_and_says_in_words_when_it_does_not(simulated, troubles):
    simulated.open().is_signed_out()
    troubles.expect(*REFUSED_SIGN_IN)
    simulated.fill("signin-form", ADMIN, "not the password")
    expect(simulated.page.get_by_role("alert")).to_contain_text(
        "The name or the password is wrong."
    )
    simulated.fill("signin-form", ADMIN, PASSWORD)
    simulated.is_live()
    expect(simulated.rows).to_have_count(8)


def test_sign_out_takes_the_session_out_of_the_browser_and_off_the_server(simulated):
    simulated.sign_in()
    kept = simulated.page.context.cookies()
    sign_out(simulated)
    simulated.is_signed_out()
    assert simulated.page.context.cookies() == []
    simulated.page.reload()
    simulated.is_signed_out()
    # Whoever had copied the cookies has nothing.
    access = next(one["value"] for one in kept if one["name"] == "access_token_cookie")
    assert simulated.server.request("GET", "auth/me", token=access).status == 401


def test_no_script_of_the_page_sees_a_token(simulated):
    simulated.sign_in()
    cookies = {one["name"]: one for one in simulated.page.context.cookies()}
    for name in ("access_token_cookie", "refresh_token_cookie"):
        assert cookies[name]["httpOnly"] and cookies[name]["sameSite"] == "Strict"
        assert cookies[name]["value"] not in simulated.page.evaluate(
            "document.cookie + JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage})"
        )


def test_an_access_token_that_ran_out_overnight_is_renewed_silently(simulated):
    simulated.sign_in()
    # A browser throws these away by itself when they run out.
    simulated.page.context.clear_cookies(name=ACCESS_COOKIES)
    with simulated.page.expect_response("**/api/v1/auth/refresh") as renewal:
        simulated.page.reload()
    assert renewal.value.status == 200
    simulated.is_live()
    expect(simulated.rows).to_have_count(8)


def test_the_page_renews_its_session_in_time_and_its_socket_stays(simulated):
    page = simulated.page
    sockets = []
    page.on("websocket", lambda socket: sockets.append(socket))

    def nearly_over(route):
        answer = route.fetch()
        ends = simulated.server.get("auth/me")["expires_at"] - 900 + 12
        route.fulfill(response=answer, json={**answer.json(), "expires_at": ends})

    page.route("**/api/v1/auth/me", nearly_over)
    with page.expect_response("**/api/v1/auth/refresh") as renewal:
        simulated.sign_in()
        expect(simulated.rows).to_have_count(8)
    assert renewal.value.status == 200
    simulated.is_live()
    assert len(sockets) == 1 and not sockets[0].is_closed()


@pytest.fixture
def people(start):
    """A server whose users a test may change."""
    return start("local=simulated://?containers=4")


def test_a_viewer_sees_everything_and_no_action(page, people):
    people.add_user("vera", "viewer")
    viewer = Dashboard(page, people).sign_in("vera")
    expect(viewer.rows).to_have_count(4)
    expect(viewer.rows.locator('[data-action="logs"]')).to_have_count(4)
    expect(viewer.rows.locator("button[data-action]")).to_have_count(0)


def test_another_role_ends_the_session_and_the_next_one_has_it(page, people, troubles):
    people.add_user("vera", "viewer")
    viewer = Dashboard(page, people).sign_in("vera")
    troubles.expect(*SESSION_ENDED)
    answer = people.request("PATCH", "users/vera", {"role": "operator"}, token=people.token())
    assert answer.status == 200
    viewer.is_signed_out("Your session has ended.")
    viewer.fill("signin-form", "vera", PASSWORD)
    viewer.is_live()
    expect(viewer.row("shop-web-1").locator('button[data-action="stop"]')).to_be_enabled()


def test_an_account_disabled_beside_the_server_is_out_within_moments(page, people, troubles):
    people.add_user("oscar", "operator")
    operator = Dashboard(page, people).sign_in("oscar")
    troubles.expect(*SESSION_ENDED)
    subprocess.run(
        [sys.executable, "-m", "dockmon", "user", "disable", "oscar"],
        cwd=ROOT,
        env=people.environ,
        check=True,
        capture_output=True,
    )
    operator.is_signed_out("Your session has ended.")
    operator.fill("signin-form", "oscar", PASSWORD)
    expect(operator.page.get_by_role("alert")).to_contain_text("The name or the password is wrong.")
