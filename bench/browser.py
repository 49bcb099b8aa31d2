"""What the page costs its reader: ticks, memory, the first view, typing, and a busy log.

Measured in Chromium, as a reader would have it; the server keeps to one core.
"""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.figures import Figure, Result, Scale, median, quantile, spread
from bench.fleet import engine_with
from bench.processes import pin
from tests.e2e import deaf
from tests.kit.server import ADMIN, PASSWORD, Server

TICK_AIM_MS = 10.0
TASK_AIM_MS = 50.0
HEAP_AIM_MB = 2.0
FIRST_VIEW_AIM_KB = 150.0
USABLE_AIM_SECONDS = 1.0
TYPING_AIM_MS = 50.0
FRAME_AIM_MS = 100.0
_SERVER_CORE = 0
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
_TYPED = "state:running -web"
# Twenty lines every tenth of a second.
_WRITER = (
    "sh",
    "-c",
    "n=0; while true; do for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do"
    ' n=$((n+1)); echo "$n level=info msg=\\"request served\\" path=/api/orders/$n took=12ms";'
    " done; sleep 0.1; done",
)

# When the first container stood on the page, the tasks that were too long, and how late frames
# came; all by the page's own clock. Frames only where they are looked at: asking for sixty a second
# took 2 ms of each.
_RECORD = """
window.bench = {usable: null, tasks: [], frames: [], typed: [], settled: []};
new MutationObserver((_, observer) => {
  if (!document.querySelector('[data-testid="container"]')) return;
  observer.disconnect();
  requestAnimationFrame(() => (window.bench.usable = performance.now()));
}).observe(document, {childList: true, subtree: true});
new PerformanceObserver((list) => {
  window.bench.tasks.push(...list.getEntries().map((entry) => entry.duration));
}).observe({type: "longtask"});
addEventListener("input", ({timeStamp}) => {
  // After the next frame the first of what the key changed has been drawn; the rest follows frame
  // by frame, until in three of them no row came or went.
  let [changed, quiet] = [timeStamp, 0];
  const observer = new MutationObserver(() => ([changed, quiet] = [performance.now(), 0]));
  observer.observe(document.body, {childList: true, subtree: true});
  const drawn = () => window.bench.typed.push(performance.now() - timeStamp);
  requestAnimationFrame(() => setTimeout(drawn));
  requestAnimationFrame(function frame() {
    if (++quiet < 4) return requestAnimationFrame(frame);
    observer.disconnect();
    window.bench.settled.push(changed - timeStamp);
  });
}, {capture: true});
window.benchFrames = () => {
  let last = performance.now();
  requestAnimationFrame(function frame(now) {
    window.bench.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  });
};
"""


def run(scale: Scale) -> Result:
    """Open the page on a large simulated fleet, and on one busy container of a real engine."""
    with ExitStack() as stack:
        browser = stack.enter_context(_chromium())
        server = Server(f"local=simulated://?containers={scale.rows}&churn=10")
        stack.callback(server.stop)
        pin(server.process.pid, _SERVER_CORE)
        page = _Page(browser, server)
        found: dict[str, Any] = {"first_view": page.first_view()}
        found["ticks"] = page.ticks(scale.page_seconds)
        found["typing"], found["settled"] = page.typing()
        found["heap"] = page.heap(*scale.heap_seconds)
        page.close()
        found["log"] = _log(stack, browser, scale)
    return Result("browser", list(_figures(found, scale)), found)


def _figures(found: dict[str, Any], scale: Scale) -> Iterator[Figure]:
    first, ticks, log = found["first_view"], found["ticks"], found["log"]
    yield Figure("first view, compressed", first["kb"], "KB", FIRST_VIEW_AIM_KB)
    yield Figure("the same with the heads of answers", first["kb_with_heads"], "KB")
    yield Figure("first view, requests", first["requests"], "")
    yield Figure("first view, usable after", first["usable_seconds"], "s", USABLE_AIM_SECONDS)
    yield Figure(f"a tick of {scale.rows} rows, median", median(ticks["ms"]), "ms", TICK_AIM_MS)
    yield Figure("the same, p95", quantile(ticks["ms"], 0.95), "ms")
    yield Figure("the longest task", ticks["longest_task_ms"], "ms", TASK_AIM_MS)
    yield Figure("typing in the filter, p95", quantile(found["typing"], 0.95), "ms", TYPING_AIM_MS)
    yield Figure("typing, until the last row is there, p95", quantile(found["settled"], 0.95), "ms")
    yield Figure("heap growth", found["heap"]["growth_mb"], "MB", HEAP_AIM_MB)
    yield Figure("heap at the end", found["heap"]["mb"][-1], "MB")
    yield Figure("a busy log, the slowest frame", log["slowest_frame_ms"], "ms", FRAME_AIM_MS)
    yield Figure("a busy log, lines a second", log["lines_per_second"], "")


class _Page:
    """One page, in a browser profile of its own, asked over Chromium's own protocol."""

    def __init__(self, browser: Any, server: Server) -> None:
        self._context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
        body = {"username": ADMIN, "password": PASSWORD, "cookies": True}
        answer = self._context.request.post(f"{server.url}/api/v1/auth/login", data=body)
        assert answer.ok, answer.text()
        self._url = server.url
        self.page = self._context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.add_init_script(_RECORD)
        self._protocol = self._context.new_cdp_session(self.page)

    def close(self) -> None:
        self._context.close()

    def _until(self, condition: str) -> None:
        """Ask until it holds. Playwright's own waiting evaluates text, which the CSP forbids."""
        end = time.monotonic() + 60
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, f"{condition} did not come true"
            time.sleep(0.01)

    def first_view(self) -> dict[str, float]:
        """Open it with nothing in the cache."""
        heads: dict[str, float] = {}
        sizes: dict[str, float] = {}

        def on_head(event: dict[str, Any]) -> None:
            heads[event["requestId"]] = event["response"]["encodedDataLength"]

        def on_end(event: dict[str, Any]) -> None:
            sizes[event["requestId"]] = event["encodedDataLength"]

        self._protocol.send("Network.enable")
        self._protocol.on("Network.responseReceived", on_head)
        self._protocol.on("Network.loadingFinished", on_end)
        self.page.goto(self._url)
        self._until("window.bench.usable !== null")
        usable = self.page.evaluate("window.bench.usable")
        self.page.wait_for_load_state("networkidle")  # what came after it counts as well
        self._protocol.send("Network.disable")
        return {
            "kb": sum(size - heads.get(key, 0) for key, size in sizes.items()) / 1000,
            "kb_with_heads": sum(sizes.values()) / 1000,
            "requests": len(sizes),
            "usable_seconds": usable / 1000,
        }

    def ticks(self, seconds: float) -> dict[str, Any]:
        """Return what scripts, styles and layout took in each second."""
        self._protocol.send("Performance.enable")
        time.sleep(5)
        self.page.evaluate("window.bench.tasks.length = 0")
        took = []
        before = self._work_seconds()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(1)
            after = self._work_seconds()
            took.append(1000 * (after - before))
            before = after
        tasks = self.page.evaluate("window.bench.tasks")
        return {"ms": took, "spread": spread(took), "longest_task_ms": max([0.0, *tasks])}

    def _work_seconds(self) -> float:
        metrics = self._protocol.send("Performance.getMetrics")["metrics"]
        wanted = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
        return float(sum(one["value"] for one in metrics if one["name"] in wanted))

    def typing(self) -> tuple[list[float], list[float]]:
        """Return how long each key took until it was drawn, and until the list stood still."""
        box = self.page.locator("[data-filter]")
        box.click()
        self.page.evaluate("window.bench.typed.length = window.bench.settled.length = 0")
        for number, key in enumerate(_TYPED, 1):
            self.page.keyboard.press(key)
            self._until(f"window.bench.settled.length === {number}")
        typed, settled = self.page.evaluate("[window.bench.typed, window.bench.settled]")
        box.fill("")
        return typed, settled

    def heap(self, begin_seconds: float, end_seconds: float) -> dict[str, Any]:
        """Return what is left after a collection, at both times since the page was opened."""
        sizes = []
        for at in (begin_seconds, end_seconds):
            while (left := at - self.page.evaluate("performance.now()") / 1000) > 0:
                time.sleep(min(left, 5))
            self._protocol.send("HeapProfiler.collectGarbage")
            sizes.append(self._protocol.send("Runtime.getHeapUsage")["usedSize"] / 1e6)
        return {
            "mb": sizes,
            "growth_mb": sizes[1] - sizes[0],
            "at_seconds": (begin_seconds, end_seconds),
        }

    def watch_log(self, container_id: str, seconds: float) -> dict[str, Any]:
        """Follow a container's log, and say how late frames came and how many lines."""
        self.page.goto(f"{self._url}/#/c/local/{container_id[:12]}/logs")
        last = "[...document.querySelectorAll('[data-testid=\"log-line\"]')].at(-1)"
        number = f"parseInt(/\\d+(?= level=)/.exec({last}?.textContent ?? '')?.[0] ?? '0')"
        self._until(f"{number} > 0")
        time.sleep(5)
        begun = self.page.evaluate(number)
        self.page.evaluate("window.benchFrames()")
        time.sleep(seconds)
        frames = self.page.evaluate("window.bench.frames")
        ended = self.page.evaluate(number)
        return {
            "slowest_frame_ms": max(frames),
            "frames": len(frames),
            "late_frames": sum(frame > FRAME_AIM_MS for frame in frames),
            "lines_per_second": (ended - begun) / seconds,
        }


def _log(stack: ExitStack, browser: Any, scale: Scale) -> dict[str, Any]:
    engine, _ids = stack.enter_context(engine_with(1))
    writer = engine.run("writer", *_WRITER)
    server = Server(f"local=unix://{engine.socket}")
    stack.callback(server.stop)
    pin(server.process.pid, _SERVER_CORE)
    page = _Page(browser, server)
    try:
        return page.watch_log(writer, scale.log_seconds)
    finally:
        page.close()


@contextmanager
def _chromium() -> Iterator[Any]:
    """Chromium, deaf to the interfaces that come and go with containers."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is missing; on Debian: apt-get install chromium"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        script = Path(folder) / "chromium"
        command = shlex.join([sys.executable, deaf.__file__, program])
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        script.chmod(0o700)
        browser = playwright.chromium.launch(executable_path=script, args=list(_ARGUMENTS))
        yield browser
        browser.close()
