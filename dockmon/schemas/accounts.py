"""Sign-in and users, in and out. How long a password may be is said in `domain/accounts`.

Tokens and passwords only ever leave in the one answer that hands the tokens out.
"""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from dockmon.domain.access import ROLES
from dockmon.domain.accounts import USERNAME_PATTERN
from dockmon.schemas.base import Flag, StrictSchema


def _secret(**options: Any) -> fields.String:
    return fields.String(required=True, load_only=True, **options)


def _role(**options: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(ROLES), **options)


def _cookies() -> fields.Boolean:
    return Flag(
        load_default=False,
        metadata={"description": "Answer with HttpOnly cookies instead of tokens."},
    )


class Login(StrictSchema):
    """Who wants to sign in. An impossible name is a wrong one, so no pattern here."""

    username = fields.String(required=True, validate=validate.Length(1, 64))
    password = _secret()
    cookies = _cookies()


class Refresh(StrictSchema):
    """A refresh token, when neither a cookie nor the Authorization header carries it."""

    refresh_token = fields.String(load_default=None, load_only=True)
    cookies = _cookies()


class Setup(StrictSchema):
    """The one-time code and the first admin."""

    code = _secret(validate=validate.Length(1, 128))
    username = fields.String(required=True)
    password = _secret()
    cookies = _cookies()


class PasswordChange(StrictSchema):
    """One's own password, before and after."""

    old = _secret()
    new = _secret()


class NewUser(StrictSchema):
    """A user to add."""

    username = fields.String(
        required=True, validate=validate.Regexp(rf"\A(?:{USERNAME_PATTERN})\Z")
    )
    password = _secret()
    role = _role(required=True)


class UserPatch(StrictSchema):
    """What to change about a user; what is left out stays."""

    password = fields.String(load_only=True)
    role = _role()
    enabled = Flag()


class Identity(StrictSchema):
    """Who somebody is."""

    username = fields.String(required=True)
    role = _role(required=True)


class Me(Identity):
    """Who asks, and until when the token that was shown is good."""

    expires_at = fields.Float(required=True)


class SignedIn(StrictSchema):
    """The answer to a sign-in. With cookies, there are no tokens in it."""

    access_token = fields.String()
    refresh_token = fields.String()
    expires_at = fields.Float(
        required=True, metadata={"description": "End of the access token, Unix seconds."}
    )
    user = fields.Nested(Identity, required=True)


class User(Identity):
    """One user, as admins see it."""

    enabled = fields.Boolean(required=True)
    created_at = fields.Float(required=True)
    sign_ins = fields.Integer(required=True, metadata={"description": "How many stand."})


class UserList(StrictSchema):
    """The answer to GET users."""

    data = fields.List(fields.Nested(User), required=True)


class Problem(StrictSchema):
    """Every error: RFC 9457, with a code to switch on and the facts behind it."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    params = fields.Dict(keys=fields.String(), required=True)
    request_id = fields.String(required=True)
