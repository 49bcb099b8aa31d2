"""Who may do what. Who somebody is, is the work of `services/accounts`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from dockmon.domain.errors import NotAllowed

Role = Literal["viewer", "operator", "admin"]
ROLES: Final[tuple[Role, ...]] = ("viewer", "operator", "admin")


@dataclass(frozen=True, slots=True)
class Principal:
    """The user who asks.

    session_id: the sign-in all of whose tokens share it. expires_at: Unix
    seconds until which the token that was shown is good.
    """

    username: str
    role: Role
    session_id: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class View:
    """What of the fleet somebody sees. Equal views share a room and its numbers.

    masked: secret-looking label values, arguments and health texts are hidden.
    """

    masked: bool = True

    @property
    def key(self) -> str:
        """A name for the view, for use in room names."""
        return "masked" if self.masked else "full"


def view_of(principal: Principal) -> View:
    """Return what this principal sees."""
    return View(masked=principal.role != "admin")


def require(principal: Principal, role: Role) -> None:
    """Let pass who has at least this role.

    Raises: auth.not_allowed.
    """
    if ROLES.index(principal.role) < ROLES.index(role):
        raise NotAllowed(role=principal.role, needed=role)
