"""The side panel: one container in words, its configuration and processes, and the place itself."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.kit.server import PASSWORD
from tests.kit.waiting import eventually

TABS = ("overview", "logs", "stats", "configuration", "processes")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
HOSTILE = [
    '<img src=x onerror="window.__xss=1">',
    "<svg/onload=window.__xss=1>",
    '"><script>window.__xss=1</script>',
    "javascript:window.__xss=1",
]


class Asked:
    """What the page asks the server for, by the end of the path."""

    def __init__(self, page):
        self.paths = []
        page.on("request", lambda request: self.paths.append(request.url.split("/api/v1/")[-1]))

    def inspections(self):
        return [path for path in self.paths if re.fullmatch(r"containers/[^/]+/[^/]+", path)]

    def tops(self):
        return [path for path in self.paths if path.endswith("/top")]


class Ticks:
    """The numbers that come every second: while they do, time goes by."""

    def __init__(self, page):
        self.page = page
        self.told = 0
        page.on("websocket", lambda socket: socket.on("framereceived", self._count))

    def _count(self, frame):
        self.told += '["container-stats"' in str(frame)

    def wait_for(self, count):
        goal = self.told + count
        eventually(lambda: not self.page.evaluate("0") and self.told >= goal, what="numbers")


def section(dashboard, name):
    return dashboard.panel.locator(f'[data-section="{name}"]')


def fact(dashboard, name):
    return dashboard.panel.locator(f'[data-fact="{name}"] dd')


def pair(dashboard, name):
    """A variable or a label, by its name."""
    return dashboard.panel.locator(f'.fact[data-name="{name}"] dd')


def focused(dashboard):
    return dashboard.page.locator(":focus")


# ----- what a container is, in words


def test_the_state_is_said_in_words_with_the_exit_code_and_the_restart_policy(docker, engine):
    policy = {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 1}}
    engine.run("loop", "sh", "-c", "exit 127", HostConfig=policy)
    docker.shows("loop", "exited")
    docker.open_panel("loop")
    expect(fact(docker, "state")).to_have_text("exited")
    expect(fact(docker, "exit")).to_have_text("127: command not found")
    expect(fact(docker, "ended")).to_have_text(re.compile(r"\d\d:\d\d:\d\d · \d+\s\w+ ago"))
    expect(fact(docker, "restarts")).to_have_text(
        "1 restart · restarts on failure, at most 1 time", use_inner_text=True
    )


def test_out_of_memory_is_said_in_words(page, start):
    dashboard = Dashboard(page, start("local=simulated://?containers=24")).sign_in()
    dashboard.open_panel("media-transcoder-1")
    expect(fact(dashboard, "exit")).to_have_text("137: killed, out of memory")


def test_why_the_engine_could_not_start_it_is_shown_as_text(docker, engine):
    container_id = engine.create("broken", "/nowhere/<b>bold</b>")
    with pytest.raises(Exception, match="nowhere"):
        engine.api.start(container_id)
    docker.open_panel("broken")
    expect(fact(docker, "failure")).to_contain_text("/nowhere/<b>bold</b>")


def test_the_last_health_checks_are_listed_with_code_time_and_output(docker, engine):
    script = "test -f /ready && echo all is well || { echo looks '<b>bad</b>'; exit 1; }"
    check = {"Test": ["CMD-SHELL", script], "Interval": 300_000_000, "Retries": 2}
    engine.run("checked", Healthcheck=check)
    expect(docker.row("checked")).to_contain_text("unhealthy")
    docker.open_panel("checked")
    expect(fact(docker, "health")).to_have_text(re.compile(r"unhealthy · \d+ failures in a row"))
    expect(fact(docker, "check")).to_contain_text("test -f /ready")
    checks = docker.panel.get_by_test_id("health-check")
    expect(checks.first).to_contain_text("failed, code 1")
    expect(checks.first).to_contain_text("looks <b>bad</b>")
    expect(checks.first.locator("time")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))

    made = engine.api.exec_create("checked", ["touch", "/ready"])
    engine.api.exec_start(made["Id"])
    expect(fact(docker, "health")).to_have_text("healthy")
    expect(checks.first).to_contain_text("passed")
    expect(checks.first).to_contain_text("all is well")

    def passed_again():
        section(docker, "health").locator('[data-action="read"]').click()
        return checks.filter(has_text="passed").count() >= 3

    eventually(passed_again, what="more checks")


def test_limits_mounts_networks_image_and_command_are_those_of_the_engine(docker, engine, tmp_path):
    host = {
        "Memory": 64 << 20,
        "NanoCpus": 1_500_000_000,
        "PidsLimit": 50,
        "Binds": [f"{tmp_path}:/config:ro", "dm-panel-data:/data"],
        "Tmpfs": {"/run": "size=1m"},
    }
    engine.create("app", "sleep", "some time", HostConfig=host, Entrypoint=["/bin/busybox"])
    docker.open_panel("app")
    expect(fact(docker, "cpu")).to_have_text("1.5 cores")
    expect(fact(docker, "memory")).to_have_text(re.compile(r"64\.0\sMiB"))
    expect(fact(docker, "pids")).to_have_text("50")
    mounts = section(docker, "mounts")
    expect(mounts).to_contain_text("/config")
    expect(mounts).to_contain_text(f"folder of the machine · read-only {tmp_path}")
    expect(mounts).to_contain_text("volume dm-panel-data")
    expect(mounts).to_contain_text("memory size=1m")
    expect(section(docker, "networks")).to_contain_text("none")
    expect(fact(docker, "image")).to_have_text(engine.image)
    expect(fact(docker, "digest")).to_have_text(re.compile(r"^sha256:[0-9a-f]{64}"))
    expect(fact(docker, "entrypoint")).to_contain_text("/bin/busybox")
    expect(fact(docker, "command")).to_contain_text("sleep 'some time'")
    expect(fact(docker, "created")).to_have_text(re.compile(r"\d\d:\d\d:\d\d · \d+\ss ago"))


def test_what_has_no_limit_says_so_and_is_no_zero(docker, engine):
    engine.create("free")
    docker.open_panel("free")
    for name in ("cpu", "memory", "pids"):
        expect(fact(docker, name)).to_have_text("no limit")
    expect(section(docker, "mounts")).to_contain_text("Nothing is mounted.")
    expect(section(docker, "ports")).to_contain_text("No port is open.")
    expect(section(docker, "health")).to_have_count(0)


def test_ports_are_links(simulated):
    simulated.sign_in().open_panel("shop-web-1")
    link = section(simulated, "ports").get_by_role("link", name=":8080→80")
    expect(link).to_have_attribute("href", "http://127.0.0.1:8080/")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_networks_have_the_addresses_of_the_container(simulated):
    simulated.sign_in().open_panel("shop-web-1")
    networks = section(simulated, "networks")
    expect(networks).to_contain_text("shop_default")
    expect(networks).to_contain_text(re.compile(r"172\.\d+\.\d+\.\d+ · 02:42:"))


# ----- truth


def test_it_is_read_when_the_container_changes_and_never_on_a_timer(docker, engine):
    engine.run("app")
    asked, traffic = Asked(docker.page), Ticks(docker.page)
    docker.page.reload()
    docker.open_panel("app")
    expect(section(docker, "limits")).to_be_visible()
    traffic.wait_for(5)
    assert len(asked.inspections()) == 1
    engine.api.stop("app")
    expect(fact(docker, "state")).to_have_text("exited")
    eventually(lambda: not docker.page.evaluate("0") and len(asked.inspections()) > 1)


def test_a_new_life_is_read_anew(docker, engine):
    engine.run("app", HostConfig={"Memory": 64 << 20})
    docker.open_panel("app")
    expect(fact(docker, "memory")).to_have_text(re.compile(r"64\.0\sMiB"))
    engine.api.update_container("app", mem_limit=96 << 20, memswap_limit=96 << 20)
    engine.api.restart("app", timeout=1)
    expect(fact(docker, "memory")).to_have_text(re.compile(r"96\.0\sMiB"))


def test_a_container_that_is_removed_says_so_and_keeps_what_was_known(docker, engine):
    engine.run("app", HostConfig={"PidsLimit": 50})
    docker.open_panel("app")
    expect(fact(docker, "pids")).to_have_text("50")
    engine.api.remove_container("app", force=True)
    gone = docker.panel.get_by_test_id("panel-gone")
    expect(gone).to_contain_text("This container was removed.")
    expect(fact(docker, "pids")).to_have_text("50")
    expect(docker.panel.locator(".panel-body")).to_have_class(re.compile("is-stale"))
    expect(docker.panel.locator(".actions")).to_have_count(0)
    new = engine.run("app")
    gone.get_by_role("link").click()
    expect(docker.page).to_have_url(re.compile(new[:12]))
    expect(docker.panel.get_by_test_id("panel-gone")).to_have_count(0)
    expect(fact(docker, "pids")).to_have_text("no limit")


def test_an_engine_that_does_not_answer_leaves_the_last_known_greyed_with_its_time(docker, engine):
    engine.run("app", HostConfig={"PidsLimit": 50})
    docker.open_panel("app")
    expect(fact(docker, "pids")).to_have_text("50")
    engine.freeze()
    stale = docker.panel.get_by_test_id("panel-stale")
    expect(stale).to_contain_text(re.compile(r"not confirmed since \d\d:\d\d:\d\d", re.IGNORECASE))
    expect(docker.panel.locator(".panel-body")).to_have_class(re.compile("is-stale"))
    expect(fact(docker, "pids")).to_have_text("50")
    engine.thaw()
    expect(stale).to_have_count(0)
    expect(docker.panel.locator(".panel-body")).not_to_have_class(re.compile("is-stale"))


def test_what_cannot_be_asked_for_now_says_so_and_is_asked_for_later(docker, engine):
    engine.run("app")
    docker.shows("app", "running")
    engine.freeze()
    expect(docker.row("app")).to_have_class(re.compile("is-stale"))
    docker.open_panel("app")
    expect(docker.panel.get_by_test_id("panel-stale")).to_be_visible()
    expect(docker.panel).to_contain_text("It cannot be asked for at the moment.")
    expect(fact(docker, "state")).to_have_text("running")
    engine.thaw()
    expect(section(docker, "limits")).to_be_visible()


def test_a_refusal_is_said_in_words_with_its_code_and_can_be_tried_again(simulated, troubles):
    troubles.expect(r"(response:|status of) 502")
    simulated.sign_in()
    inspect = re.compile(r"/containers/local/[0-9a-f]+$")
    problem = (
        '{"code": "engine.refused", "detail": "no", "params": {"message": "<b>out of order</b>"}}'
    )
    simulated.page.route(
        inspect,
        lambda route: route.fulfill(
            status=502, body=problem, content_type="application/problem+json"
        ),
    )
    simulated.open_panel("shop-web-1")
    error = simulated.panel.get_by_test_id("panel-error")
    expect(error).to_contain_text("Its details could not be read. The engine refused.")
    expect(error).to_contain_text("The engine said: <b>out of order</b>")
    expect(error).to_contain_text("engine.refused")
    # What the feed tells is there all the same.
    expect(fact(simulated, "state")).to_have_text("running")
    simulated.page.unroute(inspect)
    error.get_by_role("button", name="Try again").press("Enter")
    expect(section(simulated, "limits")).to_be_visible()
    expect(error).to_have_count(0)
    # The button is gone; the keyboard goes on where it stood.
    expect(simulated.panel.get_by_role("tabpanel")).to_be_focused()


def test_skeletons_stand_where_facts_will_be(simulated):
    simulated.sign_in()
    waiting: list = []
    inspect = re.compile(r"/containers/local/[0-9a-f]+$")
    simulated.page.route(inspect, lambda route: waiting.append(route))
    simulated.open_panel("shop-web-1")
    expect(simulated.panel.get_by_test_id("panel-skeleton")).to_be_visible()
    for route in waiting:
        route.continue_()
    expect(section(simulated, "limits")).to_be_visible()
    expect(simulated.panel.get_by_test_id("panel-skeleton")).to_have_count(0)


def test_an_address_of_no_container_says_so_and_asks_for_nothing(simulated):
    simulated.sign_in()
    asked = Asked(simulated.page)
    simulated.page.evaluate("location.hash = '#/c/local/ffffffffffff'")
    missing = simulated.panel.get_by_test_id("panel-missing")
    expect(missing).to_contain_text("There is no container ffffffffffff on local.")
    assert asked.inspections() == []


# ----- configuration


def test_the_environment_is_masked_and_an_admin_reveals_and_hides_it(page, engine, start):
    server = start(f"local=unix://{engine.socket}")
    engine.create("app", Env=["GREETING=hello there", "EMPTY=", "BARE"])
    docker = Dashboard(page, server).sign_in()
    docker.open_panel("app", "configuration")
    expect(pair(docker, "GREETING")).to_have_text("••••••")
    assert "hello there" not in page.content()
    docker.panel.locator('[data-action="reveal"]').click()
    expect(pair(docker, "GREETING")).to_contain_text("hello there")
    assert "ada revealed the environment of" in server.log
    docker.panel.locator('[data-action="hide"]').click()
    expect(pair(docker, "GREETING")).to_have_text("••••••")
    assert "hello there" not in page.content()


def test_the_keyboard_stays_with_the_button_that_reveals_and_hides(docker, engine):
    engine.create("app", Env=["GREETING=hello there"])
    docker.open_panel("app", "configuration")
    docker.panel.locator('[data-action="reveal"]').press("Enter")
    expect(docker.panel.locator('[data-action="hide"]')).to_be_focused()
    docker.page.keyboard.press("Enter")
    expect(docker.panel.locator('[data-action="reveal"]')).to_be_focused()


def test_what_was_revealed_is_hidden_when_the_reader_has_been_elsewhere(docker, engine):
    engine.create("app", Env=["GREETING=hello there"])
    docker.open_panel("app", "configuration")
    docker.panel.locator('[data-action="reveal"]').click()
    expect(pair(docker, "GREETING")).to_contain_text("hello there")
    docker.tab("overview").click()
    docker.tab("configuration").click()
    expect(pair(docker, "GREETING")).to_have_text("••••••")


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_below_admin_the_environment_stays_masked_and_says_who_may(page, engine, start, role):
    server = start(f"local=unix://{engine.socket}")
    engine.create(
        "app", "sleep", "9", Env=["GREETING=hello there"], Labels={"db.password": "hunter2"}
    )
    server.add_user("grace", role)
    docker = Dashboard(page, server).sign_in("grace", PASSWORD)
    docker.open_panel("app", "configuration")
    expect(pair(docker, "GREETING")).to_have_text("••••••")
    expect(section(docker, "environment")).to_contain_text("Only admins may see the values")
    expect(docker.panel.locator('[data-action="reveal"]')).to_have_count(0)
    docker.panel.get_by_test_id("raw").locator("summary").click()
    expect(docker.panel.locator(".raw pre")).to_contain_text('"db.password": "••••••"')
    assert "hello there" not in page.content()
    assert "hunter2" not in page.content()


def test_labels_of_compose_are_folded_away(simulated):
    simulated.sign_in().open_panel("shop-web-1", "configuration")
    fold = section(simulated, "labels").locator("details")
    label = pair(simulated, "com.docker.compose.project")
    expect(label).to_be_hidden()
    fold.locator("summary").click()
    expect(label).to_contain_text("shop")


def test_all_of_it_can_be_read_copied_and_kept(docker, engine):
    docker.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    container_id = engine.create("app")
    docker.open_panel("app", "configuration")
    raw = docker.panel.get_by_test_id("raw")
    raw.locator("summary").click()
    expect(raw.locator("pre")).to_contain_text(f'"Id": "{container_id}"')
    with docker.page.expect_download() as downloaded:
        raw.locator('[data-action="download"]').click()
    assert downloaded.value.suggested_filename == "app.json"
    assert container_id in downloaded.value.path().read_text()
    raw.locator('[data-action="copy"]').click()
    expect(raw.locator(".copy-said")).to_have_text("Copied")
    assert container_id in docker.page.evaluate("navigator.clipboard.readText()")


# ----- hostile values


def test_hostile_labels_and_values_are_text(docker, engine):
    labels = {f"l{number}{text}": text for number, text in enumerate(HOSTILE)}
    engine.create("app", Labels=labels, Env=[f"E{n}={text}" for n, text in enumerate(HOSTILE)])
    docker.open_panel("app", "configuration")
    docker.panel.locator('[data-action="reveal"]').click()
    for number, text in enumerate(HOSTILE):
        expect(pair(docker, f"E{number}")).to_contain_text(text)
        label = section(docker, "labels").locator(".fact").nth(number)
        expect(label).to_contain_text(f"l{number}{text}")
    assert docker.page.evaluate("window.__xss") is None
    assert docker.panel.locator("img, iframe, script").count() == 0


def test_what_turns_directions_or_hides_is_made_visible(docker, engine):
    engine.create(
        "app", Labels={"bidi": "\u202egnp.exe\u202c", "ansi": "\x1b[31mred", "thin": "a\u200bb"}
    )
    docker.open_panel("app", "configuration")
    expect(pair(docker, "bidi")).to_contain_text("⟨U+202E⟩gnp.exe⟨U+202C⟩")
    expect(pair(docker, "ansi")).to_contain_text("␛[31mred")
    expect(pair(docker, "thin")).to_contain_text("a⟨U+200B⟩b")


def test_a_value_of_100_kilobytes_is_cut_until_it_is_asked_for(docker, engine):
    docker.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    engine.create("app", Labels={"long": "a" * 100_000 + "END"})
    docker.open_panel("app", "configuration")
    value = pair(docker, "long")
    assert len(value.inner_text()) < 1000
    value.get_by_role("button", name="Show all of long").click()
    expect(value).to_contain_text("END")
    assert value.bounding_box()["height"] < 600
    assert docker.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    value.locator('[data-action="copy"]').click()
    expect(value.locator(".copy-said")).to_have_text("Copied")
    assert (
        docker.page.evaluate("navigator.clipboard.readText().then((text) => text.length)")
        == 100_003
    )
    value.get_by_role("button", name="Show less of long").click()
    assert len(value.inner_text()) < 1000


# ----- processes


def test_processes_are_those_of_the_container_and_new_ones_appear(docker, engine):
    engine.run("app")
    docker.open_panel("app", "processes")
    table = docker.panel.get_by_test_id("processes")
    expect(table).to_contain_text("trap 'exit 0' TERM")
    made = engine.api.exec_create("app", ["sleep", "7654"])
    engine.api.exec_start(made["Id"], detach=True)
    expect(table).to_contain_text("sleep 7654")


def test_a_container_that_does_not_run_says_that_it_has_none_and_is_not_asked(docker, engine):
    engine.run("app")
    docker.open_panel("app", "processes")
    expect(docker.panel.get_by_test_id("processes")).to_be_visible()
    engine.api.stop("app")
    none = docker.panel.get_by_test_id("no-processes")
    expect(none).to_have_text("It has no processes: it is exited.")
    expect(docker.panel.get_by_test_id("processes")).to_have_count(0)
    docker.tab("overview").click()
    asked = Asked(docker.page)
    docker.tab("processes").click()
    expect(none).to_be_visible()
    assert asked.tops() == []


def test_what_asks_for_processes_leaves_nothing_behind_at_each_turn(simulated):
    simulated.sign_in()
    # The turns come one after the other, and what listens is counted.
    simulated.page.evaluate("""() => {
      const { setTimeout } = window;
      const { addEventListener, removeEventListener } = AbortSignal.prototype;
      Object.assign(window, { listening: 0, turns: 0 });
      Object.assign(AbortSignal.prototype, {
        addEventListener(...args) { window.listening += 1; addEventListener.apply(this, args); },
        removeEventListener(...args) { window.listening -= 1; removeEventListener.apply(this, args); },
      });
      window.setTimeout = (run, ms, ...args) => {
        if (ms === 3000) window.turns += 1;
        return setTimeout(run, ms === 3000 ? 10 : ms, ...args);
      };
    }""")
    simulated.open_panel("shop-web-1", "processes")
    expect(simulated.panel.get_by_test_id("processes")).to_be_visible()
    eventually(lambda: simulated.page.evaluate("turns") > 30, what="thirty turns")
    assert simulated.page.evaluate("listening") < 15


def test_processes_are_asked_for_again_and_only_while_they_are_looked_at(simulated):
    asked, traffic = Asked(simulated.page), Ticks(simulated.page)
    simulated.sign_in().open_panel("shop-web-1", "processes")
    expect(simulated.panel.get_by_test_id("processes")).to_be_visible()
    eventually(lambda: not simulated.page.evaluate("0") and len(asked.tops()) > 1)
    simulated.tab("overview").click()
    expect(section(simulated, "state")).to_be_visible()
    before = len(asked.tops())
    traffic.wait_for(5)
    assert len(asked.tops()) == before


# ----- the place


def test_each_tab_has_an_address_that_opens_it_again(simulated):
    simulated.sign_in().open_panel("shop-web-1")
    for name in TABS:
        simulated.tab(name).click()
        expect(simulated.tab(name)).to_have_attribute("aria-selected", "true")
        expected = r"/#/c/local/[0-9a-f]{12}" + ("$" if name == "overview" else f"/{name}$")
        expect(simulated.page).to_have_url(re.compile(expected))
    simulated.page.reload()
    expect(simulated.tab("processes")).to_have_attribute("aria-selected", "true")
    expect(simulated.panel.get_by_role("heading", level=2)).to_have_text("shop-web-1")
    simulated.page.go_back()
    expect(simulated.tab("configuration")).to_have_attribute("aria-selected", "true")


def test_arrow_keys_go_from_tab_to_tab(simulated):
    simulated.sign_in().open_panel("shop-web-1")
    simulated.tab("overview").focus()
    for key, name in (
        ("ArrowRight", "logs"),
        ("ArrowLeft", "overview"),
        ("ArrowLeft", "processes"),
        ("Home", "overview"),
        ("End", "processes"),
        ("ArrowRight", "overview"),
    ):
        simulated.page.keyboard.press(key)
        expect(simulated.tab(name)).to_be_focused()
        expect(simulated.tab(name)).to_have_attribute("aria-selected", "true")
    tabs = simulated.panel.get_by_role("tab")
    assert tabs.evaluate_all("tabs => tabs.map(tab => tab.tabIndex)") == [0, -1, -1, -1, -1]
    body = simulated.panel.get_by_role("tabpanel")
    assert body.get_attribute("aria-labelledby") == simulated.tab("overview").get_attribute("id")
    assert simulated.tab("overview").get_attribute("aria-controls") == body.get_attribute("id")


def test_escape_closes_and_the_focus_goes_back_to_what_opened_it(simulated):
    simulated.sign_in()
    opener = simulated.row("shop-api-1").locator('[data-action="logs"]')
    opener.focus()
    simulated.page.keyboard.press("Enter")
    expect(simulated.panel.get_by_role("heading", level=2)).to_be_focused()
    simulated.page.keyboard.press("Escape")
    expect(simulated.panel).to_have_count(0)
    expect(opener).to_be_focused()
    assert "#" not in simulated.page.url


def test_the_focus_goes_to_the_row_of_what_was_shown_last(simulated):
    simulated.sign_in()
    title = simulated.panel.get_by_role("heading", level=2)
    links = {name: simulated.row(name).locator("a.name") for name in ("shop-api-1", "shop-web-1")}
    for name, link in links.items():
        link.click()
        expect(title).to_have_text(name)
        expect(title).to_be_focused()
    simulated.page.keyboard.press("Escape")
    expect(links["shop-web-1"]).to_be_focused()
    expect(simulated.row("shop-web-1")).to_have_class(re.compile("is-cursor"))

    simulated.page.keyboard.press("Enter")
    expect(title).to_be_focused()
    simulated.open_panel("shop-api-1")
    expect(title).to_have_text("shop-api-1")
    expect(title).to_be_focused()
    simulated.page.keyboard.press("Escape")
    expect(links["shop-api-1"]).to_be_focused()


def test_the_focus_goes_to_the_row_when_nothing_opened_it(simulated):
    simulated.sign_in().open_panel("shop-api-1")
    simulated.page.reload()
    expect(simulated.panel.get_by_role("heading", level=2)).to_be_focused()
    simulated.panel.locator('[data-action="close"]').click()
    expect(simulated.panel).to_have_count(0)
    row = simulated.row("shop-api-1")
    eventually(lambda: row.evaluate("row => row.contains(document.activeElement)"))


def test_on_a_phone_it_is_a_page_of_its_own(new_page, _simulated_server):
    dashboard = Dashboard(new_page(**PHONE), _simulated_server).sign_in()
    dashboard.open_panel("shop-web-1")
    box = dashboard.panel.bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
    for name in TABS:
        dashboard.tab(name).click()
        expect(dashboard.tab(name)).to_be_in_viewport(ratio=0.9)
        assert dashboard.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # What lies under it is out of reach.
    assert dashboard.page.locator(".fleet").evaluate("fleet => fleet.inert")
    dashboard.panel.locator('[data-action="close"]').click()
    expect(dashboard.panel).to_have_count(0)
    assert not dashboard.page.locator(".fleet").evaluate("fleet => fleet.inert")


def test_its_container_can_be_acted_on_there(docker, engine):
    engine.run("app")
    docker.open_panel("app")
    docker.panel.locator('.actions button[data-action="stop"]').click()
    expect(fact(docker, "state")).to_have_text("exited")
    docker.panel.locator('.actions [data-action="more"]').click()
    docker.panel.locator('[role="menu"] [data-action="remove"]').click()
    question = docker.panel.get_by_test_id("panel-message")
    expect(question).to_contain_text("Remove app?")
    question.locator('[data-action="confirm"]').click()
    expect(docker.panel.get_by_test_id("panel-gone")).to_be_visible()


# ----- logs, merged


def test_the_address_of_a_project_opens_the_logs_of_all_that_belong_to_it(docker, engine):
    labels = {"com.docker.compose.project": "shop"}
    for name in ("one", "two"):
        engine.run(name, "sh", "-c", f"echo I am {name}; sleep 600", Labels=labels)
    engine.run("other", "sh", "-c", "echo I am other; sleep 600")
    docker.page.evaluate("location.hash = '#/p/local/shop'")
    expect(docker.panel).to_have_attribute("data-kind", "project")
    expect(docker.panel.get_by_role("heading", level=2)).to_have_text("shop")
    expect(docker.panel).to_contain_text("2 containers, merged by time")
    for name in ("one", "two"):
        expect(docker.log_lines.filter(has_text=f"I am {name}")).to_have_count(1)
    engine.run("three", "sh", "-c", "echo I am three; sleep 600", Labels=labels)
    expect(docker.panel).to_contain_text("3 containers, merged by time")
    expect(docker.log_lines.filter(has_text="I am three")).to_have_count(1)
    expect(docker.log_lines.filter(has_text="I am one")).to_have_count(1)
    expect(docker.log_lines.filter(has_text="I am other")).to_have_count(0)


def test_the_address_of_several_containers_opens_their_logs(docker, engine):
    ids = [engine.run(name, "sh", "-c", f"echo I am {name}; sleep 600") for name in ("one", "two")]
    address = "/".join(f"local/{one[:12]}" for one in ids)
    docker.page.evaluate("hash => { location.hash = hash }", f"#/logs/{address}")
    expect(docker.panel).to_have_attribute("data-kind", "several")
    for name in ("one", "two"):
        expect(docker.log_lines.filter(has_text=f"I am {name}")).to_have_count(1)
