"""T-JWT: what counts as a genuine token, row by row."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jwt
import pytest
from flask import Flask

from dockmon.domain.accounts import ACCESS_SECONDS, REFRESH_SECONDS, IssuedTokens, SignIn, TokenKind
from dockmon.domain.errors import AuthExpired, AuthRequired
from dockmon.security.tokens import JwtTokens
from tests.kit.people import SECRET, ManualClock


class Mint:
    """One server's tokens, and a forger beside it who may or may not know the secret."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.tokens = JwtTokens(Flask("mint"), SECRET, self.clock)
        now = self.clock.time()
        self.sign_in = SignIn(
            "session", "alice", now, now + REFRESH_SECONDS, now + ACCESS_SECONDS, "refresh id", now
        )
        self.issued: IssuedTokens = self.tokens.issue(self.sign_in)

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Return the payload of a good access token, with changes; None leaves a claim out."""
        now = int(self.clock.time())
        good = {
            "sub": "alice",
            "sid": "session",
            "jti": "id",
            "csrf": "csrf",
            "type": "access",
            "iat": now,
            "exp": now + 900,
        }
        return {name: value for name, value in {**good, **changed}.items() if value is not None}

    def forge(
        self,
        payload: dict[str, Any],
        secret: str = SECRET,
        algorithm: str = "HS256",
        headers: dict[str, Any] | None = None,
    ) -> str:
        return jwt.encode(payload, secret, algorithm, headers=headers)


@pytest.fixture
def mint() -> Mint:
    return Mint()


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: Any, payload: Any, secret: str = SECRET) -> str:
    """Return a token whose parts no library would make."""
    said = f"{part(header)}.{part(payload)}"
    mark = hmac.new(secret.encode(), said.encode(), hashlib.sha256).digest()
    return f"{said}.{part(mark)}"


HS256 = {"alg": "HS256", "typ": "JWT"}


class TestGood:
    def test_an_access_token_says_whose_sign_in_it_is(self, mint: Mint) -> None:
        claims = mint.tokens.verify(mint.issued.access, "access")
        assert (claims.username, claims.session_id, claims.kind) == ("alice", "session", "access")
        assert claims.csrf == mint.issued.access_csrf
        assert claims.expires_at == mint.issued.expires_at == mint.sign_in.access_expires_at

    def test_a_refresh_token_carries_the_id_the_sign_in_knows_it_by(self, mint: Mint) -> None:
        claims = mint.tokens.verify(mint.issued.refresh, "refresh")
        assert (claims.token_id, claims.kind) == ("refresh id", "refresh")
        assert claims.csrf == mint.issued.refresh_csrf
        assert claims.expires_at == mint.sign_in.expires_at

    def test_it_has_the_promised_claims_and_algorithm(self, mint: Mint) -> None:
        payload = jwt.decode(mint.issued.access, SECRET, algorithms=["HS256"])
        assert {"sub", "sid", "jti", "csrf", "type", "exp", "iat"} <= payload.keys()
        assert jwt.get_unverified_header(mint.issued.access) == {"alg": "HS256", "typ": "JWT"}

    def test_a_handmade_one_is_as_good(self, mint: Mint) -> None:
        """The rows below differ from this one in one thing each, so that is what they test."""
        assert mint.tokens.verify(mint.forge(mint.claims()), "access").username == "alice"
        assert mint.tokens.verify(signed(HS256, mint.claims()), "access").username == "alice"

    def test_access_tokens_live_a_quarter_of_an_hour_and_refresh_tokens_30_days(
        self, mint: Mint
    ) -> None:
        mint.clock.advance(15 * 60 - 1)
        mint.tokens.verify(mint.issued.access, "access")
        mint.clock.advance(1)
        with pytest.raises(AuthExpired):
            mint.tokens.verify(mint.issued.access, "access")
        mint.clock.advance(30 * 86400 - 15 * 60 - 1)
        mint.tokens.verify(mint.issued.refresh, "refresh")
        mint.clock.advance(1)
        with pytest.raises(AuthExpired):
            mint.tokens.verify(mint.issued.refresh, "refresh")

    def test_a_clock_set_back_by_a_little_locks_nobody_out(self, mint: Mint) -> None:
        ahead = mint.claims(iat=int(mint.clock.time()) + 30)
        assert mint.tokens.verify(mint.forge(ahead), "access")

    def test_it_works_outside_and_inside_a_request(self, mint: Mint) -> None:
        app = Flask("other")
        with app.test_request_context("/"):
            assert mint.tokens.verify(mint.issued.access, "access")
        assert mint.tokens.verify(mint.issued.access, "access")

    def test_two_access_tokens_of_one_moment_differ(self, mint: Mint) -> None:
        assert mint.tokens.issue(mint.sign_in).access != mint.issued.access


class TestCsrf:
    """What the page repeats in X-CSRF-TOKEN."""

    def test_the_access_tokens_stays_through_a_refresh(self, mint: Mint) -> None:
        again = mint.tokens.issue(replace(mint.sign_in, refresh_id="next"))
        assert again.access_csrf == mint.issued.access_csrf

    def test_the_refresh_tokens_turns_with_it(self, mint: Mint) -> None:
        again = mint.tokens.issue(replace(mint.sign_in, refresh_id="next"))
        assert again.refresh_csrf != mint.issued.refresh_csrf

    def test_nobody_can_compute_it_from_what_is_seen(self, mint: Mint) -> None:
        other = JwtTokens(Flask("other"), "another secret" * 4, mint.clock).issue(mint.sign_in)
        mine = {mint.issued.access_csrf, mint.issued.refresh_csrf}
        assert len({*mine, other.access_csrf, other.refresh_csrf}) == 4


Forge = Callable[[Mint], str]

NOT_GENUINE: dict[str, Forge] = {
    "empty": lambda m: "",
    "no token": lambda m: "hello",
    "two parts": lambda m: m.issued.access.rpartition(".")[0],
    "four parts": lambda m: m.issued.access + ".x",
    "a thousand parts": lambda m: ".".join("a" * 1000),
    "a megabyte": lambda m: "a" * 1_000_000,
    "a megabyte, well signed": lambda m: m.forge(m.claims(pad="x" * 1_000_000)),
    "not ASCII": lambda m: "é" + m.issued.access,
    "a half surrogate": lambda m: "\ud800" + m.issued.access,
    "a line break": lambda m: m.issued.access + "\n",
    "NUL": lambda m: m.issued.access + "\x00",
    "another secret": lambda m: m.forge(m.claims(), secret="x" * 32),
    "an empty secret": lambda m: signed(HS256, m.claims(), secret=""),
    "no signature": lambda m: m.issued.access.rpartition(".")[0] + ".",
    "the signature of another token": lambda m: (
        m.issued.access.rpartition(".")[0] + "." + m.issued.refresh.rpartition(".")[2]
    ),
    "alg none": lambda m: f"{part({'alg': 'none'})}.{part(m.claims())}.",
    "alg None": lambda m: f"{part({'alg': 'None'})}.{part(m.claims())}.",
    "alg nOnE, signed": lambda m: signed({"alg": "nOnE"}, m.claims()),
    "alg empty": lambda m: signed({"alg": ""}, m.claims()),
    "alg null": lambda m: signed({"alg": None}, m.claims()),
    "alg a number": lambda m: signed({"alg": 256}, m.claims()),
    "alg a list": lambda m: signed({"alg": ["HS256"]}, m.claims()),
    "alg missing": lambda m: signed({"typ": "JWT"}, m.claims()),
    "alg hs256": lambda m: signed({"alg": "hs256"}, m.claims()),
    "HS384": lambda m: m.forge(m.claims(), secret=SECRET * 2, algorithm="HS384"),
    "HS512": lambda m: m.forge(m.claims(), secret=SECRET * 2, algorithm="HS512"),
    "RS256, signed as HS256": lambda m: signed({"alg": "RS256"}, m.claims()),
    "ES256, signed as HS256": lambda m: signed({"alg": "ES256"}, m.claims()),
    "crit": lambda m: signed({**HS256, "crit": ["exp"], "exp": 1}, m.claims()),
    "crit, unknown": lambda m: signed({**HS256, "crit": ["x"], "x": 1}, m.claims()),
    "crit, empty": lambda m: signed({**HS256, "crit": []}, m.claims()),
    "b64 false": lambda m: signed({**HS256, "b64": False, "crit": ["b64"]}, m.claims()),
    "a jwk of one's own": lambda m: m.forge(
        m.claims(), secret="y" * 32, headers={"jwk": {"kty": "oct", "k": part(b"y" * 32)}}
    ),
    "a jku": lambda m: m.forge(
        m.claims(), secret="y" * 32, headers={"jku": "http://evil.example/keys"}
    ),
    "a kid that is a path": lambda m: m.forge(
        m.claims(), secret="z" * 32, headers={"kid": "../../dev/null"}
    ),
    "a kid that is SQL": lambda m: m.forge(
        m.claims(), secret="z" * 32, headers={"kid": "' UNION SELECT 'z"}
    ),
    "a header that is a list": lambda m: signed([], m.claims()),
    "a header that is no JSON": lambda m: signed(b"{", m.claims()),
    "a payload that is a list": lambda m: signed(HS256, [1]),
    "a payload that is a string": lambda m: signed(HS256, "alice"),
    "a payload that is no JSON": lambda m: signed(HS256, b"\xff\xfe"),
    "a payload nested deeply": lambda m: f"{part(HS256)}.{part(b'[' * 2500)}.eHg",
    "a payload with an endless number": lambda m: signed(HS256, b'{"exp":' + b"9" * 2900 + b"}"),
    "no sub": lambda m: m.forge(m.claims(sub=None)),
    "an empty sub": lambda m: m.forge(m.claims(sub="")),
    "sub a number": lambda m: signed(HS256, m.claims(sub=1)),
    "sub a list": lambda m: signed(HS256, m.claims(sub=["alice"])),
    "no sid": lambda m: m.forge(m.claims(sid=None)),
    "sid a number": lambda m: m.forge(m.claims(sid=7)),
    "no jti": lambda m: m.forge(m.claims(jti=None)),
    "jti a number": lambda m: signed(HS256, m.claims(jti=7)),
    "no csrf": lambda m: m.forge(m.claims(csrf=None)),
    "no type": lambda m: m.forge(m.claims(type=None)),
    "an unknown type": lambda m: m.forge(m.claims(type="root")),
    "type ACCESS": lambda m: m.forge(m.claims(type="ACCESS")),
    "no exp": lambda m: m.forge(m.claims(exp=None)),
    "exp a string": lambda m: signed(HS256, m.claims(exp="9999999999")),
    "exp true": lambda m: signed(HS256, m.claims(exp=True)),
    "exp infinite": lambda m: signed(HS256, b'{"exp":1e400}'),
    "not yet good": lambda m: m.forge(m.claims(nbf=int(m.clock.time()) + 3600)),
    "issued in the future": lambda m: m.forge(m.claims(iat=int(m.clock.time()) + 3600)),
    "iat a string": lambda m: signed(HS256, m.claims(iat="now")),
    "for another audience": lambda m: m.forge(m.claims(aud="grafana", sub=None)),
}


@pytest.mark.parametrize("row", NOT_GENUINE)
def test_what_is_not_genuine_is_auth_required(mint: Mint, row: str) -> None:
    with pytest.raises(AuthRequired):
        mint.tokens.verify(NOT_GENUINE[row](mint), "access")


@pytest.mark.parametrize("at", range(3))
def test_one_changed_character_anywhere_is_noticed(mint: Mint, at: int) -> None:
    parts = mint.issued.access.split(".")
    # Not the last one: of that, base64 leaves some bits unused.
    middle = len(parts[at]) // 2
    other = "A" if parts[at][middle] != "A" else "B"
    parts[at] = parts[at][:middle] + other + parts[at][middle + 1 :]
    with pytest.raises(AuthRequired):
        mint.tokens.verify(".".join(parts), "access")


@pytest.mark.parametrize(("given", "asked"), [("refresh", "access"), ("access", "refresh")])
def test_one_kind_is_not_the_other(mint: Mint, given: str, asked: TokenKind) -> None:
    with pytest.raises(AuthRequired):
        mint.tokens.verify(getattr(mint.issued, given), asked)


def test_expired_tells_only_who_had_a_good_one(mint: Mint) -> None:
    past = mint.claims(exp=int(mint.clock.time()) - 1)
    with pytest.raises(AuthExpired):
        mint.tokens.verify(mint.forge(past), "access")
    with pytest.raises(AuthRequired):
        mint.tokens.verify(mint.forge(past, secret="x" * 32), "access")
    with pytest.raises(AuthRequired):
        mint.tokens.verify(mint.forge(past), "refresh")


def test_the_leeway_for_clocks_does_not_prolong_a_token(mint: Mint) -> None:
    with pytest.raises(AuthExpired):
        mint.tokens.verify(mint.forge(mint.claims(exp=int(mint.clock.time()))), "access")


def test_neither_tokens_nor_hashes_show_up_when_printed(mint: Mint) -> None:
    assert mint.issued.access not in repr(mint.issued)
    assert mint.issued.refresh not in repr(mint.issued)
    assert mint.issued.access_csrf not in repr(mint.issued)
