"""`say` turns a code into a sentence, and never gets in the way of the error it tells."""

from __future__ import annotations

from typing import Any

import pytest

from dockmon import i18n
from dockmon.api.errors import STATUS


def test_it_knows_a_sentence_for_every_code() -> None:
    assert [code for code in STATUS if i18n.say(code, {}) == code] == []


def test_an_unknown_code_stays_what_it_is() -> None:
    assert i18n.say("no.such_code", {"a": 1}) == "no.such_code"


def test_an_unknown_locale_is_english() -> None:
    assert i18n.say("auth.required", {}, "xx") == i18n.say("auth.required", {}, "en")


@pytest.mark.parametrize(
    ("words", "params", "said"),
    [
        ("at {name}", {"name": "nas"}, "at nas"),
        ("at {name}", {}, "at {name}"),
        ("at {0}", {}, "at {0}"),
        ("at {name", {"name": "nas"}, "at {name"),
        ("{name:d}", {"name": "nas"}, "{name:d}"),
        ("{name:d}", {"name": None}, "{name:d}"),
        ("{name.x}", {"name": "nas"}, "{name.x}"),
    ],
)
def test_it_never_raises(
    monkeypatch: pytest.MonkeyPatch, words: str, params: dict[str, Any], said: str
) -> None:
    monkeypatch.setattr(i18n, "catalogue", lambda locale: {"error.x": words})
    assert i18n.say("x", params) == said
