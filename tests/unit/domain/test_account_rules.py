"""The pure rules about users, and how a token is found among cookies."""

from __future__ import annotations

import pytest

from dockmon.domain.accounts import (
    AccountChanges,
    KeptAccounts,
    SignIn,
    User,
    check_admin_remains,
    has_admin,
)
from dockmon.domain.cookies import token_among
from dockmon.domain.errors import Conflict

ROOT = User("root", "admin", "hash", 1.0)
RETIRED = User("retired", "admin", "hash", 1.0, enabled=False)
BOB = User("bob", "viewer", "hash", 1.0)
OF_BOB = SignIn("s1", "bob", 1.0, 2.0, 3.0, "r", 1.0)


def test_a_disabled_admin_is_an_admin_but_manages_nobody() -> None:
    assert has_admin([RETIRED]) and not has_admin([BOB]) and not has_admin([])
    check_admin_remains([ROOT, RETIRED])
    for users in ([], [BOB], [BOB, RETIRED]):
        with pytest.raises(Conflict):
            check_admin_remains(users)


def test_changes_make_a_new_value_and_leave_the_old_one() -> None:
    before = KeptAccounts(7, {"bob": BOB}, {"s1": OF_BOB})
    after = before.after(AccountChanges(users=(ROOT,), removed_sign_ins=("s1",)))
    assert (after.number, set(after.users), after.sign_ins) == (8, {"bob", "root"}, {})
    assert (before.number, set(before.users), set(before.sign_ins)) == (7, {"bob"}, {"s1"})


def test_no_sign_in_outlives_its_user() -> None:
    before = KeptAccounts(7, {"bob": BOB}, {"s1": OF_BOB})
    assert before.after(AccountChanges(removed_users=("bob",))).sign_ins == {}


@pytest.mark.parametrize(
    ("cookies", "token"),
    [
        ({}, None),
        ({"access_token_cookie": "plain"}, "plain"),
        ({"__Host-access_token_cookie": "host"}, "host"),
        ({"access_token_cookie": "tossed", "__Host-access_token_cookie": "host"}, "host"),
        ({"access_token_cookie": "", "__Host-access_token_cookie": ""}, None),
        ({"refresh_token_cookie": "refresh", "csrf_access_token": "csrf"}, None),
        ({"ACCESS_TOKEN_COOKIE": "shouted"}, None),
    ],
)
def test_a_token_is_found_in_either_form(cookies: dict[str, str], token: str | None) -> None:
    assert token_among(cookies, "access") == token
