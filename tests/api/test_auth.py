"""Sign-in over REST, sentence by sentence of the contract."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dockmon.domain.accounts import ACCESS_SECONDS, REFRESH_SECONDS
from tests.kit.people import PASSWORD, Site, at_once

TOKENS = ("access_token_cookie", "refresh_token_cookie")
CSRF = ("csrf_access_token", "csrf_refresh_token")
HTTPS = "https://localhost"


def login(site: Site, name: str = "alice", **changed: Any) -> TestResponse:
    body = {"username": name, "password": PASSWORD, **changed}
    return site.client().post("/api/v1/auth/login", json=body)


def cookies(answer: TestResponse) -> dict[str, str]:
    """Return the attributes of each cookie an answer sets, by name."""
    lines = answer.headers.getlist("Set-Cookie")
    return {line.partition("=")[0]: line.partition(";")[2] for line in lines}


def value(client: FlaskClient, name: str, path: str = "/") -> str:
    cookie = client.get_cookie(name, path=path)
    assert cookie is not None, name
    return cookie.value


def refresh(client: FlaskClient, csrf: str | None = None, **options: Any) -> TestResponse:
    """Refresh as our page does."""
    headers = {"X-CSRF-TOKEN": csrf if csrf is not None else value(client, "csrf_refresh_token")}
    return client.post("/api/v1/auth/refresh", json={}, headers=headers, **options)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def code(answer: TestResponse) -> tuple[int, str]:
    assert answer.json is not None
    return answer.status_code, answer.json["code"]


def without_id(answer: TestResponse) -> dict[str, Any]:
    """Return a refusal without what is different about each."""
    told = dict(answer.json or {})
    del told["request_id"]
    return told


class TestPrograms:
    """Without `cookies`: bearer tokens, and no cookie."""

    def test_login_answers_tokens_and_sets_no_cookie(self, site: Site) -> None:
        answer = login(site)
        assert answer.status_code == 200
        assert answer.json is not None
        assert set(answer.json) == {"access_token", "refresh_token", "expires_at", "user"}
        assert answer.json["user"] == {"username": "alice", "role": "viewer"}
        assert answer.json["expires_at"] == site.clock.time() + ACCESS_SECONDS
        assert "Set-Cookie" not in answer.headers

    def test_the_token_says_who_asks(self, site: Site) -> None:
        token = login(site).json["access_token"]  # type: ignore[index]
        answer = site.client().get("/api/v1/auth/me", headers=bearer(token))
        assert answer.json == {
            "username": "alice",
            "role": "viewer",
            "expires_at": site.clock.time() + ACCESS_SECONDS,
        }

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_the_scheme_is_written_in_any_case(self, site: Site, scheme: str) -> None:
        token = login(site).json["access_token"]  # type: ignore[index]
        headers = {"Authorization": f"{scheme} {token}"}
        assert site.client().get("/api/v1/auth/me", headers=headers).status_code == 200

    @pytest.mark.parametrize("way", ["body", "header"])
    def test_refresh_takes_the_token_in_the_body_or_the_header(self, site: Site, way: str) -> None:
        token = login(site).json["refresh_token"]  # type: ignore[index]
        body = {"refresh_token": token} if way == "body" else None
        headers = bearer(token) if way == "header" else {}
        answer = site.client().post("/api/v1/auth/refresh", json=body, headers=headers)
        assert answer.status_code == 200
        assert answer.json is not None
        assert set(answer.json) == {"access_token", "refresh_token", "expires_at", "user"}
        assert answer.json["refresh_token"] != token
        assert "Set-Cookie" not in answer.headers

    def test_refresh_needs_no_body_with_the_header(self, site: Site) -> None:
        token = login(site).json["refresh_token"]  # type: ignore[index]
        answer = site.client().post("/api/v1/auth/refresh", headers=bearer(token))
        assert answer.status_code == 200

    def test_an_access_token_refreshes_nothing(self, site: Site) -> None:
        token = login(site).json["access_token"]  # type: ignore[index]
        answer = site.client().post("/api/v1/auth/refresh", json={"refresh_token": token})
        assert code(answer) == (401, "auth.required")

    def test_a_refresh_token_opens_nothing(self, site: Site) -> None:
        token = login(site).json["refresh_token"]  # type: ignore[index]
        answer = site.client().get("/api/v1/auth/me", headers=bearer(token))
        assert code(answer) == (401, "auth.required")

    def test_logout_ends_both_tokens(self, site: Site) -> None:
        tokens = login(site).json
        assert tokens is not None
        answer = site.client().post("/api/v1/auth/logout", headers=bearer(tokens["access_token"]))
        assert (answer.status_code, answer.data) == (204, b"")
        after = site.client().get("/api/v1/auth/me", headers=bearer(tokens["access_token"]))
        assert code(after) == (401, "auth.required")
        again = site.client().post(
            "/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}
        )
        assert code(again) == (401, "auth.required")


class TestPage:
    """With `cookies`: HttpOnly cookies, and no token in the body."""

    def test_login_answers_cookies_and_no_token(self, site: Site) -> None:
        answer = login(site, cookies=True)
        assert answer.json == {
            "expires_at": site.clock.time() + ACCESS_SECONDS,
            "user": {"username": "alice", "role": "viewer"},
        }
        set_cookies = cookies(answer)
        assert set(set_cookies) == {*TOKENS, *CSRF}
        for name, attributes in set_cookies.items():
            assert ("HttpOnly" in attributes) == (name in TOKENS)
            assert "SameSite=Strict" in attributes
            assert "Path=/;" in attributes
            assert "Secure" not in attributes  # http://192.168.1.5:8642 has to work
            assert "Domain" not in attributes

    def test_each_cookie_lives_as_long_as_its_token(self, site: Site) -> None:
        for name, attributes in cookies(login(site, cookies=True)).items():
            seconds = ACCESS_SECONDS if "access" in name else REFRESH_SECONDS
            assert f"Max-Age={seconds};" in attributes

    def test_with_tls_at_the_root_they_are_host_cookies(self, site: Site) -> None:
        answer = site.client().post(
            "/api/v1/auth/login",
            json={"username": "alice", "password": PASSWORD, "cookies": True},
            base_url=HTTPS,
        )
        set_cookies = cookies(answer)
        assert set(set_cookies) == {f"__Host-{name}" for name in (*TOKENS, *CSRF)}
        for attributes in set_cookies.values():
            assert "Secure" in attributes and "Path=/;" in attributes
            assert "Domain" not in attributes

    @pytest.mark.parametrize("origin", ["http://localhost", HTTPS])
    def test_below_a_path_they_are_plain_and_stay_there(self, tmp_path: Path, origin: str) -> None:
        site = Site(tmp_path, base_path="/dockmon")
        site.people.add("alice")
        answer = site.client().post(
            "/api/v1/auth/login",
            json={"username": "alice", "password": PASSWORD, "cookies": True},
            base_url=origin,
        )
        set_cookies = cookies(answer)
        assert set(set_cookies) == {*TOKENS, *CSRF}
        for attributes in set_cookies.values():
            assert "Path=/dockmon/;" in attributes
            assert ("Secure" in attributes) == (origin == HTTPS)
        site.close()

    @pytest.mark.parametrize("origin", ["http://localhost", HTTPS])
    def test_the_cookies_open_what_a_token_opens(self, site: Site, origin: str) -> None:
        page = site.page("alice", origin)
        assert page.get("/api/v1/auth/me", base_url=origin).status_code == 200

    def test_refresh_answers_cookies_whether_or_not_it_is_asked(self, site: Site) -> None:
        """A token that came in a cookie must not get within a script's reach."""
        for body in ({}, {"cookies": True}, {"cookies": False}):
            page = site.page("alice")
            headers = {"X-CSRF-TOKEN": value(page, "csrf_refresh_token")}
            answer = page.post("/api/v1/auth/refresh", json=body, headers=headers)
            assert answer.status_code == 200
            assert set(answer.json) == {"expires_at", "user"}  # type: ignore[arg-type]
            assert set(cookies(answer)) == {*TOKENS, *CSRF}

    def test_refresh_without_any_body_works_too(self, site: Site) -> None:
        page = site.page("alice")
        headers = {"X-CSRF-TOKEN": value(page, "csrf_refresh_token")}
        assert page.post("/api/v1/auth/refresh", headers=headers).status_code == 200

    def test_a_refresh_turns_the_csrf_cookie_of_the_refresh_token(self, site: Site) -> None:
        """By it, a tab sees that another one has refreshed."""
        page = site.page("alice")
        before = [value(page, name) for name in CSRF]
        assert refresh(page).status_code == 200
        after = [value(page, name) for name in CSRF]
        # That of the access token stays: a request of another tab may be under way.
        assert after[0] == before[0]
        assert after[1] != before[1]

    def test_two_tabs_that_refresh_at_once_both_stay_signed_in(self, site: Site) -> None:
        page = site.page("alice")
        other = site.client()
        for name in (*TOKENS, *CSRF):
            other.set_cookie(name, value(page, name))
        assert refresh(page).status_code == 200
        site.clock.advance(59)
        assert refresh(other).status_code == 200
        site.clock.advance(ACCESS_SECONDS)
        assert refresh(page).status_code == 200

    def test_a_stolen_refresh_token_that_comes_back_ends_the_sign_in(self, site: Site) -> None:
        page = site.page("alice")
        thief = site.client()
        for name in (*TOKENS, *CSRF):
            thief.set_cookie(name, value(page, name))
        refresh(page)
        site.clock.advance(61)
        assert code(refresh(thief)) == (401, "auth.required")
        assert code(refresh(page)) == (401, "auth.required")

    def test_a_page_that_stays_open_keeps_its_session_all_day(self, site: Site) -> None:
        page = site.page("alice")
        for _ in range(86400 // 720):
            site.clock.advance(720)
            answer = refresh(page)
            assert answer.status_code == 200
            assert page.get("/api/v1/auth/me").status_code == 200

    def test_an_access_token_that_has_run_out_is_expired_and_refresh_still_works(
        self, site: Site
    ) -> None:
        page = site.page("alice")
        token = value(page, "access_token_cookie")
        site.clock.advance(ACCESS_SECONDS)
        answer = site.client().get("/api/v1/auth/me", headers=bearer(token))
        assert code(answer) == (401, "auth.expired")
        assert refresh(page).status_code == 200
        assert page.get("/api/v1/auth/me").status_code == 200

    def test_logout_takes_the_cookies_back(self, site: Site) -> None:
        page = site.page("alice")
        csrf = {"X-CSRF-TOKEN": value(page, "csrf_access_token")}
        answer = page.post("/api/v1/auth/logout", headers=csrf)
        assert answer.status_code == 204
        assert all("Max-Age=0" in attributes for attributes in cookies(answer).values())
        assert [page.get_cookie(name) for name in (*TOKENS, *CSRF)] == [None] * 4
        assert code(page.get("/api/v1/auth/me")) == (401, "auth.required")

    def test_logout_takes_host_cookies_back_as_browsers_demand(self, site: Site) -> None:
        page = site.page("alice", HTTPS)
        csrf = {"X-CSRF-TOKEN": value(page, "__Host-csrf_access_token")}
        answer = page.post("/api/v1/auth/logout", headers=csrf, base_url=HTTPS)
        set_cookies = cookies(answer)
        assert set(set_cookies) == {f"__Host-{name}" for name in (*TOKENS, *CSRF)}
        assert all("Secure" in attributes for attributes in set_cookies.values())

    def test_signing_in_anew_removes_cookies_of_another_form(self, site: Site) -> None:
        """They would be read first, and keep the page out for a month."""
        client = site.client()
        client.set_cookie("access_token_cookie", "stale")
        answer = client.post(
            "/api/v1/auth/login",
            json={"username": "alice", "password": PASSWORD, "cookies": True},
            base_url=HTTPS,
        )
        assert "Max-Age=0" in cookies(answer)["access_token_cookie"]
        assert "Max-Age=900" in cookies(answer)["__Host-access_token_cookie"]


class TestRefused:
    """No enumeration: whoever does not get in learns nothing but that."""

    def test_wrong_name_wrong_password_and_disabled_answer_alike(self, site: Site) -> None:
        site.people.accounts.change("olga", enabled=False)
        answers = [
            login(site, "nobody"),
            login(site, "alice", password="wrong password"),
            login(site, "olga"),
            login(site, "not/a name"),
        ]
        told = [without_id(answer) for answer in answers]
        assert told == [told[0]] * 4
        assert code(answers[0]) == (401, "auth.required")

    def test_a_refused_sign_in_sets_no_cookie(self, site: Site) -> None:
        assert "Set-Cookie" not in login(site, password="wrong password", cookies=True).headers

    def test_an_endless_password_is_refused_at_once(self, site: Site) -> None:
        began = time.perf_counter()
        assert code(login(site, password="x" * 2000)) == (400, "request.invalid")
        assert code(login(site, password="x" * 1_000_000)) == (413, "request.too_large")
        assert time.perf_counter() - began < 1

    def test_too_many_guesses_are_told_when_to_come_back(self, site: Site) -> None:
        answers = [login(site, password="wrong password") for _ in range(11)]
        assert [answer.status_code for answer in answers] == [401] * 10 + [429]
        last = answers[-1]
        assert code(last) == (429, "auth.rate_limited")
        assert last.json is not None
        assert last.json["params"]["retry_after_seconds"] == pytest.approx(10, abs=1)
        assert last.headers["Retry-After"] == "10"

    def test_the_owner_gets_in_from_another_address_meanwhile(self, site: Site) -> None:
        for _ in range(11):
            login(site, password="wrong password")
        answer = site.client().post(
            "/api/v1/auth/login",
            json={"username": "alice", "password": PASSWORD},
            environ_base={"REMOTE_ADDR": "203.0.113.7"},
        )
        assert answer.status_code == 200

    def test_a_forwarded_address_that_nobody_vouches_for_changes_nothing(self, site: Site) -> None:
        body = {"username": "alice", "password": "wrong password"}
        answers = [
            site.client().post(
                "/api/v1/auth/login",
                json=body,
                headers={"X-Forwarded-For": f"203.0.113.{index}", "X-Real-IP": f"10.0.0.{index}"},
            )
            for index in range(11)
        ]
        assert answers[-1].status_code == 429


class TestSetup:
    """First start: one link, one admin, closed for good."""

    def set_up(self, site: Site, code: str | None, name: str = "root", **more: Any) -> TestResponse:
        body = {"code": code, "username": name, "password": PASSWORD, **more}
        return site.client().post("/api/v1/auth/setup", json=body)

    def test_the_code_makes_the_first_admin_and_signs_in(self, bare: Site) -> None:
        answer = self.set_up(bare, bare.people.accounts.setup_code())
        assert answer.status_code == 200
        assert answer.json is not None
        assert answer.json["user"] == {"username": "root", "role": "admin"}
        token = answer.json["access_token"]
        assert bare.client().get("/api/v1/users", headers=bearer(token)).status_code == 200

    def test_the_page_gets_cookies(self, bare: Site) -> None:
        answer = self.set_up(bare, bare.people.accounts.setup_code(), cookies=True)
        assert set(cookies(answer)) == {*TOKENS, *CSRF}
        assert "access_token" not in answer.json  # type: ignore[operator]

    def test_it_works_once(self, bare: Site) -> None:
        setup_code = bare.people.accounts.setup_code()
        self.set_up(bare, setup_code)
        assert code(self.set_up(bare, setup_code, "mallory")) == (401, "auth.required")
        assert [user.username for user in bare.people.accounts.users()] == ["root"]

    def test_a_wrong_code_and_a_closed_set_up_look_alike(self, bare: Site) -> None:
        setup_code = bare.people.accounts.setup_code()
        wrong = self.set_up(bare, "wrong")
        self.set_up(bare, setup_code)
        closed = self.set_up(bare, setup_code)
        assert without_id(wrong) == without_id(closed)
        assert code(closed) == (401, "auth.required")

    def test_of_50_at_once_exactly_one_becomes_admin(self, bare: Site) -> None:
        setup_code = bare.people.accounts.setup_code()
        answers = at_once(50, lambda index: self.set_up(bare, setup_code, f"admin{index}"))
        assert sorted(answer.status_code for answer in answers) == [200] + [401] * 49
        assert [user.role for user in bare.people.store.load().users.values()] == ["admin"]

    def test_there_is_no_default_password(self, bare: Site) -> None:
        for name in ("admin", "root", "dockmon", "demo"):
            for password in ("admin", "password", "dockmon", "changeme", ""):
                assert login(bare, name, password=password).status_code in (401, 429)


def change_password(client: FlaskClient, headers: dict[str, str], **body: str) -> TestResponse:
    return client.post("/api/v1/auth/password", json=body, headers=headers)


END_ALL: dict[str, Callable[[Site], object]] = {
    "role": lambda s: s.client().patch(
        "/api/v1/users/alice", json={"role": "operator"}, headers=s.signed_in("root")
    ),
    "disabled": lambda s: s.client().patch(
        "/api/v1/users/alice", json={"enabled": False}, headers=s.signed_in("root")
    ),
    "password": lambda s: s.client().patch(
        "/api/v1/users/alice", json={"password": "another password"}, headers=s.signed_in("root")
    ),
    "deleted": lambda s: s.client().delete("/api/v1/users/alice", headers=s.signed_in("root")),
}


class TestRevocation:
    @pytest.mark.parametrize("what", END_ALL)
    def test_it_ends_every_token_and_socket_of_the_user(self, site: Site, what: str) -> None:
        tokens = login(site).json
        assert tokens is not None
        claims = site.tokens.verify(tokens["access_token"], "access")
        principal = site.people.sign_ins.principal_of(claims)
        answer = END_ALL[what](site)
        assert isinstance(answer, TestResponse) and answer.status_code in (200, 204)
        assert site.people.sign_ins.standing(principal) == "revoked"
        after = site.client().get("/api/v1/auth/me", headers=bearer(tokens["access_token"]))
        assert code(after) == (401, "auth.required")
        again = site.client().post(
            "/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}
        )
        assert code(again) == (401, "auth.required")

    def test_a_new_password_ends_all_other_sign_ins(self, site: Site) -> None:
        here, there = site.signed_in("alice"), site.signed_in("alice")
        answer = change_password(site.client(), here, old=PASSWORD, new="another password")
        assert (answer.status_code, answer.data) == (204, b"")
        assert site.client().get("/api/v1/auth/me", headers=here).status_code == 200
        assert site.client().get("/api/v1/auth/me", headers=there).status_code == 401
        assert login(site).status_code == 401
        assert login(site, password="another password").status_code == 200

    def test_the_old_password_must_be_right(self, site: Site) -> None:
        headers = site.signed_in("alice")
        answer = change_password(site.client(), headers, old="wrong password", new=PASSWORD)
        # Not 401: the page would take its own sign-in for ended.
        assert code(answer) == (400, "request.invalid")
        assert list(answer.json["params"]["fields"]) == ["old"]  # type: ignore[index]

    @pytest.mark.parametrize("new", ["short", "x" * 1025])
    def test_the_new_password_must_be_possible(self, site: Site, new: str) -> None:
        answer = change_password(site.client(), site.signed_in("alice"), old=PASSWORD, new=new)
        assert code(answer) == (400, "request.invalid")
        assert list(answer.json["params"]["fields"]) == ["new"]  # type: ignore[index]

    def test_an_admin_who_sets_the_own_password_stays_signed_in_here(self, site: Site) -> None:
        here, there = site.signed_in("root"), site.signed_in("root")
        answer = site.client().patch(
            "/api/v1/users/root", json={"password": "another password"}, headers=here
        )
        assert answer.status_code == 200
        assert site.client().get("/api/v1/auth/me", headers=here).status_code == 200
        assert site.client().get("/api/v1/auth/me", headers=there).status_code == 401


def test_no_password_token_or_hash_is_in_the_database_as_it_is(site: Site) -> None:
    from dockmon.security.passwords import Argon2Passwords
    from tests.kit.people import InlineTasks

    site.people.accounts._passwords = Argon2Passwords(InlineTasks(), memory_kib=64, passes=1)
    canary = "canary-password-in-the-clear"
    site.people.accounts.create("canary", canary, "viewer")
    tokens = login(site).json
    assert tokens is not None
    site.close()
    stored = b"".join(file.read_bytes() for file in site.folder.iterdir())
    assert b"$argon2id$" in stored
    for secret in (canary, tokens["access_token"], tokens["refresh_token"]):
        assert secret.encode() not in stored
