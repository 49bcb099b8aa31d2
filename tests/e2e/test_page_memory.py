"""What a page that is kept open holds on to: no more after an hour than after a few minutes."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Dashboard
from tests.kit.waiting import eventually

# Histories hold 120 samples; with those everything is there that will be.
FILLED = 150
SHORT = pytest.param(100, 0.2, 150, 1_000_000, id="for 150 ticks")
LONG = pytest.param(
    1000, 1, 3600, 2_000_000, id="for an hour", marks=[pytest.mark.soak, pytest.mark.timeout(6000)]
)


@pytest.mark.parametrize(("containers", "seconds", "ticks", "most_bytes"), [SHORT, LONG])
def test_the_heap_does_not_grow_with_the_ticks(
    new_page, start, containers, seconds, ticks, most_bytes
):
    server = start(
        f"local=simulated://?containers={containers}&churn=30",
        DOCKMON_STATS_INTERVAL=str(seconds),
        DOCKMON_METRICS_INTERVAL=str(seconds),
    )
    page = new_page()
    heard = Ticks(page)
    dashboard = Dashboard(page, server).sign_in()
    expect(dashboard.rows.first).to_be_visible()
    heard.wait_for(FILLED, seconds)
    before = heap_bytes(page)
    heard.wait_for(FILLED + ticks, seconds)
    assert heap_bytes(page) - before < most_bytes


class Ticks:
    """How often the page was told what containers use."""

    def __init__(self, page):
        self._page = page
        self._count = 0
        page.on("websocket", lambda socket: socket.on("framereceived", self._on_frame))

    def _on_frame(self, frame):
        self._count += isinstance(frame, str) and '"container-stats"' in frame[:60]

    def wait_for(self, count, seconds):
        def is_reached():
            self._page.evaluate("0")  # lets frames be counted
            return self._count >= count

        eventually(is_reached, timeout=60 + 4 * count * seconds, every=0.5)


def heap_bytes(page):
    """What is left after a collection."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.collectGarbage")
    used = devtools.send("Runtime.getHeapUsage")["usedSize"]
    devtools.detach()
    return used
