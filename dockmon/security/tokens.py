"""Make and read the JWTs of a sign-in.

Says only whether a token is genuine and of the right kind. Whether its sign-in
still stands is for `services/sign_ins` to say, on every use.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any, Final

from flask import Flask
from flask_jwt_extended import JWTManager, create_access_token, create_refresh_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import PyJWTError, decode

from dockmon.domain.accounts import Claims, IssuedTokens, SignIn, TokenKind
from dockmon.domain.errors import AuthExpired, AuthRequired
from dockmon.ports import Clock

ALGORITHM: Final = "HS256"
MAX_TOKEN_CHARACTERS: Final = 4096
# A clock that was set back by a little must not lock out who has just signed in.
# It does not prolong a token: the end is checked here, without leeway.
_LEEWAY_SECONDS: Final = 60

# The header and payload of a stranger are parsed before the signature is checked,
# so anything that JSON or base64 can do wrong is "not genuine" here.
_NOT_GENUINE: Final = (
    JWTExtendedException,
    PyJWTError,
    ValueError,
    TypeError,
    AttributeError,
    RecursionError,
    OverflowError,
)


class JwtTokens:
    """`Tokens` by flask-jwt-extended, usable inside and outside a request."""

    def __init__(self, app: Flask, secret: str, clock: Clock) -> None:
        app.config.update(
            JWT_SECRET_KEY=secret,
            JWT_ALGORITHM=ALGORITHM,
            JWT_DECODE_ALGORITHMS=[ALGORITHM],
            JWT_DECODE_LEEWAY=_LEEWAY_SECONDS,
            JWT_ENCODE_NBF=False,
        )
        JWTManager(app)
        self._app = app
        self._secret = secret.encode()
        self._clock = clock

    def issue(self, sign_in: SignIn) -> IssuedTokens:
        # The CSRF value of the access token stays the same for the whole sign-in: a
        # tab whose request overlaps another tab's refresh would otherwise be refused.
        # That of the refresh token turns with it, which is how a tab sees that
        # another one has refreshed.
        access_csrf = self._csrf("access", sign_in.session_id)
        refresh_csrf = self._csrf("refresh", sign_in.refresh_id)
        access = _claims(sign_in, sign_in.access_expires_at, secrets.token_hex(16), access_csrf)
        refresh = _claims(sign_in, sign_in.expires_at, sign_in.refresh_id, refresh_csrf)
        with self._app.app_context():
            return IssuedTokens(
                access=create_access_token(sign_in.username, additional_claims=access),
                refresh=create_refresh_token(sign_in.username, additional_claims=refresh),
                access_csrf=access_csrf,
                refresh_csrf=refresh_csrf,
                expires_at=float(int(sign_in.access_expires_at)),
            )

    def verify(self, token: str, kind: TokenKind) -> Claims:
        if not token or len(token) > MAX_TOKEN_CHARACTERS:
            raise AuthRequired
        try:
            with self._app.app_context():
                payload = decode_token(token, allow_expired=True)
            # The library takes a token without a type for an access token.
            payload["type"] = decode(token, options={"verify_signature": False}).get("type")
            claims = _read(payload)
        except _NOT_GENUINE:
            raise AuthRequired from None
        if claims.kind != kind:
            raise AuthRequired
        if claims.expires_at <= self._clock.time():
            raise AuthExpired
        return claims

    def _csrf(self, kind: TokenKind, token_id: str) -> str:
        said = f"csrf {kind} {token_id}".encode()
        return hmac.new(self._secret, said, hashlib.sha256).hexdigest()[:32]


def _claims(sign_in: SignIn, expires_at: float, token_id: str, csrf: str) -> dict[str, Any]:
    return {
        "sid": sign_in.session_id,
        "jti": token_id,
        "csrf": csrf,
        "exp": int(expires_at),
        # When the sign-in began, not this token: with a clock set back by an hour,
        # every token would be one from the future, and everybody signed out.
        "iat": int(sign_in.created_at),
    }


def _read(payload: dict[str, Any]) -> Claims:
    """Return the claims. Raises ValueError when one is missing or of another type."""
    texts = [payload.get(name) for name in ("sub", "sid", "jti", "csrf", "type")]
    username, session_id, token_id, csrf, kind = texts
    expires_at = payload.get("exp")
    if not all(isinstance(text, str) and text for text in texts):
        raise ValueError("a claim is missing")
    if kind not in ("access", "refresh") or type(expires_at) not in (int, float):
        raise ValueError("a claim is of another type")
    return Claims(username, session_id, token_id, kind, csrf, float(expires_at))  # type: ignore[arg-type]
