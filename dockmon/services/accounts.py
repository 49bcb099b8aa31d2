"""Users: who exists, with which role, and the first admin.

Whoever is signed in is the work of `services/sign_ins`.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import replace

from dockmon.domain.accounts import (
    MIN_PASSWORD_BYTES,
    AccountChanges,
    KeptAccounts,
    User,
    check_admin_remains,
    check_password_size,
    check_role,
    check_username,
    has_admin,
)
from dockmon.domain.errors import AuthRequired, Conflict, NotFound
from dockmon.ports import Clock, PasswordHasher
from dockmon.services.account_book import AccountBook


class Accounts:
    """Creates, changes and removes users, by REST, by command and at the first start."""

    def __init__(self, book: AccountBook, passwords: PasswordHasher, clock: Clock) -> None:
        self._book = book
        self._passwords = passwords
        self._clock = clock
        self._setup_code: str | None = None

    def has_admin(self) -> bool:
        """Say whether there is an admin, disabled or not."""
        return has_admin(self._book.kept.users.values())

    def users(self) -> list[User]:
        """Return everybody, by name."""
        return sorted(self._book.kept.users.values(), key=lambda user: user.username)

    def user(self, username: str) -> User:
        """Return one user. Raises: request.not_found."""
        return _existing(self._book.kept, username)

    def sign_in_count(self, username: str) -> int:
        """Return how many sign-ins of the user stand."""
        return len(self._book.kept.sessions_of(username))

    def create(self, username: str, password: str, role: str) -> User:
        """Add a user. Raises: request.invalid, request.conflict."""
        user = self._new(username, password, role)
        self._book.change(lambda kept: _added(kept, user))
        return user

    def change(
        self,
        username: str,
        *,
        role: str | None = None,
        enabled: bool | None = None,
        password: str | None = None,
        keep_session_id: str | None = None,
    ) -> User:
        """Change what is given, and end the sign-ins that rested on what it was.

        A changed role or a disabled account ends all; a new password all but
        `keep_session_id`.

        Raises: request.invalid, request.not_found, request.conflict.
        """
        self.user(username)
        fresh_hash = None if password is None else self._hash(password)

        def decide(kept: KeptAccounts) -> AccountChanges:
            before = _existing(kept, username)
            after = replace(
                before,
                role=before.role if role is None else check_role(role),
                enabled=before.enabled if enabled is None else enabled,
                password_hash=fresh_hash or before.password_hash,
            )
            return _replaced(kept, before, after, keep_session_id)

        self._book.change(decide)
        return self.user(username)

    def delete(self, username: str) -> None:
        """Remove a user and all their sign-ins. Raises: request.not_found, request.conflict."""

        def decide(kept: KeptAccounts) -> AccountChanges:
            gone = _existing(kept, username)
            if gone.role == "admin":
                check_admin_remains(u for u in kept.users.values() if u is not gone)
            return AccountChanges(
                removed_users=(username,), removed_sign_ins=kept.sessions_of(username)
            )

        self._book.change(decide)

    def ensure_first_admin(self, username: str, password: str) -> bool:
        """Create the admin the settings name; False when there is one or the name is taken.

        Raises: request.invalid.
        """
        if self.has_admin():
            return False
        user = self._new(username, password, "admin")
        try:
            self._book.change(lambda kept: _first_admin(kept, user))
        except (AuthRequired, Conflict):
            return False  # the name is taken, or another process was quicker
        return True

    def setup_code(self) -> str | None:
        """Return the one-time code for the set-up page; None once there is an admin.

        In memory only: a new start makes a new one.
        """
        if self.has_admin():
            self._setup_code = None
        elif self._setup_code is None:
            self._setup_code = secrets.token_urlsafe(24)
        return self._setup_code

    def set_up(self, code: str, username: str, password: str) -> User:
        """Create the first admin for whoever holds the code; it works once.

        Raises: auth.required (a wrong, burnt or never made code: all look the
        same), request.invalid, request.conflict (the name is taken).
        """
        self._check_setup_code(code)
        user = self._new(username, password, "admin")
        self._book.change(lambda kept: _first_admin(kept, user))
        self._setup_code = None
        return user

    def _check_setup_code(self, code: str) -> None:
        expected = None if self.has_admin() else self._setup_code
        # Without one, nothing fits, and the time does not tell that set-up is closed.
        expected = expected or secrets.token_urlsafe(24)
        if not hmac.compare_digest(code.encode(errors="replace"), expected.encode()):
            raise AuthRequired

    def _new(self, username: str, password: str, role: str) -> User:
        check_username(username)
        known_role = check_role(role)
        return User(username, known_role, self._hash(password), self._clock.time())

    def _hash(self, password: str) -> str:
        check_password_size(password, at_least=MIN_PASSWORD_BYTES)
        return self._passwords.hash(password)


def _existing(kept: KeptAccounts, username: str) -> User:
    user = kept.users.get(username)
    if user is None:
        raise NotFound(user=username)
    return user


def _added(kept: KeptAccounts, user: User) -> AccountChanges:
    if user.username in kept.users:
        raise Conflict(user=user.username, reason="exists")
    return AccountChanges(users=(user,))


def _first_admin(kept: KeptAccounts, user: User) -> AccountChanges:
    # Decided where it is written: of 50 set-ups at once, one finds no admin.
    if has_admin(kept.users.values()):
        raise AuthRequired
    return _added(kept, user)


def _replaced(
    kept: KeptAccounts, before: User, after: User, keep_session_id: str | None
) -> AccountChanges:
    if before.role == "admin":
        others = (user for user in kept.users.values() if user is not before)
        check_admin_remains((*others, after))
    ended: tuple[str, ...] = ()
    if (before.role, before.enabled) != (after.role, after.enabled):
        ended = kept.sessions_of(after.username)
    elif before.password_hash != after.password_hash:
        ended = tuple(i for i in kept.sessions_of(after.username) if i != keep_session_id)
    return AccountChanges(users=(after,), removed_sign_ins=ended)
