"""What every `PasswordHasher` does: Argon2 and the tests' own."""

from __future__ import annotations

import pytest

from dockmon.ports import PasswordHasher
from dockmon.security.passwords import Argon2Passwords
from tests.kit.people import InlineTasks, PlainPasswords


@pytest.fixture(params=["plain", "argon2"])
def passwords(request: pytest.FixtureRequest) -> PasswordHasher:
    if request.param == "plain":
        return PlainPasswords()
    return Argon2Passwords(InlineTasks(), memory_kib=64, passes=1)


def test_the_password_fits_its_hash_and_no_other(passwords: PasswordHasher) -> None:
    kept = passwords.hash("correct horse")
    assert passwords.verify(kept, "correct horse")
    assert not passwords.verify(kept, "correct horse ")
    assert not passwords.verify(kept, "")


@pytest.mark.parametrize(
    "password", ["pässwörter", "암호는비밀입니다", "a" * 1024, "nul\x00inside"]
)
def test_every_character_counts(passwords: PasswordHasher, password: str) -> None:
    kept = passwords.hash(password)
    assert passwords.verify(kept, password)
    assert not passwords.verify(kept, password[:-1])


@pytest.mark.parametrize("password_hash", [None, "", "not a hash", "$argon2id$broken"])
def test_nothing_fits_what_is_no_hash(passwords: PasswordHasher, password_hash: str | None) -> None:
    assert not passwords.verify(password_hash, "")
    assert not passwords.verify(password_hash, "correct horse")
