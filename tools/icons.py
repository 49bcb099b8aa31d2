"""Draw the app's icons from static/favicon.svg, with Chromium, into static/icons/.

Counterpart: static/manifest.webmanifest, which names them.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

STATIC = Path(__file__).resolve().parent.parent / "static"
# Systems cut their own shape out of these; what counts lies in the middle four fifths.
SQUARE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" fill="{ground}"/>
<g transform="translate(16 16) scale({scale}) translate(-16 -16)">{drawing}</g></svg>"""


def main() -> None:
    rounded = (STATIC / "favicon.svg").read_text(encoding="utf-8")
    ground, drawing = re.findall(r'<rect [^>]*fill="(#\w+)"/>(.*)</svg>', rounded)[0]
    icons = {
        "icon-192.png": (192, rounded),
        "icon-512.png": (512, rounded),
        "icon-180.png": (180, SQUARE.format(ground=ground, drawing=drawing, scale=0.9)),
        "maskable-512.png": (512, SQUARE.format(ground=ground, drawing=drawing, scale=0.72)),
    }
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, (size, svg) in icons.items():
            draw(browser, svg, size, STATIC / "icons" / name)
        browser.close()


def draw(browser: Browser, svg: str, size: int, target: Path) -> None:
    page = browser.new_page(viewport={"width": size, "height": size})
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
    page.screenshot(path=target, omit_background=True)
    page.close()
    print(f"{target.relative_to(STATIC.parent)}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
