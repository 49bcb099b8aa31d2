"""How logs are asked for, and a line of one."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from marshmallow import ValidationError, fields, validate

from dockmon.domain import log_cursor
from dockmon.domain.errors import InvalidRequest
from dockmon.domain.ids import ENGINE_NAME_PATTERN, REFERENCE_PATTERN
from dockmon.domain.log_cursor import Cursor
from dockmon.domain.logs import parse_moment
from dockmon.schemas.base import StrictSchema

MAX_TAIL: Final = 100_000
MAX_CONTAINERS: Final = 50

_TARGET = re.compile(rf"({ENGINE_NAME_PATTERN})/({REFERENCE_PATTERN})", re.ASCII)


class _Tail(fields.Field[int | str]):
    """A number of lines, or `all`."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int | Literal["all"]:
        if value == "all":
            return "all"
        if not re.fullmatch(r"[0-9]{1,6}", str(value), re.ASCII) or int(value) > MAX_TAIL:
            raise ValidationError(f"must be a whole number from 0 to {MAX_TAIL}, or all")
        return int(value)


class _Moment(fields.Field[int]):
    """Unix seconds or an RFC 3339 time, as nanoseconds since the epoch."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        try:
            return parse_moment(str(value))
        except ValueError:
            raise ValidationError("is neither Unix seconds nor an RFC 3339 time") from None


class _Since(_Moment):
    """A moment, or the cursor of a line."""

    def _deserialize(self, value: Any, *args: Any, **options: Any) -> int | Cursor:  # type: ignore[override]
        if not log_cursor.looks_like_cursor(str(value)):
            return super()._deserialize(value, *args, **options)
        try:
            return log_cursor.parse(str(value))
        except InvalidRequest:
            raise ValidationError("is not a cursor of a log line") from None


class _Target(fields.Field[tuple[str, str]]):
    """`<engine>/<container>`, as a pair."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, str]:
        match = _TARGET.fullmatch(str(value))
        if match is None:
            raise ValidationError("must be <engine>/<id or name>")
        return match[1], match[2]


def _switch() -> fields.Boolean:
    return fields.Boolean(load_default=False, truthy={"true", "1"}, falsy={"false", "0"})


class LogsQuery(StrictSchema):
    """How the log of one container is asked for."""

    tail = _Tail(
        load_default=None,
        metadata={
            "description": "The last so many of the lines that match everything else, or `all`. "
            "100 where neither `since` nor `until` is given, otherwise all.",
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": MAX_TAIL},
                {"type": "string", "enum": ["all"]},
            ],
        },
    )
    since = _Since(
        load_default=None,
        metadata={
            "type": "string",
            "description": "Unix seconds or an RFC 3339 time, included; or a line's `cursor`: "
            "goes on after exactly that line.",
        },
    )
    until = _Moment(
        load_default=None,
        metadata={"type": "string", "description": "Unix seconds or an RFC 3339 time, included."},
    )
    follow = _switch()
    timestamps = _switch()
    stream = fields.String(
        load_default="both", validate=validate.OneOf(["stdout", "stderr", "both"])
    )
    q = fields.String(
        load_default="",
        validate=validate.Length(max=255),
        metadata={"description": "Only lines that contain this, in upper or lower case."},
    )
    format = fields.String(load_default="text", validate=validate.OneOf(["text", "json"]))
    download = _switch()


class MergedLogsQuery(LogsQuery):
    """How the logs of several containers are asked for, as one."""

    container = fields.List(
        _Target(metadata={"type": "string"}),
        required=True,
        validate=validate.Length(1, MAX_CONTAINERS),
    )


class LogLine(StrictSchema):
    """One line, as JSON. timestamp: Unix seconds on the engine's clock."""

    engine = fields.String(required=True)
    container = fields.String(required=True)
    stream = fields.String(required=True, validate=validate.OneOf(["stdout", "stderr"]))
    timestamp = fields.Float(required=True)
    cursor = fields.String(required=True)
    text = fields.String(required=True)
