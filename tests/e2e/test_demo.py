"""The demo: one link, and a page on which things happen."""

import re

from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.kit.waiting import eventually


def test_its_link_signs_in_and_the_page_is_alive(new_page, start):
    # High enough for all rows: those beyond the screen are not there.
    page = new_page(viewport={"width": 1280, "height": 3600})
    server = start(admin=False, command=("-m", "dockmon", "demo"))
    link = re.search(r"dockmon is at (\S+#signin=\S+)", server.log)
    assert link, server.log
    page.goto(link[1])
    demo = Dashboard(page, server).is_live()
    # The password is out of the address at once, and out of the history.
    expect(page).to_have_url(f"{server.url}/")
    assert page.evaluate("history.length") <= 2
    expect(page.get_by_test_id("user-menu")).to_contain_text("demo")
    expect(page.get_by_test_id("engine")).to_have_count(2)
    states = "rows => rows.map(row => [row.dataset.name, row.dataset.state, row.innerText.split(' ')[0]])"
    before = demo.rows.evaluate_all(states)
    assert len(before) > 40
    eventually(lambda: demo.rows.evaluate_all(states) != before, what="a change")
    expect(page.locator(".figure dd").first).to_have_text(re.compile(r"\d"))


def test_a_link_of_an_earlier_demo_says_that_it_did_not_work(page, start, troubles):
    server = start(admin=False, command=("-m", "dockmon", "demo"))
    troubles.expect(r"(response:|status of) 401 .*/auth/login")
    page.goto(f"{server.url}/#signin=demo:old")
    Dashboard(page, server).is_signed_out("The link did not sign you in.")
    expect(page).to_have_url(f"{server.url}/")
