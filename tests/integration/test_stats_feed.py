"""Container stats as the contract says, over both transports and REST, in both modes."""

from __future__ import annotations

import re

import pytest

from dockmon.domain.stats import COLUMNS
from tests.kit.clients import METRICS, Client, connected
from tests.kit.waiting import eventually

KEYS = {"engine", "interval_seconds", "columns", "rows", "timestamp"}


def subscribe(client: Client, **wanted: object) -> dict:
    return client.call("subscribe", wanted, namespace=METRICS)


def stats(client: Client, engine: str = "local") -> list[dict]:
    told = client.payloads("container-stats", METRICS)
    return [payload for payload in told if payload["engine"] == engine]


def alive(server, engine: str = "local") -> set[str]:
    listed = server.get(f"containers?engine={engine}")["data"]
    return {one["id"][:12] for one in listed if one["state"] in ("running", "paused")}


def test_stats_come_as_columns_once_and_a_row_for_every_container_alive(server, transport):
    with connected(Client(server, transport, namespaces=(METRICS,))) as client:
        assert subscribe(client)["ok"]
        eventually(lambda: len(stats(client)) >= 3 and len(stats(client, "nas")) >= 3)
        last = stats(client)[-1]
        assert set(last) == KEYS
        assert last["columns"] == list(COLUMNS)
        assert last["interval_seconds"] == 1.0
        assert {row[0] for row in last["rows"]} == alive(server)
        assert {len(row) for row in last["rows"]} == {len(COLUMNS)}
        values = dict(zip(COLUMNS, last["rows"][0], strict=True))
        assert values["cpu_percent"] >= 0
        assert 0 < values["memory_bytes"] <= values["memory_limit_bytes"]
        assert values["network_rx_bytes_per_second"] >= 0


def test_subscribe_answers_the_stats_there_are(server, transport):
    with connected(Client(server, transport, namespaces=(METRICS,))) as client:
        for entry in subscribe(client)["data"]["engines"]:
            known = entry["container_stats"]
            assert set(known) == KEYS
            assert {row[0] for row in known["rows"]} == alive(server, entry["engine"])


def test_of_an_engine_that_was_never_reached_nothing_is_known(start, mode, tmp_path):
    server = start(f"local=unix://{tmp_path}/absent.sock", mode=mode)
    with connected(Client(server, namespaces=(METRICS,))) as client:
        assert subscribe(client)["data"]["engines"][0]["container_stats"] is None
    (payload,) = server.get("stats")["data"]
    assert (payload["rows"], payload["timestamp"]) == ([], None)


@pytest.mark.parametrize(("asked", "step"), [(0.1, 0.1), (0.15, 0.2), (0.3, 0.5), (1.5, 2.0)])
def test_an_interval_is_rounded_to_the_next_step_and_kept(server, asked, step):
    with connected(Client(server, namespaces=(METRICS,))) as client:
        answer = subscribe(client, engines=["local"], interval_seconds=asked)
        (entry,) = answer["data"]["engines"]
        assert entry["container_stats"]["interval_seconds"] == step
        eventually(lambda: len(stats(client)) >= 4)
        told = stats(client)
        assert {payload["interval_seconds"] for payload in told} == {step}
        spacing = (told[-1]["timestamp"] - told[0]["timestamp"]) / (len(told) - 1)
        assert spacing > step * 0.6, "no quicker than asked"
        assert spacing < 1 or step >= 1, "and not at the server's own interval"


def test_two_viewers_with_different_intervals_each_get_their_own(server):
    with (
        connected(Client(server, namespaces=(METRICS,))) as quick,
        connected(Client(server, namespaces=(METRICS,))) as slow,
    ):
        subscribe(quick, interval_seconds=0.2)
        subscribe(slow, interval_seconds=2)
        eventually(lambda: len(stats(slow)) >= 2)
        assert {payload["interval_seconds"] for payload in stats(slow)} == {2.0}
        assert {payload["interval_seconds"] for payload in stats(quick)} == {0.2}
        assert len(stats(quick)) > 2 * len(stats(slow))


def test_hosts_come_at_the_interval_asked_for_too(server):
    with connected(Client(server, namespaces=(METRICS,))) as client:
        subscribe(client, containers=False, interval_seconds=0.2)
        eventually(lambda: len(client.payloads("metrics", METRICS)) >= 10)
        told = [one for one in client.payloads("metrics", METRICS) if one["engine"] == "local"]
        assert told[-1]["timestamp"] - told[0]["timestamp"] < len(told) * 1.0


def test_a_viewer_may_ask_for_slower_only(start, mode):
    server = start(mode=mode)
    token = server.add_user("vera", "viewer")
    with connected(Client(server, token=token, namespaces=(METRICS,))) as client:
        refused = subscribe(client, interval_seconds=0.5)
        assert refused["ok"] is False
        assert refused["error"]["code"] == "auth.not_allowed"
        assert subscribe(client, interval_seconds=1)["ok"]
        assert subscribe(client, interval_seconds=2)["ok"]
        eventually(lambda: stats(client))
    token = server.add_user("olga", "operator")
    with connected(Client(server, token=token, namespaces=(METRICS,))) as client:
        assert subscribe(client, interval_seconds=0.1)["ok"]


@pytest.mark.parametrize("asked", [0.05, 0, -1, 3601, "1", True])
def test_an_impossible_interval_is_refused(server, asked):
    with connected(Client(server, namespaces=(METRICS,))) as client:
        answer = subscribe(client, interval_seconds=asked)
        assert answer["error"]["code"] == "request.invalid"


def test_containers_false_sends_no_stats(server):
    with (
        connected(Client(server, namespaces=(METRICS,))) as client,
        connected(Client(server, namespaces=(METRICS,))) as other,
    ):
        answer = subscribe(client, containers=False)
        assert {entry["container_stats"] for entry in answer["data"]["engines"]} == {None}
        subscribe(other)
        eventually(lambda: len(stats(other)) >= 3)
        assert stats(client) == []
        assert client.payloads("metrics", METRICS)


def test_a_paused_container_shows_a_gap_and_a_stopped_one_no_row(start, mode):
    server = start(mode=mode)
    column = COLUMNS.index("cpu_percent")
    with connected(Client(server, namespaces=(METRICS, "/containers"))) as client:
        subscribe(client)
        listed = server.get("containers?state=running")["data"]
        paused, stopped = listed[0], listed[1]

        def row(one: dict) -> list | None:
            rows = stats(client)[-1]["rows"]
            return next((row for row in rows if row[0] == one["id"][:12]), None)

        eventually(lambda: stats(client) and row(paused)[column] is not None)
        assert client.act(paused["name"], "pause")["ok"]
        assert client.act(stopped["name"], "stop")["ok"]
        eventually(lambda: row(paused)[column] is None and row(stopped) is None)
        assert row(paused)[COLUMNS.index("memory_bytes")] > 0
        assert client.act(paused["name"], "unpause")["ok"]
        eventually(lambda: row(paused)[column] is not None)


def test_rest_has_the_same_payload_for_every_engine(server):
    answer = server.get("stats")
    assert set(answer) == {"data", "timestamp"}
    assert [payload["engine"] for payload in answer["data"]] == ["local", "nas"]
    for payload in answer["data"]:
        assert set(payload) == KEYS
        assert payload["columns"] == list(COLUMNS)
        assert {row[0] for row in payload["rows"]} == alive(server, payload["engine"])
    (only,) = server.get("stats?engine=nas")["data"]
    assert only["engine"] == "nas"


def test_rest_measures_anew_while_nobody_is_subscribed(server):
    first = server.get("stats?engine=local")["data"][0]["timestamp"]
    eventually(lambda: server.get("stats?engine=local")["data"][0]["timestamp"] >= first + 2, 30)


def test_rest_has_one_container_as_an_object(server):
    running = server.get("containers?engine=local&state=running")["data"][0]
    for reference in (running["id"], running["name"]):
        row = server.get(f"containers/local/{reference}/stats")
        assert row.status == 200
        assert set(row) == {"engine", *COLUMNS, "interval_seconds", "timestamp"}
        assert (row["engine"], row["id"]) == ("local", running["id"][:12])
        assert row["memory_bytes"] > 0


def test_rest_has_no_numbers_of_a_container_that_does_not_run(start, mode):
    server = start(mode=mode)
    running = server.get("containers?state=running")["data"][0]["name"]
    assert server.post(f"containers/local/{running}/actions", {"action": "stop"}).status == 200
    row = eventually(lambda: _without_numbers(server.get(f"containers/local/{running}/stats")))
    assert row["timestamp"] is not None


def _without_numbers(row: dict) -> dict | None:
    return row if {row[column] for column in COLUMNS[1:]} == {None} else None


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("stats?engine=nope", 404, "engine.unknown"),
        ("stats?engine=No!", 400, "request.invalid"),
        ("stats?bogus=1", 400, "request.invalid"),
        ("containers/local/nope/stats", 404, "container.not_found"),
        ("containers/nope/x/stats", 404, "engine.unknown"),
        ("containers/local/x/stats?bogus=1", 400, "request.invalid"),
    ],
)
def test_rest_refuses_what_it_does_not_know(server, path, status, code):
    answer = server.get(path)
    assert (answer.status, answer["code"]) == (status, code)


def test_a_local_engine_is_read_from_its_cgroups_and_says_so(start, mode, engine):
    engine.run("busy", "sh", "-c", "while :; do :; done")
    server = start(f"local=unix://{engine.socket}", mode=mode)
    with connected(Client(server, namespaces=(METRICS,))) as client:
        subscribe(client)
        eventually(lambda: stats(client) and _cpu(stats(client)[-1]) > 5)
    (row,) = server.get("engines")["data"]
    assert row["stats_source"] == "cgroup"
    assert "/sys/fs/cgroup" in row["stats_source_reason"]
    said = re.findall(r"engine local: container stats from (\w+)", server.log)
    assert said == ["cgroup"], "told once"


def test_without_cgroups_the_engine_is_asked_and_says_why(start, mode, engine, tmp_path):
    engine.run("busy", "sh", "-c", "while :; do :; done")
    server = start(
        f"local=unix://{engine.socket}", mode=mode, DOCKMON_CGROUP_ROOT=str(tmp_path / "none")
    )
    with connected(Client(server, namespaces=(METRICS,))) as client:
        subscribe(client)
        eventually(lambda: stats(client) and _cpu(stats(client)[-1]) > 5, 60)
    (row,) = server.get("engines")["data"]
    assert row["stats_source"] == "engine"
    assert str(tmp_path / "none") in row["stats_source_reason"]


def _cpu(payload: dict) -> float:
    column = COLUMNS.index("cpu_percent")
    return max((row[column] or 0 for row in payload["rows"]), default=0)
