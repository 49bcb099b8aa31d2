"""For everyone: axe finds nothing on any page, and nothing is told by colour or motion alone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.kit.server import ROOT
from tests.kit.waiting import eventually

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
# Every pair of language, scheme and size once.
READERS = {
    "english-light-desk": {"locale": "en-GB", "color_scheme": "light", **DESK},
    "korean-dark-desk": {"locale": "ko-KR", "color_scheme": "dark", **DESK},
    "english-dark-phone": {"locale": "en-GB", "color_scheme": "dark", **PHONE},
    "korean-light-phone": {"locale": "ko-KR", "color_scheme": "light", **PHONE},
}
# The tabs of the panel, and what is there once each has come.
TABS = {
    "overview": "dl",
    "logs": "[data-testid=log-line]",
    "stats": "canvas",
    "configuration": "dl, table",
    "processes": "table",
}


@pytest.fixture(params=READERS.values(), ids=READERS.keys())
def reader(request, new_page):
    """A page as one of these readers sees it."""
    return new_page(**request.param)


def has_no_faults(page, where):
    """Expect axe to find nothing to mend."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    told = [
        f"{one['id']}: {node['html'][:160]} ({' '.join(node['failureSummary'].split())[:300]})"
        for one in found["violations"]
        for node in one["nodes"][:5]
    ]
    assert found["passes"] and not told, "\n".join([where, *told])


def calm(page):
    """Wait until nothing fades any more: a colour half way is no colour."""
    still = "document.getAnimations().every(({ playState }) => playState !== 'running')"
    # Playwright's own waiting evaluates text on the page, which the content policy forbids.
    eventually(lambda: page.evaluate(still), what="stillness")


def test_signing_in_and_setting_up(reader, start, _simulated_server, troubles):
    troubles.expect(r"^response: 401 POST .*/auth/login$", r"status of 401 .*/auth/login")
    dashboard = Dashboard(reader, _simulated_server).open().is_signed_out()
    has_no_faults(reader, "sign-in")
    reader.locator("[name=username]").fill("ada")
    reader.locator("[name=password]").fill("not the password")
    reader.locator("button[type=submit]").click()
    expect(reader.get_by_role("alert")).to_contain_text("auth.required")
    has_no_faults(reader, "sign-in refused")
    dashboard.open("/setup#code")
    expect(reader.get_by_test_id("setup-form")).to_be_visible()
    has_no_faults(reader, "set-up")


def test_the_table(reader, start):
    server = start("local=simulated://?containers=30&churn=0;nas=simulated://?containers=3&churn=0")
    dashboard = Dashboard(reader, server).sign_in()
    expect(dashboard.rows.first).to_be_visible()
    calm(reader)
    has_no_faults(reader, "by project")
    dashboard.open("/?group=flat").is_live()
    expect(dashboard.rows.first).to_be_visible()
    calm(reader)
    has_no_faults(reader, "flat")
    reader.locator("[data-filter]").fill("state:exited")
    expect(dashboard.rows.first).to_have_attribute("data-state", "exited")
    has_no_faults(reader, "filtered")
    reader.locator("[data-filter]").fill("nothing is called so")
    expect(reader.get_by_test_id("no-hits")).to_be_visible()
    has_no_faults(reader, "no hits")


def test_menus_dialogs_and_questions(reader, start):
    server = start("local=simulated://?containers=8&churn=0")
    dashboard = Dashboard(reader, server).sign_in()
    reader.get_by_test_id("user-menu").click()
    expect(reader.get_by_role("menuitem").first).to_be_visible()
    has_no_faults(reader, "the account's menu")
    reader.get_by_role("menuitem").first.click()
    expect(reader.get_by_test_id("palette")).to_be_visible()
    has_no_faults(reader, "palette")
    reader.get_by_test_id("palette").get_by_role("combobox").fill("qqqq")
    expect(reader.get_by_test_id("palette").get_by_role("status")).to_be_visible()
    has_no_faults(reader, "palette without hits")
    reader.keyboard.press("Escape")
    reader.keyboard.press("?")
    expect(reader.get_by_test_id("help")).to_be_visible()
    has_no_faults(reader, "help")
    reader.keyboard.press("Escape")
    dashboard.row("shop-web-1").locator('[data-action="more"]').click()
    has_no_faults(reader, "a row's menu")
    reader.locator('[role="menu"] [data-action="kill"]').click()
    expect(dashboard.message).to_be_visible()
    has_no_faults(reader, "a question")


def test_a_selection(reader, start):
    server = start("local=simulated://?containers=8&churn=0")
    dashboard = Dashboard(reader, server).sign_in()
    for name in ("shop-web-1", "shop-api-1"):
        dashboard.row(name).get_by_test_id("select").check()
    expect(reader.get_by_test_id("bulk")).to_be_visible()
    has_no_faults(reader, "a selection")
    reader.get_by_test_id("bulk").locator('button[data-action="restart"]').click()
    expect(reader.get_by_test_id("bulk-summary")).to_contain_text("2")
    calm(reader)
    has_no_faults(reader, "what came of it")


def test_a_refusal(reader, start):
    server = start("local=simulated://?containers=8&churn=0", DOCKMON_READ_ONLY="true")
    dashboard = Dashboard(reader, server).sign_in()
    dashboard.row("shop-web-1").locator('[data-action="restart"]').click()
    expect(dashboard.message).to_be_visible()
    calm(reader)
    has_no_faults(reader, "a refusal beside its row")


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_of_the_panel(reader, start, _simulated_server, tab):
    dashboard = Dashboard(reader, _simulated_server).sign_in()
    address = dashboard.row("shop-web-1").locator("[data-row-link]").get_attribute("href")
    reader.evaluate("address => { location.hash = address }", address + f"/{tab}")
    expect(reader.locator(".panel").get_by_role("heading", name="shop-web-1")).to_be_visible()
    expect(reader.get_by_role("tabpanel")).to_be_visible()
    expect(reader.get_by_role("tabpanel").locator(TABS[tab]).first).to_be_attached()
    calm(reader)
    has_no_faults(reader, tab)


def test_no_engine(reader, start, tmp_path):
    server = start(f"local=unix://{tmp_path}/nothing.sock")
    Dashboard(reader, server).sign_in()
    expect(reader.get_by_test_id("no-engine")).to_be_visible()
    has_no_faults(reader, "no engine")


def test_no_containers(reader, start):
    server = start("local=simulated://?containers=0")
    Dashboard(reader, server).sign_in()
    expect(reader.get_by_test_id("no-containers")).to_be_visible()
    has_no_faults(reader, "no containers")


def test_reduced_motion_turns_all_motion_off(new_page, _simulated_server):
    page = new_page(reduced_motion="reduce")
    dashboard = Dashboard(page, _simulated_server).sign_in()
    moving = page.evaluate(
        """() => {
          const probe = document.createElement("div");
          probe.className = "container is-changed spinner";
          document.body.append(probe);
          const all = [probe, ...document.querySelectorAll("*")];
          const found = all.filter((one) => {
            const { animationName, transitionDuration } = getComputedStyle(one);
            return animationName !== "none" || parseFloat(transitionDuration) > 0;
          });
          probe.remove();
          return found.map((one) => one.outerHTML.slice(0, 80));
        }"""
    )
    assert moving == []
    assert page.evaluate("document.getAnimations().length") == 0
    assert dashboard.is_the_same_page


def test_the_marks_of_states_stay_where_the_system_chooses_the_colours(new_page, _simulated_server):
    page = new_page(forced_colors="active")
    dashboard = Dashboard(page, _simulated_server).sign_in()
    expect(dashboard.rows.first).to_be_visible()
    marks = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid="container"] .state-mark')].map((mark) => {
          const { color, display } = getComputedStyle(mark);
          const ground = getComputedStyle(document.body).backgroundColor;
          return { seen: display !== "none" && mark.getBoundingClientRect().width >= 10, color, ground };
        })"""
    )
    assert len(marks) >= 5
    for mark in marks:
        assert mark["seen"]
        assert mark["color"] != mark["ground"]
    shapes = page.eval_on_selector_all(
        '[data-testid="container"] .state-mark',
        "marks => new Set(marks.map(m => m.innerHTML)).size",
    )
    assert shapes >= 2


def test_a_state_is_told_by_a_shape_and_a_word_beside_its_colour(simulated):
    simulated.sign_in()
    for row in simulated.rows.all():
        state = row.get_attribute("data-state")
        expect(row).to_contain_text(re.compile(f"{state}|unhealthy"))
        expect(row.locator("svg.state-mark").first).to_be_attached()


def test_the_focus_goes_from_the_skip_link_through_the_bar_into_the_table(simulated):
    page = simulated.page
    simulated.sign_in()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the containers")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                """() => {
                  const one = document.activeElement;
                  const box = one.getBoundingClientRect();
                  const { outlineStyle, outlineWidth } = getComputedStyle(one);
                  return {
                    place: one.closest("header") ? "bar" : one.closest("table") ? "table"
                      : one.closest("main") ? "above" : "elsewhere",
                    name: one.getAttribute("aria-label") ?? one.textContent,
                    framed: outlineStyle !== "none" && parseFloat(outlineWidth) >= 1,
                    seen: box.width > 0 && box.height > 0,
                  };
                }"""
            )
        )
        if seen[-1]["place"] == "table":
            break
    places = [one["place"] for one in seen]
    assert places == sorted(places, key=["bar", "above", "table"].index), places
    for one in seen:
        assert one["framed"] and one["seen"] and one["name"].strip(), one
