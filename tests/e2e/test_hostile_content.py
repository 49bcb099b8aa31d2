"""What containers say of themselves is text on the page, whatever it tries to be."""

import json

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
    "10 %\r50 %\r100 %": "100 %",
    "bell\x07 and \x08backspace": "bell and backspace",
    "\x1b[" * 1000 + "m": None,
}
PROJECT = "com.docker.compose.project"


@pytest.fixture
def harmless(docker):
    """The signed-in page; afterwards nothing of what was shown has run."""
    yield docker
    assert docker.page.evaluate("window.__xss") is None
    assert docker.page.locator("img, iframe, object, embed, #app script").count() == 0


def test_labels(harmless, engine):
    for number, text in enumerate(HTML + UNICODE):
        engine.create(f"c{number}", Labels={PROJECT: text, text[:60]: text})
    expect(harmless.rows).to_have_count(len(HTML + UNICODE))
    for number, text in enumerate(HTML + UNICODE):
        shown = harmless.row(f"c{number}").locator(".project")
        expect(shown).to_have_count(1)
        assert shown.evaluate("node => node.textContent") == text


def test_a_label_of_100_kilobytes_does_not_break_the_page(harmless, engine):
    engine.create("long", Labels={PROJECT: "a" * 100_000})
    engine.create("short")
    harmless.shows("short", "created")
    harmless.shows("long", "created")
    box = harmless.row("long").bounding_box()
    assert box["height"] < 60
    assert harmless.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_log_lines(harmless, engine):
    lines = HTML + UNICODE + list(ANSI)
    script = 'for line in "$@"; do printf "%s\\n" "$line"; done; sleep 600'
    engine.run("talker", "sh", "-c", script, "sh", *lines)
    harmless.open_logs("talker")
    expect(harmless.log_lines).to_have_count(len(lines))
    texts = harmless.log_lines.evaluate_all(
        "rows => rows.map(row => row.lastElementChild.textContent)"
    )
    for text, expected in zip(texts, HTML + UNICODE + list(ANSI.values()), strict=True):
        assert expected is None or text == expected
        assert not any(ord(character) < 32 for character in text)
    assert harmless.page.title() == "dockmon"


def test_bytes_that_are_no_text(harmless, engine):
    engine.run("noise", "sh", "-c", r"printf 'a\000b\377\376c\n\355\240\200\n'; sleep 600")
    harmless.open_logs("noise")
    expect(harmless.log_lines).to_have_count(2)
    expect(harmless.log_lines.first).to_have_text("ab��c")


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
    row = simulated.rows.filter(has=page.locator("td, th", has_text=text))
    expect(row.locator(".name")).to_have_text(text)
    assert page.evaluate("window.__xss") is None
    # The menu and its question name it, too.
    row.locator('[data-action="more"]').click()
    row.locator('[role="menu"] [data-action="kill"]').click()
    expect(simulated.message).to_contain_text(f"Kill {text}?")
    simulated.message.get_by_role("button", name="Cancel").click()
    assert page.evaluate("window.__xss") is None


def test_addresses(simulated, troubles):
    """Links somebody sends: a fragment is shown as text at most."""
    page = simulated.page
    troubles.expect(r"(response:|status of) 40[04] .*/logs\?")
    simulated.sign_in()
    for text in HTML:
        part = text.replace("/", "%2F")
        page.evaluate("text => { location.hash = text }", text)
        page.evaluate("part => { location.hash = `#/c/${part}/${part}/logs` }", part)
        expect(simulated.logs.locator(".log-state")).to_have_attribute("data-phase", "refused")
        assert simulated.logs.get_by_role("heading").text_content() == text[:12]
    expect(simulated.rows).to_have_count(8)
    assert page.evaluate("window.__xss") is None
