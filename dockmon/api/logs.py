"""Logs over HTTP: one container's or several merged, as lines of text or of JSON.

The answer leaves line by line, and its status before the first: what goes wrong
later is the last thing it says. Reading and merging is the work of `services/logs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import orjson
from flask import Response, g, request

from dockmon.api.blueprint import Blueprint
from dockmon.api.errors import request_id
from dockmon.domain.log_request import LogRequest
from dockmon.domain.logs import rfc3339
from dockmon.i18n import say
from dockmon.schemas.logs import LogsQuery, MergedLogsQuery
from dockmon.services.log_reading import LogReading, Told
from dockmon.services.logs import Logs

Stream = Callable[..., Iterable[bytes]]
Encode = Callable[[Told], bytes]

TEXT: Final = "text/plain"  # Flask adds the charset
JSON_LINES: Final = "application/x-ndjson"


def make_blueprint(logs: Logs, stream: Stream) -> Blueprint:
    """Return the routes of logs. stream: `streaming.stream`, which sends chunks as they come."""
    blp = Blueprint("logs", __name__, description="Logs of containers, as they come.")

    @blp.get("/containers/<engine>/<reference>/logs")
    @blp.arguments(LogsQuery, location="query")
    @blp.response(200, content_type=TEXT, description=_DESCRIPTION)
    def read_log(query: dict[str, Any], engine: str, reference: str) -> Response:
        """Read the log of one container."""
        return _answer(logs, stream, [(engine, reference)], query)

    @blp.get("/logs")
    @blp.arguments(MergedLogsQuery, location="query")
    @blp.response(200, content_type=TEXT, description=_DESCRIPTION)
    def read_logs(query: dict[str, Any]) -> Response:
        """Read the logs of several containers as one, merged by time."""
        return _answer(logs, stream, query["container"], query)

    return blp


_DESCRIPTION: Final = (
    "Lines of text, or with `format=json` one object per line: `{engine, container, stream, "
    "timestamp, cursor, text}`. Where the log of a container breaks off because its engine was "
    "lost, or cannot be read beside others that can, the last object of it is "
    "`{engine, container, error: {code, message, params, request_id}}`, or in text a line that "
    "begins with `dockmon:`."
)


def _answer(
    logs: Logs, stream: Stream, wanted: list[tuple[str, str]], query: dict[str, Any]
) -> Response:
    as_json = query["format"] == "json"
    reading = logs.open(wanted, _request(query), g.principal, with_cursors=as_json)
    encode = _json_lines(request_id()) if as_json else _text_lines(reading, query["timestamps"])
    response = _LogResponse(reading, encode, stream, mimetype=JSON_LINES if as_json else TEXT)
    # A proxy that collects an answer before it passes it on would show a log late or never.
    response.headers["X-Accel-Buffering"] = "no"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if query["download"]:
        names = {container.name for container in reading.containers}
        name = f"{names.pop() if len(names) == 1 else 'logs'}.{'jsonl' if as_json else 'log'}"
        response.headers.set("Content-Disposition", "attachment", filename=name)
    if request.method == "HEAD":
        reading.close()
    return response


def _request(query: dict[str, Any]) -> LogRequest:
    stream = query["stream"]
    return LogRequest(
        tail=query["tail"],
        since=query["since"],
        until_ns=query["until"],
        follow=query["follow"],
        streams=("stdout", "stderr") if stream == "both" else (stream,),
        text=query["q"].casefold(),
    )


class _LogResponse(Response):
    """Sends what a reading yields, and closes it with the connection."""

    automatically_set_content_length = False

    def __init__(self, reading: LogReading, encode: Encode, stream: Stream, **options: Any) -> None:
        super().__init__(**options)
        self._reading = reading
        self._encode = encode
        self._stream = stream

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "HEAD":
            return super().__call__(environ, start_response)
        write = start_response(self.status, self.get_wsgi_headers(environ).to_wsgi_list())
        return self._stream(environ, write, self._chunks(), self._reading.close)

    def _chunks(self) -> Iterator[bytes]:
        for batch in self._reading:
            yield b"".join(map(self._encode, batch))
        if self._reading.was_cut:
            # Not the end of the log, and it must not look like it.
            raise ConnectionAbortedError


def _json_lines(request_id: str) -> Encode:
    def encode(told: Told) -> bytes:
        message: dict[str, Any] = {"engine": told.container.engine, "container": told.container.id}
        if told.line is not None:
            message |= {
                "stream": told.line.stream,
                "timestamp": told.line.at_ns / 1e9,
                "cursor": told.cursor,
                "text": told.line.text,
            }
        elif told.error is not None:
            message["error"] = {
                "code": told.error.code,
                "message": say(told.error.code, told.error.params),
                "params": told.error.params,
                "request_id": request_id,
            }
        return orjson.dumps(message, default=str, option=orjson.OPT_APPEND_NEWLINE)

    return encode


def _text_lines(reading: LogReading, with_timestamps: bool) -> Encode:
    is_merged = len(reading.containers) > 1
    names_engine = len({container.engine for container in reading.containers}) > 1

    def encode(told: Told) -> bytes:
        name = f"{told.container.engine}/" if names_engine else ""
        prefix = f"{name}{told.container.name} | " if is_merged else ""
        if told.line is not None:
            stamp = f"{rfc3339(told.line.at_ns)} " if with_timestamps else ""
            return f"{prefix}{stamp}{told.line.text}\n".encode()
        assert told.error is not None
        words = say(told.error.code, told.error.params)
        return f"{prefix}dockmon: the log breaks off here: {words} ({told.error.code})\n".encode()

    return encode
