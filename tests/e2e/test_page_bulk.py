"""Acting on many containers: picking them, what is asked, and what is told of each."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.browser import Dashboard
from tests.kit.dockerd import POLITE, STUBBORN
from tests.kit.server import ADMIN, PASSWORD
from tests.kit.waiting import eventually

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
PROJECT = "com.docker.compose.project"
# Takes its time to end, so that what is under way can be seen.
SLOW = ("sh", "-c", "trap 'sleep 2; exit 0' TERM; while true; do sleep 0.05; done")


def pick(dashboard: Dashboard, *names: str, **options: object) -> None:
    """Tick the boxes of these rows."""
    for name in names:
        dashboard.row(name).get_by_test_id("select").click(**options)


def picked(dashboard: Dashboard) -> Locator:
    """What the bar says of the selection."""
    return dashboard.page.get_by_test_id("selected")


def act(dashboard: Dashboard, action: str) -> None:
    """Press a button of the bar, from its menu where that holds it."""
    button = dashboard.page.get_by_test_id("bulk").locator(f'button[data-action="{action}"]')
    if button.count() == 0:
        dashboard.page.get_by_test_id("bulk").locator('[data-action="more"]').click()
    button.click()


def question(dashboard: Dashboard) -> Locator:
    return dashboard.page.get_by_test_id("bulk-question")


def summary(dashboard: Dashboard) -> Locator:
    return dashboard.page.get_by_test_id("bulk-summary")


def told(dashboard: Dashboard, kind: str) -> Locator:
    """The line of the summary for one kind of outcome."""
    return summary(dashboard).locator(f'[data-kind="{kind}"]')


# ----- picking


def test_what_is_picked_stays_picked_behind_a_filter_and_the_bar_says_so(simulated):
    simulated.sign_in()
    pick(simulated, "shop-web-1", "shop-db-1")
    expect(picked(simulated)).to_have_text("2 selected")
    simulated.page.get_by_role("searchbox").fill("name:db")
    expect(simulated.row("shop-web-1")).to_have_count(0)
    expect(picked(simulated)).to_have_text("2 selected1 not shown")
    simulated.page.get_by_role("searchbox").fill("")
    expect(picked(simulated)).to_have_text("2 selected")
    for name in ("shop-web-1", "shop-db-1"):
        expect(simulated.row(name).get_by_test_id("select")).to_be_checked()
    simulated.page.get_by_role("button", name="Clear the selection").click()
    expect(picked(simulated)).to_have_count(0)
    expect(simulated.row("shop-db-1").get_by_test_id("select")).not_to_be_checked()


def test_shift_picks_a_range_in_the_order_shown(simulated):
    simulated.sign_in()
    boxes = simulated.page.get_by_test_id("select")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(picked(simulated)).to_have_text("4 selected")
    checked = [boxes.nth(at).is_checked() for at in range(6)]
    assert checked == [False, True, True, True, True, False]


def test_all_that_the_filter_shows_are_picked_at_once(simulated):
    simulated.sign_in()
    simulated.page.get_by_role("searchbox").fill("project:shop")
    expect(simulated.row("shop-web-1")).to_be_visible()
    count = simulated.rows.count()
    simulated.page.get_by_test_id("select-all").click()
    expect(picked(simulated)).to_have_text(f"{count} selected")
    simulated.page.get_by_role("searchbox").fill("")
    expect(picked(simulated)).to_have_text(f"{count} selected")
    expect(simulated.page.get_by_test_id("select-all")).to_have_js_property("indeterminate", True)


def test_a_picked_container_that_vanishes_leaves_the_selection(docker, engine):
    engine.run("web")
    engine.run("cache")
    pick(docker, "web", "cache")
    expect(picked(docker)).to_have_text("2 selected")
    engine.api.remove_container("cache", force=True)
    expect(picked(docker)).to_have_text("1 selected")


def test_a_picked_container_is_picked_by_key(simulated):
    simulated.sign_in()
    simulated.row("shop-web-1").get_by_test_id("select").focus()
    simulated.page.keyboard.press("Space")
    expect(picked(simulated)).to_have_text("1 selected")
    simulated.page.keyboard.press("Space")
    expect(picked(simulated)).to_have_count(0)


# ----- acting


def test_only_those_in_a_fitting_state_are_asked_and_the_bar_says_how_many(docker, engine):
    ids = {name: engine.run(name) for name in ("web", "cache")}
    engine.create("off")
    pick(docker, "web", "cache", "off")
    bar = docker.page.get_by_test_id("bulk")
    expect(bar.get_by_role("button", name="Stop 2 of 3")).to_be_visible()
    expect(bar.get_by_role("button", name="Start 1 of 3")).to_be_visible()
    act(docker, "stop")
    expect(told(docker, "done")).to_have_text("2 stopped.")
    expect(summary(docker).get_by_role("listitem")).to_have_count(1)
    docker.shows("off", "created")
    assert all(not engine.inspect(one)["State"]["Running"] for one in ids.values())
    expect(bar.get_by_role("button", name="Start 3")).to_be_visible()


def test_the_sum_is_read_out_and_stays_until_it_is_dismissed(docker, engine):
    engine.run("web")
    pick(docker, "web")
    act(docker, "stop")
    expect(told(docker, "done")).to_have_text("1 stopped.")
    expect(docker.page.get_by_test_id("bulk-announced")).to_have_text("1 stopped.")
    expect(docker.page.get_by_test_id("bulk-announced")).to_have_attribute("role", "status")
    docker.page.get_by_role("searchbox").fill("nothing-is-called-so")
    docker.page.get_by_role("searchbox").fill("")
    docker.page.get_by_role("button", name="Clear the selection").click()
    expect(summary(docker)).to_be_visible()
    docker.page.get_by_role("button", name="Dismiss").click()
    expect(summary(docker)).to_have_count(0)
    expect(docker.page.get_by_test_id("bulk")).to_be_hidden()


def test_each_is_marked_while_it_is_under_way_and_the_whole_is_counted(docker, engine):
    engine.run("quick", *POLITE)
    engine.run("slow", *SLOW)
    pick(docker, "quick", "slow")
    act(docker, "stop")
    expect(docker.page.get_by_test_id("bulk-progress")).to_have_text("1 of 2")
    expect(docker.row("slow")).to_have_attribute("data-pending", "stop")
    expect(docker.row("slow")).to_contain_text("stopping…")
    docker.shows("quick", "exited")
    expect(docker.row("quick")).not_to_have_attribute("data-pending", "stop")
    expect(told(docker, "done")).to_have_text("2 stopped.")
    expect(docker.page.get_by_test_id("bulk-progress")).to_have_count(0)


def test_what_was_not_sent_yet_can_be_given_up(docker, engine):
    names = [f"slow-{number}" for number in range(10)]
    for name in names:
        engine.run(name, *SLOW)
    expect(docker.rows).to_have_count(10)
    docker.page.get_by_test_id("select-all").click()
    act(docker, "stop")
    expect(docker.page.locator('[data-pending="stop"]')).to_have_count(10)
    give_up = docker.page.get_by_role("button", name="Do not send the other 2")
    expect(give_up).to_be_visible()
    waiting = docker.page.locator('[data-testid="container"]:has([data-mark="waiting"])')
    expect(waiting).to_have_count(2)
    expect(waiting.first).to_contain_text("waits its turn")
    give_up.click()
    expect(told(docker, "unsent")).to_have_text(re.compile(r"^2 not sent: slow-\d, slow-\d\.$"))
    expect(told(docker, "done")).to_have_text("8 stopped.")
    expect(docker.page.locator('[data-pending="stop"]')).to_have_count(0)
    running = [name for name in names if engine.inspect(name)["State"]["Running"]]
    assert len(running) == 2


def test_what_is_removed_is_asked_back_by_name_and_number(docker, engine):
    names = [f"old-{number:02}" for number in range(12)]
    for name in names:
        engine.create(name)
    expect(docker.rows).to_have_count(12)
    docker.page.get_by_test_id("select-all").click()
    act(docker, "remove")
    expect(question(docker)).to_contain_text("Remove 12 containers?")
    expect(question(docker)).to_contain_text(f"{', '.join(names[:8])} and 4 more")
    expect(question(docker).get_by_role("button", name="Cancel")).to_be_focused()
    docker.page.keyboard.press("Escape")
    expect(question(docker)).to_have_count(0)
    expect(docker.page.get_by_test_id("bulk").locator(":focus")).to_have_count(1)
    assert len(engine.listed()) == 12
    act(docker, "remove")
    question(docker).locator('[data-action="confirm"]').click()
    expect(told(docker, "done")).to_have_text("12 removed.")
    expect(docker.rows).to_have_count(0)
    assert engine.listed() == {}


def test_what_was_refused_and_what_was_gone_is_told_with_name_and_reason(docker, engine):
    for name in ("cache", "db", "web"):
        engine.create(name)
    pick(docker, "cache", "db", "web")
    act(docker, "remove")
    expect(question(docker)).to_be_visible()
    # The question was about three that stood still.
    engine.api.start("db")
    engine.api.remove_container("cache")
    docker.shows("db", "running")
    expect(docker.row("cache")).to_have_count(0)
    question(docker).locator('[data-action="confirm"]').click()
    expect(told(docker, "done")).to_have_text("1 removed.")
    expect(told(docker, "refused")).to_have_text(
        "1 refused: db: Its state does not allow this. [container.conflict]"
    )
    expect(told(docker, "gone")).to_have_text("1 no longer there: cache.")
    marks = {
        svg.get_attribute("d") for svg in summary(docker).locator("svg path:first-child").all()
    }
    assert len(marks) == 3, "each has a shape of its own"
    expect(docker.message).to_contain_text("db was not removed.")
    assert set(engine.listed()) == {"db"}


def test_dismissing_the_sum_dismisses_what_it_has_left_beside_the_rows(docker, engine):
    for name in ("cache", "db", "web"):
        engine.create(name)
    docker.press("web", "remove")
    pick(docker, "cache", "db")
    act(docker, "remove")
    for name in ("cache", "db"):
        engine.api.start(name)
        docker.shows(name, "running")
    question(docker).locator('[data-action="confirm"]').click()
    expect(told(docker, "refused")).to_be_visible()
    expect(docker.message).to_have_count(3)
    summary(docker).locator("..").locator('[data-action="dismiss"]').click()
    # What was asked of another is still asked.
    expect(docker.message).to_have_count(1)
    expect(docker.message).to_contain_text("Remove web?")


def test_rows_with_a_refusal_are_not_kept_while_the_reader_looks_elsewhere(page, start):
    server = start("local=simulated://?containers=130", DOCKMON_READ_ONLY="true")
    dashboard = Dashboard(page, server).sign_in()
    page.get_by_test_id("select-all").click()
    act(dashboard, "restart")
    expect(dashboard.message.first).to_be_visible()
    page.get_by_role("button", name="Clear the selection").click()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(dashboard.rows.last).to_be_in_viewport()
    expect(dashboard.message).to_have_count(0)
    page.evaluate("scrollTo(0, 0)")
    expect(dashboard.message.first).to_be_visible()


def test_the_unanswered_is_forgotten_when_nobody_wants_to_know_any_more(simulated):
    simulated.sign_in()
    told_of = simulated.page.evaluate("""async () => {
      const entries = performance.getEntriesByType("resource").map(({ name }) => name);
      const module = (ending) => import(entries.find((name) => name.endsWith(ending)));
      const { whenAnswered } = await module("state/unanswered.js");
      const { containers } = await module("state/live.js");
      const [one] = containers.value.filter(({ state }) => state === "running");
      const told = [];
      let isOpen = true;
      whenAnswered(one, { action: "pause" }, () => isOpen, () => told.push("dropped"));
      whenAnswered(one, { action: "pause" }, () => true, () => told.push("kept"));
      isOpen = false;
      containers.value = containers.value.map((other) => other === one ? { ...one, state: "paused" } : other);
      isOpen = true;
      containers.value = [...containers.value];
      return told;
    }""")
    assert told_of == ["kept"]


def test_the_unanswered_is_told_apart_and_answered_by_the_container_itself(docker, engine):
    engine.run("deaf", *STUBBORN)
    engine.run("web")
    pick(docker, "deaf", "web")
    engine.freeze()
    act(docker, "stop")
    expect(told(docker, "unknown")).to_have_text(
        "No answer for 2: deaf, web. They may still stop.", timeout=60_000
    )
    expect(docker.message.first).to_have_attribute("data-phase", "unknown")
    expect(docker.message.first.locator('[data-mark="unknown"]')).to_be_visible()
    engine.thaw()
    # The stop was under way all the time.
    docker.shows("web", "exited", timeout=60_000)
    docker.shows("deaf", "exited", timeout=60_000)
    expect(docker.message).to_have_count(0)
    expect(told(docker, "done")).to_have_text("2 stopped.")
    expect(told(docker, "unknown")).to_have_count(0)


def test_more_than_the_server_takes_at_once_is_sent_at_its_pace(page, start):
    dashboard = Dashboard(page, start("local=simulated://?containers=130")).sign_in()
    page.get_by_test_id("select-all").click()
    running = page.get_by_test_id("bulk").locator('button[data-action="restart"]').inner_text()
    count = int(re.findall(r"\d+", running)[0])
    assert count > 100, "more than may be sent at once"
    act(dashboard, "restart")
    expect(told(dashboard, "done")).to_have_text(f"{count} restarted.", timeout=60_000)
    expect(summary(dashboard).get_by_role("listitem")).to_have_count(1)


def test_the_keyboard_works_along_the_whole_way_and_no_row_hides_behind_the_bar(page, start):
    dashboard = Dashboard(page, start("local=simulated://?containers=30")).sign_in()
    bar = page.get_by_test_id("bulk")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(picked(dashboard)).to_have_text("1 selected")
    for _ in range(25):
        page.keyboard.press("j")
    here = page.locator('[data-testid="container"][aria-current="true"]')
    expect(here).to_have_count(1)
    expect(here).to_be_in_viewport()
    row, foot = here.bounding_box(), bar.bounding_box()
    assert row and foot
    assert row["y"] + row["height"] <= foot["y"] + 1
    page.keyboard.press("x")
    expect(picked(dashboard)).to_have_text("2 selected")
    bar.locator('button[data-action="restart"]').focus()
    page.keyboard.press("Enter")
    expect(told(dashboard, "done")).to_have_text(re.compile("restarted"))
    expect(bar.locator(":focus")).to_have_count(1)
    page.get_by_role("button", name="Dismiss").focus()
    page.keyboard.press("Enter")
    expect(summary(dashboard)).to_have_count(0)
    expect(bar.locator(":focus")).to_have_count(1)
    bar.get_by_role("button", name="Clear the selection").focus()
    page.keyboard.press("Enter")
    expect(picked(dashboard)).to_have_count(0)
    expect(page.locator("body:focus")).to_have_count(0)


# ----- projects


def test_a_project_is_stopped_started_and_restarted_by_its_own_buttons(docker, engine):
    for name in ("shop-web-1", "shop-db-1"):
        engine.run(name, Labels={PROJECT: "shop"})
    engine.run("lone")
    row = docker.page.locator('[data-testid="project"]', has_text="shop")
    row.get_by_role("button", name="Stop 2 containers of shop").click()
    expect(told(docker, "done")).to_have_text("2 stopped.")
    expect(summary(docker)).to_contain_text("shop")
    docker.shows("shop-web-1", "exited")
    docker.shows("lone", "running")
    row.get_by_role("button", name="Start 2 containers of shop").click()
    docker.shows("shop-web-1", "running")
    docker.shows("shop-db-1", "running")
    before = engine.inspect("shop-db-1")["State"]["StartedAt"]
    row.get_by_role("button", name="Restart 2 containers of shop").click()
    expect(summary(docker).first).to_contain_text("2 restarted.")
    assert engine.inspect("shop-db-1")["State"]["StartedAt"] > before
    assert row.locator('[data-action="logs"]').get_attribute("href") == "#/p/local/shop"


# ----- who may


def test_a_viewer_picks_containers_for_their_logs_and_gets_no_button_that_acts(page, start):
    server = start("local=simulated://?containers=8")
    server.add_user("vera", "viewer")
    viewer = Dashboard(page, server).sign_in("vera")
    expect(viewer.row("shop-web-1").locator('[data-action="logs"]')).to_be_visible()
    for action in ("start", "stop", "restart", "more"):
        expect(page.locator(f'button[data-action="{action}"]')).to_have_count(0)
    pick(viewer, "shop-web-1", "shop-db-1")
    bar = page.get_by_test_id("bulk")
    expect(bar.locator("button[data-action]:not([data-action=clear-selection])")).to_have_count(1)
    expect(bar.locator('[data-action="select-shown"]')).to_be_visible()
    bar.locator('[data-action="logs"]').click()
    expect(viewer.logs).to_be_visible()


def test_a_read_only_server_says_so_once_and_the_rest_is_not_sent(page, start):
    server = start("local=simulated://?containers=40", DOCKMON_READ_ONLY="true")
    dashboard = Dashboard(page, server).sign_in()
    page.get_by_test_id("select-all").click()
    act(dashboard, "restart")
    expect(told(dashboard, "refused")).to_contain_text("This dockmon is read-only")
    expect(told(dashboard, "unsent")).to_be_visible()
    expect(told(dashboard, "done")).to_have_count(0)


def test_what_one_user_asked_is_nothing_to_the_next(simulated):
    simulated.sign_in()
    pick(simulated, "shop-web-1")
    act(simulated, "restart")
    expect(told(simulated, "done")).to_be_visible()
    sign_in_anew(simulated)
    expect(summary(simulated)).to_have_count(0)
    expect(picked(simulated)).to_have_count(0)


def sign_in_anew(dashboard: Dashboard) -> None:
    """Sign out and in again, on the same page."""
    dashboard.page.get_by_test_id("user-menu").click()
    dashboard.page.get_by_text("Sign out").click()
    dashboard.is_signed_out()
    dashboard.fill("signin-form", ADMIN, PASSWORD)
    dashboard.is_live()
    expect(dashboard.row("shop-web-1")).to_be_visible()


def test_what_one_user_was_asked_is_not_asked_of_the_next(simulated):
    simulated.sign_in()
    simulated.press("shop-web-1", "kill")
    expect(simulated.message).to_contain_text("Kill shop-web-1?")
    sign_in_anew(simulated)
    expect(simulated.message).to_have_count(0)


def test_what_was_to_be_asked_again_is_not_asked_in_the_name_of_the_next(simulated):
    sent = []

    def be_busy(socket):
        server = socket.connect_to_server()

        def answer(message):
            asked = re.match(r'42/containers,(\d+)\["container-action"', str(message))
            if not asked:
                return server.send(message)
            sent.append(message)
            params = {"retry_after_seconds": 2}
            error = {
                "code": "request.rate_limited",
                "message": "",
                "params": params,
                "request_id": "x",
            }
            refusal = json.dumps([{"ok": False, "error": error}])
            return socket.send(f"43/containers,{asked[1]}{refusal}")

        socket.on_message(answer)

    simulated.page.route_web_socket("**/socket.io/**", be_busy)
    simulated.sign_in()
    simulated.press("shop-web-1", "restart")
    expect(simulated.row("shop-web-1")).to_have_attribute("data-pending", "restart")
    eventually(lambda: not simulated.page.evaluate("0") and sent, what="the refusal")
    sign_in_anew(simulated)
    before = len(sent)
    asked_at = simulated.page.evaluate("performance.now()")
    is_later = "asked_at => performance.now() > asked_at + 3000"
    eventually(lambda: simulated.page.evaluate(is_later, asked_at), what="the time to ask again")
    assert len(sent) == before
    expect(simulated.row("shop-web-1")).not_to_have_attribute("data-pending", "restart")


def test_an_action_without_a_session_is_told_as_not_sent(simulated):
    simulated.sign_in()
    result = simulated.page.evaluate("""async () => {
      const entries = performance.getEntriesByType("resource").map(({ name }) => name);
      const { closeLive, performAction } =
        await import(entries.find((name) => name.endsWith("state/live.js")));
      closeLive();
      return performAction({ engine: "local", id: "a" }, "restart", {});
    }""")
    assert (result["outcome"], result["error"]["code"]) == ("failed", "connection.lost")


# ----- in the other language


def test_in_korean_everything_said_is_korean(new_page, start):
    page = new_page(locale="ko-KR")
    dashboard = Dashboard(page, start("local=simulated://?containers=8")).sign_in()
    pick(dashboard, "shop-web-1", "shop-db-1")
    act(dashboard, "kill")
    expect(question(dashboard)).to_contain_text(re.compile("[가-힣]"))
    expect(question(dashboard)).not_to_contain_text(re.compile(r"bulk\.|[Kk]ill|[Cc]ancel"))
    question(dashboard).locator('[data-action="confirm"]').click()
    expect(told(dashboard, "done")).to_have_text(re.compile("2.*[가-힣]"))
    expect(told(dashboard, "done")).not_to_contain_text(re.compile(r"bulk\.|killed"))


# ----- on a phone


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_bar_is_in_reach_and_nothing_is_beyond_the_edge(
    new_page, _simulated_server, scheme
):
    page = new_page(**PHONE, color_scheme=scheme)
    phone = Dashboard(page, _simulated_server).sign_in()
    phone.row("shop-web-1").get_by_test_id("select").tap()
    bar = page.get_by_test_id("bulk")
    expect(bar).to_be_in_viewport(ratio=1)
    bar.get_by_role("button", name=re.compile("Select all")).tap()
    for button in bar.locator("button:visible").all():
        box = button.bounding_box()
        assert box and box["height"] >= 40, button
    assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]") == [390, 390]
    act(phone, "kill")
    expect(question(phone).get_by_role("button", name="Cancel")).to_be_in_viewport(ratio=1)
    question(phone).get_by_role("button", name="Cancel").tap()
    expect(question(phone)).to_have_count(0)
