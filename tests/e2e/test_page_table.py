"""The overview: heads, projects, columns, filter and address, a thousand rows, the keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.kit.server import Server
from tests.kit.waiting import eventually

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
# All rows of a small fleet are on it.
ROOMY = {"viewport": {"width": 1600, "height": 1700}}
COLUMNS = ("Name", "State", "Image", "CPU", "Memory", "Network", "Ports", "Age", "Restarts")

# Whatever changes below the table's headings, by the row it happens in.
WATCH = """
window.touched = [];
window.observer?.disconnect();
window.observer = new MutationObserver((records) => {
  for (const { type, target, attributeName } of records) {
    const row = (target.closest ? target : target.parentElement)?.closest("tr");
    const isFigure = type === "characterData" || attributeName === "d";
    const what = attributeName ?? type;
    window.touched.push({ row: row?.dataset.key ?? "the list", what, isFigure });
  }
});
window.observer.observe(document.querySelector(".containers tbody"),
  { subtree: true, childList: true, characterData: true, attributes: true });
"""


@pytest.fixture(scope="module")
def _crowd():
    """A thousand containers that nobody else touches."""
    server = Server("local=simulated://?containers=1000&churn=0")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def _fleet():
    """Enough for every project of the simulation, and a second engine."""
    server = Server(
        "local=simulated://?containers=25&churn=0;nas=simulated://?containers=3&churn=0"
    )
    yield server
    server.stop()


@pytest.fixture
def crowd(new_page, _crowd):
    return Dashboard(new_page(), _crowd).sign_in()


@pytest.fixture
def fleet(new_page, _fleet):
    return Dashboard(new_page(**ROOMY), _fleet).sign_in()


def project(dashboard, name, engine="local"):
    return dashboard.page.locator(f'[data-project="{name}"][data-engine="{engine}"]')


def fold(head):
    return head.locator("button[aria-expanded]")


def names(dashboard):
    return dashboard.rows.evaluate_all("rows => rows.map(row => row.dataset.name)")


def filter_box(dashboard):
    return dashboard.page.locator("[data-filter]")


def heading(dashboard, name):
    return dashboard.page.get_by_role("columnheader", name=name, exact=True)


def view_menu(dashboard):
    dashboard.page.get_by_test_id("view-menu").click()
    return dashboard.page.get_by_role("dialog", name="Columns and rows")


def all_containers(server):
    return server.get("containers")["data"]


# ----- heads


def test_an_engine_is_a_head_with_its_machines_figures_as_charts(fleet):
    head = fleet.engine("local")
    assert head.evaluate("row => row.closest('table') !== null")
    words = {"cpu": r"CPU[\d.]+\s%", "memory": r"Memory[\d.]+ / [\d.]+\s[GM]iB"}
    words |= {"disk": r"Disk \S+\s*[\d.]+\s%", "network": r"↓.*/s.*↑.*/s"}
    for figure, text in words.items():
        expect(head.locator(f'[data-figure="{figure}"]')).to_have_text(re.compile(text))
    expect(head.locator('[data-figure="disk"] .meter-fill')).to_have_count(1)
    expect(head).to_contain_text("Docker ")
    for figure in ("cpu", "memory", "network"):
        path = head.locator(f'[data-figure="{figure}"] .sparkline-line').last
        before = path.get_attribute("d") or ""
        eventually(lambda p=path, b=before: (p.get_attribute("d") or b) != b, what=figure)


def test_an_engine_that_is_down_is_told_at_the_top_and_gone_to_with_one_press(page, start):
    server = start("local=simulated://?containers=60&churn=0;nas=tcp://127.0.0.1:1")
    dashboard = Dashboard(page, server).sign_in()
    expect(dashboard.engine("nas")).to_have_count(0)
    page.get_by_role("button", name="1 engine down").click()
    expect(dashboard.engine("nas")).to_be_in_viewport()
    expect(dashboard.engine("nas")).to_contain_text("never confirmed")
    expect(fold(dashboard.engine("nas"))).to_be_focused()


def test_a_version_is_asked_for_again_where_the_first_answer_did_not_come(simulated, troubles):
    troubles.expect("/api/v1/engines", "Failed to load resource")
    asked = []

    def fail_once(route):
        asked.append(route)
        return route.abort() if len(asked) == 1 else route.continue_()

    simulated.page.route("**/api/v1/engines", fail_once)
    simulated.sign_in()
    expect(simulated.engine("local")).to_contain_text("Docker ")
    assert len(asked) == 2


def test_an_engine_that_is_silent_is_told_at_the_top_though_nobody_said_so(fleet):
    # In one go: the next word of the engine ends it.
    told = fleet.page.evaluate("""async () => {
      const entries = performance.getEntriesByType("resource").map(({ name }) => name);
      const { engines } = await import(entries.find((name) => name.endsWith("state/live.js")));
      engines.value = engines.value.map((one) => ({ ...one, stale: one.engine === "nas" }));
      await new Promise((resolve) => setTimeout(resolve));
      return document.querySelector('[data-count="engines-stale"]')?.textContent.trim();
    }""")
    assert told == "1 engine not answering"


def test_an_engine_that_is_down_is_gone_to_past_a_filter_that_hides_it(page, start):
    server = start("local=simulated://?containers=8&churn=0;nas=tcp://127.0.0.1:1")
    dashboard = Dashboard(page, server).sign_in()
    for hidden_by in ("shop-web", "no such thing"):
        filter_box(dashboard).fill(hidden_by)
        expect(dashboard.engine("nas")).to_have_count(0)
        page.get_by_role("button", name="1 engine down").click()
        expect(fold(dashboard.engine("nas"))).to_be_focused()
        expect(filter_box(dashboard)).to_have_value("")


def test_with_everything_folded_there_is_nothing_to_tick(fleet):
    box = fleet.page.get_by_test_id("select-all")
    for engine in ("local", "nas"):
        expect(box).to_be_enabled()
        fold(fleet.engine(engine)).click()
    expect(fleet.rows).to_have_count(0)
    expect(box).to_be_disabled()


def test_engines_and_projects_fold_and_stay_folded(fleet):
    fold(fleet.engine("nas")).click()
    expect(fleet.rows.and_(fleet.page.locator('[data-engine="nas"]'))).to_have_count(0)
    fold(project(fleet, "shop")).click()
    expect(fold(project(fleet, "shop"))).to_have_attribute("aria-expanded", "false")
    expect(fleet.row("shop-web-1")).to_have_count(0)
    fleet.page.reload()
    expect(project(fleet, "shop")).to_be_visible()
    expect(fleet.row("shop-web-1")).to_have_count(0)
    expect(fold(fleet.engine("nas"))).to_have_attribute("aria-expanded", "false")
    # A filter shows its hits, wherever they are.
    filter_box(fleet).fill("shop-web")
    expect(fleet.row("shop-web-1")).to_have_count(2)
    filter_box(fleet).fill("")
    fold(project(fleet, "shop")).click()
    expect(fleet.row("shop-web-1")).to_be_visible()


def test_containers_without_a_project_stand_beside_the_projects(fleet):
    keys = fleet.page.locator(".containers tbody [data-key]").evaluate_all(
        "rows => rows.map(row => row.dataset.project ?? row.dataset.name ?? row.dataset.engine)"
    )
    local = keys[: keys.index("nas")]
    heads = [key for key in local if "-" not in key or key in ("nightly-backup", "new-billing")]
    assert local[0] == "local"
    assert local.index("git") < local.index("git-gitea-1") < local.index("home")
    assert heads[1:] == sorted(heads[1:])
    assert {"pihole", "reports", "toolbox"} <= set(heads)


def test_a_project_has_its_own_totals_and_the_state_of_its_worst_member(new_page, start):
    server = start("local=simulated://?containers=25&churn=0")
    dashboard = Dashboard(new_page(**ROOMY), server).sign_in()
    git = project(dashboard, "git")
    expect(git).to_contain_text("2 of 2 running")
    expect(git).to_have_attribute("data-shape", "running")
    expect(git.locator(".cpu-cell")).to_have_text(re.compile(r"^[\d.]+\s%$"))
    expect(git.locator(".memory-cell")).to_have_text(re.compile(r"^[\d,]+\sMiB$"))
    expect(project(dashboard, "home")).to_have_attribute("data-shape", "unhealthy")
    expect(project(dashboard, "home")).to_contain_text("1 unhealthy")
    expect(project(dashboard, "shop")).to_have_attribute("data-shape", "failed")
    act(server, "git-runner-1", "pause")
    expect(git).to_contain_text("1 paused")
    expect(git).to_have_attribute("data-shape", "paused")
    # Its figures are its own, whatever the filter shows.
    filter_box(dashboard).fill("gitea-1")
    expect(dashboard.rows).to_have_count(1)
    expect(git).to_contain_text("1 of 2 running")


def test_an_unhealthy_member_that_is_paused_is_told_as_unhealthy(new_page, start):
    server = start("local=simulated://?containers=25&churn=0")
    dashboard = Dashboard(new_page(**ROOMY), server).sign_in()
    act(server, "home-zigbee2mqtt-1", "pause")
    dashboard.shows("home-zigbee2mqtt-1", "paused")
    home = project(dashboard, "home")
    expect(home).to_have_attribute("data-shape", "unhealthy")
    expect(home).to_contain_text("1 unhealthy")
    expect(home).not_to_contain_text("paused")


def act(server, name, action):
    """Act as somebody else would: over REST."""
    [one] = [c for c in all_containers(server) if c["name"] == name]
    answer = server.post(f"containers/{one['engine']}/{one['id']}/actions", {"action": action})
    assert answer.status == 200, answer
    return one


def test_a_one_shot_that_exited_0_does_not_make_its_project_look_broken(docker, engine):
    labels = {"com.docker.compose.project": "web", "com.docker.compose.service": "x"}
    engine.run("nginx", Labels=labels)
    shot = engine.create("migrate", "true", Labels=labels)
    engine.api.start(shot)
    docker.shows("migrate", "exited")
    expect(project(docker, "web")).to_contain_text("1 of 1 running")
    expect(project(docker, "web")).to_contain_text("1 done")
    expect(project(docker, "web")).to_have_attribute("data-shape", "running")


def test_the_list_is_flat_when_that_is_chosen_and_stays_so(fleet):
    choice = fleet.page.get_by_test_id("grouping")
    choice.select_option("flat")
    expect(fleet.page.get_by_test_id("project")).to_have_count(0)
    expect(fleet.row("shop-web-1").first).to_contain_text("shop")
    expect(fleet.page).to_have_url(re.compile(r"\?group=flat$"))
    fleet.open("/").is_live()
    expect(choice).to_have_value("flat")
    expect(fleet.page.get_by_test_id("project")).to_have_count(0)


def test_the_way_back_to_projects_and_to_names_takes_one_press(fleet):
    choice = fleet.page.get_by_test_id("grouping")
    choice.select_option("flat")
    expect(fleet.page).to_have_url(re.compile(r"\?group=flat$"))
    choice.select_option("project")
    expect(project(fleet, "shop")).to_be_visible()
    expect(choice).to_have_value("project")
    heading(fleet, "CPU").get_by_role("button").click()
    expect(fleet.page).to_have_url(re.compile(r"\?sort=-cpu$"))
    heading(fleet, "Name").get_by_role("button").click()
    expect(heading(fleet, "Name")).to_have_attribute("aria-sort", "ascending")
    expect(fleet.page).to_have_url(re.compile(r"/$"))
    expect(heading(fleet, "Name")).to_have_attribute("aria-sort", "ascending")


# ----- columns


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_sorts_both_ways_and_is_remembered(fleet, name):
    fleet.page.get_by_test_id("grouping").select_option("flat")
    column = heading(fleet, name)
    is_first = name == "Name"
    start = "descending" if name in ("CPU", "Memory", "Network", "Restarts") else "ascending"
    other = {"descending": "ascending", "ascending": "descending"}[start]
    if not is_first:
        column.get_by_role("button").click()
    expect(column).to_have_attribute("aria-sort", start)
    before = names(fleet)
    column.get_by_role("button").click()
    expect(column).to_have_attribute("aria-sort", other)
    eventually(lambda: names(fleet) != before, what="another order")
    fleet.page.reload()
    expect(column).to_have_attribute("aria-sort", other)
    expect(fleet.page.locator("[aria-sort]")).to_have_count(1)


def test_columns_are_chosen_and_remembered(fleet):
    for name in COLUMNS:
        expect(heading(fleet, name)).to_be_visible()
    menu = view_menu(fleet)
    for name in ("Network", "Image"):
        menu.get_by_label(name).uncheck()
        expect(heading(fleet, name)).to_have_count(0)
    expect(fleet.page.locator("tbody .network-cell")).to_have_count(0)
    fleet.page.reload()
    expect(heading(fleet, "CPU")).to_be_visible()
    expect(heading(fleet, "Network")).to_have_count(0)
    menu = view_menu(fleet)
    menu.get_by_label("Network").check()
    expect(heading(fleet, "Network")).to_be_visible()


def test_a_column_without_room_says_so(new_page, _fleet):
    narrow = Dashboard(new_page(viewport={"width": 1000, "height": 800}), _fleet).sign_in()
    expect(heading(narrow, "CPU")).to_be_visible()
    expect(heading(narrow, "Restarts")).to_have_count(0)
    menu = view_menu(narrow)
    expect(menu.locator("label", has_text="Restarts")).to_contain_text("no room")
    expect(menu.locator("label", has_text="CPU")).not_to_contain_text("no room")
    assert narrow.page.evaluate("document.documentElement.scrollWidth") == 1000


def test_the_room_is_measured_where_the_page_opened_without_a_hit(new_page, _fleet):
    dashboard = Dashboard(new_page(**ROOMY), _fleet).sign_in()
    dashboard.open("/?filter=no-such-thing").is_live()
    filter_box(dashboard).fill("")
    expect(heading(dashboard, "Restarts")).to_be_visible()
    dashboard.page.set_viewport_size({"width": 1000, "height": 800})
    expect(heading(dashboard, "Restarts")).to_have_count(0)
    expect(heading(dashboard, "CPU")).to_be_visible()
    assert dashboard.page.evaluate("document.documentElement.scrollWidth") == 1000


def test_rows_are_36_pixels_and_28_when_compact_is_chosen(fleet):
    def height():
        return fleet.row("pihole").bounding_box()["height"]

    assert height() == 36
    view_menu(fleet).get_by_label("Compact").check()
    eventually(lambda: height() == 28, what="the lower rows")
    fleet.page.reload()
    expect(fleet.row("pihole")).to_be_visible()
    assert height() == 28


def test_ports_are_links(fleet):
    link = fleet.row("shop-web-1").first.locator(".ports a").first
    expect(link).to_have_attribute("href", "http://127.0.0.1:8080/")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_a_rows_name_opens_its_panel_and_so_does_the_row(fleet):
    row = fleet.row("pihole")
    row.locator("a.name").click()
    expect(fleet.page).to_have_url(re.compile(r"#/c/local/[0-9a-f]{12}$"))
    expect(row.locator("a.name")).to_have_attribute("aria-current", "true")
    fleet.row("toolbox").locator(".age-cell, .state-cell").first.click()
    expect(fleet.row("toolbox").locator("a.name")).to_have_attribute("aria-current", "true")


# ----- the filter, and the address


def test_the_filter_finds_by_name_image_project_label_and_state(fleet):
    for text, expected in (
        ("PIHOLE", {"pihole"}),
        ("restic/restic", {"nightly-backup"}),
        ("project:media state:exited", {"media-transcoder-1"}),
        ("label:com.docker.compose.service=grafana", {"monitoring-grafana-1"}),
        ("project:git -runner", {"git-gitea-1"}),
        ('"debian:12"', {"toolbox"}),
    ):
        filter_box(fleet).fill(text)
        eventually(lambda e=expected: set(names(fleet)) == e, what=f"the hits of {text}")


def test_a_filter_without_hits_says_which_and_is_cleared(fleet):
    filter_box(fleet).fill("no such thing")
    expect(fleet.page.get_by_test_id("no-hits")).to_contain_text("no such thing")
    expect(fleet.engine("local")).to_have_count(0)
    fleet.page.get_by_test_id("no-hits").get_by_role("button", name="Clear the filter").click()
    expect(fleet.row("pihole")).to_be_visible()
    expect(filter_box(fleet)).to_have_value("")


def test_a_filter_is_not_blamed_where_there_is_no_container(docker):
    docker.open("/?filter=web").is_live()
    expect(docker.page.get_by_test_id("no-containers")).to_be_visible()
    expect(docker.engine("local")).to_be_visible()
    expect(docker.page.get_by_test_id("no-hits")).to_have_count(0)


def test_the_filter_is_kept_in_the_address_over_reload_and_back(fleet):
    filter_box(fleet).fill("state:exited project:media")
    expect(fleet.page).to_have_url(re.compile(r"\?filter=state:exited\+project:media$"))
    fleet.page.reload()
    expect(filter_box(fleet)).to_have_value("state:exited project:media")
    eventually(lambda: names(fleet) == ["media-transcoder-1"])
    fleet.row("media-transcoder-1").locator("a.name").click()
    expect(fleet.page).to_have_url(re.compile(r"\?filter=.*#/c/local/"))
    filter_box(fleet).fill("pihole")
    expect(fleet.page).to_have_url(re.compile(r"\?filter=pihole#/c/local/"))
    fleet.page.go_back()
    expect(filter_box(fleet)).to_have_value("state:exited project:media")


def test_a_link_shows_the_same_view_and_changes_nothing_the_reader_prefers(fleet):
    fleet.open("/?filter=project:shop&group=flat&sort=-memory").is_live()
    expect(filter_box(fleet)).to_have_value("project:shop")
    expect(fleet.page.get_by_test_id("project")).to_have_count(0)
    expect(heading(fleet, "Memory")).to_have_attribute("aria-sort", "descending")
    assert all(name.startswith("shop-") for name in names(fleet))
    fleet.open("/").is_live()
    expect(heading(fleet, "Name")).to_have_attribute("aria-sort", "ascending")
    expect(project(fleet, "shop")).to_be_visible()


def test_a_link_from_a_plain_view_is_plain_for_whoever_prefers_another(fleet):
    fleet.page.get_by_test_id("grouping").select_option("flat")
    heading(fleet, "CPU").get_by_role("button").click()
    expect(fleet.page).to_have_url(re.compile(r"\?group=flat&sort=-cpu$"))
    fleet.open("/?filter=project:shop").is_live()
    expect(project(fleet, "shop")).to_be_visible()
    expect(heading(fleet, "Name")).to_have_attribute("aria-sort", "ascending")
    # Without its filter it is the same view still.
    filter_box(fleet).fill("")
    expect(fleet.row("pihole")).to_be_visible()
    expect(project(fleet, "shop")).to_be_visible()
    expect(heading(fleet, "Name")).to_have_attribute("aria-sort", "ascending")
    fleet.open("/").is_live()
    expect(heading(fleet, "CPU")).to_have_attribute("aria-sort", "descending")
    expect(fleet.page.get_by_test_id("project")).to_have_count(0)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("unhealthy", {"home-zigbee2mqtt-1"}),
        ("restarting", {"flaky-importer"}),
        ("failed", {"media-transcoder-1", "shop-mailer-1"}),
        ("oom", {"media-transcoder-1"}),
    ],
)
def test_what_is_wrong_is_counted_at_the_top_and_one_press_away(new_page, _fleet, kind, expected):
    dashboard = Dashboard(new_page(**ROOMY), _fleet).sign_in()
    count = dashboard.page.locator(f'button[data-count="{kind}"]')
    count.click()
    expect(count).to_have_attribute("aria-pressed", "true")
    eventually(
        lambda: (
            {row for row in names(dashboard) if not row.startswith("shop-") or kind == "failed"}
            == expected
        )
    )
    count.click()
    expect(dashboard.row("pihole")).to_be_visible()


# ----- a thousand rows


def test_of_a_thousand_rows_only_those_on_the_screen_are_there(crowd):
    assert crowd.rows.count() < 50
    table = crowd.page.get_by_role("table", name="Containers")
    # The headings, the engine, seven projects.
    expect(table).to_have_attribute("aria-rowcount", re.compile(r"^100\d$"))
    expect(crowd.rows.first).to_have_attribute("aria-rowindex", re.compile(r"^[345]$"))
    height = crowd.page.evaluate("document.documentElement.scrollHeight")
    assert height > 36_000
    crowd.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    last = table.get_attribute("aria-rowcount")
    expect(crowd.rows.last).to_have_attribute("aria-rowindex", last)
    expect(crowd.rows.last).to_be_in_viewport()
    assert crowd.rows.count() < 50
    assert crowd.page.evaluate("document.documentElement.scrollHeight") == height


def test_scrolling_shows_rows_without_a_gap(crowd):
    for _ in range(6):
        crowd.page.mouse.move(600, 400)
        crowd.page.mouse.wheel(0, 700)

        def is_full():
            return crowd.page.evaluate(
                "[150, 300, 450, 600].every((y) =>"
                " document.elementFromPoint(300, y)?.closest('tr')?.dataset.key)"
            )

        eventually(is_full, what="rows everywhere on the screen")


def test_a_row_with_the_focus_stays_while_the_reader_looks_elsewhere(crowd):
    link = crowd.rows.nth(3).locator("a.name")
    name = crowd.rows.nth(3).get_attribute("data-name")
    link.focus()
    crowd.page.evaluate("scrollTo(0, 20000)")
    expect(crowd.rows.nth(10)).to_be_in_viewport()
    assert crowd.page.evaluate("document.activeElement.closest('tr').dataset.name") == name
    assert crowd.rows.count() < 50
    crowd.page.evaluate("scrollTo(0, 0)")
    expect(crowd.row(name)).to_be_in_viewport()
    assert crowd.page.evaluate("document.activeElement.closest('tr').dataset.name") == name


def test_the_focus_goes_on_beside_a_row_that_went_away(docker, engine):
    for name in ("anna", "berta", "carla"):
        engine.create(name)
    docker.row("berta").locator("a.name").focus()
    engine.api.remove_container("berta")
    expect(docker.row("berta")).to_have_count(0)
    expect(docker.row("carla").locator("a.name")).to_be_focused()


def test_the_focus_stays_in_a_row_whose_button_went_away(docker, engine):
    for name in ("anna", "berta", "carla"):
        engine.run(name)
    docker.row("berta").locator('[data-action="stop"]').focus()
    engine.api.kill("berta")
    docker.shows("berta", "exited")
    expect(docker.row("berta").locator("a.name")).to_be_focused()


def test_the_focus_stays_with_a_row_that_changes_its_place(fleet):
    fleet.row("pihole").locator("a.name").focus()
    fleet.page.evaluate("document.querySelectorAll('.sort')[0].click()")
    expect(heading(fleet, "Name")).to_have_attribute("aria-sort", "descending")
    expect(fleet.row("pihole").locator("a.name")).to_be_focused()


def test_an_open_menu_and_a_question_stay_while_the_reader_looks_elsewhere(crowd):
    name = crowd.rows.nth(4).get_attribute("data-name")
    crowd.row(name).locator('[data-action="more"]').click()
    crowd.page.evaluate("scrollTo(0, 20000)")
    expect(crowd.rows.nth(10)).to_be_in_viewport()
    expect(crowd.row(name).get_by_role("menu")).to_be_visible()
    crowd.row(name).locator('[role="menu"] [data-action="kill"]').click()
    expect(crowd.message).to_contain_text("Kill")
    crowd.page.evaluate("document.activeElement.blur(); scrollTo(0, 30000)")
    expect(crowd.message).to_have_count(1)
    crowd.page.evaluate("scrollTo(0, 0)")
    expect(crowd.message).to_be_in_viewport()
    crowd.message.get_by_role("button", name="Cancel").click()
    expect(crowd.message).to_have_count(0)


def test_one_change_redraws_one_row(crowd, _crowd):
    row = crowd.row("flaky-importer-2")
    expect(row).to_be_visible()
    key = row.get_attribute("data-key")
    expect(row.locator(".cpu-cell .amount")).to_have_text(re.compile(r"\d"))
    expect(crowd.page.locator(".has-old-figures")).to_have_count(0)
    crowd.page.evaluate(WATCH)
    act(_crowd, "flaky-importer-2", "pause")
    crowd.shows("flaky-importer-2", "paused")
    touched = crowd.page.evaluate("window.touched")
    act(_crowd, "flaky-importer-2", "unpause")
    crowd.shows("flaky-importer-2", "running")
    drawn = [one for one in touched if not one["isFigure"]]
    assert [one for one in drawn if one["row"] not in (key, "e:local")] == []
    assert key in {one["row"] for one in drawn}


def test_the_figures_of_machines_redraw_no_list(fleet):
    expect(fleet.engine("local").locator('[data-figure="cpu"]')).to_have_text(re.compile(r"\d"))
    drawn = fleet.page.evaluate("""async () => {
      const entries = performance.getEntriesByType("resource").map(({ name }) => name);
      const module = (ending) => import(entries.find((name) => name.endsWith(ending)));
      const [{ options }, { hosts }] = await Promise.all([module("/preact.mjs"), module("state/live.js")]);
      const [before, seen] = [options.diffed, []];
      options.diffed = (vnode) => (seen.push(vnode.type?.name), before?.(vnode));
      for (let tick = 0; tick < 20; tick += 1) {
        hosts.value = new Map(hosts.value);
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      }
      options.diffed = before;
      return seen.filter((name) => name === "VirtualRows").length;
    }""")
    # Now and then an engine is heard of.
    assert drawn < 5


# ----- the keyboard


def test_j_and_k_move_through_the_rows_and_enter_opens(crowd):
    press = crowd.page.keyboard.press
    press("j")
    expect(crowd.rows.first.locator("a.name")).to_be_focused()
    expect(crowd.rows.first).to_have_attribute("aria-current", "true")
    for _ in range(60):
        press("j")
    current = crowd.page.locator('tr[aria-current="true"]')
    expect(current).to_have_count(1)
    expect(current).to_be_in_viewport()
    expect(current.locator("a.name")).to_be_focused()
    index = int(current.get_attribute("aria-rowindex"))
    press("k")
    expect(current).to_have_attribute("aria-rowindex", str(index - 1))
    name = current.get_attribute("data-name")
    press("Enter")
    expect(crowd.page).to_have_url(re.compile("#/c/local/"))
    expect(crowd.row(name).locator("a.name")).to_have_attribute("aria-current", "true")


def test_the_cursor_comes_back_to_a_row_that_is_scrolled_away(crowd):
    crowd.page.keyboard.press("j")
    crowd.page.keyboard.press("j")
    second = crowd.page.locator('tr[aria-current="true"]').get_attribute("data-name")
    expect(crowd.row(second).locator("a.name")).to_be_focused()
    crowd.page.evaluate("document.activeElement.blur(); scrollTo(0, 20000)")
    expect(crowd.row(second)).to_have_count(0)
    crowd.page.keyboard.press("k")
    expect(crowd.page.locator('tr[aria-current="true"]')).to_be_in_viewport()
    expect(crowd.row(second)).to_be_visible()


def test_a_row_stands_clear_of_the_headings_when_it_is_gone_to(crowd):
    for _ in range(40):
        crowd.page.keyboard.press("j")
    for _ in range(30):
        crowd.page.keyboard.press("k")
    current = crowd.page.locator('tr[aria-current="true"]')
    expect(current).to_have_attribute("aria-rowindex", re.compile(r"\d"))
    top = crowd.page.locator(".containers thead").bounding_box()
    expect(current).to_be_in_viewport()
    assert current.bounding_box()["y"] >= top["y"] + top["height"] - 1


def test_a_question_about_a_row_far_away_is_brought_onto_the_screen(crowd):
    crowd.page.keyboard.press("j")
    name = crowd.rows.first.get_attribute("data-name")
    expect(crowd.row(name).locator("a.name")).to_be_focused()
    crowd.page.evaluate("document.activeElement.blur(); scrollTo(0, 20000)")
    expect(crowd.row(name)).to_have_count(0)
    crowd.page.keyboard.press("Control+k")
    crowd.page.get_by_role("combobox", name="Find or do").fill("kill")
    crowd.page.keyboard.press("Enter")
    expect(crowd.message).to_contain_text(f"{name}?")
    expect(crowd.message).to_be_in_viewport()
    expect(crowd.message.get_by_role("button", name="Cancel")).to_be_focused()
    crowd.page.keyboard.press("Enter")
    expect(crowd.message).to_have_count(0)


# ----- before there is anything, and on a phone


def test_rows_on_their_way_are_drawn_as_their_shape(fleet):
    shown = fleet.row("pihole").bounding_box()
    set_loading = """async (is) => {
      const entries = performance.getEntriesByType("resource").map(({ name }) => name);
      const { loading } = await import(entries.find((name) => name.endsWith("state/live.js")));
      loading.value = is;
    }"""
    fleet.page.evaluate(set_loading, True)
    expect(fleet.page.get_by_test_id("skeleton")).to_be_visible()
    expect(fleet.page.get_by_role("status").filter(has_text="Asking the engines")).to_have_count(1)
    assert fleet.page.locator(".spinner").count() == 0
    height = fleet.page.locator(".skeleton-row").first.bounding_box()["height"]
    fleet.page.evaluate(set_loading, False)
    expect(fleet.row("pihole")).to_be_visible()
    assert height == shown["height"]
    assert fleet.row("pihole").bounding_box()["y"] == shown["y"]


def test_on_a_phone_rows_are_cards_that_a_thumb_can_use(new_page, _fleet):
    phone = Dashboard(new_page(**PHONE), _fleet).sign_in()
    expect(phone.page.locator(".containers thead")).to_be_hidden()
    row = phone.row("pihole")
    filter_box(phone).fill("pihole")
    expect(row).to_be_in_viewport()
    assert row.bounding_box()["width"] == 390
    for button in row.locator(".actions :is(button, a):visible").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 40
    assert phone.page.evaluate("document.documentElement.scrollWidth") == 390


def test_on_a_phone_the_order_is_chosen_from_the_menu(new_page, _fleet):
    phone = Dashboard(new_page(**PHONE), _fleet).sign_in()
    first = names(phone)[0]
    view_menu(phone).get_by_label("Sort by").select_option("state")
    eventually(lambda: names(phone)[0] != first, what="the worst first")
    expect(phone.page).to_have_url(re.compile(r"\?sort=state$"))
