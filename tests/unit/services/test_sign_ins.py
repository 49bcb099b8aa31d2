"""Sign-ins: begin, go on, end; and what becomes of tokens and live sockets meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dockmon.domain.accounts import ACCESS_SECONDS, REFRESH_SECONDS, SignIn
from dockmon.domain.errors import (
    AuthExpired,
    AuthRequired,
    InvalidRequest,
    RateLimited,
)
from dockmon.services import sign_ins as module
from tests.kit.people import PASSWORD, People, PlainPasswords, at_once

HOME = "192.0.2.1"


@pytest.fixture
def people() -> People:
    people = People()
    people.add("root", role="admin")
    people.add("alice", "bob")
    return people


def standing(people: People, sign_in: SignIn) -> str:
    """Say how a socket stands that was opened with the first token of the sign-in."""
    principal = module.Principal(
        sign_in.username,
        people.accounts.user(sign_in.username).role,
        sign_in.session_id,
        sign_in.access_expires_at,
    )
    return people.sign_ins.standing(principal)


class TestSigningIn:
    def test_a_sign_in_lasts_as_promised(self, people: People) -> None:
        sign_in = people.sign_in("alice")
        now = people.clock.time()
        assert (sign_in.username, sign_in.created_at) == ("alice", now)
        assert sign_in.access_expires_at == now + 15 * 60
        assert sign_in.expires_at == now + 30 * 86400

    def test_every_sign_in_is_one_of_its_own(self, people: People) -> None:
        one, two = people.sign_in("alice"), people.sign_in("alice")
        assert one.session_id != two.session_id
        assert one.refresh_id != two.refresh_id
        assert len(one.session_id) >= 32

    def test_no_such_user_wrong_password_and_disabled_look_the_same(self, people: People) -> None:
        people.accounts.change("bob", enabled=False)
        assert isinstance(people.passwords, PlainPasswords)
        answers = []
        for name, password in (("nobody", PASSWORD), ("alice", "wrong"), ("bob", PASSWORD)):
            people.passwords.asked.clear()
            with pytest.raises(AuthRequired) as told:
                people.sign_ins.sign_in(name, password, HOME)
            answers.append((told.value.code, told.value.params, tuple(people.passwords.asked)))
        assert len(set(map(repr, answers))) == 1
        assert answers[0][2] == ("verify",)  # the same work, too

    def test_a_password_over_1024_bytes_is_refused_before_hashing(self, people: People) -> None:
        assert isinstance(people.passwords, PlainPasswords)
        people.passwords.asked.clear()
        for password in ("x" * 1025, "x" * 1_000_000, "\ud800"):
            with pytest.raises(InvalidRequest):
                people.sign_ins.sign_in("alice", password, HOME)
        assert people.passwords.asked == []

    @pytest.mark.parametrize(
        "meanwhile",
        [
            lambda accounts: accounts.change("alice", enabled=False),
            lambda accounts: accounts.change("alice", password="another password"),
            lambda accounts: accounts.change("alice", role="operator"),
            lambda accounts: accounts.delete("alice"),
        ],
    )
    def test_what_changes_while_the_password_is_checked_counts(
        self, people: People, meanwhile: Callable[[object], object]
    ) -> None:
        passwords = people.passwords
        assert isinstance(passwords, PlainPasswords)

        def change_once() -> None:
            passwords.before = lambda: None
            meanwhile(people.another_process().accounts)

        passwords.before = change_once
        with pytest.raises(AuthRequired):
            people.sign_in("alice")
        assert people.accounts.sign_in_count("root") == 0
        assert people.store.load().sign_ins == {}

    def test_a_program_that_only_ever_signs_in_does_not_fill_the_database(
        self, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "MAX_SIGN_INS_PER_USER", 3)
        of_bob = people.sign_in("bob")
        first = people.sign_in("alice")
        rest = []
        for _ in range(3):
            people.clock.advance(1)
            rest.append(people.sign_in("alice"))
        assert standing(people, first) == "revoked"
        assert {standing(people, one) for one in (*rest, of_bob)} == {"live"}


class TestWhoAsks:
    """`principal_of`: what the claims of a genuine token are worth by now."""

    def test_it_takes_the_role_from_the_account(self, people: People) -> None:
        sign_in = people.sign_in("root")
        principal = people.sign_ins.principal_of(people.access(sign_in))
        assert (principal.username, principal.role) == ("root", "admin")
        assert (principal.session_id, principal.expires_at) == (
            sign_in.session_id,
            sign_in.access_expires_at,
        )

    def test_claims_that_have_run_out_are_expired(self, people: People) -> None:
        claims = people.access(people.sign_in("alice"))
        people.clock.advance(ACCESS_SECONDS)
        with pytest.raises(AuthExpired):
            people.sign_ins.principal_of(claims)

    def test_a_refresh_token_is_no_access_token(self, people: People) -> None:
        sign_in = people.sign_in("alice")
        with pytest.raises(AuthRequired):
            people.sign_ins.principal_of(people.refresh(sign_in))
        with pytest.raises(AuthRequired):
            people.sign_ins.refresh(people.access(sign_in))
        # A mistake, not a theft.
        assert standing(people, sign_in) == "live"

    def test_claims_of_another_user_or_session_are_nobodys(self, people: People) -> None:
        claims = people.access(people.sign_in("alice"))
        for wrong in (
            replace(claims, username="root"),
            replace(claims, username="nobody"),
            replace(claims, session_id="never was"),
            replace(claims, session_id=people.sign_in("bob").session_id),
        ):
            with pytest.raises(AuthRequired):
                people.sign_ins.principal_of(wrong)

    def test_a_sign_in_of_another_process_is_known_at_once(self, people: People) -> None:
        beside = people.another_process()
        sign_in = beside.sign_in("alice")
        assert people.sign_ins.principal_of(people.access(sign_in)).username == "alice"

    def test_it_asks_the_store_nothing_while_all_is_well(self, people: People) -> None:
        claims = people.access(people.sign_in("alice"))
        people.book._store = None  # type: ignore[assignment]
        assert people.sign_ins.principal_of(claims)

    def test_it_denies_when_the_store_is_down(self, people: People) -> None:
        claims = people.access(people.sign_in("alice"))
        people.book._store = None  # type: ignore[assignment]
        with pytest.raises(Exception):
            people.sign_ins.principal_of(replace(claims, session_id="unknown"))


class TestRefreshing:
    """Access tokens live 15 minutes, refresh tokens 30 days and are rotated."""

    def test_it_rotates_and_prolongs(self, people: People) -> None:
        before = people.sign_in("alice")
        people.clock.advance(600)
        after = people.sign_ins.refresh(people.refresh(before))
        assert after.session_id == before.session_id
        assert after.refresh_id != before.refresh_id
        assert after.access_expires_at == people.clock.time() + ACCESS_SECONDS
        assert after.expires_at == people.clock.time() + REFRESH_SECONDS
        assert people.sign_ins.principal_of(people.access(after))

    def test_a_page_that_stays_open_keeps_its_session_all_day(self, people: People) -> None:
        sign_in = first = people.sign_in("alice")
        for _ in range(24 * 5):
            people.clock.advance(12 * 60)
            people.sign_ins.look()
            sign_in = people.sign_ins.refresh(people.refresh(sign_in))
            assert standing(people, first) == "live"

    def test_tabs_that_share_the_cookie_may_both_refresh(self, people: People) -> None:
        before = people.sign_in("alice")
        answers = at_once(8, lambda _: people.sign_ins.refresh(people.refresh(before)))
        # All get the same refresh token: whichever answer sets the cookie last is good.
        assert len({answer.refresh_id for answer in answers}) == 1
        people.clock.advance(ACCESS_SECONDS)
        assert people.sign_ins.refresh(people.refresh(answers[3]))

    def test_the_token_before_stays_good_for_60_seconds(self, people: People) -> None:
        before = people.sign_in("alice")
        after = people.sign_ins.refresh(people.refresh(before))
        people.clock.advance(60)
        assert people.sign_ins.refresh(people.refresh(before)).refresh_id == after.refresh_id

    def test_the_grace_is_not_prolonged_by_using_it(self, people: People) -> None:
        before = people.sign_in("alice")
        people.sign_ins.refresh(people.refresh(before))
        people.clock.advance(40)
        people.sign_ins.refresh(people.refresh(before))
        people.clock.advance(40)
        with pytest.raises(AuthRequired):
            people.sign_ins.refresh(people.refresh(before))

    def test_a_token_that_was_replaced_longer_ago_ends_the_sign_in(self, people: People) -> None:
        before = people.sign_in("alice")
        after = people.sign_ins.refresh(people.refresh(before))
        people.clock.advance(61)
        with pytest.raises(AuthRequired):
            people.sign_ins.refresh(people.refresh(before))
        assert standing(people, after) == "revoked"
        with pytest.raises(AuthRequired):
            people.sign_ins.refresh(people.refresh(after))
        with pytest.raises(AuthRequired):
            people.sign_ins.principal_of(people.access(after))

    def test_a_token_two_back_ends_the_sign_in_even_within_the_grace(self, people: People) -> None:
        first = people.sign_in("alice")
        second = people.sign_ins.refresh(people.refresh(first))
        people.sign_ins.refresh(people.refresh(second))
        with pytest.raises(AuthRequired):
            people.sign_ins.refresh(people.refresh(first))
        assert standing(people, second) == "revoked"

    def test_it_ends_only_that_sign_in(self, people: People) -> None:
        stolen, other = people.sign_in("alice"), people.sign_in("alice")
        people.sign_ins.refresh(people.refresh(stolen))
        people.clock.advance(61)
        with pytest.raises(AuthRequired):
            people.sign_ins.refresh(people.refresh(stolen))
        assert standing(people, other) == "live"

    def test_after_30_days_without_refresh_it_is_over(self, people: People) -> None:
        sign_in = people.sign_in("alice")
        people.clock.advance(REFRESH_SECONDS)
        with pytest.raises(AuthExpired):
            people.sign_ins.refresh(people.refresh(sign_in))

    def test_no_refresh_after_the_end(self, people: People) -> None:
        sign_in = people.sign_in("alice")
        people.accounts.change("alice", enabled=False)
        with pytest.raises(AuthRequired):
            people.sign_ins.refresh(people.refresh(sign_in))


class TestLiveSockets:
    """`standing`: from memory, for as long as the latest access token of the sign-in."""

    def test_refreshing_over_http_prolongs_them(self, people: People) -> None:
        sign_in = people.sign_in("alice")
        people.clock.advance(ACCESS_SECONDS - 1)
        people.sign_ins.refresh(people.refresh(sign_in))
        people.clock.advance(ACCESS_SECONDS - 1)
        assert standing(people, sign_in) == "live"
        people.clock.advance(1)
        assert standing(people, sign_in) == "expired"

    def test_without_refresh_they_expire_with_the_token(self, people: People) -> None:
        sign_in = people.sign_in("alice")
        people.clock.advance(ACCESS_SECONDS - 1)
        assert standing(people, sign_in) == "live"
        people.clock.advance(1)
        assert standing(people, sign_in) == "expired"

    def test_a_refresh_beside_us_prolongs_them_with_the_next_look(self, people: People) -> None:
        sign_in = people.sign_in("alice")
        people.clock.advance(ACCESS_SECONDS - 1)
        beside = people.another_process()
        beside.sign_ins.refresh(people.refresh(sign_in))
        people.sign_ins.look()
        people.clock.advance(1)
        assert standing(people, sign_in) == "live"

    def test_it_asks_the_store_nothing(self, people: People) -> None:
        sign_in = people.sign_in("alice")
        people.book._store = None  # type: ignore[assignment]
        assert standing(people, sign_in) == "live"
        people.clock.advance(ACCESS_SECONDS)
        assert standing(people, sign_in) == "expired"


END_ALL: dict[str, Callable[[People], object]] = {
    "disabled": lambda p: p.accounts.change("alice", enabled=False),
    "another role": lambda p: p.accounts.change("alice", role="operator"),
    "deleted": lambda p: p.accounts.delete("alice"),
    "a new password set by an admin": lambda p: p.accounts.change("alice", password="new password"),
}


class TestRevocation:
    """Sign-out, a new password, a changed role, a disabled account: each at once."""

    @pytest.mark.parametrize("what", END_ALL)
    def test_all_sign_ins_of_the_user_end(self, people: People, what: str) -> None:
        mine = [people.sign_in("alice"), people.sign_in("alice")]
        of_bob = people.sign_in("bob")
        was = people.accounts.user("alice").role
        END_ALL[what](people)
        for sign_in in mine:
            principal = module.Principal("alice", was, sign_in.session_id, 0)
            assert people.sign_ins.standing(principal) == "revoked"
            for claims, use in (
                (people.access(sign_in), people.sign_ins.principal_of),
                (people.refresh(sign_in), people.sign_ins.refresh),
            ):
                with pytest.raises(AuthRequired):
                    use(claims)  # type: ignore[operator]
        assert standing(people, of_bob) == "live"

    @pytest.mark.parametrize("what", END_ALL)
    def test_they_end_from_a_command_beside_us_with_the_next_look(
        self, people: People, what: str
    ) -> None:
        sign_in = people.sign_in("alice")
        was = people.accounts.user("alice").role
        END_ALL[what](people.another_process())
        people.sign_ins.look()
        principal = module.Principal("alice", was, sign_in.session_id, 0)
        assert people.sign_ins.standing(principal) == "revoked"

    @pytest.mark.parametrize("what", ["disabled", "another role", "deleted"])
    def test_they_stay_ended_when_it_is_taken_back(self, people: People, what: str) -> None:
        sign_in = people.sign_in("alice")
        END_ALL[what](people)
        if what == "deleted":
            people.add("alice")
        people.accounts.change("alice", enabled=True, role="viewer")
        assert standing(people, sign_in) == "revoked"

    def test_a_socket_whose_principal_has_another_role_than_the_account_is_cut(
        self, people: People
    ) -> None:
        principal = people.sign_ins.principal_of(people.access(people.sign_in("alice")))
        assert people.sign_ins.standing(principal) == "live"
        assert people.sign_ins.standing(replace(principal, role="admin")) == "revoked"
        assert people.sign_ins.standing(replace(principal, username="bob")) == "revoked"

    def test_an_enabled_account_that_is_enabled_keeps_its_sign_ins(self, people: People) -> None:
        sign_in = people.sign_in("alice")
        people.accounts.change("alice", enabled=True, role="viewer")
        assert standing(people, sign_in) == "live"

    def test_sign_out_ends_that_sign_in_and_no_other(self, people: People) -> None:
        here, there = people.sign_in("alice"), people.sign_in("alice")
        people.sign_ins.sign_out(people.sign_ins.principal_of(people.access(here)))
        assert (standing(people, here), standing(people, there)) == ("revoked", "live")
        with pytest.raises(AuthRequired):
            people.sign_ins.refresh(people.refresh(here))
        assert here.session_id not in people.store.load().sign_ins

    def test_a_new_password_ends_all_other_sign_ins(self, people: People) -> None:
        here, there = people.sign_in("alice"), people.sign_in("alice")
        principal = people.sign_ins.principal_of(people.access(here))
        people.sign_ins.change_password(principal, PASSWORD, "another password", HOME)
        assert (standing(people, here), standing(people, there)) == ("live", "revoked")
        with pytest.raises(AuthRequired):
            people.sign_in("alice")
        assert people.sign_ins.sign_in("alice", "another password", HOME)

    def test_a_look_that_finds_nothing_new_reads_nothing(self, people: People) -> None:
        before = people.book.kept
        people.sign_ins.look()
        assert people.book.kept is before


class TestChangingThePassword:
    def test_the_old_one_is_asked_for(self, people: People) -> None:
        sign_in = people.sign_in("alice")
        principal = people.sign_ins.principal_of(people.access(sign_in))
        with pytest.raises(InvalidRequest) as told:
            people.sign_ins.change_password(principal, "wrong", "another password", HOME)
        assert list(told.value.params["fields"]) == ["old"]
        assert people.sign_in("alice")

    def test_the_new_one_must_be_possible(self, people: People) -> None:
        principal = people.sign_ins.principal_of(people.access(people.sign_in("alice")))
        for new in ("short", "x" * 1025):
            with pytest.raises(InvalidRequest) as told:
                people.sign_ins.change_password(principal, PASSWORD, new, HOME)
            assert list(told.value.params["fields"]) == ["new"]

    def test_guessing_the_old_one_is_slowed_down(self, people: People) -> None:
        principal = people.sign_ins.principal_of(people.access(people.sign_in("alice")))
        with pytest.raises(RateLimited):
            for _ in range(100):
                with pytest.raises(InvalidRequest):
                    people.sign_ins.change_password(principal, "wrong", "another password", HOME)


class TestThrottling:
    """T-LOGIN: delay, not lock."""

    def guess(self, people: People, name: str, address: str, times: int) -> int:
        """Return how many of so many guesses were looked at."""
        looked_at = 0
        for _ in range(times):
            try:
                people.sign_ins.sign_in(name, "wrong", address)
            except RateLimited:
                continue
            except AuthRequired:
                looked_at += 1
        return looked_at

    def test_ten_thousand_guesses_at_one_user_are_a_handful(self, people: People) -> None:
        assert self.guess(people, "alice", "203.0.113.9", 10_000) == 10

    def test_refused_guesses_are_not_hashed(self, people: People) -> None:
        assert isinstance(people.passwords, PlainPasswords)
        people.passwords.asked.clear()
        self.guess(people, "alice", "203.0.113.9", 1000)
        assert len(people.passwords.asked) == 10

    def test_one_password_for_ten_thousand_users_is_slowed_down_as_well(
        self, people: People
    ) -> None:
        names = (f"user{index}" for index in range(10_000))
        assert sum(self.guess(people, name, "203.0.113.9", 1) for name in names) == 50

    def test_the_owner_gets_in_from_elsewhere_meanwhile(self, people: People) -> None:
        self.guess(people, "alice", "203.0.113.9", 1000)
        assert people.sign_in("alice", HOME)

    def test_it_says_when_to_come_back_and_then_lets_in(self, people: People) -> None:
        self.guess(people, "alice", HOME, 10)
        with pytest.raises(RateLimited) as told:
            people.sign_in("alice", HOME)
        assert told.value.code == "auth.rate_limited"
        people.clock.advance(told.value.params["retry_after_seconds"])
        assert people.sign_in("alice", HOME)

    def test_who_knows_the_password_may_sign_in_as_often_as_needed(self, people: People) -> None:
        for _ in range(200):
            people.sign_in("alice", HOME)

    def test_a_right_password_does_not_forgive_wrong_ones(self, people: People) -> None:
        self.guess(people, "alice", HOME, 9)
        people.sign_in("alice", HOME)
        assert self.guess(people, "alice", HOME, 100) == 1

    def test_a_whole_ipv6_network_is_one_guesser(self, people: People) -> None:
        looked_at = sum(
            self.guess(people, "alice", f"2001:db8::{index:x}", 1) for index in range(1, 500)
        )
        assert looked_at == 10
        assert self.guess(people, "alice", "2001:db8:0:1::1", 1) == 1

    def test_an_ipv4_address_is_the_same_in_ipv6_clothes(self, people: People) -> None:
        self.guess(people, "alice", "203.0.113.9", 100)
        assert self.guess(people, "alice", "::ffff:203.0.113.9", 100) == 0

    def test_it_remembers_no_more_than_it_has_room_for(self, people: People) -> None:
        throttle = module.SignInThrottle(people.clock, max_buckets=100)
        for index in range(1000):
            throttle.take(f"user{index}", f"10.0.{index // 250}.{index % 250}")
        assert len(throttle._buckets) <= 100


class TestPruning:
    def test_what_has_run_out_is_removed_within_the_hour(self, people: People) -> None:
        old = people.sign_in("alice")
        people.sign_ins.look()
        people.clock.advance(REFRESH_SECONDS - 10)
        fresh = people.sign_in("alice")
        people.clock.advance(10)
        people.sign_ins.look()
        assert set(people.store.load().sign_ins) == {fresh.session_id}
        assert old.session_id not in people.book.kept.sign_ins

    def test_it_does_not_write_every_second(self, people: People) -> None:
        people.sign_in("alice")
        people.sign_ins.look()
        number = people.store.change_number()
        for _ in range(7200):
            people.clock.advance(1)
            people.sign_ins.look()
        assert people.store.change_number() == number


def test_many_things_at_once_leave_memory_and_store_in_step(people: People) -> None:
    beside = people.another_process()

    def work(index: int) -> None:
        mine = (people, beside)[index % 2]
        sign_in = mine.sign_in("alice", f"10.0.0.{index}")
        sign_in = mine.sign_ins.refresh(people.refresh(sign_in))
        if index % 3 == 0:
            mine.sign_ins.sign_out(mine.sign_ins.principal_of(people.access(sign_in)))

    assert at_once(24, work) == [None] * 24
    for one in (people, beside):
        one.sign_ins.look()
        assert one.book.kept == people.store.load()
    assert people.accounts.sign_in_count("alice") == 16
