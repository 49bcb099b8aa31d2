"""What clients may send over Socket.IO."""

from __future__ import annotations

from marshmallow import fields, validate

from dockmon.domain.actions import ACTIONS, MAX_TIMEOUT_SECONDS
from dockmon.domain.ids import ENGINE_NAME_PATTERN, REFERENCE_PATTERN
from dockmon.schemas.base import Flag, Number, StrictSchema

_engine_name = validate.Regexp(rf"\A(?:{ENGINE_NAME_PATTERN})\Z")
_reference = validate.Regexp(rf"\A(?:{REFERENCE_PATTERN})\Z")


def engine_field(**options: object) -> fields.String:
    """A field that can be the name of an engine."""
    return fields.String(validate=_engine_name, **options)  # type: ignore[arg-type]


class SubscribeContainers(StrictSchema):
    """`subscribe` on /containers: the whole wanted set, not a difference."""

    engines = fields.List(engine_field(), load_default=None, allow_none=True)
    mode = fields.String(load_default="snapshot", validate=validate.OneOf(["snapshot", "delta"]))


class SubscribeMetrics(StrictSchema):
    """`subscribe` on /metrics."""

    engines = fields.List(engine_field(), load_default=None, allow_none=True)
    host = Flag(load_default=True)
    containers = Flag(load_default=True)
    interval_seconds = Number(
        load_default=None, allow_none=True, validate=validate.Range(0.1, 3600)
    )


class Unsubscribe(StrictSchema):
    """`unsubscribe`: from everything on this namespace."""


class Resync(StrictSchema):
    """`resync`: one engine's snapshot, now."""

    engine = engine_field(required=True)


class AuthRefresh(StrictSchema):
    """`auth-refresh`: a new access token of the same user."""

    token = fields.String(required=True, validate=validate.Length(1, 8192))


class ActionBody(StrictSchema):
    """An action without its target, as REST takes it."""

    action = fields.String(required=True, validate=validate.OneOf(ACTIONS))
    timeout_seconds = fields.Integer(
        strict=True, load_default=10, validate=validate.Range(0, MAX_TIMEOUT_SECONDS)
    )
    signal = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"\A(?:SIG)?[A-Z][A-Z0-9+-]{0,15}\Z|\A[1-9][0-9]?\Z"),
    )
    force = Flag(load_default=False)
    allow_self = Flag(load_default=False)
    request_id = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"\A[A-Za-z0-9_.:-]{1,128}\Z"),
    )


class ContainerAction(ActionBody):
    """`container-action`: an action with its target."""

    engine = engine_field(required=True)
    container = fields.String(required=True, validate=_reference)
