"""Users, managed by REST."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from dockmon.schemas import accounts as shapes
from tests.kit.people import PASSWORD, Site

NEW = {"username": "bob", "password": PASSWORD, "role": "operator"}


def ask(
    site: Site, method: str, path: str = "", name: str = "root", **options: Any
) -> TestResponse:
    headers = site.signed_in(name)
    return site.client().open(f"/api/v1/users{path}", method=method, headers=headers, **options)


def code(answer: TestResponse) -> tuple[int, str]:
    assert answer.json is not None
    return answer.status_code, answer.json["code"]


def test_they_are_listed_by_name_without_hashes(site: Site) -> None:
    answer = ask(site, "GET")
    assert answer.json is not None
    assert shapes.UserList().validate(answer.json) == {}
    assert [user["username"] for user in answer.json["data"]] == ["alice", "olga", "root"]
    assert answer.json["data"][2] == {
        "username": "root",
        "role": "admin",
        "enabled": True,
        "created_at": site.clock.time(),
        "sign_ins": 1,
    }
    assert "plain:" not in answer.text


def test_one_is_added_and_can_sign_in(site: Site) -> None:
    answer = ask(site, "POST", json=NEW)
    assert answer.status_code == 201
    assert shapes.User().validate(answer.json or {}) == {}
    assert answer.json is not None and answer.json["role"] == "operator"
    assert site.people.sign_in("bob")


def test_a_name_is_taken_once(site: Site) -> None:
    assert code(ask(site, "POST", json={**NEW, "username": "alice"})) == (409, "request.conflict")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**NEW, "username": "no name"}, "username"),
        ({**NEW, "password": "short"}, "password"),
        ({**NEW, "password": "x" * 1025}, "password"),
        ({**NEW, "role": "root"}, "role"),
        ({**NEW, "engines": ["nas"]}, "engines"),
        ({**NEW, "projects": ["shop"]}, "projects"),
        ({**NEW, "enabled": True}, "enabled"),
        ({"username": "bob"}, "password"),
    ],
)
def test_what_is_refused_says_where(site: Site, body: dict[str, Any], field: str) -> None:
    answer = ask(site, "POST", json=body)
    assert code(answer) == (400, "request.invalid")
    assert answer.json is not None and field in answer.json["params"]["fields"]
    assert len(site.people.accounts.users()) == 3


def test_a_role_is_changed_and_counts_at_once(site: Site) -> None:
    answer = ask(site, "PATCH", "/alice", json={"role": "admin"})
    assert answer.status_code == 200
    assert answer.json is not None and answer.json["role"] == "admin"
    assert ask(site, "GET", name="alice").status_code == 200


def test_a_disabled_user_cannot_sign_in_until_enabled(site: Site) -> None:
    login = {"username": "alice", "password": PASSWORD}
    ask(site, "PATCH", "/alice", json={"enabled": False})
    assert site.client().post("/api/v1/auth/login", json=login).status_code == 401
    ask(site, "PATCH", "/alice", json={"enabled": True})
    assert site.client().post("/api/v1/auth/login", json=login).status_code == 200


def test_an_empty_change_changes_nothing(site: Site) -> None:
    before = site.people.accounts.user("alice")
    assert ask(site, "PATCH", "/alice", json={}).status_code == 200
    assert site.people.accounts.user("alice") == before


@pytest.mark.parametrize("body", [{"engines": ["nas"]}, {"projects": []}, {"username": "eve"}])
def test_what_cannot_be_changed_is_refused(site: Site, body: dict[str, Any]) -> None:
    assert code(ask(site, "PATCH", "/alice", json=body)) == (400, "request.invalid")


def test_one_is_removed(site: Site) -> None:
    answer = ask(site, "DELETE", "/alice")
    assert (answer.status_code, answer.data) == (204, b"")
    assert code(ask(site, "DELETE", "/alice")) == (404, "request.not_found")


@pytest.mark.parametrize(
    ("method", "body"),
    [("PATCH", {"role": "viewer"}), ("PATCH", {"enabled": False}), ("DELETE", None)],
)
def test_the_last_admin_stays(site: Site, method: str, body: dict[str, Any] | None) -> None:
    assert code(ask(site, method, "/root", json=body)) == (409, "request.conflict")
    assert site.people.accounts.user("root").role == "admin"


@pytest.mark.parametrize("name", ["nobody", "%2e%2e%2fusers", "..%2f", "é", "a" * 500])
def test_what_does_not_exist_is_404(site: Site, name: str) -> None:
    for method in ("PATCH", "DELETE"):
        answer = ask(site, method, f"/{name}", json={} if method == "PATCH" else None)
        assert code(answer) == (404, "request.not_found")


@pytest.mark.parametrize("name", ["alice", "olga"])
def test_they_are_for_admins(site: Site, name: str) -> None:
    for method, path in (("GET", ""), ("POST", ""), ("PATCH", "/alice"), ("DELETE", "/olga")):
        assert code(ask(site, method, path, name=name)) == (403, "auth.not_allowed")
