"""The engine's JSON in dockmon's own values: recorded samples, odd ones and impossible ones."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmon.domain import engine_events
from dockmon.domain.container import Port, duration_words
from dockmon.engines import translate

SAMPLES = {
    path.stem: json.loads(path.read_text())
    for path in sorted((Path(__file__).parents[2] / "data" / "docker").glob("*.json"))
}
DOCKER = SAMPLES["docker-20.10"]
ID = "ab" * 32


def rows_by_name(sample):
    return {row.container.name: row for row in translate.rows("local", sample["list"])}


def inspected_by_name(sample):
    found = (translate.container("local", one) for one in sample["inspect"])
    return {one.name: one for one in found}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_list_and_inspect_say_the_same(name):
    rows, inspected = rows_by_name(SAMPLES[name]), inspected_by_name(SAMPLES[name])
    assert rows.keys() == inspected.keys()
    for key, row in rows.items():
        one = replace(inspected[key], details=None)
        if name.startswith("podman"):
            # Podman 4.3 keeps health out of its list.
            one = replace(one, health=None)
        if one.state == "paused":
            one = replace(one, health=row.container.health)
        assert one == row.container


@pytest.mark.parametrize("name", SAMPLES)
def test_states_codes_and_times_of_every_sort(name):
    rows, inspected = rows_by_name(SAMPLES[name]), inspected_by_name(SAMPLES[name])
    states = {key: one.state for key, one in inspected.items()}
    assert states["shop-web-1"] == "running"
    assert states["paused"] == "paused"
    assert states["failed"] == states["killed"] == "exited"
    assert states["created"] == "created"
    assert rows["failed"].exit_code == 3
    assert rows["killed"].exit_code == 137
    assert rows["shop-web-1"].exit_code is None
    assert rows["shop-web-1"].age_seconds is not None
    assert rows["created"].age_seconds is None
    assert inspected["failed"].details.exit_code == 3
    assert inspected["failed"].details.finished_at >= inspected["failed"].details.started_at - 1
    assert inspected["shop-web-1"].details.exit_code is None
    assert inspected["shop-web-1"].details.finished_at is None
    assert inspected["created"].details == replace(
        inspected["created"].details, started_at=None, finished_at=None, exit_code=None
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_only_what_has_processes_has_a_pid(name):
    for one in inspected_by_name(SAMPLES[name]).values():
        assert (one.details.pid is not None) == (one.state in ("running", "paused")), one.name
        assert one.details.pid != 0


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        *((mode, True) for mode in ("default", "bridge", "none", "shop_default", "slirp4netns")),
        *((mode, False) for mode in ("host", f"container:{ID}", "ns:/run/netns/a")),
        *((mode, None) for mode in ("", None, 7)),
    ],
)
def test_whose_network_it_is(mode, expected):
    answer = {"Id": ID, "HostConfig": {"NetworkMode": mode}}
    assert translate.container("local", answer).details.has_own_network is expected


def test_what_docker_says_of_health_ports_links_and_restarts():
    rows, inspected = rows_by_name(DOCKER), inspected_by_name(DOCKER)
    for known in (
        {key: row.container for key, row in rows.items()},
        inspected,
    ):
        assert known["well"].health == "healthy"
        assert known["ill"].health == "unhealthy"
        assert known["checking"].health == "starting"
        assert known["shop-web-1"].health is None
        assert known["shop-web-1"].project == "shop"
        assert known["shop-web-1"].service == "web"
    ports = rows["shop-web-1"].container.ports
    assert ports[-1] == Port(443, "tcp")
    assert {port.ip for port in ports if port.private_port == 80} == {"0.0.0.0", "::"}
    assert {port.public_port for port in ports if port.private_port == 80} == {18080}
    assert inspected["restarting"].state == "restarting"
    assert inspected["restarting"].details.restarts > 3
    assert inspected["restarting"].details.restart_policy == "on-failure"
    assert inspected["restarting"].details.exit_code == rows["restarting"].exit_code == 2


def test_a_linked_container_keeps_its_own_name():
    listed = [row["Names"] for row in DOCKER["list"] if "/shop-web-1" in row["Names"]]
    assert listed[0] != ["/shop-web-1"], "the sample has no link"
    assert "shop-web-1" in rows_by_name(DOCKER)


@pytest.mark.parametrize("name", SAMPLES)
def test_events_of_a_life(name):
    heard = [translate.event(one) for one in SAMPLES[name]["events"]]
    assert None in heard, "execs and their like are left out"
    events = [one for one in heard if one is not None]
    assert {one.action for one in events} <= translate.KEPT_EVENTS
    killed = [one for one in events if one.name == "killed"]
    assert [one.action for one in killed] == ["create", "start", "die"]
    assert [one.exit_code for one in killed] == [None, None, 137]
    last = [one for one in events if one.container_id == events[-1].container_id]
    assert [one.action for one in last] == ["create", "rename", "destroy"]
    assert last[1].name == "renamed"
    web = next(one for one in events if one.name == "shop-web-1")
    assert web.labels == {
        "com.docker.compose.project": "shop",
        "com.docker.compose.service": "web",
    }
    assert web.image
    assert 1.7e9 < web.at < 4e9
    assert web.at != int(web.at)


def test_health_events():
    events = [translate.event(one) for one in DOCKER["events"]]
    health = {(e.name, e.health) for e in events if e and e.action == "health_status"}
    assert {("well", "healthy"), ("ill", "unhealthy")} <= health


def test_nothing_that_the_fold_understands_is_left_out():
    understood = set(engine_events._RULES) | engine_events.NEEDS_DETAILS | {"destroy"}
    assert understood <= translate.KEPT_EVENTS


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ({"Action": "died", "Actor": {"ID": ID}}, "die"),
        ({"status": "remove", "id": ID}, "destroy"),
        ({"Action": "health_status: healthy", "Actor": {"ID": ID}}, "health_status"),
        ({"Action": "cleanup", "Actor": {"ID": ID}}, None),
        ({"Action": "exec_create: sh -c start", "Actor": {"ID": ID}}, None),
        ({"Action": "create", "Type": "image", "Actor": {"ID": ID}}, None),
        ({"Action": "die"}, None),
        ({}, None),
        ("die", None),
    ],
)
def test_odd_events(said, action):
    event = translate.event(said)
    assert (event.action if event else None) == action


@pytest.mark.parametrize(
    ("status", "health", "code", "age"),
    [
        ("Up 5 minutes", None, None, 300),
        ("Up 5 minutes (healthy)", "healthy", None, 300),
        ("Up About a minute (health: starting)", "starting", None, 60),
        ("Up About an hour (unhealthy)", "unhealthy", None, 3600),
        ("Up Less than a second", None, None, 0),
        ("Up 2 weeks", None, None, 14 * 86400 - 1800),
        ("Up 3 seconds ago", None, None, 3),
        ("", None, None, None),
        ("Up for ever", None, None, None),
    ],
)
def test_status_words_of_a_running_container(status, health, code, age):
    (row,) = translate.rows("local", [{"Id": ID, "State": "running", "Status": status}])
    assert (row.container.health, row.exit_code, row.age_seconds) == (health, code, age)


@pytest.mark.parametrize(
    ("state", "status", "code", "age"),
    [
        ("exited", "Exited (137) 2 minutes ago", 137, 120),
        ("exited", "Exited (-1) 3 hours ago", -1, 9000),
        ("restarting", "Restarting (1) 4 seconds ago", 1, 4),
        ("exited", "Exited (0) 51 years ago", 0, 51 * 365 * 86400),
        ("created", "Created", None, None),
        ("dead", "Dead", None, None),
        ("paused", "Up 2 hours (Paused)", None, 5400),
    ],
)
def test_status_words_of_others(state, status, code, age):
    (row,) = translate.rows("local", [{"Id": ID, "State": state, "Status": status}])
    assert (row.container.state, row.exit_code, row.age_seconds) == (state, code, age)
    assert row.container.health is None


def test_newer_engines_tell_health_in_a_field():
    one = {"Id": ID, "State": "running", "Status": "Up 1 second", "Health": {"Status": "healthy"}}
    assert translate.rows("local", [one])[0].container.health == "healthy"
    one["Health"]["Status"] = "none"
    assert translate.rows("local", [one])[0].container.health is None


@pytest.mark.parametrize(
    ("word", "state"),
    [("configured", "created"), ("stopped", "exited"), ("Running", "running"), ("odd", "dead")],
)
def test_state_words_of_podman(word, state):
    assert translate.rows("local", [{"Id": ID, "State": word}])[0].container.state == state


@given(st.floats(min_value=0, max_value=3e9), st.floats(min_value=0, max_value=1e6))
def test_an_age_is_never_worded_younger_later(seconds, later):
    age = translate.least_seconds(duration_words(seconds))
    assert age is not None
    assert age <= seconds
    assert age <= translate.least_seconds(duration_words(seconds + later))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("2024-05-06T07:08:09Z", 1714979289.0),
        ("2024-05-06T07:08:09.123456789Z", 1714979289.1234567),
        ("2024-05-06T09:08:09.5+02:00", 1714979289.5),
        ("2024-13-06T07:08:09Z", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_times(text, seconds):
    one = translate.container("local", {"Id": ID, "State": {"StartedAt": text}})
    assert one.details.started_at == (None if seconds is None else pytest.approx(seconds, abs=1e-6))


def test_created_is_floored_in_both():
    (row,) = translate.rows("local", [{"Id": ID, "Created": 1714979289}])
    one = translate.container("local", {"Id": ID, "Created": "2024-05-06T07:08:09.987Z"})
    assert row.container.created == one.created == 1714979289.0


def test_ports_are_the_same_whatever_their_order_and_source():
    listed = [
        {"PrivatePort": 80, "Type": "tcp", "PublicPort": 8080, "IP": "::"},
        {"PrivatePort": 53, "Type": "udp"},
        {"PrivatePort": 80, "Type": "tcp", "PublicPort": 8080, "IP": "0.0.0.0"},
        {"PrivatePort": 80, "Type": "tcp", "PublicPort": 8080, "IP": "0.0.0.0"},
        {"PrivatePort": "x"},
        {},
    ]
    mapped = {
        "53/udp": None,
        "80/tcp": [
            {"HostIp": "0.0.0.0", "HostPort": "8080"},
            {"HostIp": "::", "HostPort": "8080"},
        ],
        "nonsense": None,
    }
    (row,) = translate.rows("local", [{"Id": ID, "Ports": listed}])
    one = translate.container("local", {"Id": ID, "NetworkSettings": {"Ports": mapped}})
    assert row.container.ports == one.ports
    assert [port.private_port for port in one.ports] == [53, 80, 80]


def test_podmans_own_words_for_processes():
    told = {"Titles": ["PID   USER     COMMAND"], "Processes": [["1 0        sleep 1000"]]}
    assert translate.processes(told) == {
        "titles": ["PID", "USER", "COMMAND"],
        "processes": [["1", "0", "sleep 1000"]],
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        *("Id", "Names", "Image", "State", "Status", "Created", "Ports", "Labels", "Health"),
        *("Type", "Action", "Actor", "status", "id", "timeNano", "time", "from"),
        *("Config", "HostConfig", "NetworkSettings", "RestartCount", "Name"),
        *("Titles", "Processes"),
    ]
)
ODD = st.dictionaries(KEYS, JSON | st.dictionaries(KEYS, JSON))


@given(st.lists(ODD | JSON, max_size=4))
def test_odd_rows_hide_no_others(odd):
    good = {"Id": ID, "Names": ["/good"], "State": "running", "Status": "Up 1 second"}
    rows = translate.rows("local", [*odd, good])
    assert rows[-1].container.name == "good"


@given(ODD | JSON)
def test_nothing_odd_raises(odd):
    translate.rows("local", odd)
    one = translate.container("local", odd)
    assert one.as_message(0.0)
    translate.has_terminal(odd)
    translate.processes(odd)
    event = translate.event(odd)
    if event is not None:
        engine_events.fold("local", one, event)
