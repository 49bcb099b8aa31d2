"""The strict base of everything that comes in: what is not known is refused, not dropped.

A dropped field is a wish that was answered with "ok" and not fulfilled.
"""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields


class StrictSchema(Schema):
    """A schema that refuses unknown fields, wherever they come from."""

    class Meta:
        """marshmallow's own default, written down because the contract rests on it."""

        unknown = RAISE


class Nothing(StrictSchema):
    """A body that may be left out, or be `{}`."""


class Flag(fields.Boolean):
    """True or false. marshmallow's own takes "yes" and 1 as well."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Number(fields.Float):
    """A number. marshmallow's own takes "1" and true as well."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, *_, **__)


def faults(error: ValidationError) -> dict[str, Any]:
    """Return what was wrong as `{field: [sentence]}`, the one form for REST and Socket.IO."""
    found: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    # webargs puts where it looked around it: {"json": {field: [sentence]}}.
    inner = list(found.values())
    is_wrapped = set(found) <= {"json", "query"} and all(isinstance(i, dict) for i in inner)
    return dict(inner[0]) if is_wrapped and inner else found
