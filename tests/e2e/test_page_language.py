"""The page speaks the reader's language, and another one at a press."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.kit.server import ADMIN, PASSWORD

HANGUL = re.compile("[가-힣]")


def switch(page, language):
    """Press the button that leads to a language, and wait until the page speaks it."""
    page.locator(f'[data-testid="language"][data-language="{language}"]').click()
    expect(page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize(
    ("locale", "language", "title"),
    [
        ("ko-KR", "ko", "로그인"),
        ("ko", "ko", "로그인"),
        ("en-US", "en", "Sign in"),
        ("fr-FR", "en", "Sign in"),
    ],
)
def test_the_browser_chooses_the_language(new_page, _simulated_server, locale, language, title):
    page = new_page(locale=locale)
    Dashboard(page, _simulated_server).open().is_signed_out()
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_of_several_languages_the_first_that_there_are_words_for(new_page, _simulated_server):
    page = new_page()
    page.add_init_script(
        "Object.defineProperty(navigator, 'languages', { value: ['fr-FR', 'ko-KR', 'en'] })"
    )
    Dashboard(page, _simulated_server).open().is_signed_out()
    expect(page.locator("html")).to_have_attribute("lang", "ko")


@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
def test_the_words_are_fetched_once_and_nothing_is_shown_in_another_language(
    new_page, _simulated_server, locale
):
    page = new_page(locale=locale)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(
        """
        window.headings = new Set();
        new MutationObserver(() => {
          const heading = document.querySelector("h1");
          if (heading) window.headings.add(heading.textContent);
        }).observe(document, { childList: true, subtree: true, characterData: true });
        """
    )
    Dashboard(page, _simulated_server).open().is_signed_out()
    assert len([url for url in asked if "/i18n/" in url]) == 1
    assert len(page.evaluate("[...window.headings]")) == 1


def test_a_switch_keeps_all_that_one_had_before_oneself(simulated):
    page = simulated.page
    simulated.sign_in()
    simulated.open_logs("shop-web-1")
    page.locator("[data-filter]").fill("shop")
    expect(page.get_by_test_id("container").first).to_contain_text("running")
    before = page.url
    switch(page, "ko")
    expect(page.get_by_test_id("container").first).to_contain_text("실행 중")
    expect(simulated.pill).to_contain_text("실시간")
    expect(simulated.logs).to_be_visible()
    expect(simulated.log_lines.first).to_be_attached()
    expect(page.locator("[data-filter]")).to_have_value("shop")
    assert page.url == before
    assert simulated.is_the_same_page
    switch(page, "en")
    expect(page.get_by_test_id("container").first).to_contain_text("running")


def test_a_choice_is_remembered(simulated):
    page = simulated.page
    simulated.open().is_signed_out()
    switch(page, "ko")
    page.reload()
    simulated.is_signed_out()
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.get_by_role("heading", level=1)).to_have_text("로그인")


def test_the_button_is_written_in_the_language_it_leads_to(simulated):
    page = simulated.page
    simulated.open().is_signed_out()
    button = page.get_by_test_id("language")
    expect(button).to_have_text("한국어")
    expect(button).to_have_attribute("lang", "ko")
    switch(page, "ko")
    expect(button).to_have_text("English")
    expect(button).to_have_attribute("lang", "en")


def test_an_error_that_is_shown_changes_its_language_and_keeps_its_code(simulated, troubles):
    troubles.expect(r"^response: 401 POST .*/auth/login$", r"status of 401 .*/auth/login")
    page = simulated.page
    simulated.open().is_signed_out()
    simulated.fill("signin-form", ADMIN, "not the password")
    alert = page.get_by_role("alert")
    expect(alert).to_have_text("The name or the password is wrong. [auth.required]")
    switch(page, "ko")
    expect(alert).to_have_text("이름이나 비밀번호가 틀렸습니다. [auth.required]")


def test_words_that_do_not_arrive_leave_the_page_as_it_was(simulated, troubles):
    page = simulated.page
    simulated.open().is_signed_out()
    troubles.expect("request failed: .*/i18n/ko.json", r"Failed to load resource.*/i18n/ko.json")
    page.route("**/i18n/ko.json", lambda route: route.abort("connectionreset"))
    with page.expect_event("requestfailed"):
        page.get_by_test_id("language").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.unroute("**/i18n/ko.json")
    switch(page, "ko")


def test_the_whole_way_in_korean(new_page, start):
    server = start("local=simulated://?containers=12&churn=0")
    page = new_page(locale="ko-KR")
    dashboard = Dashboard(page, server).open().is_signed_out()
    page.locator("[name=username]").fill(ADMIN)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="로그인").click()
    dashboard.is_live()
    expect(dashboard.rows.first).to_be_visible()
    dashboard.press("shop-web-1", "kill")
    expect(dashboard.message).to_contain_text("shop-web-1 컨테이너를 강제 종료할까요?")
    dashboard.confirm()
    dashboard.shows("shop-web-1", "exited")
    expect(dashboard.row("shop-web-1")).to_contain_text("강제 종료 (137)")
    page.get_by_test_id("user-menu").click()
    page.get_by_role("menuitem", name="로그아웃").click()
    dashboard.is_signed_out()
    expect(page.get_by_role("heading", level=1)).to_have_text("로그인")


def test_every_name_that_is_read_out_is_korean(new_page, _simulated_server):
    page = new_page(locale="ko-KR")
    Dashboard(page, _simulated_server).sign_in()
    names = page.evaluate(
        "[...document.querySelectorAll('[aria-label]:not([lang])')].map(one => one.ariaLabel)"
    )
    foreign = [name for name in names if not HANGUL.search(name)]
    # What engines and containers call themselves is the same everywhere.
    assert [name for name in foreign if re.search(r"[a-z]{3,} [a-z]", name)] == []
