"""What services need from outside, as small Protocols.

Each has, or will have, two implementations, and one contract suite that both
pass. Nothing here knows docker, SQL, Flask or eventlet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from dockmon.domain.accounts import (
    AccountChanges,
    Claims,
    IssuedTokens,
    KeptAccounts,
    SignIn,
    TokenKind,
)
from dockmon.domain.actions import ActionRequest
from dockmon.domain.container import Container
from dockmon.domain.engine import EngineInfo
from dockmon.domain.engine_events import EngineEvent
from dockmon.domain.host import HostSample
from dockmon.domain.logs import LogQuery, StreamName
from dockmon.domain.reconcile import Row
from dockmon.domain.stats import Counters


class Clock(Protocol):
    """Time, so that tests can own it."""

    def time(self) -> float:
        """Return Unix seconds."""

    def monotonic(self) -> float:
        """Return seconds that never jump, for durations."""


class Tasks(Protocol):
    """Something running beside everything else. Locks and events come from `threading`."""

    def spawn(self, work: Callable[..., Any], *args: Any, name: str = "") -> None:
        """Run `work` in a task of its own."""

    def run_blocking(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run work that would hold up every other task, and return its result."""


class EventStream(Protocol):
    """What an engine says, from the moment the stream was opened.

    Iterating blocks until the next event. It ends when the stream breaks or was
    closed, which says nothing about any container.
    """

    def __iter__(self) -> Iterator[EngineEvent]: ...

    def close(self) -> None:
        """End the stream from any task; a blocked reader wakes up."""


class RawLogStream(Protocol):
    """Log output of one container as the engine frames it.

    Iterating yields `(stream, bytes)`: every piece is one framed message of the
    engine, its timestamp in front. `stream` is None where the container has a
    terminal: then the bytes come in pieces of any size.
    """

    def __iter__(self) -> Iterator[tuple[StreamName | None, bytes]]: ...

    def close(self) -> None:
        """End the stream from any task; a blocked reader wakes up, the engine's end closes."""


class EngineClient(Protocol):
    """One Docker engine, wherever it is.

    Raises, from every call: engine.unavailable (not reached, nothing was done;
    `reason` is one of `domain.engine.REASONS`), engine.timed_out (asked, not
    answered), engine.refused (it answered with an error of its own).
    """

    def connect(self) -> EngineInfo:
        """Agree on an API version. Called before anything else and after every loss."""

    def ping(self) -> None:
        """Return if the engine answers. Uses a connection and a short time-out of its own."""

    def list(self) -> list[Row]:
        """Return every container, running or not."""

    def inspect(self, container_id: str) -> dict[str, Any]:
        """Return the engine's own full description. Raises container.not_found."""

    def container(self, container_id: str) -> Container:
        """Return one container with its details. Raises container.not_found."""

    def events(self) -> EventStream:
        """Return the stream of events; subscribed by the time this returns."""

    def act(self, container_id: str, request: ActionRequest) -> bool:
        """Do it; return False when it was already so.

        Raises also: container.not_found, container.conflict.
        """

    def logs(self, container_id: str, query: LogQuery) -> RawLogStream:
        """Open the log. Raises also container.not_found."""

    def top(self, container_id: str) -> dict[str, Any]:
        """Return `{titles: [...], processes: [[...]]}`. Raises as `act` does."""

    def counters(self, container_id: str) -> Counters:
        """Return what a container has used so far; `life` is left for the caller to fill.

        Where nothing is running every count is None.

        Raises also container.not_found.
        """

    def close(self) -> None:
        """Let go of every connection."""


class HostProbe(Protocol):
    """Reads the machine dockmon runs on."""

    def read(self) -> HostSample:
        """Return a sample; rates are those since the last reading."""


class StatsProbe(Protocol):
    """Reads what the containers of one engine have used.

    Used by one task at a time, but for `forget` and `close`.
    """

    @property
    def source(self) -> str | None:
        """Where the numbers come from: `cgroup`, `engine`; None until that is known."""

    @property
    def reason(self) -> str | None:
        """Why from there, in words for whoever runs dockmon."""

    def read(self, containers: Sequence[Container]) -> dict[str, Counters]:
        """Return the newest counters by id, of those that could be read.

        containers: those with processes, running or paused. Lets other tasks run
        meanwhile. What is slow comes with a later reading.
        """

    def forget(self, container_ids: Iterable[str]) -> None:
        """Let go of what is kept open for containers that have stopped. From any task."""

    def close(self) -> None:
        """Let go of everything."""


CatchUp = Callable[[Callable[[str, dict[str, Any]], None]], None]
"""Called with `send(event, payload)`, sends what brings one listener up to date."""


class Publisher(Protocol):
    """Sends messages to rooms. One build and one encode, however many listen."""

    def has_listeners(self, namespace: str, room: str) -> bool:
        """Say whether anybody would get it."""

    def publish(
        self,
        namespace: str,
        room: str,
        event: str,
        payload: dict[str, Any],
        catch_up: CatchUp | None = None,
    ) -> None:
        """Send to everyone in the room who keeps up.

        catch_up: how to make good for this room, later, to who does not keep up now.
        """


# Accounts


class AccountStore(Protocol):
    """Users and sign-ins, kept. Several processes may write beside each other."""

    def change_number(self) -> int:
        """Return how many writes there were, whoever made them. Cheap: asked every second."""

    def load(self) -> KeptAccounts:
        """Return everything, as of one moment."""

    def write(self, changes: AccountChanges, expected_number: int) -> bool:
        """Write all of it and count up by one.

        Returns False, and writes nothing, when the number is no longer the expected
        one: somebody else wrote, and what was decided may not hold any more.
        """


class PasswordHasher(Protocol):
    """Turns passwords into hashes, slowly on purpose.

    Raises, from both: auth.rate_limited when too many already wait.
    """

    def hash(self, password: str) -> str:
        """Return a salted hash."""

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Say whether the password fits. None, for "no such user", takes as long as a no."""


class Tokens(Protocol):
    """Makes and reads the tokens of a sign-in. Whether it still stands, others decide."""

    def issue(self, sign_in: SignIn) -> IssuedTokens:
        """Return a pair of tokens that end when the sign-in says."""

    def verify(self, token: str, kind: TokenKind) -> Claims:
        """Return what a genuine token of that kind says.

        Raises: auth.required (anything but genuine), auth.expired (was good once).
        """
