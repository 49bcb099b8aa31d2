"""Sign in, stay signed in, sign out. Programs get tokens, our page gets cookies."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request

from dockmon.api.answers import json_response
from dockmon.api.blueprint import Blueprint
from dockmon.api.cookies import Cookies
from dockmon.api.guard import Guard, check_csrf, check_origin
from dockmon.domain.accounts import SignIn
from dockmon.ports import Tokens
from dockmon.schemas import accounts as shapes
from dockmon.schemas.base import Nothing
from dockmon.services.accounts import Accounts
from dockmon.services.sign_ins import SignIns


def make_blueprint(
    accounts: Accounts,
    sign_ins: SignIns,
    tokens: Tokens,
    guard: Guard,
    base_path: str = "/",
) -> Blueprint:
    """Return the routes below /auth."""
    blp = Blueprint("auth", __name__, url_prefix="/auth", description="Sign-in.")
    desk = _Desk(sign_ins, tokens, Cookies(base_path))

    @blp.post("/login")
    @blp.arguments(shapes.Login)
    @blp.response(200, shapes.SignedIn)
    @blp.doc(security=[])
    def log_in(body: dict[str, Any]) -> Response:
        """Sign in with a password."""
        desk.check_page(body["cookies"])
        sign_in = sign_ins.sign_in(body["username"], body["password"], _address())
        return desk.hand_over(sign_in, body["cookies"])

    @blp.post("/refresh")
    @blp.arguments(shapes.Refresh, required=False)
    @blp.response(200, shapes.SignedIn)
    @blp.doc(security=[])
    def refresh(body: dict[str, Any]) -> Response:
        """Replace a refresh token and get a new access token.

        A token that came in a cookie leaves in a cookie: the page's scripts never
        see one.
        """
        claims, by_cookie = guard.claims("refresh", in_body=body["refresh_token"])
        if by_cookie:
            check_csrf(claims)
        desk.check_page(by_cookie or body["cookies"])
        return desk.hand_over(sign_ins.refresh(claims), by_cookie or body["cookies"])

    @blp.post("/setup")
    @blp.arguments(shapes.Setup)
    @blp.response(200, shapes.SignedIn)
    @blp.doc(security=[])
    def set_up(body: dict[str, Any]) -> Response:
        """Create the first admin with the one-time code of the log, and sign in."""
        desk.check_page(body["cookies"])
        user = accounts.set_up(body["code"], body["username"], body["password"])
        return desk.hand_over(sign_ins.begin(user), body["cookies"])

    @blp.post("/logout")
    @blp.arguments(Nothing, required=False)
    @blp.response(204)
    def log_out(_: dict[str, Any]) -> Response:
        """End this sign-in: its tokens and its live sockets."""
        sign_ins.sign_out(g.principal)
        response = Response(status=204)
        desk.cookies.clear(response)
        return response

    @blp.post("/password")
    @blp.arguments(shapes.PasswordChange)
    @blp.response(204)
    def change_password(body: dict[str, Any]) -> Response:
        """Change one's own password; ends all other sign-ins of the user."""
        sign_ins.change_password(g.principal, body["old"], body["new"], _address())
        return Response(status=204)

    @blp.get("/me")
    @blp.response(200, shapes.Me)
    def who_am_i() -> Response:
        """Say who asks, and until when the token is good."""
        me = g.principal
        return json_response(
            {"username": me.username, "role": me.role, "expires_at": me.expires_at}
        )

    return blp


class _Desk:
    """Hands out what a sign-in brings, in the form that was asked for."""

    def __init__(self, sign_ins: SignIns, tokens: Tokens, cookies: Cookies) -> None:
        self._sign_ins = sign_ins
        self._tokens = tokens
        self.cookies = cookies

    def check_page(self, wants_cookies: bool) -> None:
        """Only our own page may have cookies set. Raises: auth.csrf."""
        if wants_cookies:
            check_origin()

    def hand_over(self, sign_in: SignIn, as_cookies: bool) -> Response:
        user = self._sign_ins.user_of(sign_in)
        issued = self._tokens.issue(sign_in)
        answer: dict[str, Any] = {
            "expires_at": issued.expires_at,
            "user": {"username": user.username, "role": user.role},
        }
        if as_cookies:
            response = json_response(answer)
            self.cookies.put(response, issued)
            return response
        tokens = {"access_token": issued.access, "refresh_token": issued.refresh}
        return json_response({**tokens, **answer})


def _address() -> str:
    return request.remote_addr or "-"
