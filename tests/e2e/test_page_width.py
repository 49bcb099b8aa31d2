"""A phone: everything in reach, nothing beyond the edge, by day and by night."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.kit.server import ADMIN, PASSWORD

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def fits(page):
    """Expect nothing beyond the right edge."""
    assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [390, 390]


def brightness(page, selector="html", what="backgroundColor"):
    """Return how bright a colour of the page is, 0 to 255."""
    color = page.eval_on_selector(selector, f"node => getComputedStyle(node).{what}")
    red, green, blue = (float(part) for part in re.findall(r"[\d.]+", color)[:3])
    return 0.3 * red + 0.6 * green + 0.1 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_whole_way_on_a_phone(new_page, start, tmp_path, scheme):
    server = start("local=simulated://?containers=12;nas=simulated://?containers=3")
    page = new_page(**PHONE, color_scheme=scheme)
    phone = Dashboard(page, server).open().is_signed_out()
    fits(page)
    assert (brightness(page) > 200) == (scheme == "light")
    assert abs(brightness(page) - brightness(page, what="color")) > 100
    phone.fill("signin-form", ADMIN, PASSWORD)
    phone.is_live()
    expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", re.compile(r"^2\d$"))
    fits(page)
    assert page.screenshot(path=tmp_path / f"{scheme}.png")

    page.locator("[data-filter]").fill("engine:nas")
    nas = phone.rows.and_(page.locator('[data-engine="nas"]'))
    row = nas.filter(has_text="shop-api-1")
    row.locator('[data-action="more"]').tap()
    row.locator('[role="menu"] [data-action="kill"]').tap()
    expect(phone.message).to_be_visible()
    fits(page)
    phone.confirm()
    expect(row).to_have_attribute("data-state", "exited")

    row.locator('[data-action="logs"]').tap()
    expect(phone.log_lines.last).to_be_in_viewport()
    fits(page)
    assert phone.logs.bounding_box()["width"] == 390
    assert page.screenshot(path=tmp_path / f"{scheme}-logs.png")
    page.get_by_role("button", name="Close the panel").tap()
    expect(phone.logs).to_have_count(0)

    page.locator("[data-filter]").fill("")
    page.locator('[data-count="unhealthy"]').tap()
    expect(phone.rows).to_have_count(1)
    fits(page)
    page.get_by_test_id("user-menu").tap()
    page.locator('[data-action="sign-out"]').tap()
    phone.is_signed_out()


def test_no_engine_on_a_phone(new_page, start, tmp_path):
    page = new_page(**PHONE)
    Dashboard(page, start(f"local=unix://{tmp_path}/docker.sock")).sign_in()
    expect(page.get_by_test_id("no-engine")).to_be_visible()
    fits(page)


def test_the_chosen_theme_stays(page, simulated):
    simulated.sign_in()
    for chosen, is_bright in (("light", True), ("dark", False)):
        page.locator("[data-theme-choice]").click()
        expect(page.locator(f'[data-theme-choice="{chosen}"]')).to_be_visible()
        page.reload()
        expect(page.locator(f'[data-theme-choice="{chosen}"]')).to_be_visible()
        assert (brightness(page) > 128) is is_bright
