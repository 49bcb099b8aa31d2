"""The page as an app: Chromium finds nothing that is in the way of installing it."""

import json
import shutil
from urllib.parse import urljoin

import pytest

from tests.e2e.browser import Dashboard
from tests.kit.server import ROOT


@pytest.fixture(params=["/", "/dm/"])
def dashboard(request, _browser, start, tmp_path):
    """The page at the root, and below a path; in a lasting profile, as others install nothing."""
    server = start("local=simulated://?containers=3", DOCKMON_BASE_PATH=request.param)
    context = _browser.browser_type.launch_persistent_context(
        tmp_path, executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
    )
    yield Dashboard(context.new_page(), server)
    context.close()


def ask(dashboard, method):
    return dashboard.page.context.new_cdp_session(dashboard.page).send(method)


def test_it_can_be_installed_where_it_is_served(dashboard):
    dashboard.open().is_signed_out()
    assert ask(dashboard, "Page.getInstallabilityErrors")["installabilityErrors"] == []
    found = ask(dashboard, "Page.getAppManifest")
    assert found["errors"] == []
    manifest = json.loads(found["data"])
    home = f"{dashboard.url}/"
    assert urljoin(found["url"], manifest["start_url"]) == home
    assert urljoin(found["url"], manifest["scope"]) == home


def test_every_icon_is_there_and_as_large_as_it_says(dashboard):
    dashboard.open().is_signed_out()
    found = ask(dashboard, "Page.getAppManifest")
    icons = json.loads(found["data"])["icons"]
    assert {icon["sizes"] for icon in icons} >= {"192x192", "512x512"}
    assert any(icon.get("purpose") == "maskable" for icon in icons)
    for icon in icons:
        size = dashboard.page.evaluate(
            """async address => {
              const image = new Image();
              image.src = address;
              await image.decode();
              return `${image.naturalWidth}x${image.naturalHeight}`;
            }""",
            urljoin(found["url"], icon["src"]),
        )
        assert icon["sizes"] in (size, "any")
    touch = dashboard.page.locator('link[rel="apple-touch-icon"]').get_attribute("href")
    assert dashboard.page.context.request.get(urljoin(dashboard.url, touch)).ok


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_browsers_bar_has_the_colour_of_ours(new_page, _simulated_server, scheme):
    page = new_page(color_scheme=scheme)
    dashboard = Dashboard(page, _simulated_server).sign_in()

    def same():
        return page.evaluate(
            """() => {
              const metas = [...document.querySelectorAll('meta[name="theme-color"]')];
              const [told] = metas.filter(({ media }) => matchMedia(media).matches);
              const probe = document.createElement("i");
              probe.style.color = told.content;
              document.body.append(probe);
              const wanted = getComputedStyle(probe).color;
              probe.remove();
              return wanted === getComputedStyle(document.querySelector(".bar")).backgroundColor;
            }"""
        )

    assert same()
    for _ in range(2):
        page.locator("[data-theme-choice]").click()
        assert same()
    assert dashboard.is_the_same_page


def test_the_icons_are_small():
    icons = list((ROOT / "static" / "icons").iterdir())
    assert len(icons) == 4
    assert sum(icon.stat().st_size for icon in icons) < 60_000
