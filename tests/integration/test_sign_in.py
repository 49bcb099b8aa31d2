"""Sign-in over live sockets: who gets in, for how long, and how it ends."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.request
from http.cookiejar import CookieJar

import pytest
import socketio

from tests.kit.clients import CONTAINERS, METRICS, Client, connected
from tests.kit.server import PASSWORD, ROOT, Server
from tests.kit.waiting import eventually


def sign_in(server: Server, username: str = "ada") -> dict:
    answer = server.request("POST", "auth/login", {"username": username, "password": PASSWORD})
    assert answer.status == 200, answer
    return answer


def ended(client: Client) -> str:
    """Wait for the end of a socket and return the code it was told."""
    eventually(client.disconnected.is_set, 15, what="the end of the socket")
    errors = client.payloads("error")
    return errors[-1]["code"] if errors else ""


def test_the_first_start_prints_one_link_that_makes_the_first_admin(start, mode):
    server = start(mode=mode, admin=False)
    link = eventually(lambda: re.search(r"http://\S+/setup#(\S+)", server.log))
    assert len(re.findall(r"/setup#", server.log)) == 1
    body = {"code": link[1], "username": "root", "password": PASSWORD}
    assert server.request("POST", "auth/setup", {**body, "code": "wrong"}).status == 401
    answer = server.request("POST", "auth/setup", body)
    assert answer.status in (200, 201), answer
    assert answer["user"] == {"username": "root", "role": "admin"}
    assert server.request("POST", "auth/setup", {**body, "username": "two"}).status == 401


def test_sign_out_ends_that_sign_ins_sockets_and_tokens_within_a_second(server):
    mine, other = sign_in(server), sign_in(server)
    with (
        connected(Client(server, token=mine["access_token"])) as client,
        connected(Client(server, token=other["access_token"])) as stays,
    ):
        assert server.request("POST", "auth/logout", {}, token=mine["access_token"]).status in (
            200,
            204,
        )
        begun = time.monotonic()
        assert ended(client) == "auth.required"
        assert time.monotonic() - begun < 5
        assert server.request("GET", "auth/me", token=mine["access_token"]).status == 401
        assert not stays.disconnected.is_set()
        assert stays.call("resync", {"engine": "local"})["ok"]


def test_a_new_password_ends_all_other_sign_ins(start, mode):
    server = start(mode=mode)
    server.add_user("vera", "viewer")
    mine, other = sign_in(server, "vera"), sign_in(server, "vera")
    with (
        connected(Client(server, token=mine["access_token"])) as keeps,
        connected(Client(server, token=other["access_token"])) as ends,
    ):
        body = {"old": PASSWORD, "new": PASSWORD + "!"}
        assert server.request("POST", "auth/password", body, token=mine["access_token"]).status in (
            200,
            204,
        )
        assert ended(ends) == "auth.required"
        assert not keeps.disconnected.is_set()


@pytest.mark.parametrize("change", [{"role": "operator"}, {"enabled": False}])
def test_a_changed_role_or_a_disabled_account_ends_all_at_once(start, change):
    server = start()
    server.add_user("vera", "viewer")
    with connected(Client(server, token=sign_in(server, "vera")["access_token"])) as client:
        answer = server.request("PATCH", "users/vera", change, token=server.token())
        assert answer.status == 200, answer
        assert ended(client) == "auth.required"


def test_the_command_beside_a_running_server_takes_effect_within_moments(start, mode):
    server = start(mode=mode)
    token = server.add_user("vera", "viewer")
    with connected(Client(server, token=token, namespaces=(CONTAINERS, METRICS))) as client:
        done = subprocess.run(
            [sys.executable, "-m", "dockmon", "user", "disable", "vera"],
            cwd=ROOT, env=server.environ, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert ended(client) == "auth.required"
    assert server.request("GET", "auth/me", token=token).status == 401


def test_auth_refresh_swaps_the_token_of_the_same_user_only(start, mode):
    server = start(mode=mode)
    stranger = server.add_user("vera", "viewer")
    with connected(Client(server)) as client:
        fresh = sign_in(server)["access_token"]
        assert client.call("auth-refresh", {"token": fresh})["ok"]
        refused = client.call("auth-refresh", {"token": stranger})
        assert refused["error"]["code"] == "auth.not_allowed"


class Browser:
    """A page as far as HTTP and cookies go."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def post(self, path: str, body: str, kind: str | None = None) -> int:
        request = urllib.request.Request(
            f"{self.server.url}/api/v1/{path}", body.encode(), method="POST"
        )
        request.add_header("Content-Type", "application/json")
        if kind:
            request.add_header("X-CSRF-TOKEN", self.cookie(f"csrf_{kind}_token"))
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def cookie(self, name: str) -> str:
        return next(cookie.value or "" for cookie in self.jar if cookie.name == name)

    @property
    def cookies(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)


def test_a_page_signs_in_by_cookie_and_needs_the_csrf_value_to_change_things(server, transport):
    browser = Browser(server)
    assert (
        browser.post(
            "auth/login", f'{{"username": "ada", "password": "{PASSWORD}", "cookies": true}}'
        )
        == 200
    )
    names = {cookie.name: cookie for cookie in browser.jar}
    assert names["access_token_cookie"].has_nonstandard_attr("HttpOnly")
    assert names["access_token_cookie"].get_nonstandard_attr("SameSite") == "Strict"
    assert not names["csrf_access_token"].has_nonstandard_attr("HttpOnly")
    client = socketio.Client(reconnection=False, websocket_extra_options={"suppress_origin": True})
    client.connect(
        server.url, headers={"Cookie": browser.cookies, "Origin": server.url},
        transports=[transport], namespaces=[CONTAINERS], wait_timeout=20,
    )  # fmt: skip
    assert client.call("resync", {"engine": "local"}, namespace=CONTAINERS, timeout=30)["ok"]
    client.disconnect()
    assert browser.post("auth/logout", "{}") == 403
    assert browser.post("auth/logout", "{}", "access") in (200, 204)


@pytest.mark.parametrize(
    ("origin", "verdict"),
    [
        (None, 200),
        ("same", 200),
        ("http://evil.example", 403),
        ("http://127.0.0.1:1", 403),
        ("null", 403),
        ("http://127.0.0.1.evil.example", 403),
    ],
)
def test_the_handshake_takes_its_own_origin_only(server, origin, verdict):
    request = urllib.request.Request(f"{server.url}/socket.io/?EIO=4&transport=polling")
    if origin:
        request.add_header("Origin", server.url if origin == "same" else origin)
    request.add_header("X-Forwarded-Host", "evil.example")
    assert opened(request) == verdict


def opened(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert not [
                name for name in answer.headers if name.lower().startswith("access-control")
            ]
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize("query", ["&j=0", "&token=x", "&access_token=x"])
def test_the_handshake_takes_no_jsonp_and_no_token_in_the_url(server, query):
    request = urllib.request.Request(f"{server.url}/socket.io/?EIO=4&transport=polling{query}")
    assert opened(request) in (400, 401)


def test_an_unknown_host_is_refused_everywhere(server):
    for path in ("/", "/api/v1/engines", "/socket.io/?EIO=4&transport=polling"):
        request = urllib.request.Request(server.url + path, headers={"Host": "evil.example"})
        assert opened(request) == 400


def test_an_allowed_origin_may_use_the_feed_with_a_token_and_not_with_cookies(start):
    friend = "https://friend.example"
    server = start(DOCKMON_ALLOWED_ORIGINS=friend)
    request = urllib.request.Request(f"{server.url}/api/v1/engines", headers={"Origin": friend})
    request.add_header("Authorization", f"Bearer {server.token()}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == friend
        assert "Access-Control-Allow-Credentials" not in answer.headers
    for path in ("/", "/static/css/base.css"):
        request = urllib.request.Request(server.url + path, headers={"Origin": friend})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert "Access-Control-Allow-Origin" not in answer.headers
    client = socketio.Client(reconnection=False, websocket_extra_options={"suppress_origin": True})
    options = {"transports": ["websocket"], "namespaces": [CONTAINERS], "wait_timeout": 10}
    client.connect(
        server.url, headers={"Origin": friend}, auth={"token": server.token()}, **options
    )
    client.disconnect()
    browser = Browser(server)
    browser.post("auth/login", f'{{"username": "ada", "password": "{PASSWORD}", "cookies": true}}')
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(server.url, headers={"Origin": friend, "Cookie": browser.cookies}, **options)
    client.disconnect()


def test_refreshing_over_http_prolongs_live_sockets_and_replaces_the_token(server):
    mine = sign_in(server)
    with connected(Client(server, token=mine["access_token"])) as client:
        answer = server.request("POST", "auth/refresh", {"refresh_token": mine["refresh_token"]})
        assert answer.status == 200
        assert answer["expires_at"] >= mine["expires_at"]
        assert client.call("resync", {"engine": "local"})["ok"]
