"""Single values out of an engine's JSON: of the right type, or nothing.

What they make up is put together by `translate` and `translate_stats`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

_TIME: Final = re.compile(r"([^.]+?)(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})")


def whole(number: Any) -> int | None:
    if isinstance(number, str) and re.fullmatch(r"-?[0-9]{1,19}", number, re.ASCII):
        return int(number)
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> dict[str, str]:
    return {
        key: one
        for key, one in mapping(value).items()
        if isinstance(key, str) and isinstance(one, str)
    }


def seconds(moment: Any) -> float | None:
    """Return Unix seconds of an RFC 3339 time; None for the engine's "never"."""
    match = _TIME.fullmatch(text(moment))
    if match is None:
        return None
    zone = "+00:00" if match[3] == "Z" else match[3]
    try:
        second = datetime.fromisoformat(match[1] + zone)
    except ValueError:
        return None
    if second <= _NEVER:
        return None
    return second.timestamp() + float(match[2] or 0)


_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
