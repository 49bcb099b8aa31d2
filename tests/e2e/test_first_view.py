"""What a browser fetches before one can use the page: no more than needed, packed, kept for ever."""

from collections import Counter

import pytest
from playwright.sync_api import expect

MAX_BYTES = 150_000


class Traffic:
    """All answers to a page, with the bytes of their bodies as they came: packed."""

    def __init__(self, page):
        self.answers = {}
        self._hits = set()
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("Network.enable")
        self._devtools.on("Network.responseReceived", self._on_answer)
        self._devtools.on("Network.loadingFinished", self._on_end)
        self._devtools.on("Network.requestServedFromCache", self._on_hit)

    def _on_answer(self, event):
        answer = event["response"]
        self.answers[event["requestId"]] = {
            "url": answer["url"],
            "headers": {name.lower(): value for name, value in answer["headers"].items()},
            "head": answer["encodedDataLength"],
            "bytes": 0,
        }

    def _on_end(self, event):
        if event["requestId"] in self.answers:
            answer = self.answers[event["requestId"]]
            answer["bytes"] = event["encodedDataLength"] - answer["head"]

    def _on_hit(self, event):
        self._hits.add(event["requestId"])

    @property
    def fetched(self):
        """What came over the wire; the WebSocket is not among it."""
        return [
            one
            for request, one in self.answers.items()
            if one["url"].startswith("http") and one["bytes"] and request not in self._hits
        ]


@pytest.fixture
def first_view(simulated):
    """The traffic of a reader who is signed in and opens the page for the first time."""
    traffic = Traffic(simulated.page)
    simulated.sign_in()
    expect(simulated.rows.first).to_be_visible()
    simulated.page.wait_for_load_state("networkidle")
    return traffic


def test_the_first_view_takes_less_than_150_kilobytes(first_view):
    sizes = Counter({one["url"]: one["bytes"] for one in first_view.fetched})
    assert len(sizes) > 20
    total = sum(sizes.values())
    assert total < MAX_BYTES, (total, sizes.most_common(30))


def test_nothing_is_fetched_twice(first_view):
    counted = Counter(one["url"] for one in first_view.fetched)
    assert [url for url, times in counted.items() if times > 1 and "/static/" in url] == []


def test_every_text_is_packed_and_kept_for_ever(first_view):
    files = [one for one in first_view.fetched if "/static/" in one["url"]]
    for one in files:
        assert one["headers"]["cache-control"] == "public, max-age=31536000, immutable", one
        if not one["url"].endswith(".png"):
            assert one["headers"]["content-encoding"] == "gzip", one


def test_the_modules_of_the_first_view_are_asked_for_at_once_and_no_other(simulated):
    page = simulated.page
    scripts = []
    page.on(
        "request",
        lambda request: scripts.append(request.url) if request.resource_type == "script" else None,
    )
    simulated.sign_in()
    expect(simulated.rows.first).to_be_visible()
    page.wait_for_load_state("networkidle")
    preloaded = page.eval_on_selector_all(
        "link[rel=modulepreload]", "links => links.map(a => a.href)"
    )
    early = page.eval_on_selector_all("script[src]", "scripts => scripts.map(one => one.src)")
    assert sorted(set(scripts)) == sorted({*preloaded, *early})
    assert not any(name in url for url in scripts for name in ("palette", "help.js", "uPlot"))


def test_the_second_view_asks_for_no_file_of_the_page(simulated):
    simulated.sign_in()
    expect(simulated.rows.first).to_be_visible()
    page = simulated.page
    traffic = Traffic(page)
    page.reload()
    simulated.is_live()
    expect(simulated.rows.first).to_be_visible()
    page.wait_for_load_state("networkidle")
    asked = [one["url"] for one in traffic.fetched if "/static/" in one["url"]]
    assert asked == []


@pytest.mark.parametrize(
    "path", ["/static/js/client/index.js", "/static/vendor/socket.io.esm.min.js"]
)
def test_the_client_library_stays_where_other_pages_find_it(_simulated_server, path):
    answer = _simulated_server.request("GET", path)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
