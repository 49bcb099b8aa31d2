"""Everything that can go wrong, as codes and facts.

    DockmonError
     ├── InvalidRequest       request.invalid
     ├── AuthRequired         auth.required
     ├── AuthExpired          auth.expired
     ├── NotAllowed           auth.not_allowed, auth.csrf, auth.read_only
     ├── NotFound             request.not_found, container.not_found, engine.unknown
     ├── Conflict             request.conflict, container.conflict
     ├── TooLarge             request.too_large
     ├── RateLimited          auth.rate_limited, request.rate_limited
     ├── EngineRefused        engine.refused
     ├── EngineUnavailable    engine.unavailable
     └── EngineTimedOut       engine.timed_out

No sentences here: words come from `i18n/`, HTTP statuses from `api/errors`.
"""

from __future__ import annotations

from typing import Any, Final


class DockmonError(Exception):
    """A failure that users are told about: a dotted `code` and its facts.

    request_id: what the failed request was called, where it had a name.
    """

    code = "internal.error"
    request_id: str | None = None

    def __init__(self, code: str | None = None, **params: Any) -> None:
        super().__init__(code or self.code)
        if code is not None:
            self.code = code
        self.params = params

    def __str__(self) -> str:
        facts = " ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code} {facts}".rstrip()


class InvalidRequest(DockmonError):
    """What was sent cannot be understood. `fields` says where."""

    code = "request.invalid"


class AuthRequired(DockmonError):
    """No valid sign-in: missing, malformed, forged, revoked or of the wrong type."""

    code = "auth.required"


class AuthExpired(DockmonError):
    """A sign-in that was valid and has run out."""

    code = "auth.expired"


class NotAllowed(DockmonError):
    """Signed in, but this role, this request or this server does not permit it."""

    code = "auth.not_allowed"


class NotFound(DockmonError):
    """What was named does not exist, or may not be seen by who asks."""

    code = "request.not_found"


class Conflict(DockmonError):
    """The state of things forbids it."""

    code = "request.conflict"


class TooLarge(DockmonError):
    """More bytes than are read."""

    code = "request.too_large"


class RateLimited(DockmonError):
    """Too often. `retry_after_seconds` says when to come back."""

    code = "request.rate_limited"


class EngineRefused(DockmonError):
    """The engine answered with an error of its own; `message` quotes it."""

    code = "engine.refused"


class EngineUnavailable(DockmonError):
    """The engine could not be reached, so nothing was done. `reason` says why."""

    code = "engine.unavailable"


class EngineTimedOut(DockmonError):
    """The engine was asked and did not answer: whether it acted is not known.

    Kept apart from `EngineUnavailable` because the outcome is *unknown*, and
    telling a user "failed" here would be a lie.
    """

    code = "engine.timed_out"


# What an engine says of a container that was removed, or is being removed.
GONE: Final = (NotFound, Conflict)
