"""Small rules: ids, status words, engines' ageing, hosts and origins, rates, actions."""

from __future__ import annotations

import pytest

from dockmon.domain import actions
from dockmon.domain.access import Principal, require, view_of
from dockmon.domain.container import Container, Details, duration_words, status_words, summary
from dockmon.domain.engine import aged
from dockmon.domain.errors import InvalidRequest, NotAllowed, NotFound
from dockmon.domain.ids import resolve
from dockmon.domain.origin import is_allowed_host, is_same_origin
from dockmon.domain.rate import Bucket

A, B = "ab" * 32, "ac" * 32
FLEET = {
    A: Container("local", A, "web", "nginx", "running", 1.0),
    B: Container("local", B, "abc", "nginx", "exited", 1.0),
}


@pytest.mark.parametrize(
    ("reference", "expected"), [(A, A), ("web", A), ("aba", A), ("abc", B), ("ac", B)]
)
def test_it_resolves_ids_names_and_unambiguous_short_ids(reference, expected):
    assert resolve(reference, FLEET, "local").id == expected


@pytest.mark.parametrize("reference", ["a", "nope", "A" * 64, "ff"])
def test_it_finds_nothing_that_is_absent_or_ambiguous(reference):
    with pytest.raises(NotFound, match="container"):
        resolve(reference, FLEET, "local")


@pytest.mark.parametrize(
    "reference",
    ["", "../images/x", "a/b", "a?x", "-a", ".a", "a\n", "a\x00", "ａ", "a" * 129, "a%2e", "a b"],
)
def test_it_refuses_what_no_container_can_be_called(reference):
    with pytest.raises(InvalidRequest):
        resolve(reference, FLEET, "local")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "About a minute"),
        (119, "About a minute"),
        (120, "2 minutes"),
        (3599, "59 minutes"),
        (3600, "About an hour"),
        (5399, "About an hour"),
        (5400, "2 hours"),
        (47 * 3600, "47 hours"),
        (48 * 3600, "2 days"),
        (14 * 24 * 3600, "2 weeks"),
        (60 * 24 * 3600, "2 months"),
        (800 * 24 * 3600, "2 years"),
    ],
)
def test_it_words_durations_as_docker_does(seconds, words):
    assert duration_words(seconds) == words


@pytest.mark.parametrize(
    ("state", "health", "details", "words"),
    [
        ("running", None, None, "Up"),
        ("running", "healthy", Details(started_at=880.0), "Up 2 minutes (healthy)"),
        ("running", "starting", Details(started_at=995.0), "Up 5 seconds (health: starting)"),
        ("paused", None, Details(started_at=880.0), "Up 2 minutes (Paused)"),
        ("exited", None, Details(1.0, 880.0, 137), "Exited (137) 2 minutes ago"),
        ("restarting", None, Details(1.0, 995.0, 1), "Restarting (1) 5 seconds ago"),
        ("exited", None, None, "Exited"),
        ("created", None, None, "Created"),
        ("removing", None, None, "Removal In Progress"),
        ("dead", None, None, "Dead"),
    ],
)
def test_it_words_the_status_as_docker_does(state, health, details, words):
    container = Container("local", A, "web", "nginx", state, 1.0, health, details=details)
    assert status_words(container, 1000.0) == words


def test_it_counts_states_and_the_unhealthy():
    sick = Container("local", "c" * 64, "sick", "x", "running", 1.0, "unhealthy")
    counts = summary([*FLEET.values(), sick])
    assert counts["total"] == 3
    assert (counts["running"], counts["exited"], counts["unhealthy"]) == (2, 1, 1)
    assert counts["paused"] == counts["restarting"] == 0


def test_it_ages_an_engine_from_up_to_stale_to_down():
    assert aged("up", 4.9) == "up"
    assert aged("up", 5.0) == "stale"
    assert aged("stale", 9.9) == "stale"
    assert aged("stale", 10.0) == "down"
    assert aged("connecting", 99.0) == "connecting"
    assert aged("down", 0.0) == "down"


@pytest.mark.parametrize(
    ("host", "allowed", "bind", "verdict"),
    [
        ("localhost:8642", (), "127.0.0.1", True),
        ("[::1]:8642", (), "127.0.0.1", True),
        ("127.0.0.1", ("a.example",), "0.0.0.0", True),
        ("evil.example", (), "127.0.0.1", False),
        ("evil.example", (), "0.0.0.0", True),
        ("192.168.1.5:8642", (), "192.168.1.5", True),
        ("a.example:1", ("a.example",), "0.0.0.0", True),
        ("A.Example.", ("a.example",), "0.0.0.0", True),
        ("a.example:1", ("a.example:2",), "0.0.0.0", False),
        ("a.example:2", ("a.example:2",), "0.0.0.0", True),
        ("a.example.evil", ("a.example",), "0.0.0.0", False),
        ("", (), "0.0.0.0", False),
        ("a b", (), "0.0.0.0", False),
        ("user@localhost", (), "127.0.0.1", False),
        ("localhost/evil", (), "127.0.0.1", False),
        ("localhost:x", (), "127.0.0.1", False),
        ("[::1", (), "127.0.0.1", False),
    ],
)
def test_it_answers_to_its_own_hosts_only(host, allowed, bind, verdict):
    assert is_allowed_host(host, allowed, bind) is verdict


@pytest.mark.parametrize(
    ("origin", "host", "scheme", "verdict"),
    [
        ("http://a.example", "a.example", None, True),
        ("https://a.example", "a.example", None, True),
        ("http://a.example:80", "a.example", None, True),
        ("https://a.example:443", "a.example", None, True),
        ("http://a.example:8642", "a.example:8642", None, True),
        ("HTTP://A.EXAMPLE", "a.example", None, True),
        ("http://[::1]:8642", "[::1]:8642", None, True),
        ("https://a.example", "a.example", "https", True),
        ("http://a.example", "a.example", "https", False),
        ("http://a.example:8643", "a.example:8642", None, False),
        ("http://b.example", "a.example", None, False),
        ("http://a.example.evil.com", "a.example", None, False),
        ("http://evil.com/a.example", "a.example", None, False),
        ("http://a.example@evil.com", "a.example", None, False),
        ("null", "a.example", None, False),
        ("", "a.example", None, False),
        ("file://", "a.example", None, False),
        ("http://[", "a.example", None, False),
        ("http://a.example:x", "a.example", None, False),
        ("http://a.example/", "a.example", None, False),
    ],
)
def test_it_knows_its_own_pages(origin, host, scheme, verdict):
    assert is_same_origin(origin, host, scheme) is verdict


def test_it_lets_a_burst_through_and_then_a_rate():
    bucket = Bucket(burst=2, per_second=1)
    assert [bucket.take(10.0), bucket.take(10.0)] == [0.0, 0.0]
    assert bucket.take(10.0) == pytest.approx(1.0)
    assert bucket.take(11.0) == 0.0
    assert bucket.take(11.5) == pytest.approx(0.5)


def test_it_ranks_roles():
    viewer = Principal("v", "viewer", "s", 1.0)
    with pytest.raises(NotAllowed):
        require(viewer, "operator")
    require(Principal("a", "admin", "s", 1.0), "operator")
    assert view_of(viewer).masked
    assert not view_of(Principal("a", "admin", "s", 1.0)).masked


@pytest.mark.parametrize(
    ("state", "action", "force", "verdict"),
    [
        ("running", "start", False, "already"),
        ("exited", "stop", False, "already"),
        ("exited", "start", False, "acts"),
        ("exited", "kill", False, "conflict"),
        ("exited", "pause", False, "conflict"),
        ("paused", "pause", False, "already"),
        ("running", "unpause", False, "already"),
        ("running", "remove", False, "conflict"),
        ("running", "remove", True, "acts"),
        ("exited", "restart", False, "acts"),
    ],
)
def test_it_knows_what_a_state_makes_of_an_action(state, action, force, verdict):
    assert actions.verdict(state, action, force) == verdict
