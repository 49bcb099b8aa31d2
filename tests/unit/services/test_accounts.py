"""Users: added, changed, removed, and the first admin."""

from __future__ import annotations

import pytest

from dockmon.domain.errors import AuthRequired, Conflict, DockmonError, InvalidRequest, NotFound
from tests.kit.people import PASSWORD, People, PlainPasswords, at_once


@pytest.fixture
def people() -> People:
    people = People()
    people.add("root", role="admin")
    return people


class TestUsers:
    def test_a_user_is_added_with_role_and_time(self, people: People) -> None:
        made = people.accounts.create("bob", PASSWORD, "operator")
        assert made == people.accounts.user("bob")
        assert (made.role, made.enabled, made.created_at) == ("operator", True, people.clock.time())
        assert [user.username for user in people.accounts.users()] == ["bob", "root"]

    def test_a_password_is_never_kept_or_shown_as_it_is(self) -> None:
        people = People()
        people.passwords.hash = lambda password: "scrambled"  # type: ignore[method-assign]
        made = people.accounts.create("bob", PASSWORD, "viewer")
        assert made.password_hash == "scrambled"
        assert "scrambled" not in repr(made)

    def test_a_name_is_taken_once(self, people: People) -> None:
        with pytest.raises(Conflict):
            people.accounts.create("root", "another password", "viewer")
        assert people.accounts.user("root").role == "admin"

    @pytest.mark.parametrize("name", ["a", "A9", "a.b_c-d@e", "x" * 64, "0"])
    def test_possible_names(self, people: People, name: str) -> None:
        assert people.accounts.create(name, PASSWORD, "viewer").username == name

    @pytest.mark.parametrize(
        "name",
        [
            "",
            ".a",
            "_a",
            "-a",
            "@a",
            "x" * 65,
            "a b",
            "a/b",
            "a\n",
            "é",
            "a\x00",
            "٣",
            "a:b",
            "<b>",
        ],
    )
    def test_impossible_names(self, people: People, name: str) -> None:
        with pytest.raises(InvalidRequest) as told:
            people.accounts.create(name, PASSWORD, "viewer")
        assert list(told.value.params["fields"]) == ["username"]

    @pytest.mark.parametrize(
        "password", ["", "1234567", "é" * 3, "x" * 1025, "é" * 513, "\ud800" * 9]
    )
    def test_impossible_passwords_are_refused_before_hashing(
        self, people: People, password: str
    ) -> None:
        assert isinstance(people.passwords, PlainPasswords)
        people.passwords.asked.clear()
        with pytest.raises(InvalidRequest) as told:
            people.accounts.create("bob", password, "viewer")
        assert list(told.value.params["fields"]) == ["password"]
        assert people.passwords.asked == []

    @pytest.mark.parametrize("password", ["12345678", "é" * 4, "x" * 1024, "é" * 512])
    def test_8_to_1024_bytes_are_fine(self, people: People, password: str) -> None:
        assert people.accounts.create("bob", password, "viewer")

    @pytest.mark.parametrize("role", ["", "root", "Admin", "viewer "])
    def test_there_are_three_roles(self, people: People, role: str) -> None:
        with pytest.raises(InvalidRequest):
            people.accounts.create("bob", PASSWORD, role)
        with pytest.raises(InvalidRequest):
            people.accounts.change("root", role=role)

    def test_what_is_left_out_of_a_change_stays(self, people: People) -> None:
        before = people.accounts.create("bob", PASSWORD, "operator")
        assert people.accounts.change("bob") == before

    def test_nobody_cannot_be_changed_or_deleted(self, people: People) -> None:
        for attempt in (
            lambda: people.accounts.user("nobody"),
            lambda: people.accounts.change("nobody", enabled=False),
            lambda: people.accounts.change("nobody", password=PASSWORD),
            lambda: people.accounts.delete("nobody"),
        ):
            with pytest.raises(NotFound):
                attempt()

    def test_a_deleted_users_name_is_free_again(self, people: People) -> None:
        people.add("bob")
        people.accounts.delete("bob")
        assert people.accounts.create("bob", PASSWORD, "admin").role == "admin"


class TestLastAdmin:
    """Somebody has to be able to manage the others."""

    def test_the_last_enabled_admin_can_be_neither_demoted_disabled_nor_deleted(
        self, people: People
    ) -> None:
        for attempt in (
            lambda: people.accounts.change("root", role="operator"),
            lambda: people.accounts.change("root", enabled=False),
            lambda: people.accounts.delete("root"),
        ):
            with pytest.raises(Conflict) as told:
                attempt()
            assert told.value.params == {"reason": "last_admin"}
        assert people.accounts.user("root").role == "admin"
        assert people.accounts.user("root").enabled

    def test_a_disabled_admin_does_not_count(self, people: People) -> None:
        people.add("second", role="admin")
        people.accounts.change("second", enabled=False)
        with pytest.raises(Conflict):
            people.accounts.delete("root")
        people.accounts.delete("second")

    def test_with_two_either_may_go(self, people: People) -> None:
        people.add("second", role="admin")
        people.accounts.change("root", role="viewer")
        people.accounts.delete("root")

    def test_its_password_may_be_changed(self, people: People) -> None:
        people.accounts.change("root", password="another password")

    def test_two_processes_that_each_demote_one_leave_one(self, people: People) -> None:
        people.add("second", role="admin")
        beside = people.another_process()
        beside.accounts.change("root", role="viewer")
        with pytest.raises(Conflict):
            people.accounts.change("second", role="viewer")

    def test_of_many_at_once_that_demote_each_other_one_stays(self, people: People) -> None:
        names = [f"admin{index}" for index in range(12)]
        people.add(*names, role="admin")
        people.accounts.delete("root")
        at_once(12, lambda index: people.accounts.change(names[index], role="viewer"))
        assert [user.role for user in people.accounts.users()].count("admin") == 1


class TestSetup:
    """One link, one admin."""

    def test_the_code_makes_the_first_admin_and_is_burnt(self) -> None:
        people = People()
        code = people.accounts.setup_code()
        assert code is not None
        assert people.accounts.set_up(code, "root", PASSWORD).role == "admin"
        assert people.accounts.has_admin()
        assert people.accounts.setup_code() is None
        with pytest.raises(AuthRequired):
            people.accounts.set_up(code, "mallory", PASSWORD)

    def test_the_code_stays_until_it_is_used_and_is_long(self) -> None:
        people = People()
        code = people.accounts.setup_code()
        assert code == people.accounts.setup_code()
        assert code is not None and len(code) >= 32

    def test_a_new_start_makes_a_new_code(self) -> None:
        people = People()
        code = people.accounts.setup_code()
        restarted = people.another_process()
        assert restarted.accounts.setup_code() not in (None, code)
        assert code is not None
        with pytest.raises(AuthRequired):
            restarted.accounts.set_up(code, "root", PASSWORD)

    @pytest.mark.parametrize("code", ["", "wrong", "é", "\ud800", "x" * 5000])
    def test_a_wrong_code_is_refused_before_hashing(self, code: str) -> None:
        people = People()
        people.accounts.setup_code()
        with pytest.raises(AuthRequired):
            people.accounts.set_up(code, "root", PASSWORD)
        assert isinstance(people.passwords, PlainPasswords)
        assert people.passwords.asked == []

    def test_without_a_code_made_nothing_fits(self) -> None:
        people = People()
        for code in ("", "None"):
            with pytest.raises(AuthRequired):
                people.accounts.set_up(code, "root", PASSWORD)

    def test_a_mistake_in_name_or_password_does_not_burn_the_code(self) -> None:
        people = People()
        code = people.accounts.setup_code()
        assert code is not None
        with pytest.raises(InvalidRequest):
            people.accounts.set_up(code, "root", "short")
        with pytest.raises(InvalidRequest):
            people.accounts.set_up(code, "no name", PASSWORD)
        assert people.accounts.set_up(code, "root", PASSWORD)

    def test_of_50_at_once_exactly_one_becomes_admin(self) -> None:
        people = People()
        code = people.accounts.setup_code()
        assert code is not None
        results = at_once(50, lambda i: people.accounts.set_up(code, f"admin{i}", PASSWORD))
        refused = [result for result in results if isinstance(result, DockmonError)]
        assert len(refused) == 49
        assert {error.code for error in refused} == {"auth.required"}
        assert [user.role for user in people.accounts.users()] == ["admin"]

    def test_it_closes_when_a_command_beside_us_made_an_admin(self) -> None:
        people = People()
        code = people.accounts.setup_code()
        assert code is not None
        people.another_process().add("root", role="admin")
        with pytest.raises(AuthRequired):
            people.accounts.set_up(code, "mallory", PASSWORD)
        assert [user.username for user in people.accounts.users()] == ["root"]

    def test_viewers_do_not_close_it(self) -> None:
        people = People()
        people.add("bob")
        assert people.accounts.setup_code() is not None


class TestFirstAdminOfTheSettings:
    def test_it_is_created_once(self) -> None:
        people = People()
        assert people.accounts.ensure_first_admin("root", PASSWORD)
        assert not people.accounts.ensure_first_admin("root", "another password")
        assert people.sign_in("root")
        assert people.accounts.setup_code() is None

    def test_it_never_overwrites_or_joins_an_admin(self, people: People) -> None:
        assert not people.accounts.ensure_first_admin("second", PASSWORD)
        assert [user.username for user in people.accounts.users()] == ["root"]

    def test_it_never_takes_over_another_account(self) -> None:
        people = People()
        people.add("root")
        assert not people.accounts.ensure_first_admin("root", "another password")
        assert people.accounts.user("root").role == "viewer"

    def test_an_impossible_one_is_said(self) -> None:
        with pytest.raises(InvalidRequest):
            People().accounts.ensure_first_admin("root", "short")
