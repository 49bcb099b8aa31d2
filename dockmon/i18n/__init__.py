"""Words for codes: the one place where an error becomes a sentence."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def catalogue(locale: str) -> dict[str, str]:
    """Return the words of a locale by key; English where there is no such locale."""
    folder = Path(__file__).parent
    for path in (folder / f"{locale}.json", folder / "en.json"):
        if path.is_file():
            loaded: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
            return loaded
    return {}


def say(code: str, params: dict[str, Any], locale: str = "en") -> str:
    """Return the sentence for an error code; the code itself where there is none.

    A reason that the sentence would be wrong for has one of its own.
    """
    key = f"error.{code}.{params.get('reason')}"
    if key not in catalogue(locale):
        key = f"error.{code}"
    return phrase(key, params, locale, missing=code)


def phrase(key: str, params: dict[str, Any], locale: str = "en", missing: str = "") -> str:
    """Return the words of a key, `{name}` filled from the params.

    Never raises: it is called while an error is being told, and would hide it.
    """
    words = catalogue(locale).get(key, missing)
    try:
        return words.format(**params)
    except (KeyError, IndexError, ValueError, TypeError, AttributeError):
        return words
