"""A Docker engine that exists only here: containers, actions, events, and troubles.

Deterministic by its seed and its clock. It has no task of its own: time passes
when somebody looks. `simulated` is the client for it; several may look at one.
"""

from __future__ import annotations

import heapq
import itertools
import random
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from dockmon.domain.actions import ActionRequest, verdict
from dockmon.domain.engine_events import EngineEvent
from dockmon.domain.errors import (
    Conflict,
    DockmonError,
    EngineRefused,
    EngineTimedOut,
    EngineUnavailable,
    NotFound,
)
from dockmon.engines import simulated_content as content
from dockmon.engines.simulated_content import SimulatedContainer

_HEALTH_AFTER_SECONDS: Final = 6.0
_MOST_STEPS_AT_ONCE: Final = 1_000
_MOST_JOBS: Final = 3
_FIRST_PID: Final = 60_000  # above those of the containers that were there before
_SIGNALS: Final = {each.name.removeprefix("SIG"): int(each) for each in signal.Signals}
# These end a process that does not handle them; others it survives.
_ENDING: Final = frozenset(
    _SIGNALS[name] for name in ("KILL", "TERM", "INT", "QUIT", "ABRT", "HUP") if name in _SIGNALS
)


class Listener:
    """One open stream, and where the events for it wait to be read."""

    def __init__(self, to_events: bool) -> None:
        self.to_events = to_events
        self.events: deque[EngineEvent] = deque()
        self.is_open = True


class SimulatedFleet:
    """The simulated daemon.

    containers: how many. churn: state changes a minute. now: its clock.
    action_seconds: how long an action takes. lose_events: what happens is not
    told. before_answer: called with the name of each call before it is answered;
    tests wait, raise or change things in it.
    """

    def __init__(
        self,
        containers: int = 50,
        churn: float = 0.0,
        seed: int = 1,
        now: Callable[[], float] = time.time,
        action_seconds: float = 0.0,
    ) -> None:
        self.now = now
        self.action_seconds = action_seconds
        self.lose_events = False
        self.before_answer: Callable[[str], None] | None = None
        # Held while anything is read or changed; notified after every change.
        self.changed = threading.Condition(threading.RLock())
        self.containers: dict[str, SimulatedContainer] = {
            one.id: one for one in content.containers(containers, seed, now())
        }
        self._chance = random.Random(seed)  # noqa: S311 - to be repeatable is its purpose
        self._churn_seconds = 60 / churn if churn else 0.0
        self._due: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = itertools.count()
        self._pids = itertools.count(_FIRST_PID)
        self._listeners: list[Listener] = []
        self._trouble: DockmonError | None = None
        self._jobs: deque[str] = deque()
        if self._churn_seconds:
            self._later(now() + self._churn_seconds, self._churn)

    # ----- troubles, for tests

    def refuse(self, reason: str = "connection_refused") -> None:
        """Be gone: calls find nothing, streams end."""
        self._trouble = EngineUnavailable(reason=reason, message=f"simulated: {reason}")
        self.cut_streams()

    def freeze(self) -> None:
        """Stop answering: calls time out (at once), streams stay open and silent."""
        self._trouble = EngineTimedOut(message="simulated: frozen")

    def recover(self) -> None:
        """Answer again. What happened meanwhile is told to streams that stayed open."""
        with self.changed:
            self._trouble = None
            self.changed.notify_all()

    def cut_streams(self) -> None:
        """End every open stream of events and logs."""
        with self.changed:
            for listener in self._listeners:
                listener.is_open = False
            self._listeners.clear()
            self.changed.notify_all()

    @property
    def is_frozen(self) -> bool:
        return isinstance(self._trouble, EngineTimedOut)

    # ----- what clients use

    def answer(self, call: str, engine: str) -> None:
        """Let a call through, or raise what is the trouble with this engine."""
        if self.before_answer is not None:
            self.before_answer(call)
        trouble = self._trouble
        if trouble is not None:
            raise type(trouble)(engine=engine, **trouble.params)
        self.advance()

    def advance(self) -> None:
        """Let happen what is due by now."""
        with self.changed:
            if self._trouble is not None:
                return
            now = self.now()
            for _ in range(_MOST_STEPS_AT_ONCE):
                if not self._due or self._due[0][0] > now:
                    return
                at, _number, step = heapq.heappop(self._due)
                step(at)
            # Nobody looked for long: what was missed is not made up for.
            self._due.clear()
            if self._churn_seconds:
                self._later(now + self._churn_seconds, self._churn)

    def seconds_until_next(self) -> float:
        """Return how long nothing will happen by itself; at most a second."""
        with self.changed:
            is_still = not self._due or self._trouble is not None
            wait = 1.0 if is_still else self._due[0][0] - self.now()
        return min(max(wait, 0.001), 1.0)

    def listen(self, to_events: bool = True) -> Listener:
        """Return a listener from now on. Followed logs have one, too, to be cut with."""
        with self.changed:
            listener = Listener(to_events)
            self._listeners.append(listener)
            return listener

    def leave(self, listener: Listener) -> None:
        """Stop listening; whoever waits for it wakes up."""
        with self.changed:
            listener.is_open = False
            if listener in self._listeners:
                self._listeners.remove(listener)
            self.changed.notify_all()

    def find(self, container_id: str, engine: str) -> SimulatedContainer:
        """Return a container by full id, as the engine holds it.

        Raises: container.not_found.
        """
        one = self.containers.get(container_id)
        if one is None:
            message = f"No such container: {container_id}"
            raise NotFound(
                "container.not_found", container=container_id, engine=engine, message=message
            )
        return one

    def act(self, container_id: str, request: ActionRequest, engine: str) -> bool:
        """Do as an engine does; see `domain.actions.verdict`."""
        if not self._judge(container_id, request, engine):
            return False
        if self.action_seconds:
            time.sleep(self.action_seconds)
        with self.changed:
            # Somebody else may have been quicker.
            if not self._judge(container_id, request, engine):
                return False
            one, at = self.containers[container_id], self.now()
            one.is_left_alone = request.action in ("stop", "kill", "pause")
            if request.action == "kill":
                self._kill(one, request.signal or "KILL", at, engine)
            else:
                _DO[request.action](self, one, at)
            return True

    def _judge(self, container_id: str, request: ActionRequest, engine: str) -> bool:
        one = self.find(container_id, engine)
        found = verdict(one.state, request.action, request.force)
        if found == "conflict":
            raise Conflict(
                "container.conflict",
                container=container_id,
                engine=engine,
                message=f"cannot {request.action} container {one.name}: it is {one.state}",
            )
        return found == "acts"

    # ----- what happens to containers; the lock is held

    def start(self, one: SimulatedContainer, at: float) -> None:
        one.state, one.started_at, one.oom_killed = "running", at, False
        one.pid = next(self._pids)
        one.health = "starting" if one.has_health_check else None
        one.talked = [*one.talked[-4:], (at, None)]
        self.tell("start", one, at)
        if one.has_health_check:
            self._later(at + _HEALTH_AFTER_SECONDS, lambda then: self._recovered(one, at, then))

    def die(self, one: SimulatedContainer, at: float, exit_code: int) -> None:
        self._fall_silent(one, at)
        one.state, one.health = "exited", None
        one.finished_at, one.exit_code = at, exit_code
        self.tell("die", one, at)

    def pause(self, one: SimulatedContainer, at: float) -> None:
        self._fall_silent(one, at)
        one.state = "paused"
        self.tell("pause", one, at)

    def unpause(self, one: SimulatedContainer, at: float) -> None:
        one.state = "running"
        one.talked.append((at, None))
        self.tell("unpause", one, at)

    def stop(self, one: SimulatedContainer, at: float) -> None:
        self.die(one, at, 0)

    def restart(self, one: SimulatedContainer, at: float) -> None:
        if one.is_alive:
            self.die(one, at, 0)
        self.start(one, at)

    def remove(self, one: SimulatedContainer, at: float) -> None:
        if one.is_alive:
            self.die(one, at, 137)
        self.containers.pop(one.id, None)
        self.tell("destroy", one, at)

    def create(self, one: SimulatedContainer, at: float) -> None:
        self.containers[one.id] = one
        self.tell("create", one, at)

    def set_health(self, one: SimulatedContainer, at: float, health: str) -> None:
        one.health = health
        self.tell("health_status", one, at)

    def tell(self, action: str, one: SimulatedContainer, at: float) -> None:
        """Tell every listener, as far as this engine tells anything."""
        event = EngineEvent(
            action=action,
            container_id=one.id,
            at=at,
            name=one.name,
            image=one.image,
            exit_code=one.exit_code if action == "die" else None,
            health=one.health if action == "health_status" else None,
            labels=dict(one.labels) if action == "create" else {},
        )
        if not self.lose_events:
            for listener in self._listeners:
                if listener.to_events:
                    listener.events.append(event)
        self.changed.notify_all()

    def _kill(self, one: SimulatedContainer, word: str, at: float, engine: str) -> None:
        number = _signal_number(word)
        if number is None:
            raise EngineRefused(engine=engine, status=400, message=f"Invalid signal: {word}")
        if number in _ENDING:
            self.die(one, at, 128 + number)

    def _fall_silent(self, one: SimulatedContainer, at: float) -> None:
        if one.talked and one.talked[-1][1] is None:
            one.talked[-1] = (one.talked[-1][0], at)

    def _recovered(self, one: SimulatedContainer, started_at: float, at: float) -> None:
        if one.id in self.containers and one.state == "running" and one.started_at == started_at:
            self.set_health(one, at, "healthy")

    # ----- churn

    def _later(self, at: float, step: Callable[[float], None]) -> None:
        heapq.heappush(self._due, (at, next(self._order), step))

    def _churn(self, at: float) -> None:
        self._later(at + self._churn_seconds, self._churn)
        roll = self._chance.random()
        if roll < 0.1:
            self._run_job(at)
            return
        free = [one for one in self.containers.values() if not one.is_left_alone]
        if not free:
            return
        one = self._chance.choice(free)
        if one.state == "paused":
            self.unpause(one, at)
        elif one.state != "running":
            self.start(one, at)
        elif one.has_health_check and roll < 0.5:
            self.set_health(one, at, "unhealthy" if one.health == "healthy" else "healthy")
        elif roll < 0.6:
            self.pause(one, at)
        else:
            self._crash(one, at)

    def _crash(self, one: SimulatedContainer, at: float) -> None:
        self.die(one, at, self._chance.choice((1, 2, 137, 139)))
        if one.restart_policy != "no" and self._chance.random() < 0.7:
            one.restarts += 1
            self.start(one, at)

    def _run_job(self, at: float) -> None:
        """Start a short-lived container; the oldest of them goes."""
        number = f"{self._chance.getrandbits(256):064x}"
        one = SimulatedContainer(
            number, f"job-{number[:6]}", "acme/job:1", at, voice="color", restart_policy="no"
        )
        self.create(one, at)
        self.start(one, at)
        self._jobs.append(one.id)
        if len(self._jobs) > _MOST_JOBS:
            oldest = self.containers.get(self._jobs.popleft())
            if oldest is not None:
                self.remove(oldest, at)


_DO: Final[dict[str, Callable[[SimulatedFleet, SimulatedContainer, float], None]]] = {
    "start": SimulatedFleet.start,
    "stop": SimulatedFleet.stop,
    "restart": SimulatedFleet.restart,
    "pause": SimulatedFleet.pause,
    "unpause": SimulatedFleet.unpause,
    "remove": SimulatedFleet.remove,
}


def _signal_number(word: str) -> int | None:
    name = word.upper().removeprefix("SIG")
    number = int(name) if name.isdecimal() else _SIGNALS.get(name)
    return number if number in _SIGNALS.values() else None
