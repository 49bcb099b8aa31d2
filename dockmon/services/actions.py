"""Do what somebody asks of a container, once, and say truthfully what came of it.

The ack tells the outcome of the request; the state it brings about reaches
everybody, the sender too, as a change of the inventory.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Final

from dockmon.domain.access import Principal, require
from dockmon.domain.actions import ENDING_ACTIONS, ActionRequest, ActionResult, verdict
from dockmon.domain.container import Container
from dockmon.domain.errors import (
    Conflict,
    DockmonError,
    EngineTimedOut,
    EngineUnavailable,
    NotAllowed,
    NotFound,
    RateLimited,
)
from dockmon.ports import Clock
from dockmon.services.fleet import Fleet

log = logging.getLogger(__name__)
audit = logging.getLogger("dockmon.audit")

REMEMBERED_SECONDS: Final = 600.0
REMEMBERED_REQUESTS: Final = 10_000  # of one user


@dataclass(slots=True)
class _Attempt:
    """A request under way or answered. Repeats of it wait here for the one answer."""

    request: ActionRequest
    begun_at: float
    done: threading.Event = field(default_factory=threading.Event)
    result: ActionResult | None = None
    error: DockmonError | None = None


_Remembered = OrderedDict[str, _Attempt]  # by request_id, oldest first


class Actions:
    """Acts on containers for principals.

    own_container: the id of the one dockmon runs in, None when it runs in none.
    """

    def __init__(
        self, fleet: Fleet, clock: Clock, read_only: bool, own_container: str | None = None
    ) -> None:
        self._fleet = fleet
        self._clock = clock
        self._read_only = read_only
        self._own_container = own_container
        self._lock = threading.Lock()
        self._attempts: dict[str, _Remembered] = {}  # by username

    def act(self, principal: Principal, request: ActionRequest) -> ActionResult:
        """Do it and return when the engine has answered.

        A `request_id` seen within ten minutes gets the first answer, and nothing
        is done again.

        Raises: auth.not_allowed, auth.read_only, engine.unknown, container.not_found,
        container.conflict (`reason`: "dockmon_itself" when only allow_self is missing),
        request.conflict (the id was used for something else),
        engine.unavailable (nothing was done), engine.refused, engine.timed_out
        (whether it was done is not known).
        """
        require(principal, "operator")
        if self._read_only:
            raise NotAllowed("auth.read_only")
        attempt, is_first = self._attempt(principal, request)
        if not is_first:
            attempt.done.wait()
        else:
            self._make(principal, attempt)
        if attempt.error is not None:
            raise attempt.error
        assert attempt.result is not None
        return attempt.result

    def _attempt(self, principal: Principal, request: ActionRequest) -> tuple[_Attempt, bool]:
        now = self._clock.monotonic()
        if request.request_id is None:
            named = replace(request, request_id=secrets.token_hex(8))
            return _Attempt(named, now), True  # a name nobody knows is never repeated
        with self._lock:
            mine = self._attempts.setdefault(principal.username, OrderedDict())
            _forget_old(mine, now)
            known = mine.get(request.request_id)
            if known is None:
                if len(mine) >= REMEMBERED_REQUESTS:
                    # Forgetting one would let its repeat act a second time.
                    raise RateLimited(retry_after_seconds=REMEMBERED_SECONDS)
                known = mine[request.request_id] = _Attempt(request, now)
                return known, True
        if known.request != request:
            raise Conflict(request_id=request.request_id)
        return known, False

    def _make(self, principal: Principal, attempt: _Attempt) -> None:
        """Make the attempt. It ends answered whatever happens: repeats wait for it."""
        try:
            attempt.result = self._carry_out(principal, attempt.request)
        except DockmonError as error:
            attempt.error = error
        finally:
            if attempt.result is None and attempt.error is None:
                attempt.error = DockmonError()
            attempt.done.set()

    def _carry_out(self, principal: Principal, request: ActionRequest) -> ActionResult:
        assert request.request_id is not None
        container = self._fleet.resolve(request.engine, request.container)
        begun = self._clock.monotonic()
        try:
            self._spare_itself(container, request)
            changed = self._ask_engine(container, request)
        except DockmonError as error:
            self._note(principal, request, container, error.code)
            raise
        self._note(principal, request, container, "changed" if changed else "already so")
        return ActionResult(
            engine=request.engine,
            container=container.id,
            action=request.action,
            request_id=request.request_id,
            changed=changed,
            took_seconds=self._clock.monotonic() - begun,
        )

    def _spare_itself(self, container: Container, request: ActionRequest) -> None:
        """Refuse to end the container dockmon runs in, unless that is clearly meant."""
        ends_it = container.id == self._own_container and request.action in ENDING_ACTIONS
        if ends_it and not request.allow_self:
            raise Conflict("container.conflict", reason="dockmon_itself")

    def _ask_engine(self, container: Container, request: ActionRequest) -> bool:
        engine = request.engine
        status = self._fleet.inventory.status(engine)
        if status.state in ("down", "connecting"):
            raise EngineUnavailable(engine=engine, reason=status.reason)
        try:
            changed = self._fleet.client(engine).act(container.id, request)
        except Conflict:
            if not self._is_already_so(container, request):
                raise
            return False
        except NotFound:
            self._refresh(engine, container.id)
            raise
        self._refresh(engine, container.id)
        return changed

    def _is_already_so(self, container: Container, request: ActionRequest) -> bool:
        """Tell "it is already so" from "its state forbids it".

        Engines answer 409 to pausing what is paused, where they answer 304 to
        stopping what is stopped.
        """
        if request.action not in ("pause", "unpause"):
            return False
        self._refresh(request.engine, container.id)
        now = self._fleet.inventory.containers(request.engine).get(container.id)
        return now is not None and verdict(now.state, request.action) == "already"

    def _refresh(self, engine: str, container_id: str) -> None:
        """Let everybody know the new state at once, events or no events."""
        try:
            self._fleet.watcher(engine).refresh(container_id)
        except DockmonError as error:
            log.debug("engine %s could not be asked again: %s", engine, error)

    @staticmethod
    def _note(
        principal: Principal, request: ActionRequest, container: Container, outcome: str
    ) -> None:
        audit.info(
            "%s asked %s to %s %s (%s): %s",
            principal.username,
            request.engine,
            request.action,
            container.name,
            container.id[:12],
            outcome,
        )


def _forget_old(attempts: _Remembered, now: float) -> None:
    while attempts:
        request_id, oldest = next(iter(attempts.items()))
        if now - oldest.begun_at < REMEMBERED_SECONDS or not oldest.done.is_set():
            return
        del attempts[request_id]


def outcome_of(error: DockmonError) -> str:
    """Return failed, or unknown when it was asked for and not answered."""
    return "unknown" if isinstance(error, EngineTimedOut) else "failed"
