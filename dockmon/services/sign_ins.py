"""Sign-ins: how they begin, go on and end, and whether one still stands.

Knows no token formats: claims come in read, records go out, `ports.Tokens`
turns one into the other. Every check answers from memory.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from dockmon.domain.access import Principal
from dockmon.domain.accounts import (
    ACCESS_SECONDS,
    MIN_PASSWORD_BYTES,
    REFRESH_SECONDS,
    REUSE_GRACE_SECONDS,
    AccountChanges,
    Claims,
    KeptAccounts,
    SignIn,
    Standing,
    User,
    check_password_size,
)
from dockmon.domain.errors import AuthExpired, AuthRequired, InvalidRequest, RateLimited
from dockmon.journal import QuietLog
from dockmon.ports import Clock, PasswordHasher
from dockmon.services.account_book import AccountBook
from dockmon.services.sign_in_throttle import SignInThrottle

log = logging.getLogger(__name__)

PRUNE_INTERVAL_SECONDS: Final = 3600.0
# A script that signs in every minute and never refreshes leaves 43,000 a month.
MAX_SIGN_INS_PER_USER: Final = 1000


class SignIns:
    """Who is signed in."""

    def __init__(self, book: AccountBook, passwords: PasswordHasher, clock: Clock) -> None:
        self._book = book
        self._passwords = passwords
        self._clock = clock
        self._throttle = SignInThrottle(clock)
        self._quiet = QuietLog(log, clock)
        self._prune_at = clock.monotonic()

    def look(self) -> None:
        """Take over what `dockmon user` wrote beside us; call every second."""
        self._book.look()
        if self._clock.monotonic() >= self._prune_at:
            self._prune_at = self._clock.monotonic() + PRUNE_INTERVAL_SECONDS
            self._prune()

    def sign_in(self, username: str, password: str, address: str) -> SignIn:
        """Begin a sign-in for whoever knows the password.

        Raises: auth.required (no such user, wrong password, disabled: all look and
        last the same), auth.rate_limited, request.invalid.
        """
        user = self._authenticated(username, password, address)
        return self.begin(user)

    def begin(self, user: User) -> SignIn:
        """Begin a sign-in for a user who has proved to be it. Raises: auth.required."""
        fresh = self._fresh(user.username)

        def decide(kept: KeptAccounts) -> AccountChanges:
            # The account may have changed while the password was being hashed.
            if kept.users.get(user.username) != user:
                raise AuthRequired
            return AccountChanges(sign_ins=(fresh,), removed_sign_ins=_surplus(kept, user.username))

        self._book.change(decide)
        return fresh

    def refresh(self, claims: Claims) -> SignIn:
        """Prolong the sign-in of a refresh token and replace that token.

        The one before stays good for a minute and leads to the same new one. An
        older one has been stolen, or was stolen from: that ends the sign-in.

        Raises: auth.required, auth.expired.
        """
        self._current(claims)
        outcome: list[SignIn | None] = []

        def decide(kept: KeptAccounts) -> AccountChanges:
            sign_in = kept.sign_ins.get(claims.session_id)
            if sign_in is None or claims.kind != "refresh":
                raise AuthRequired
            renewed = self._renewed(sign_in, claims.token_id)
            outcome.append(renewed)
            if renewed is None:
                return AccountChanges(removed_sign_ins=(sign_in.session_id,))
            return AccountChanges(sign_ins=(renewed,))

        self._book.change(decide)
        if outcome[-1] is None:
            log.warning("a replaced refresh token of %s came back: signed out", claims.username)
            raise AuthRequired
        return outcome[-1]

    def sign_out(self, principal: Principal) -> None:
        """End this sign-in: its tokens and its live sockets."""
        self._book.change(lambda _: AccountChanges(removed_sign_ins=(principal.session_id,)))

    def change_password(self, principal: Principal, old: str, new: str, address: str) -> None:
        """Replace one's own password and end all other sign-ins of the user.

        Raises: request.invalid (the old one is wrong, the new one too short or
        long), auth.rate_limited, auth.required.
        """
        check_password_size(new, at_least=MIN_PASSWORD_BYTES, field="new")
        try:
            user = self._authenticated(principal.username, old, address)
        except AuthRequired:
            # Not auth.required: that would tell a page that its sign-in is over.
            raise InvalidRequest(fields={"old": ["is not the current password"]}) from None
        new_hash = self._passwords.hash(new)

        def decide(kept: KeptAccounts) -> AccountChanges:
            if kept.users.get(user.username) != user:
                raise AuthRequired
            others = kept.sessions_of(user.username)
            return AccountChanges(
                users=(replace(user, password_hash=new_hash),),
                removed_sign_ins=tuple(i for i in others if i != principal.session_id),
            )

        self._book.change(decide)

    def principal_of(self, claims: Claims) -> Principal:
        """Return who shows these claims, as things stand now.

        Raises: auth.required (ended, disabled, unknown), auth.expired.
        """
        if claims.kind != "access":
            raise AuthRequired
        user = self._current(claims)
        return Principal(user.username, user.role, claims.session_id, claims.expires_at)

    def user_of(self, sign_in: SignIn) -> User:
        """Return whose sign-in it is. Raises: auth.required."""
        user = self._book.kept.users.get(sign_in.username)
        if user is None:
            raise AuthRequired
        return user

    def standing(self, principal: Principal) -> Standing:
        """Say whether a live socket may stay.

        It lives as long as the latest access token of its sign-in, so refreshing
        over HTTP prolongs it.
        """
        return _standing(self._book.kept, self._clock.time(), principal)

    def standings(self, principals: Iterable[Principal]) -> list[Standing]:
        """Say the same of many at one moment: asked of every live socket, twice a second."""
        kept, now = self._book.kept, self._clock.time()
        return [_standing(kept, now, principal) for principal in principals]

    def _authenticated(self, username: str, password: str, address: str) -> User:
        check_password_size(password)
        try:
            self._throttle.take(username, address)
        except RateLimited:
            self._quiet.count("sign-in held back", f", the last from {address}")
            raise
        user = self._book.kept.users.get(username)
        fits = self._passwords.verify(user.password_hash if user else None, password)
        if user is None or not fits or not user.enabled:
            self._quiet.count("failed sign-in", f", the last from {address}")
            raise AuthRequired
        self._throttle.give_back(username, address)
        return user

    def _current(self, claims: Claims) -> User:
        """Return the user the claims still stand for; looks once at what others wrote."""
        user = _standing_user(self._book.kept, claims)
        if user is None:
            # Perhaps begun by another process within the last second.
            self._book.look()
            user = _standing_user(self._book.kept, claims)
        if user is None:
            raise AuthRequired
        if claims.expires_at <= self._clock.time():
            raise AuthExpired
        return user

    def _fresh(self, username: str) -> SignIn:
        now = self._clock.time()
        return SignIn(
            session_id=secrets.token_hex(16),
            username=username,
            created_at=now,
            expires_at=now + REFRESH_SECONDS,
            access_expires_at=now + ACCESS_SECONDS,
            refresh_id=secrets.token_hex(16),
            rotated_at=now,
        )

    def _renewed(self, sign_in: SignIn, token_id: str) -> SignIn | None:
        """Return the sign-in after a refresh with this token; None when it was replaced."""
        now = self._clock.time()
        prolonged = replace(
            sign_in, expires_at=now + REFRESH_SECONDS, access_expires_at=now + ACCESS_SECONDS
        )
        if token_id == sign_in.refresh_id:
            return replace(
                prolonged,
                refresh_id=secrets.token_hex(16),
                previous_refresh_id=token_id,
                rotated_at=now,
            )
        in_time = now - sign_in.rotated_at <= REUSE_GRACE_SECONDS
        # Not rotated once more: the cookie ends up with whichever answer comes last,
        # and the other one would count as stolen a quarter of an hour later.
        return prolonged if token_id == sign_in.previous_refresh_id and in_time else None

    def _prune(self) -> None:
        now = self._clock.time()
        gone = tuple(i for i, one in self._book.kept.sign_ins.items() if one.expires_at <= now)
        if gone:
            self._book.change(lambda _: AccountChanges(removed_sign_ins=gone))


def _standing(kept: KeptAccounts, now: float, principal: Principal) -> Standing:
    sign_in = kept.sign_ins.get(principal.session_id)
    user = kept.users.get(principal.username)
    if sign_in is None or sign_in.username != principal.username:
        return "revoked"
    if user is None or not user.enabled or user.role != principal.role:
        return "revoked"
    return "live" if now < sign_in.access_expires_at else "expired"


def _standing_user(kept: KeptAccounts, claims: Claims) -> User | None:
    sign_in, user = kept.sign_ins.get(claims.session_id), kept.users.get(claims.username)
    if sign_in is None or user is None or not user.enabled:
        return None
    return user if sign_in.username == user.username else None


def _surplus(kept: KeptAccounts, username: str) -> tuple[str, ...]:
    """Return the sign-ins that make room for one more, those idle the longest first."""
    mine = [kept.sign_ins[session_id] for session_id in kept.sessions_of(username)]
    mine.sort(key=lambda one: one.access_expires_at)
    return tuple(one.session_id for one in mine[: max(0, len(mine) + 1 - MAX_SIGN_INS_PER_USER)])
