"""What containers say of themselves is text on the page, whatever it tries to be."""

import json
import re

import pytest
from playwright.sync_api import expect

HTML = [
    '<img src=x onerror="window.__xss=1">',
    "<svg/onload=window.__xss=1>",
    '"><script>window.__xss=1</script>',
    "'-window.__xss=1-'",
    "javascript:window.__xss=1",
    "{{constructor.constructor('window.__xss=1')()}} ${window.__xss=1}",
    '<math><mtext><table><mglyph><style><!--</style><img title="--><img src=1 onerror=window.__xss=1>">',
    "<iframe srcdoc='<script>parent.__xss=1</script>'></iframe>",
    "&lt;b&gt;&amp;amp;",
]
UNICODE = [
    "\u202egnp.exe\u202c",  # right to left
    "zero\u200bwidth\u2060",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 한국어",
    "Z̴̡̛͓a̵l̶g̷o̸",
]
# What is written -> what is shown: a terminal would have acted on the rest.
ANSI = {
    "\x1b[31mred\x1b[0m \x1b[1;38;5;200mpink": "red pink",
    "\x1b]8;;javascript:window.__xss=1\x07click me\x1b]8;;\x07": "click me",
    "clip\x1b]52;c;d2luZG93Ll9feHNzPTE=\x07board": "clipboard",
    "\x1b]0;<img src=x onerror=window.__xss=1>\x07title": "title",
    "\x1b[2J\x1b[H\x1b[5Aup and away": "up and away",
    "10 %\r50 %\r100 %": "␍100 %",
    "bell\x07 and \x08backspace": "bell␇ and ␈backspace",
    "\u202egnp.exe\u202c": "⟨U+202E⟩gnp.exe⟨U+202C⟩",
    "zero\u200bwidth\u2060": "zero⟨U+200B⟩width⟨U+2060⟩",
    "\x1b[" * 1000 + "m": None,
}
PROJECT = "com.docker.compose.project"
UNSEEN = re.compile("[\u200b\u202a-\u202e\u2060-\u2064\u2066-\u2069]")


def made_visible(text):
    """What the page writes where a text is read for what it is."""
    return UNSEEN.sub(lambda sign: f"⟨U+{ord(sign[0]):04X}⟩", text)


def open_tab(dashboard, name, tab):
    """Open the panel of a container by its address; return it."""
    address = dashboard.row(name).locator("[data-row-link]").get_attribute("href")
    dashboard.page.evaluate("address => { location.hash = address }", f"{address}/{tab}")
    expect(dashboard.page.get_by_role("tabpanel")).to_be_visible()
    return dashboard.page.locator(".panel")


@pytest.fixture
def harmless(docker):
    """The signed-in page; afterwards nothing of what was shown has run."""
    yield docker
    assert docker.page.evaluate("window.__xss") is None
    assert docker.page.locator("img, iframe, object, embed, #app script").count() == 0


def test_labels(harmless, engine):
    for number, text in enumerate(HTML + UNICODE):
        engine.create(f"c{number}", Labels={PROJECT: text, text[:60]: text})
    # Room for all the rows: those beyond the screen are not there.
    harmless.page.set_viewport_size({"width": 1280, "height": 4000})
    expect(harmless.rows).to_have_count(len(HTML + UNICODE))
    projects = harmless.page.get_by_test_id("project").locator(".name")
    shown = projects.evaluate_all("names => names.map(name => name.textContent)")
    assert sorted(shown) == sorted(map(made_visible, HTML + UNICODE))
    harmless.page.get_by_test_id("grouping").select_option("flat")
    beside = harmless.rows.locator(".project")
    expect(beside).to_have_count(len(HTML + UNICODE))
    assert sorted(beside.all_text_contents()) == sorted(map(made_visible, HTML + UNICODE))


def test_a_label_of_100_kilobytes_does_not_break_the_page(harmless, engine):
    engine.create("long", Labels={PROJECT: "a" * 100_000})
    engine.create("short")
    harmless.shows("short", "created")
    harmless.shows("long", "created")
    box = harmless.row("long").bounding_box()
    assert box["height"] < 60
    assert harmless.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_values_of_the_environment_and_of_labels(harmless, engine):
    texts = HTML + UNICODE
    environment = [f"V{number}={text}" for number, text in enumerate(texts)]
    labels = {f"label.{number}": text for number, text in enumerate(texts)}
    engine.create("full", Env=environment, Labels=labels)
    harmless.shows("full", "created")
    panel = open_tab(harmless, "full", "configuration")
    panel.locator('[data-action="reveal"]').click()
    expect(panel.locator('[data-action="hide"]')).to_be_visible()
    written = panel.evaluate("panel => panel.textContent")
    for text in texts:
        assert written.count(made_visible(text)) >= 2, text


def test_values_of_100_kilobytes_are_cut_short_until_one_asks_for_the_rest(harmless, engine):
    engine.create("large", Env=[f"LONG={'a' * 100_000}"], Labels={"long": "b" * 100_000})
    harmless.shows("large", "created")
    panel = open_tab(harmless, "large", "configuration")
    panel.locator('[data-action="reveal"]').click()
    expect(panel.locator('[data-action="hide"]')).to_be_visible()
    assert len(panel.evaluate("panel => panel.innerText")) < 50_000
    assert harmless.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_log_line_of_100_kilobytes(harmless, engine):
    script = r"head -c 100000 /dev/zero | tr '\0' x; echo '<b>end'; echo after; sleep 600"
    engine.run("longwinded", "sh", "-c", script)
    harmless.open_logs("longwinded")
    expect(harmless.log_lines.last).to_contain_text("after")
    assert harmless.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("text", HTML[:3] + UNICODE[:1])
def test_names_of_images(simulated, text):
    """No registry would take them; an engine that lies might send them."""
    page = simulated.page
    wrong = f'"image":{json.dumps(text)}'

    def lie(socket):
        server = socket.connect_to_server()
        server.on_message(
            lambda message: socket.send(re.sub('"image": ?"[^"]*"', lambda _: wrong, message))
        )

    page.route_web_socket("**/socket.io/**", lie)
    page.set_viewport_size({"width": 1600, "height": 900})
    simulated.sign_in()
    image = simulated.row("shop-web-1").locator(".image")
    expect(image).to_be_visible()
    expect(image).to_have_attribute("title", made_visible(text))
    assert image.evaluate("node => node.textContent").strip() == made_visible(text)
    open_tab(simulated, "shop-web-1", "overview")
    assert page.evaluate("window.__xss") is None


def test_a_log_line_of_json_that_is_nested_all_through(harmless, engine):
    nested = "head -c 5000 /dev/zero | tr '\\0'"
    script = f"printf '{{\"a\":'; {nested} '['; {nested} ']'; echo '}}'; echo after; sleep 600"
    engine.run("nested", "sh", "-c", script)
    harmless.open_logs("nested")
    expect(harmless.log_lines).to_have_count(2)
    expect(harmless.log_lines.first).to_contain_text('{"a":[[[[')
    expect(harmless.log_lines.last).to_contain_text("after")


def test_log_lines(harmless, engine):
    seen = UNICODE[2:]  # the others turn or hide what stands beside them, and are named instead
    lines = HTML + seen + list(ANSI)
    script = 'for line in "$@"; do printf "%s\\n" "$line"; done; sleep 600'
    engine.run("talker", "sh", "-c", script, "sh", *lines)
    harmless.open_logs("talker")
    expect(harmless.log_lines).to_have_count(len(lines))
    texts = harmless.log_lines.evaluate_all(
        "rows => rows.map(row => row.querySelector('.log-text').textContent)"
    )
    for text, expected in zip(texts, HTML + seen + list(ANSI.values()), strict=True):
        assert expected is None or text == expected
        assert not any(ord(character) < 32 for character in text)
    assert harmless.page.title() == "dockmon"


def test_bytes_that_are_no_text(harmless, engine):
    engine.run("noise", "sh", "-c", r"printf 'a\000b\377\376c\n\355\240\200\n'; sleep 600")
    harmless.open_logs("noise")
    expect(harmless.log_lines).to_have_count(2)
    expect(harmless.log_lines.first).to_have_text("a␀b��c")


def test_the_output_of_a_terminal(harmless, engine):
    script = 'printf "%s\\n" "$1"; sleep 600'
    engine.run("shell", "sh", "-c", script, "sh", "\x1b[32m" + HTML[0], Tty=True)
    harmless.open_logs("shell")
    expect(harmless.log_lines.first).to_have_text(HTML[0])


@pytest.mark.parametrize("text", [HTML[0], HTML[2], UNICODE[0], "__proto__", "constructor"])
def test_names_no_engine_would_allow(simulated, text):
    """An engine that lies: the names on the wire are changed on their way to the page."""
    page = simulated.page

    def lie(socket):
        server = socket.connect_to_server()
        wrong = json.dumps(text)
        server.on_message(lambda message: socket.send(message.replace('"shop-web-1"', wrong)))

    page.route_web_socket("**/socket.io/**", lie)
    simulated.sign_in()
    row = simulated.rows.filter(has=page.locator("td, th", has_text=made_visible(text)))
    expect(row.locator(".name")).to_have_text(made_visible(text))
    assert page.evaluate("window.__xss") is None
    # The menu and its question name it, too.
    row.locator('[data-action="more"]').click()
    row.locator('[role="menu"] [data-action="kill"]').click()
    expect(simulated.message).to_contain_text(f"Kill {text}?")
    simulated.message.get_by_role("button", name="Cancel").click()
    assert page.evaluate("window.__xss") is None


def test_addresses(simulated):
    """Links somebody sends: a fragment is shown as text at most."""
    page = simulated.page
    simulated.sign_in()
    for text in HTML:
        part = text.replace("/", "%2F")
        page.evaluate("text => { location.hash = text }", text)
        page.evaluate("part => { location.hash = `#/c/${part}/${part}/logs` }", part)
        panel = page.locator(".panel")
        expect(panel.get_by_test_id("panel-missing")).to_be_visible()
        assert panel.get_by_role("heading").first.text_content() == text[:12]
    expect(simulated.rows).to_have_count(8)
    assert page.evaluate("window.__xss") is None
