"""Looking for something in a log: by an expression, from match to match, and only what matches."""

import functools
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.log_panel import LogPanel
from tests.kit.waiting import eventually

_COUNT_FRAMES = """() => {
  window.frames_ = 0;
  requestAnimationFrame(function frame() {
    window.frames_ += 1;
    requestAnimationFrame(frame);
  });
}"""


@pytest.fixture
def panel(docker):
    """The log panel of the shared page."""
    return LogPanel(docker)


@pytest.fixture
def said(panel, engine):
    """Let a container say these lines, and open its log."""
    return functools.partial(panel.of_one_that_says, engine)


def test_a_search_marks_what_it_finds_and_goes_from_one_to_the_next(docker, panel, engine):
    script = "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; done; sleep 600"
    engine.run("talker", "sh", "-c", script)
    docker.open_logs("talker")
    expect(panel.row("line 300")).to_be_in_viewport()
    panel.search.fill("line .*7$")
    expect(panel.count).to_have_text("30 lines match")
    expect(panel.row("line 297").locator("mark")).to_have_text("line 297")
    panel.search.press("Enter")
    expect(panel.count).to_have_text("30 of 30")
    expect(panel.row("line 297")).to_be_in_viewport()
    for _ in range(5):
        panel.search.press("Enter")
    expect(panel.count).to_have_text("25 of 30")
    expect(panel.row("line 247")).to_be_in_viewport()
    panel.search.press("Shift+Enter")
    expect(panel.count).to_have_text("26 of 30")
    # Round the edge.
    for _ in range(5):
        panel.search.press("Shift+Enter")
    expect(panel.count).to_have_text("1 of 30")
    expect(panel.row("line 7")).to_be_in_viewport()
    panel.box.focus()
    docker.page.keyboard.press("n")
    expect(panel.count).to_have_text("2 of 30")
    docker.page.keyboard.press("Shift+N")
    expect(panel.count).to_have_text("1 of 30")


def test_a_filter_hides_what_does_not_match_and_new_lines_are_judged(docker, panel, engine):
    script = "n=0; while true; do n=$((n+1)); echo tick $n; sleep 0.05; done"
    engine.run("talker", "sh", "-c", script)
    docker.open_logs("talker")
    expect(panel.rows.last).to_be_visible()
    panel.search.fill("[05]$")
    panel.root.get_by_role("button", name="Show only lines that match").click()
    expect(panel.row("tick 10")).to_be_visible()
    eventually(lambda: len(panel.drawn()) > 5, what="new lines that match")
    numbers = [int(text[5:]) for text in panel.drawn()]
    assert numbers == [5 * n for n in range(1, len(numbers) + 1)]
    panel.search.fill("no such thing")
    expect(panel.root).to_contain_text("None of the lines read so far matches.")
    panel.search.press("Escape")
    expect(panel.row("tick 1")).to_be_attached()


def test_new_lines_are_counted_only_where_the_filter_shows_them(docker, panel, engine):
    script = (
        "trap 'exit 0' TERM; trap 'echo miss; echo hit; echo miss' USR1;"
        " echo hit; while true; do sleep 0.05; done"
    )
    engine.run("talker", "sh", "-c", script)
    docker.open_logs("talker")
    panel.search.fill("hit")
    panel.root.get_by_role("button", name="Show only lines that match").click()
    expect(panel.rows).to_have_count(1)
    panel.root.locator('[data-action="log-pause"]').click()
    expect(panel.jump).to_have_text("To the end")
    engine.api.kill("talker", "USR1")
    expect(panel.rows).to_have_count(2)
    expect(panel.jump).to_have_text("1 new line")
    panel.root.get_by_role("button", name="Show only lines that match").click()
    expect(panel.jump).to_have_text("3 new lines")


@pytest.mark.parametrize("key", ["Escape", "Enter"])
def test_a_key_that_belongs_to_what_is_being_composed_does_nothing_else(said, key):
    panel = said("first", "second")
    panel.search.fill("s")
    expect(panel.count).to_have_text("2 lines match")
    press = "(input, key) => input.dispatchEvent(new KeyboardEvent('keydown', {key, %s}))"
    options = "bubbles: true, cancelable: true, isComposing: true"
    assert panel.search.evaluate(press % options, key)
    expect(panel.search).to_have_value("s")
    expect(panel.count).to_have_text("2 lines match")
    expect(panel.root).to_be_visible()
    # The same key by itself does it.
    panel.search.press(key)
    expect(panel.count).to_have_text("" if key == "Escape" else "2 of 2")


def test_case_counts_when_it_should_and_what_is_no_expression_is_text(said):
    panel = said("Case", "case", "an [unclosed bracket")
    panel.search.fill("case")
    expect(panel.count).to_have_text("2 lines match")
    panel.root.get_by_role("button", name="Match upper and lower case").click()
    expect(panel.count).to_have_text("1 line matches")
    panel.search.fill("[unclosed")
    expect(panel.count).to_have_text(
        "1 line matches · not a valid expression, searched as plain text"
    )
    expect(panel.rows.nth(2).locator("mark")).to_have_text("[unclosed")


def test_an_expression_that_never_ends_holds_up_nothing(docker, panel, engine):
    evil = "a" * 40 + "!"
    script = 'echo "$1"; n=0; while true; do n=$((n+1)); echo tick $n; sleep 0.05; done'
    engine.run("talker", "sh", "-c", script, "sh", evil)
    docker.open_logs("talker")
    expect(panel.row("tick 5")).to_be_attached()
    docker.page.evaluate(_COUNT_FRAMES)
    panel.search.fill("(a+)+$")
    expect(panel.count).to_have_text(
        "This expression takes too long on these lines and was switched off."
    )
    assert docker.page.evaluate("window.frames_") > 10, "the page stood still meanwhile"
    last = int(panel.drawn()[-1][5:])
    expect(panel.row(f"tick {last + 5}")).to_be_in_viewport()
    panel.search.fill("tick 3$")
    expect(panel.count).to_have_text("1 line matches")


def test_what_is_found_in_a_folded_field_is_shown_at_its_fold(said):
    panel = said('{"msg":"hello","user":"ada lovelace"}', "nothing")
    panel.search.fill("lovelace")
    expect(panel.count).to_have_text("1 line matches")
    row = panel.rows.first
    expect(row.locator(".log-fold")).to_have_class(re.compile("is-hit"))
    row.locator(".log-fold").click()
    expect(row.locator("mark")).to_have_text("lovelace")


def test_what_is_found_behind_the_shown_part_of_a_long_line_is_shown_at_its_button(said):
    panel = said(f"{'x' * 3000} needle", f"needle {'x' * 3000}")
    panel.search.fill("needle")
    expect(panel.count).to_have_text("2 lines match")
    behind, before = panel.rows.nth(0).locator(".log-all"), panel.rows.nth(1).locator(".log-all")
    expect(behind).to_have_class(re.compile("is-hit"))
    expect(before).not_to_have_class(re.compile("is-hit"))
    behind.click()
    expect(panel.rows.nth(0).locator("mark")).to_have_text("needle")


def test_a_filter_looks_further_back_than_what_is_held_when_asked(docker, panel, engine):
    script = (
        "echo needle; i=0; while [ $i -lt 22000 ]; do i=$((i+1)); echo line $i; done; sleep 600"
    )
    engine.run("long", "sh", "-c", script)
    eventually(lambda: b"line 22000" in engine.api.logs("long", tail=1), what="all of its lines")
    docker.open_logs("long")
    expect(panel.row("line 22000")).to_be_in_viewport()
    panel.search.fill("needle")
    panel.root.get_by_role("button", name="Show only lines that match").click()
    further = panel.root.get_by_role("button", name="Look further back")
    expect(further).to_be_visible()
    expect(panel.root).to_contain_text("None of the lines read so far matches.")

    def is_found():
        if panel.rows.count() == 0 and further.count():
            further.click()
        return panel.row("needle").count()

    eventually(is_found, what="the one line that matches")
    expect(panel.state).to_contain_text("Newer lines were let go")
    panel.jump.click()
    expect(panel.state).not_to_contain_text("Newer lines were let go")
