"""Deny by default: who may ask what, and what counts as proof."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import g
from werkzeug.test import TestResponse

from dockmon.api.answers import json_response
from dockmon.api.blueprint import Blueprint
from dockmon.api.guard import needs
from dockmon.schemas.base import Nothing
from tests.kit.people import PASSWORD, Site

ROLES = {"alice": "viewer", "olga": "operator", "root": "admin"}


def fleet() -> Blueprint:
    """A stand-in for the blueprints of the other nouns."""
    blp = Blueprint("fleet", __name__)

    @blp.get("/ships")
    def ships() -> Any:
        return json_response({"seen_by": g.principal.username})

    @blp.post("/ships")
    @blp.arguments(Nothing, required=False)
    @needs("operator")
    @blp.response(200)
    def launch(_: dict[str, Any]) -> Any:
        return json_response({"launched": True})

    return blp


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, fleet())
    for name, role in ROLES.items():
        site.people.add(name, role=role)
    yield site
    site.close()


def code(answer: TestResponse) -> tuple[int, str]:
    assert answer.json is not None
    return answer.status_code, answer.json["code"]


def csrf(page: Any, kind: str = "access") -> dict[str, str]:
    cookie = page.get_cookie(f"csrf_{kind}_token")
    return {"X-CSRF-TOKEN": cookie.value}


class TestDenyByDefault:
    @pytest.mark.parametrize(
        "path",
        [
            "/api/v1",
            "/api/v1/",
            "/api/v1/nothing/here",
            "/api/v1/ships",
            "/api/v1/ships/",
            "/api/v1/auth/me",
            "/api/v1/auth/logout",
            "/api/v1/auth/login/",
            "/api/v1/auth/login/x",
            "/api/v1/auth/../users",
            "/api/v1/auth/%6cogin%2f",
            "/api/v1/AUTH/LOGIN",
            "/api/v1/users",
            "/api/v1/users?token=x",
        ],
    )
    @pytest.mark.parametrize(
        "method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
    )
    def test_without_sign_in_every_path_known_or_not_is_401(
        self, site: Site, path: str, method: str
    ) -> None:
        answer = site.client().open(path, method=method)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        if method != "HEAD":
            assert code(answer) == (401, "auth.required")

    def test_but_for_login_refresh_and_setup(self, site: Site) -> None:
        for name in ("login", "refresh", "setup"):
            answer = site.client().post(f"/api/v1/auth/{name}", json={"unknown": 1})
            assert code(answer) == (400, "request.invalid"), name

    def test_with_sign_in_an_unknown_path_is_404(self, site: Site) -> None:
        answer = site.client().get("/api/v1/nothing", headers=site.signed_in("alice"))
        assert code(answer) == (404, "request.not_found")

    def test_with_sign_in_another_method_is_405_and_says_which(self, site: Site) -> None:
        answer = site.client().delete("/api/v1/ships", headers=site.signed_in("root"))
        assert code(answer) == (405, "request.invalid")
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
        assert answer.json is not None and answer.json["status"] == 405

    def test_every_route_has_a_role(self, site: Site) -> None:
        policy = {(method, rule): role for method, rule, role in site.rest.guard.policy(site.app)}
        assert policy == {
            ("POST", "/api/v1/auth/logout"): "viewer",
            ("POST", "/api/v1/auth/password"): "viewer",
            ("GET", "/api/v1/auth/me"): "viewer",
            ("GET", "/api/v1/users"): "admin",
            ("POST", "/api/v1/users"): "admin",
            ("PATCH", "/api/v1/users/<name>"): "admin",
            ("DELETE", "/api/v1/users/<name>"): "admin",
            ("GET", "/api/v1/ships"): "viewer",
            ("POST", "/api/v1/ships"): "operator",
        }

    def test_every_route_holds_to_its_role(self, site: Site) -> None:
        ranks = ["viewer", "operator", "admin"]
        for name, has in ROLES.items():
            for method, rule, needed in site.rest.guard.policy(site.app):
                assert needed is not None
                # Signed in for each, because a logout is among them.
                headers = site.signed_in(name)
                path = rule.replace("<name>", "nobody")
                answer = site.client().open(path, method=method, headers=headers)
                allowed = ranks.index(has) >= ranks.index(needed)
                assert (answer.status_code != 403) == allowed, (name, method, rule)
                if not allowed:
                    assert code(answer) == (403, "auth.not_allowed")

    def test_a_route_without_a_role_is_refused_even_to_admins(
        self, site: Site, caplog: pytest.LogCaptureFixture
    ) -> None:
        site.app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "secret")
        assert ("GET", "/api/v1/forgotten", None) in set(site.rest.guard.policy(site.app))
        answer = site.client().get("/api/v1/forgotten", headers=site.signed_in("root"))
        assert code(answer) == (403, "auth.not_allowed")
        assert b"secret" not in answer.data
        assert "forgotten" in caplog.text

    def test_only_our_blueprints_are_served(self, site: Site) -> None:
        import flask_smorest

        with pytest.raises(TypeError):
            site.rest.add(flask_smorest.Blueprint("lax", __name__), "viewer")  # type: ignore[arg-type]

    @pytest.mark.parametrize("fault", [RuntimeError("broken"), OSError("disk"), KeyError("x")])
    def test_a_failure_on_the_way_of_the_check_lets_nobody_in(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, fault: Exception
    ) -> None:
        headers = site.signed_in("root")

        def fail(*_: object) -> None:
            raise fault

        for owner, name in (
            (site.tokens, "verify"),
            (site.people.sign_ins, "principal_of"),
        ):
            with monkeypatch.context() as patch:
                patch.setattr(owner, name, fail)
                answer = site.client().get("/api/v1/ships", headers=headers)
            assert code(answer) == (500, "internal.error")
            assert b"seen_by" not in answer.data


class TestTokens:
    @pytest.mark.parametrize(
        "header",
        ["", "Bearer", "Bearer ", "Bearer x", "Bearer x y", "Token x", "Basic YTpi", "x" * 5000],
    )
    def test_what_is_no_token_is_401(self, site: Site, header: str) -> None:
        answer = site.client().get("/api/v1/ships", headers={"Authorization": header})
        assert code(answer) == (401, "auth.required")

    @pytest.mark.parametrize("name", ["token", "access_token", "refresh_token", "jwt"])
    def test_a_token_in_the_url_is_refused_even_if_it_is_good(self, site: Site, name: str) -> None:
        headers = site.signed_in("alice")
        token = headers["Authorization"].removeprefix("Bearer ")
        for given in ({}, headers):
            answer = site.client().get(f"/api/v1/ships?{name}={token}", headers=given)
            assert code(answer) == (401, "auth.required")
            assert token not in answer.text

    def test_a_proxys_own_password_does_not_stand_in_the_way_of_our_cookies(
        self, site: Site
    ) -> None:
        page = site.page("alice")
        answer = page.get("/api/v1/ships", headers={"Authorization": "Basic YTpi"})
        assert answer.json == {"seen_by": "alice"}

    def test_a_bearer_token_wins_over_cookies(self, site: Site) -> None:
        page = site.page("alice")
        answer = page.get("/api/v1/ships", headers=site.signed_in("olga"))
        assert answer.json == {"seen_by": "olga"}
        bad = page.get("/api/v1/ships", headers={"Authorization": "Bearer x"})
        assert code(bad) == (401, "auth.required")

    def test_a_bearer_token_needs_no_csrf_and_may_come_from_another_origin(
        self, site: Site
    ) -> None:
        headers = {**site.signed_in("olga"), "Origin": "https://grafana.example"}
        assert site.client().post("/api/v1/ships", headers=headers).status_code == 200

    def test_a_refresh_cookie_opens_nothing(self, site: Site) -> None:
        page = site.page("alice")
        client = site.client()
        client.set_cookie("access_token_cookie", page.get_cookie("refresh_token_cookie").value)  # type: ignore[union-attr]
        assert code(client.get("/api/v1/ships")) == (401, "auth.required")


class TestCsrf:
    def test_a_state_changing_request_repeats_the_csrf_cookie(self, site: Site) -> None:
        page = site.page("olga")
        assert page.post("/api/v1/ships", headers=csrf(page)).status_code == 200

    @pytest.mark.parametrize("sent", [None, "", "wrong", "é", "refresh"])
    @pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
    def test_without_it_nothing_happens(self, site: Site, sent: str | None, method: str) -> None:
        page = site.page("root")
        headers = {} if sent is None else {"X-CSRF-TOKEN": sent}
        if sent == "refresh":
            headers = csrf(page, "refresh")
        answer = page.open("/api/v1/users/alice", method=method, headers=headers, json={})
        assert code(answer) == (403, "auth.csrf")
        assert site.people.accounts.user("alice")

    def test_one_cannot_use_that_of_another_sign_in(self, site: Site) -> None:
        page, other = site.page("olga"), site.page("olga")
        assert code(page.post("/api/v1/ships", headers=csrf(other))) == (403, "auth.csrf")

    def test_it_is_compared_with_the_token_not_with_the_cookie(self, site: Site) -> None:
        page = site.page("olga")
        page.set_cookie("csrf_access_token", "mine")
        answer = page.post("/api/v1/ships", headers={"X-CSRF-TOKEN": "mine"})
        assert code(answer) == (403, "auth.csrf")

    def test_reading_needs_none(self, site: Site) -> None:
        assert site.page("alice").get("/api/v1/ships").status_code == 200

    def test_a_refresh_by_cookie_needs_that_of_the_refresh_token(self, site: Site) -> None:
        page = site.page("alice")
        for headers in ({}, csrf(page)):
            answer = page.post("/api/v1/auth/refresh", json={}, headers=headers)
            assert code(answer) == (403, "auth.csrf")
        answer = page.post("/api/v1/auth/refresh", json={}, headers=csrf(page, "refresh"))
        assert answer.status_code == 200


FOREIGN = [
    "null",
    "https://evil.example",
    "http://localhost:8080",
    "http://localhost.evil.example",
    "http://evil.example/localhost",
    "http://localhost@evil.example",
    "http://127.0.0.1",
    "http://[::1]",
    "ftp://localhost",
    "localhost",
    "",
]


class TestOrigin:
    """T-ORIG: same host and another port is another origin, whatever SameSite says."""

    @pytest.mark.parametrize("origin", FOREIGN)
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_cookies_of_a_request_from_elsewhere_are_worth_nothing(
        self, site: Site, origin: str, method: str
    ) -> None:
        page = site.page("olga")
        headers = {**csrf(page), "Origin": origin}
        answer = page.open("/api/v1/ships", method=method, headers=headers)
        assert code(answer) == (403, "auth.csrf")

    @pytest.mark.parametrize(
        "origin", ["http://localhost", "http://localhost:80", "HTTP://LOCALHOST"]
    )
    def test_our_own_page_is_let_through(self, site: Site, origin: str) -> None:
        page = site.page("olga")
        answer = page.post("/api/v1/ships", headers={**csrf(page), "Origin": origin})
        assert answer.status_code == 200

    def test_behind_a_router_that_ends_tls_it_works_without_a_setting(self, site: Site) -> None:
        page = site.page("olga")
        headers = {**csrf(page), "Origin": "https://localhost"}
        assert page.post("/api/v1/ships", headers=headers).status_code == 200

    def test_where_the_scheme_is_known_it_counts(self, site: Site) -> None:
        page = site.page("olga")
        headers = {**csrf(page), "Origin": "https://localhost"}
        answer = page.post(
            "/api/v1/ships", headers=headers, environ_overrides={"dockmon.scheme_known": True}
        )
        assert code(answer) == (403, "auth.csrf")

    @pytest.mark.parametrize("origin", FOREIGN)
    def test_nobody_elsewhere_signs_our_page_in_or_refreshes_it(
        self, site: Site, origin: str
    ) -> None:
        login = {"username": "alice", "password": PASSWORD, "cookies": True}
        answer = site.client().post("/api/v1/auth/login", json=login, headers={"Origin": origin})
        assert code(answer) == (403, "auth.csrf")
        page = site.page("alice")
        answer = page.post(
            "/api/v1/auth/refresh", json={}, headers={**csrf(page, "refresh"), "Origin": origin}
        )
        assert code(answer) == (403, "auth.csrf")
        setup = {"code": "any", "username": "eve", "password": PASSWORD, "cookies": True}
        answer = site.client().post("/api/v1/auth/setup", json=setup, headers={"Origin": origin})
        assert code(answer) == (403, "auth.csrf")

    def test_a_program_on_another_page_may_sign_in_for_tokens(self, site: Site) -> None:
        login = {"username": "alice", "password": PASSWORD}
        answer = site.client().post(
            "/api/v1/auth/login", json=login, headers={"Origin": "https://grafana.example"}
        )
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers


def test_neither_tokens_nor_passwords_are_logged(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        page = site.page("olga")
        page.post("/api/v1/ships", headers=csrf(page))
        page.post("/api/v1/auth/refresh", json={}, headers=csrf(page, "refresh"))
        site.client().get("/api/v1/ships?token=secret-in-url")
    token = page.get_cookie("access_token_cookie").value  # type: ignore[union-attr]
    for secret in (PASSWORD, token, "secret-in-url"):
        assert secret not in caplog.text
