"""Docs fail without you: what the code has is named, and what is named the code has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockmon.api.errors import STATUS
from dockmon.config import PREFIX
from dockmon.domain.engine import REASONS
from dockmon.factory import Application
from dockmon.realtime import boundary, client, emitter, line
from tests.kit.clients import EVENTS
from tests.project import documents, walk
from tests.project.documents import README, rows, unquoted


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """An application that is not started."""
    with walk.application(tmp_path_factory.mktemp("data")) as made:
        yield made


def test_every_setting_is_in_the_table_with_its_default():
    documented = {
        unquoted(name): unquoted(default) for name, default, _ in rows("settings.md", "name")
    }
    assert documented == walk.settings()


def test_no_document_names_a_setting_that_does_not_exist():
    allowed = walk.settings().keys() | {f"{name}_FILE" for name in walk.secrets()}
    named = set(re.findall(rf"\b(?:{PREFIX}|DATABASE_URL)[A-Z_]*\b", documents.all_text()))
    # What ends in an underscore is the beginning of a family of names.
    unknown = {name for name in named - allowed if not name.endswith("_")}
    families = r"DOCKMON_ENGINE_[A-Z_]*TLS_(CA|CERT|KEY)|DOCKMON_ENGINE_"
    assert {name for name in unknown if not re.fullmatch(families, name)} == set()


def test_every_error_code_has_its_status_in_the_docs():
    documented = {unquoted(code): int(status) for status, code, _ in rows("rest.md", "status")}
    assert documented == STATUS
    assert set(documented) == walk.error_codes()


def test_every_route_is_documented_and_every_documented_route_exists(app: Application):
    page = documents.DOCS / "rest.md"
    route = re.compile(r"`((?:GET|POST|PUT|PATCH|DELETE) /\S*)`")
    documented = {found[1] for one in documents.headings(page) if (found := route.fullmatch(one))}
    documented |= {unquoted(first) for first, _ in rows(page, "route")}
    assert documented == walk.routes(app)


def test_routes_named_in_passing_exist(app: Application):
    named = re.findall(r"`((?:GET|POST|PATCH|DELETE) /[\w/.<>-]*)`", documents.all_text())
    engine_api = {"GET /version"}
    assert set(named) - walk.routes(app) == engine_api


def test_every_event_that_clients_may_send_is_documented(app: Application):
    events = [row for row in rows("socketio.md", "event") if len(row) == 4]
    documented = {(unquoted(event), unquoted(namespace)) for event, namespace, _, _ in events}
    assert documented == walk.handled_events(app)


def test_every_event_that_the_server_sends_is_documented():
    events = [row for row in rows("socketio.md", "event") if len(row) == 3]
    documented = {unquoted(event) for event, _, _ in events}
    assert documented == walk.sent_events()
    assert {unquoted(namespace) for _, namespace, _ in events} == set(walk.NAMESPACES)
    assert documented <= set(EVENTS), "the kit's clients listen to all of them"


def test_every_reason_of_an_engine_is_documented():
    said = documents.text("socketio.md")
    assert [reason for reason in REASONS if f"`{reason}`" not in said] == []


def test_the_limits_in_the_docs_are_those_of_the_code():
    bounds = {what: bound for what, bound, _ in rows("socketio.md", "what")}
    assert bounds["one message from a client"] == f"{line.MAX_MESSAGE_BYTES // 1024} KiB"
    assert bounds["events of one client"] == (
        f"{boundary.EVENTS_AT_ONCE} at once, {boundary.EVENTS_PER_SECOND} a second"
    )
    assert bounds["events of one client that wait for their turn"] == str(boundary.QUEUED_EVENTS)
    assert bounds["actions of one client under way"] == str(boundary.ACTIONS_UNDER_WAY)
    assert bounds["what waits for a slow client"] == (
        f"{emitter.SKIP_PACKETS} packets or {emitter.SKIP_BYTES // 1024} KiB"
    )
    assert bounds["what waits for a client that reads nothing"] == (
        f"{emitter.STUCK_BYTES // 1024} KiB for {emitter.STUCK_SECONDS:g} seconds"
    )
    assert bounds["packets in one polling response"] == str(client.POLL_PACKETS)
    assert bounds["packets in one polling request"] == str(client.POST_PACKETS)


def test_every_command_is_documented_and_every_documented_command_exists():
    typed = (unquoted(first) for first, _ in rows("deploy.md", "command"))
    documented = {re.sub(r" [<-].*", "", command) for command in typed}
    assert documented == walk.commands()


def test_commands_named_in_passing_exist():
    words = {word for command in walk.commands() for word in command.split()[1:2]}
    named = re.findall(r"`(?:\.venv/bin/)?dockmon ([a-z]+)", documents.all_text())
    assert set(named) <= words


def test_every_make_target_is_documented_and_every_documented_target_exists():
    listed = {unquoted(first).removeprefix("make ") for first, _ in rows("map.md", "command")}
    in_readme = {unquoted(first).removeprefix("make ") for first, _ in rows(README, "command")}
    assert listed == walk.make_targets()
    assert {"run", "test", "demo"} == in_readme
    named = re.findall(r"`make ([a-z]+)`", documents.all_text())
    assert set(named) <= walk.make_targets()


def test_every_folder_and_file_the_map_names_exists():
    named = re.findall(r"`([\w./-]+/|[\w-]+/[\w./-]+\.\w+)`", documents.text("map.md"))
    below = (documents.ROOT, *(documents.ROOT / at for at in _SHORT_FORMS))
    missing = [name for name in named if not any((folder / name).exists() for folder in below)]
    assert missing == []


# The map says `views/` after `static/js/state/`, `contract/` after `tests/unit/`.
_SHORT_FORMS = ("static/js", "tests", "dockmon")


@pytest.mark.parametrize("page", documents.pages(), ids=lambda page: page.name)
def test_links_between_documents_resolve(page: Path):
    broken = []
    for link in documents.links(page):
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        if not file.is_file() or (anchor and anchor not in documents.anchors(file)):
            broken.append(link)
    assert broken == []


def test_every_document_is_reached_from_the_readme():
    linked = {link.partition("#")[0] for link in documents.links(README)}
    assert {f"docs/{page.name}" for page in documents.DOCS.glob("*.md")} <= linked


def test_the_screenshot_is_small():
    for picture in documents.DOCS.glob("screenshot*"):
        assert picture.stat().st_size < 200_000, picture.name
