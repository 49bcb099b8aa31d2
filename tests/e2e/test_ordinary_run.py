"""A day at the page, sign-in included: nothing is asked for only to be refused, nothing is complained of."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.kit.server import ADMIN, PASSWORD

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("locale", ["en-GB", "ko-KR"])
def test_no_request_is_refused_and_the_console_stays_empty(new_page, start, locale, size):
    server = start("local=simulated://?containers=12&churn=0;nas=simulated://?containers=3&churn=0")
    page = new_page(locale=locale, **size)
    said, answers = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("response", lambda answer: answers.append((answer.status, answer.url)))
    dashboard = Dashboard(page, server).open().is_signed_out()
    page.locator("[name=username]").fill(ADMIN)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    dashboard.is_live()
    expect(dashboard.rows.first).to_be_visible()
    page.locator("[data-filter]").fill("shop-web-1")
    row = dashboard.rows.first
    expect(row).to_have_attribute("data-name", "shop-web-1")
    row.locator('[data-action="restart"]').click()
    expect(row).to_have_attribute("data-state", "running")
    address = row.locator("[data-row-link]").get_attribute("href")
    for tab in ("overview", "logs", "stats", "configuration", "processes"):
        page.evaluate("address => { location.hash = address }", f"{address}/{tab}")
        expect(page.get_by_role("tabpanel")).to_have_attribute("data-tab", tab)
        expect(page.get_by_role("tabpanel")).not_to_be_empty()
    expect(page.get_by_role("tabpanel").locator("table")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_test_id("palette")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_test_id("language").click()
    page.locator("[data-theme-choice]").click()
    page.reload()
    dashboard.is_live()
    page.get_by_test_id("user-menu").click()
    page.locator('[data-action="sign-out"]').click()
    dashboard.is_signed_out()
    assert len(answers) > 50
    assert [one for one in answers if one[0] >= 400] == []
    assert said == []
