"""Containers, engines and numbers as they leave, and how lists are asked for.

Messages are built in `domain/` and encoded without passing through here: dumping
300 rows by schema costs 4 ms, encoding them 0.07 ms. These describe the shape for
the OpenAPI document, and the tests hold real answers against them.
"""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from dockmon.domain.container import STATES
from dockmon.schemas.events import engine_field


def _maybe(field: type[fields.Field[Any]], **options: object) -> fields.Field[Any]:
    return field(allow_none=True, **options)  # type: ignore[arg-type]


class Port(Schema):
    """One port mapping."""

    ip = _maybe(fields.String)
    private_port = fields.Integer(required=True)
    public_port = _maybe(fields.Integer)
    protocol = fields.String(required=True)


class Container(Schema):
    """One container. Times are Unix seconds; null means not known."""

    engine = fields.String(required=True)
    id = fields.String(required=True)
    name = fields.String(required=True)
    image = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    status = fields.String(required=True)
    health = _maybe(fields.String, validate=validate.OneOf(["healthy", "unhealthy", "starting"]))
    ports = fields.List(fields.Nested(Port), required=True)
    created = fields.Float(required=True)
    started_at = _maybe(fields.Float)
    finished_at = _maybe(fields.Float)
    exit_code = _maybe(fields.Integer)
    oom_killed = _maybe(fields.Boolean)
    restarts = _maybe(fields.Integer)
    restart_policy = _maybe(fields.String)
    project = _maybe(fields.String)
    service = _maybe(fields.String)
    labels = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class Engine(Schema):
    """How things stand with one engine."""

    engine = fields.String(required=True)
    address = fields.String(required=True, allow_none=True)
    state = fields.String(
        required=True, validate=validate.OneOf(["connecting", "up", "stale", "down"])
    )
    reason = _maybe(fields.String)
    confirmed_at = _maybe(fields.Float)
    version = _maybe(fields.String)
    api_version = _maybe(fields.String)
    stats_source = _maybe(fields.String, validate=validate.OneOf(["cgroup", "engine"]))
    stats_source_reason = _maybe(fields.String)


class EngineNumbers(Schema):
    """The engine's part of a list: enough to go on with deltas from there."""

    engine = fields.String(required=True)
    epoch = fields.String(required=True)
    seq = fields.Integer(required=True)
    state = fields.String(required=True)
    reason = _maybe(fields.String)
    confirmed_at = _maybe(fields.Float)


class ContainerList(Schema):
    """The answer to GET containers."""

    data = fields.List(fields.Nested(Container), required=True)
    summary = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    engines = fields.List(fields.Nested(EngineNumbers), required=True)
    timestamp = fields.Float(required=True)


class EngineList(Schema):
    """The answer to GET engines."""

    data = fields.List(fields.Nested(Engine), required=True)
    timestamp = fields.Float(required=True)


class Disk(Schema):
    """A real file system."""

    mount = fields.String(required=True)
    used_bytes = fields.Integer(required=True)
    total_bytes = fields.Integer(required=True)


class Host(Schema):
    """The machine under dockmon. cpu_percent is 0 to 100 of the whole machine."""

    cpu_percent = _maybe(fields.Float)
    cpu_percent_per_core = _maybe(fields.List, cls_or_instance=fields.Float())
    cpu_count = fields.Integer(required=True)
    load_average = _maybe(fields.List, cls_or_instance=fields.Float())
    memory_used_bytes = fields.Integer(required=True)
    memory_total_bytes = fields.Integer(required=True)
    swap_used_bytes = _maybe(fields.Integer)
    swap_total_bytes = _maybe(fields.Integer)
    disks = fields.List(fields.Nested(Disk), required=True)
    network_rx_bytes_per_second = _maybe(fields.Float)
    network_tx_bytes_per_second = _maybe(fields.Float)
    uptime_seconds = fields.Float(required=True)


class Metrics(Schema):
    """A `metrics` payload; host is null for an engine elsewhere."""

    engine = fields.String(required=True)
    host = fields.Nested(Host, allow_none=True)
    timestamp = fields.Float(required=True)


class System(Schema):
    """The answer to GET system."""

    data = fields.List(fields.Nested(Metrics), required=True)
    timestamp = fields.Float(required=True)


class StatsQuery(Schema):
    """How GET stats is asked."""

    engine = engine_field(load_default=None)


class ContainerStatsTable(Schema):
    """A `container-stats` payload: the columns once, then a row for each container alive.

    timestamp is null, and there are no rows, while nothing is known of the engine.
    """

    engine = fields.String(required=True)
    interval_seconds = fields.Float(required=True)
    columns = fields.List(fields.String(), required=True)
    rows = fields.List(fields.List(fields.Raw(allow_none=True)), required=True)
    timestamp = _maybe(fields.Float, required=True)


class StatsList(Schema):
    """The answer to GET stats."""

    data = fields.List(fields.Nested(ContainerStatsTable), required=True)
    timestamp = fields.Float(required=True)


class ContainerStats(Schema):
    """What one container uses. cpu_percent: 100 is one core; null means not known."""

    engine = fields.String(required=True)
    id = fields.String(required=True)
    cpu_percent = _maybe(fields.Float)
    memory_bytes = _maybe(fields.Integer)
    memory_limit_bytes = _maybe(fields.Integer)
    network_rx_bytes_per_second = _maybe(fields.Integer)
    network_tx_bytes_per_second = _maybe(fields.Integer)
    block_read_bytes_per_second = _maybe(fields.Integer)
    block_write_bytes_per_second = _maybe(fields.Integer)
    pids = _maybe(fields.Integer)
    cpu_throttled_percent = _maybe(fields.Float)
    interval_seconds = fields.Float(required=True)
    timestamp = _maybe(fields.Float, required=True)


class ContainersQuery(Schema):
    """How GET containers is asked. `q` searches name, image, project and service."""

    engine = engine_field(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    project = fields.String(load_default=None, validate=validate.Length(max=255))
    q = fields.String(load_default=None, validate=validate.Length(max=255))
    all = fields.Boolean(load_default=True, truthy={"true", "1"}, falsy={"false", "0"})


class InspectQuery(Schema):
    """How one container is asked for."""

    reveal = fields.String(load_default=None, validate=validate.OneOf(["env"]))


class Processes(Schema):
    """The answer to GET containers/…/top."""

    titles = fields.List(fields.String(), required=True)
    processes = fields.List(fields.List(fields.String()), required=True)


class ActionAnswer(Schema):
    """What an action that succeeded answers, over REST and as an ack."""

    outcome = fields.String(required=True, validate=validate.OneOf(["succeeded"]))
    changed = fields.Boolean(required=True)
    engine = fields.String(required=True)
    container = fields.String(required=True)
    action = fields.String(required=True)
    request_id = fields.String(required=True)
    took_seconds = fields.Float(required=True)
