"""The engine's answer about stats in dockmon's own counters. Pure; beside `translate`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dockmon.domain.stats import Counters
from dockmon.engines import values


def counters(answer: Any) -> Counters:
    """Return what `GET /containers/<id>/stats` tells, by the formulas of `docker stats`.

    `life` is left to who knows the container. Nothing runs: `at` is 0, all else None.
    """
    told = values.mapping(answer)
    at = values.seconds(told.get("read"))
    if at is None:
        # Docker says "never" and zeros, Podman nothing at all.
        return Counters(life=None, at=0.0)
    cpu, memory = values.mapping(told.get("cpu_stats")), values.mapping(told.get("memory_stats"))
    limit = values.mapping(cpu.get("throttling_data"))
    total_ns = values.whole(values.mapping(cpu.get("cpu_usage")).get("total_usage"))
    networks = told.get("networks")
    blocks = values.mapping(told.get("blkio_stats")).get("io_service_bytes_recursive")
    return Counters(
        life=None,
        at=at,
        cpu_seconds=None if total_ns is None else total_ns / 1e9,
        periods=values.whole(limit.get("periods")),
        throttled_periods=values.whole(limit.get("throttled_periods")),
        memory_bytes=_memory_bytes(memory),
        memory_limit_bytes=values.whole(memory.get("limit")),
        network_rx_bytes=_network_bytes(networks, "rx_bytes"),
        network_tx_bytes=_network_bytes(networks, "tx_bytes"),
        block_read_bytes=_block_bytes(blocks, "read"),
        block_write_bytes=_block_bytes(blocks, "write"),
        pids=values.whole(values.mapping(told.get("pids_stats")).get("current")),
    )


def _memory_bytes(memory: Mapping[str, Any]) -> int | None:
    usage = values.whole(memory.get("usage"))
    if usage is None:
        return None
    stats = values.mapping(memory.get("stats"))
    # cgroup v1 counts children only in the first, v2 has only the second.
    for name in ("total_inactive_file", "inactive_file"):
        cache = values.whole(stats.get(name))
        if cache is not None and cache < usage:
            return usage - cache
    return usage


def _network_bytes(networks: Any, direction: str) -> int | None:
    """Sum over all interfaces; None without any, as on the host's network."""
    if not isinstance(networks, dict):
        return None
    return sum(values.whole(values.mapping(one).get(direction)) or 0 for one in networks.values())


def _block_bytes(entries: Any, operation: str) -> int | None:
    """Sum over all devices. A null is no 0: engines send it where they cannot count, too.

    `docker stats` goes by the first letter. Podman also counts requests, as "rios" and
    "wios", which would then be added to the bytes.
    """
    if not isinstance(entries, list):
        return None
    return sum(
        values.whole(one.get("value")) or 0
        for one in map(values.mapping, entries)
        if values.text(one.get("op")).lower() == operation
    )
