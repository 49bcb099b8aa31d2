"""The signing secret: given, or made once and kept."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from dockmon.security.secret import SecretError, load_secret
from tests.kit.people import at_once


def test_the_setting_wins_and_nothing_is_written(tmp_path: Path) -> None:
    assert load_secret("given", tmp_path / "data") == "given"
    assert list(tmp_path.iterdir()) == []


def test_it_makes_256_bits_for_our_own_eyes_only(tmp_path: Path) -> None:
    made = load_secret(None, tmp_path / "data")
    file = tmp_path / "data" / "secret_key"
    assert len(bytes.fromhex(made)) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_it_stays_the_same(tmp_path: Path) -> None:
    assert load_secret(None, tmp_path) == load_secret(None, tmp_path)


def test_two_installations_differ(tmp_path: Path) -> None:
    assert load_secret(None, tmp_path / "one") != load_secret(None, tmp_path / "two")


def test_of_many_first_starts_at_once_all_take_the_same(tmp_path: Path) -> None:
    assert len(set(at_once(16, lambda _: load_secret(None, tmp_path)))) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_it_closes_a_file_that_others_could_read(tmp_path: Path) -> None:
    load_secret(None, tmp_path)
    (tmp_path / "secret_key").chmod(0o644)
    load_secret(None, tmp_path)
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "short", "\N{SNOWMAN}" * 40])
def test_it_refuses_what_is_no_secret(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret_key").write_text(content, encoding="utf-8")
    with pytest.raises(SecretError) as told:
        load_secret(None, tmp_path)
    assert "\n" not in str(told.value)


def test_it_says_when_there_is_no_place_for_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SecretError):
        load_secret(None, tmp_path / "file" / "data")
