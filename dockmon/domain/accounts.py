"""Users and their sign-ins, as values, and the rules about them that need nobody else.

Who changes them is `services/accounts` and `services/sign_ins`; where they are
kept, `storage/accounts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from dockmon.domain.access import ROLES, Role
from dockmon.domain.errors import Conflict, InvalidRequest

TokenKind = Literal["access", "refresh"]
Standing = Literal["live", "expired", "revoked"]

USERNAME_PATTERN: Final = r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}"
MIN_PASSWORD_BYTES: Final = 8
MAX_PASSWORD_BYTES: Final = 1024

ACCESS_SECONDS: Final = 15 * 60
REFRESH_SECONDS: Final = 30 * 24 * 3600
# Several tabs share one cookie: whoever comes second still holds the token before.
REUSE_GRACE_SECONDS: Final = 60

_USERNAME = re.compile(USERNAME_PATTERN, re.ASCII)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in. created_at: Unix seconds."""

    username: str
    role: Role
    password_hash: str = field(repr=False)
    created_at: float
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in of one user: all its tokens share `session_id`.

    expires_at: end of the refresh token given last. access_expires_at: end of the
    latest access token, which is how long its sockets live. refresh_id: the one
    refresh token that is good; previous_refresh_id: the one before, which still is
    for a moment after `rotated_at`.
    """

    session_id: str
    username: str
    created_at: float
    expires_at: float
    access_expires_at: float
    refresh_id: str
    rotated_at: float
    previous_refresh_id: str | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    """What a genuine token says. csrf: what the double submit has to repeat."""

    username: str
    session_id: str
    token_id: str
    kind: TokenKind
    csrf: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """A fresh pair of tokens and the CSRF value of each. expires_at: of the access token."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    access_csrf: str = field(repr=False)
    refresh_csrf: str = field(repr=False)
    expires_at: float


@dataclass(frozen=True, slots=True)
class AccountChanges:
    """What one write does, all or nothing. Users and sign-ins named here are added or replaced."""

    users: tuple[User, ...] = ()
    removed_users: tuple[str, ...] = ()
    sign_ins: tuple[SignIn, ...] = ()
    removed_sign_ins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptAccounts:
    """All accounts at one moment. number: counts the writes up to then, whoever made them."""

    number: int
    users: Mapping[str, User]
    sign_ins: Mapping[str, SignIn]

    def after(self, changes: AccountChanges) -> KeptAccounts:
        """Return what is kept once the changes are written."""
        users = {**self.users, **{one.username: one for one in changes.users}}
        sign_ins = {**self.sign_ins, **{one.session_id: one for one in changes.sign_ins}}
        for username in changes.removed_users:
            users.pop(username, None)
            # As the database does by itself: no sign-in without its user.
            for session_id in self.sessions_of(username):
                sign_ins.pop(session_id, None)
        for session_id in changes.removed_sign_ins:
            sign_ins.pop(session_id, None)
        return KeptAccounts(self.number + 1, users, sign_ins)

    def sessions_of(self, username: str) -> tuple[str, ...]:
        """Return the ids of a user's sign-ins."""
        return tuple(one.session_id for one in self.sign_ins.values() if one.username == username)


def has_admin(users: Iterable[User]) -> bool:
    """Say whether there is an admin, disabled or not: then nobody may set up another."""
    return any(user.role == "admin" for user in users)


def check_admin_remains(users: Iterable[User]) -> None:
    """Let pass a set of users who can still be managed by somebody.

    Raises: request.conflict.
    """
    if not any(user.role == "admin" and user.enabled for user in users):
        raise Conflict(reason="last_admin")


def check_username(username: str) -> None:
    """Let pass a possible name. Raises: request.invalid."""
    if not _USERNAME.fullmatch(username):
        raise InvalidRequest(
            fields={"username": ["is 1 to 64 of A-Z a-z 0-9 _ . @ -, and begins with none of _.@-"]}
        )


def check_role(role: str) -> Role:
    """Return the role of that name. Raises: request.invalid."""
    for known in ROLES:
        if role == known:
            return known
    raise InvalidRequest(fields={"role": [f"must be one of {', '.join(ROLES)}"]})


def check_password_size(password: str, at_least: int = 0, field: str = "password") -> None:
    """Let pass what may be hashed. An endless password would be an endless hash.

    Raises: request.invalid, also for text that is no UTF-8.
    """
    try:
        size = len(password.encode())
    except UnicodeEncodeError:
        size = -1
    if not at_least <= size <= MAX_PASSWORD_BYTES:
        raise InvalidRequest(
            fields={field: [f"must be {MIN_PASSWORD_BYTES} to {MAX_PASSWORD_BYTES} bytes long"]}
        )
