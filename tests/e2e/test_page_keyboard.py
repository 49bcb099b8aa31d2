"""Everything by keyboard: the keys of the page, its list of them, and the palette."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.kit.waiting import eventually

CURSOR = ".is-cursor"
NAMES = "rows => rows.map(row => row.dataset.name)"


@pytest.fixture
def fleet(page, start):
    """A signed-in page on a fleet of its own; the pointer is not used."""
    return Dashboard(page, start("local=simulated://?containers=8&churn=0")).sign_in()


@pytest.fixture
def palette(fleet):
    """The palette of `fleet`, open."""
    return open_palette(fleet)


def open_palette(fleet):
    fleet.page.keyboard.press("Control+k")
    palette = fleet.page.get_by_test_id("palette")
    expect(palette.get_by_role("combobox")).to_be_focused()
    return palette


def at(fleet):
    """Return the name of the container under the cursor."""
    row = fleet.page.locator(f'[data-testid="container"]{CURSOR}')
    expect(row).to_have_count(1)
    return row.get_attribute("data-name")


def names(fleet):
    return fleet.rows.evaluate_all(NAMES)


def go_to(fleet, name):
    """Move the cursor down to a container."""
    for _ in range(names(fleet).index(name) + 1):
        fleet.page.keyboard.press("j")
    assert at(fleet) == name


def options(palette):
    return palette.get_by_role("option")


def test_slash_goes_to_the_filter_and_escape_leaves_it(fleet):
    page = fleet.page
    page.keyboard.press("/")
    expect(page.locator("[data-filter]")).to_be_focused()
    page.keyboard.type("web")
    expect(fleet.row("shop-db-1")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("[data-filter]")).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.locator("[data-filter]")).not_to_be_focused()


def test_what_is_being_composed_is_dropped_before_the_filter(fleet):
    box = fleet.page.locator("[data-filter]")
    box.fill("웹")
    key = "{ key: 'Escape', code: 'Escape', isComposing: true, bubbles: true }"
    box.evaluate(f'box => void box.dispatchEvent(new KeyboardEvent("keydown", {key}))')
    expect(fleet.page.get_by_test_id("no-hits")).to_contain_text("웹")
    expect(box).to_have_value("웹")
    fleet.page.keyboard.press("Escape")
    expect(box).to_have_value("")


def test_rows_that_come_back_leave_the_focus_in_the_filter(fleet):
    page, box = fleet.page, fleet.page.locator("[data-filter]")
    go_to(fleet, "shop-web-1")
    page.keyboard.press("/")
    page.keyboard.type("webx")
    expect(page.get_by_test_id("no-hits")).to_be_visible()
    page.keyboard.press("Backspace")
    expect(fleet.row("shop-web-1")).to_be_visible()
    page.keyboard.type("s")
    expect(box).to_have_value("webs")
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    fleet.shows("shop-web-1", "running")


@pytest.mark.parametrize("place", [".filter", '[data-testid="no-hits"]'])
def test_clearing_the_filter_leaves_the_keyboard_in_it(fleet, place):
    box = fleet.page.locator("[data-filter]")
    box.fill("no such thing")
    fleet.page.locator(place).get_by_role("button", name="Clear the filter").press("Enter")
    expect(box).to_have_value("")
    expect(box).to_be_focused()


def test_j_and_k_move_through_the_containers_and_stop_at_the_ends(fleet):
    order = names(fleet)
    fleet.page.keyboard.press("j")
    assert at(fleet) == order[0]
    for _ in range(3):
        fleet.page.keyboard.press("j")
    assert at(fleet) == order[3]
    fleet.page.keyboard.press("k")
    assert at(fleet) == order[2]
    for _ in range(len(order) + 2):
        fleet.page.keyboard.press("j")
    assert at(fleet) == order[-1]


def test_enter_opens_the_container_and_escape_closes_it(fleet):
    go_to(fleet, "shop-web-1")
    fleet.page.keyboard.press("Enter")
    panel = fleet.page.locator(".panel")
    expect(panel).to_be_visible()
    expect(panel.get_by_role("heading", name="shop-web-1")).to_be_visible()
    fleet.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    assert at(fleet) == "shop-web-1"


def test_l_opens_its_log(fleet):
    go_to(fleet, "shop-web-1")
    fleet.page.keyboard.press("l")
    expect(fleet.logs).to_be_visible()
    assert fleet.page.url.endswith("/logs")


def test_s_stops_what_runs_and_starts_what_does_not(fleet):
    go_to(fleet, "shop-web-1")
    fleet.page.keyboard.press("s")
    fleet.shows("shop-web-1", "exited")
    stopped = fleet.page.locator('[data-testid="container"][data-state="exited"]')
    name = next(name for name in stopped.evaluate_all(NAMES) if name != "shop-web-1")
    fleet.page.locator("[data-filter]").fill(name)
    expect(fleet.rows).to_have_count(1)
    fleet.page.keyboard.press("Tab")
    fleet.page.keyboard.press("j")
    assert at(fleet) == name
    fleet.page.keyboard.press("s")
    fleet.shows(name, "running")


def test_r_restarts_it(fleet):
    go_to(fleet, "shop-web-1")
    fleet.page.evaluate(
        """() => {
          const row = document.querySelector('[data-name="shop-web-1"]');
          new MutationObserver(() => {
            if (row.dataset.pending === "restart") window.isRestarting = true;
          }).observe(row, { attributes: true });
        }"""
    )
    fleet.page.keyboard.press("r")
    eventually(lambda: fleet.page.evaluate("window.isRestarting"), what="the restart")
    fleet.shows("shop-web-1", "running")
    expect(fleet.message).to_have_count(0)


def test_in_the_panel_the_keys_mean_its_container(fleet):
    go_to(fleet, "shop-web-1")
    fleet.page.keyboard.press("Enter")
    expect(fleet.page.locator(".panel")).to_be_visible()
    fleet.page.keyboard.press("s")
    fleet.shows("shop-web-1", "exited")


def test_beside_the_table_the_keys_mean_the_container_of_the_open_panel(fleet):
    page = fleet.page
    go_to(fleet, "shop-db-1")
    fleet.open_panel("shop-web-1")
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    assert at(fleet) == "shop-db-1"
    page.keyboard.press("s")
    fleet.shows("shop-web-1", "exited")
    fleet.shows("shop-db-1", "running")
    fleet.row("shop-db-1").locator("[data-row-link]").focus()
    page.keyboard.press("s")
    fleet.shows("shop-db-1", "exited")


def test_x_selects_it(fleet):
    go_to(fleet, "shop-web-1")
    fleet.page.keyboard.press("x")
    expect(fleet.row("shop-web-1").get_by_test_id("select")).to_be_checked()
    fleet.page.keyboard.press("x")
    expect(fleet.row("shop-web-1").get_by_test_id("select")).not_to_be_checked()


def test_the_keys_are_the_same_with_korean_switched_on(fleet):
    order = names(fleet)
    fleet.page.evaluate(
        """() => document.body.dispatchEvent(
          new KeyboardEvent("keydown", { key: "ㅓ", code: "KeyJ", bubbles: true, cancelable: true }))"""
    )
    assert at(fleet) == order[0]


def test_keys_do_nothing_while_one_types_or_holds_another(fleet):
    page = fleet.page
    go_to(fleet, "shop-web-1")
    page.keyboard.press("/")
    page.keyboard.type("srl?")
    expect(page.locator("[data-filter]")).to_have_value("srl?")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    for chord in ("Alt+s", "Control+Shift+s", "Shift+s", "Meta+s"):
        page.keyboard.press(chord)
    page.keyboard.press("?")
    help_dialog = page.get_by_test_id("help")
    expect(help_dialog).to_be_visible()
    for key in ("s", "r", "l", "j"):
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    expect(help_dialog).to_have_count(0)
    page.get_by_test_id("user-menu").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu").first).to_be_visible()
    page.keyboard.press("s")
    page.keyboard.press("Escape")
    fleet.shows("shop-web-1", "running")
    expect(page.locator(".panel")).to_have_count(0)


def test_a_viewers_keys_open_and_never_act(page, start):
    server = start("local=simulated://?containers=8&churn=0")
    server.add_user("vera", "viewer")
    fleet = Dashboard(page, server).sign_in("vera")
    go_to(fleet, "shop-web-1")
    page.keyboard.press("s")
    page.keyboard.press("r")
    page.keyboard.press("l")
    expect(fleet.logs).to_be_visible()
    fleet.shows("shop-web-1", "running")
    expect(fleet.message).to_have_count(0)


def test_the_question_mark_lists_all_keys(fleet):
    page = fleet.page
    page.keyboard.press("?")
    listed = page.get_by_test_id("help")
    expect(listed.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    caps = set(listed.locator("kbd").all_inner_texts())
    assert caps >= {"/", "j", "k", "↵", "l", "s", "r", "?", "Esc", "Ctrl", "K"}
    page.keyboard.press("Enter")  # on the button that has the focus: close
    expect(listed).to_have_count(0)


def test_a_dialog_keeps_the_focus_and_gives_it_back(fleet):
    page = fleet.page
    button = page.locator("[data-theme-choice]")
    button.focus()
    page.keyboard.press("Control+k")
    expect(page.get_by_test_id("palette").get_by_role("combobox")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_what_is_typed_before_a_dialog_has_come_acts_on_nothing(fleet):
    page = fleet.page
    go_to(fleet, "shop-web-1")
    waiting = []
    page.route("**/palette.js", lambda route: waiting.append(route))
    with page.expect_request("**/palette.js"):
        page.keyboard.press("Control+k")
    page.keyboard.type("srl")
    waiting.pop().continue_()
    expect(page.get_by_test_id("palette")).to_be_visible()
    page.keyboard.press("Escape")
    fleet.shows("shop-web-1", "running")
    expect(page.locator(".panel")).to_have_count(0)


def test_a_part_that_does_not_arrive_says_so_and_offers_to_reload(fleet, troubles):
    troubles.expect("palette.js", "Failed to load resource")
    page = fleet.page
    page.route("**/palette.js", lambda route: route.abort("connectionreset"))
    page.keyboard.press("Control+k")
    expect(page.get_by_role("alert")).to_contain_text("did not arrive")
    page.unroute("**/palette.js")
    page.get_by_role("button", name="Reload the page").click()
    fleet.is_live()
    open_palette(fleet)


# ----- the palette


def test_the_palette_finds_a_container_by_a_few_letters_and_opens_it(fleet, palette):
    fleet.page.keyboard.type("shwb1")
    expect(options(palette).first).to_contain_text("shop-web-1")
    fleet.page.keyboard.press("Enter")
    expect(palette).to_have_count(0)
    expect(fleet.page.locator(".panel").get_by_role("heading", name="shop-web-1")).to_be_visible()


def test_the_palette_acts_on_the_container_under_the_cursor(fleet):
    go_to(fleet, "shop-web-1")
    palette = open_palette(fleet)
    expect(options(palette).first).to_contain_text("shop-web-1")
    fleet.page.keyboard.type("stop shop")
    expect(options(palette).first).to_contain_text("Stop shop-web-1")
    fleet.page.keyboard.press("Enter")
    fleet.shows("shop-web-1", "exited")


def test_the_palette_acts_on_a_container_by_name_and_a_name_alone_only_opens_it(fleet, palette):
    expect(options(palette).filter(has_text="Stop shop-web-1")).to_have_count(0)
    fleet.page.keyboard.type("shop-web-1")
    expect(options(palette).first).to_contain_text("shop-web-1 · shop")
    palette.get_by_role("combobox").fill("stop shop-web-1")
    expect(options(palette).first).to_contain_text("Stop shop-web-1")
    fleet.page.keyboard.press("Enter")
    fleet.shows("shop-web-1", "exited")


def test_the_palette_asks_before_it_destroys_as_everything_does(fleet):
    go_to(fleet, "shop-web-1")
    open_palette(fleet)
    fleet.page.keyboard.type("kill shop-web-1")
    fleet.page.keyboard.press("Enter")
    expect(fleet.message).to_contain_text("Kill shop-web-1?")
    expect(fleet.message.get_by_role("button", name="Cancel")).to_be_focused()
    fleet.page.keyboard.press("Enter")
    expect(fleet.message).to_have_count(0)
    expect(fleet.row("shop-web-1")).not_to_have_attribute("data-pending", "kill")
    listed = fleet.server.get("containers")["data"]
    assert {one["name"]: one["state"] for one in listed}["shop-web-1"] == "running"


@pytest.mark.parametrize(
    ("typed", "end"),
    [("logs of", "/logs"), ("charts of", "/stats"), ("processes of", "/processes")],
)
def test_the_palette_goes_to_every_part_of_the_container(fleet, typed, end):
    go_to(fleet, "shop-web-1")
    open_palette(fleet)
    fleet.page.keyboard.type(typed)
    fleet.page.keyboard.press("Enter")
    expect(fleet.page.locator(".panel")).to_be_visible()
    assert fleet.page.url.endswith(end)


def test_the_palette_filters(fleet, palette):
    fleet.page.keyboard.type("filter exited")
    fleet.page.keyboard.press("Enter")
    expect(fleet.page.locator("[data-filter]")).to_have_value("state:exited")
    open_palette(fleet)
    fleet.page.keyboard.type("clear the")
    fleet.page.keyboard.press("Enter")
    expect(fleet.page.locator("[data-filter]")).to_have_value("")


def test_the_palette_sets_theme_and_language_and_signs_out(fleet, palette):
    page = fleet.page
    page.keyboard.type("theme dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    open_palette(fleet)
    page.keyboard.type("한국어")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    open_palette(fleet)
    page.keyboard.type("로그아웃")
    page.keyboard.press("Enter")
    fleet.is_signed_out()


def test_the_palette_leads_to_the_list_of_keys(fleet, palette):
    fleet.page.keyboard.type("keyboard")
    fleet.page.keyboard.press("Enter")
    expect(palette).to_have_count(0)
    expect(fleet.page.get_by_test_id("help")).to_be_visible()


def test_in_the_palette_the_arrows_go_around_and_the_choice_is_told(fleet, palette):
    box = palette.get_by_role("combobox")
    expect(box).to_be_focused()

    def chosen():
        expect(palette.locator('[role=option][aria-selected="true"]')).to_have_count(1)
        told = box.get_attribute("aria-activedescendant")
        return palette.locator(f'[id="{told}"][aria-selected="true"]').inner_text()

    texts = options(palette).all_inner_texts()
    assert chosen() == texts[0]
    fleet.page.keyboard.press("ArrowDown")
    assert chosen() == texts[1]
    fleet.page.keyboard.press("ArrowUp")
    fleet.page.keyboard.press("ArrowUp")
    assert chosen() == texts[-1]
    fleet.page.keyboard.press("ArrowDown")
    assert chosen() == texts[0]


def test_the_palette_says_when_nothing_fits_and_remembers_nothing(fleet, palette):
    fleet.page.keyboard.type("qqqq")
    expect(palette.get_by_role("status")).to_have_text("Nothing fits.")
    fleet.page.keyboard.press("Enter")
    expect(palette).to_be_visible()
    fleet.page.keyboard.press("Escape")
    open_palette(fleet)
    expect(palette.get_by_role("combobox")).to_have_value("")
    assert "qqqq" not in fleet.page.evaluate("JSON.stringify({...localStorage})")


def test_the_palette_opens_from_the_menu_and_closes_by_a_press_beside_it(fleet):
    page = fleet.page
    page.get_by_test_id("user-menu").click()
    page.get_by_role("menuitem", name="Find or do").click()
    palette = page.get_by_test_id("palette")
    expect(palette).to_be_visible()
    page.mouse.click(5, 500)
    expect(palette).to_have_count(0)
