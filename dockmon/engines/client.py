"""One Docker engine over the docker SDK. The harmless counterpart is `simulated`.

The SDK brings sessions, sockets and TLS. Paths, time-outs and readers are our
own: its helpers ask twice where once would do, know one time-out for everything
and hide whether an action changed anything.
"""

from __future__ import annotations

import builtins
import contextlib
import threading
import weakref
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlencode, urlsplit

import docker
import docker.errors
import orjson
import requests

from dockmon.config import EngineAddress
from dockmon.domain.actions import ActionRequest, verdict
from dockmon.domain.container import Container
from dockmon.domain.engine import EngineInfo
from dockmon.domain.errors import Conflict, DockmonError, EngineRefused, EngineUnavailable
from dockmon.domain.logs import LogQuery
from dockmon.domain.reconcile import Row
from dockmon.domain.stats import Counters
from dockmon.engines import errors, translate, translate_stats
from dockmon.engines.paths import (
    OLDEST_API,
    agree,
    container_path,
    log_path,
    numbers,
    order,
    stats_path,
)
from dockmon.engines.streams import ByteStream, EngineEvents, EngineLog, PatientStream
from dockmon.engines.transport import CONNECT_TIMEOUT_SECONDS, bare_status, open_session

CONTROL_TIMEOUT_SECONDS: Final = 10.0
PING_TIMEOUT_SECONDS: Final = 3.0
ACTION_MARGIN_SECONDS: Final = 15.0
PATIENCE_SECONDS: Final = 2.0

# control: short questions. ping: apart from them, so that it never waits behind
# one. fresh: actions and streams, each on a connection of its own.
_Session = Literal["control", "ping", "fresh"]
_Stream = TypeVar("_Stream", ByteStream, PatientStream)


class DockerClient:
    """`ports.EngineClient` over a Docker API, be it Docker's or Podman's.

    May be shared by any number of tasks. Nothing is connected before it is needed.
    """

    def __init__(
        self,
        address: EngineAddress,
        control_timeout_seconds: float = CONTROL_TIMEOUT_SECONDS,
        ping_timeout_seconds: float = PING_TIMEOUT_SECONDS,
        action_margin_seconds: float = ACTION_MARGIN_SECONDS,
    ) -> None:
        self._address = address
        self._engine = address.name
        self._control_timeout_seconds = control_timeout_seconds
        self._ping_timeout_seconds = ping_timeout_seconds
        self._action_margin_seconds = action_margin_seconds
        self._lock = threading.Lock()
        self._sessions: dict[_Session, docker.APIClient] = {}
        self._streams: weakref.WeakSet[ByteStream | PatientStream] = weakref.WeakSet()
        self._version_path = ""
        self._is_podman = False

    def connect(self) -> EngineInfo:
        response = self._send("GET", "/version", "control", self._control_timeout_seconds)
        answer = self._version_answer(response)
        own = str(answer["ApiVersion"])
        agreed = agree(own, str(answer.get("MinAPIVersion") or ""))
        if agreed is None:
            message = f"its API {own} is older than {OLDEST_API}"
            raise EngineRefused(engine=self._engine, message=message, status=response.status_code)
        self._is_podman = b"Podman" in response.content
        self._version_path = f"/v{agreed}"
        return EngineInfo(version=str(answer.get("Version") or ""), api_version=own)

    def ping(self) -> None:
        parts = urlsplit(self._address.address)
        if parts.scheme == "unix":
            try:
                if bare_status(parts.path, "/_ping", self._ping_timeout_seconds) == _OK:
                    return
            except errors.TROUBLE as trouble:
                raise errors.from_trouble(self._engine, trouble) from trouble
        # Also to hear in full what an engine here has to say instead of "OK".
        self._ask("GET", "/_ping", "ping", self._ping_timeout_seconds)

    def list(self) -> builtins.list[Row]:
        return translate.rows(self._engine, self._json("/containers/json?all=1"))

    def inspect(self, container_id: str) -> dict[str, Any]:
        answer = self._json(container_path(container_id, "/json"), container_id)
        return answer if isinstance(answer, dict) else {}

    def container(self, container_id: str) -> Container:
        return translate.container(self._engine, self.inspect(container_id))

    def top(self, container_id: str) -> dict[str, Any]:
        try:
            answer = self._json(container_path(container_id, "/top"), container_id)
        except EngineRefused as refusal:
            if self._state(container_id) not in ("running", None):
                raise Conflict("container.conflict", **_facts(refusal, container_id)) from refusal
            raise
        return translate.processes(answer)

    def counters(self, container_id: str) -> Counters:
        path = stats_path(container_id)
        response = self._get(path, container_id)
        # Podman answers 200 and nothing when the container does not run.
        answer = self._parsed(path, response) if response.content else None
        return translate_stats.counters(answer)

    def events(self) -> EngineEvents:
        # The engine sends its headers a moment before it subscribes us (moby,
        # getEvents). What falls into that moment is mended by the next list.
        filters: dict[str, list[str]] = {"type": ["container"]}
        if not self._is_podman:
            # Podman calls some of them otherwise and would hold those back.
            filters["event"] = sorted(translate.KEPT_EVENTS)
        wanted = urlencode({"filters": orjson.dumps(filters)})
        return EngineEvents(self._kept(self._open(f"/events?{wanted}")))

    def logs(self, container_id: str, query: LogQuery) -> EngineLog:
        has_terminal = translate.has_terminal(self.inspect(container_id))
        path = log_path(container_id, query)
        if self._is_podman and query.follow:
            patient = PatientStream(lambda: self._open(path, container_id, PATIENCE_SECONDS))
            return EngineLog(self._kept(patient), has_terminal)
        return EngineLog(self._kept(self._open(path, container_id)), has_terminal)

    def act(self, container_id: str, request: ActionRequest) -> bool:
        method, path = order(container_id, request)
        timeout_seconds = request.timeout_seconds + self._action_margin_seconds
        try:
            response = self._ask(
                method, self._version_path + path, "fresh", timeout_seconds, container_id
            )
        except (Conflict, EngineRefused) as refusal:
            if self._is_already_so(container_id, request, refusal):
                return False
            raise
        return response.status_code != _NOT_MODIFIED

    def close(self) -> None:
        with self._lock:
            streams, sessions = list(self._streams), list(self._sessions.values())
            self._streams.clear()
            self._sessions.clear()
        for stream in streams:
            stream.close()
        for session in sessions:
            session.close()

    def _is_already_so(
        self, container_id: str, request: ActionRequest, refusal: DockmonError
    ) -> bool:
        """Say whether a refusal means that nothing needed doing.

        Only start and stop have a status for that; pausing what is paused is a
        conflict, and resuming what runs an error of the engine (20.10) or a conflict.

        Raises: container.conflict (for an error that is in truth the state's).
        """
        if isinstance(refusal, EngineRefused) and refusal.params["status"] != _ENGINE_ERROR:
            return False
        state = self._state(container_id)
        found = verdict(state, request.action, request.force) if state else "acts"
        if found == "conflict" and isinstance(refusal, EngineRefused):
            raise Conflict("container.conflict", **_facts(refusal, container_id)) from refusal
        return found == "already"

    def _state(self, container_id: str) -> str | None:
        with contextlib.suppress(DockmonError):
            return self.container(container_id).state
        return None

    def _json(self, path: str, container_id: str | None = None) -> Any:
        return self._parsed(path, self._get(path, container_id))

    def _get(self, path: str, container_id: str | None = None) -> requests.Response:
        return self._ask(
            "GET",
            self._version_path + path,
            "control",
            self._control_timeout_seconds,
            container_id,
        )

    def _parsed(self, path: str, response: requests.Response) -> Any:
        try:
            return orjson.loads(response.content)
        except orjson.JSONDecodeError as fault:
            message = f"the answer to {path.partition('?')[0]} cannot be read: {fault}"
            raise EngineRefused(
                engine=self._engine, message=message, status=response.status_code
            ) from fault

    def _open(
        self, path: str, container_id: str | None = None, timeout_seconds: float | None = None
    ) -> ByteStream:
        response = self._ask(
            "GET",
            self._version_path + path,
            "fresh",
            timeout_seconds or self._control_timeout_seconds,
            container_id,
            is_stream=True,
        )
        return ByteStream(response)

    def _kept(self, stream: _Stream) -> _Stream:
        """Return the stream, remembered so that `close` ends it."""
        with self._lock:
            self._streams.add(stream)
        return stream

    def _ask(
        self,
        method: str,
        path: str,
        session: _Session,
        timeout_seconds: float,
        container_id: str | None = None,
        is_stream: bool = False,
    ) -> requests.Response:
        """Return the answer, or raise what an error status means."""
        response = self._send(method, path, session, timeout_seconds, is_stream)
        if (response.ok and not response.is_redirect) or response.status_code == _NOT_MODIFIED:
            return response
        with response:
            body = self._body(response)
        raise errors.from_answer(self._engine, container_id, response.status_code, body)

    def _body(self, response: requests.Response) -> bytes:
        try:
            return response.content
        except errors.TROUBLE as trouble:
            raise errors.from_trouble(self._engine, trouble) from trouble

    def _send(
        self,
        method: str,
        path: str,
        session: _Session,
        timeout_seconds: float,
        is_stream: bool = False,
    ) -> requests.Response:
        try:
            asked = self._session(session)
            # Nothing below tries again: an action that was sent twice is done twice.
            return asked.request(
                method,
                asked.base_url + path,
                timeout=(CONNECT_TIMEOUT_SECONDS, timeout_seconds),
                stream=is_stream,
                allow_redirects=False,
            )
        except errors.TROUBLE as trouble:
            raise errors.from_trouble(self._engine, trouble) from trouble

    def _session(self, kind: _Session) -> docker.APIClient:
        with self._lock:
            session = self._sessions.get(kind)
            if session is None:
                session = self._new_session(kind)
                self._sessions[kind] = session
            return session

    def _new_session(self, kind: _Session) -> docker.APIClient:
        try:
            return open_session(self._address, fresh=kind == "fresh")
        except docker.errors.TLSParameterError as fault:
            raise EngineUnavailable(
                engine=self._engine, reason="tls_failed", message=str(fault)
            ) from fault

    def _version_answer(self, response: requests.Response) -> dict[str, Any]:
        try:
            answer = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            answer = None
        if response.ok and isinstance(answer, dict) and numbers(str(answer.get("ApiVersion"))):
            return answer
        fault = errors.from_answer(self._engine, None, response.status_code, response.content)
        speaks_docker = isinstance(answer, dict) and "message" in answer
        if isinstance(fault, EngineUnavailable) or (
            # A proxy in front of an engine answers in HTML what it does not allow.
            not response.ok and (speaks_docker or response.status_code in (401, 403))
        ):
            raise fault
        raise EngineUnavailable(
            engine=self._engine, reason="not_an_engine", message=fault.params["message"]
        )


_OK: Final = 200
_NOT_MODIFIED: Final = 304
_ENGINE_ERROR: Final = 500


def _facts(refusal: DockmonError, container_id: str) -> dict[str, Any]:
    return {
        "engine": refusal.params["engine"],
        "container": container_id,
        "message": refusal.params["message"],
    }
