"""What may name a container, and which container a name means.

The one choke point for identifiers: docker-py quotes ids with `/` and `..`
left intact, so a reference that skipped this check could reach any path of the
engine's API. Nothing goes to an engine before it was resolved here to a full id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dockmon.domain.container import Container
from dockmon.domain.errors import InvalidRequest, NotFound

REFERENCE_PATTERN = r"[0-9a-zA-Z][a-zA-Z0-9_.-]{0,127}"
ENGINE_NAME_PATTERN = r"[a-z][a-z0-9_]{0,31}"

_REFERENCE = re.compile(REFERENCE_PATTERN, re.ASCII)
_HEX = re.compile(r"[0-9a-f]{1,64}", re.ASCII)


def resolve(reference: str, containers: Mapping[str, Container], engine: str) -> Container:
    """Return the container that a full id, an unambiguous short id or a name means.

    A full id wins over a name, a name over a short id, as with Docker's own CLI.

    Raises: request.invalid (not a possible reference), container.not_found
    (nothing, or more than one, answers to it).
    """
    if not _REFERENCE.fullmatch(reference):
        raise InvalidRequest(fields={"container": ["is not a container id or name"]})
    exact = containers.get(reference)
    if exact is not None:
        return exact
    matches = [one for one in containers.values() if one.name == reference]
    if not matches and _HEX.fullmatch(reference):
        matches = [one for one in containers.values() if one.id.startswith(reference)]
    if len(matches) != 1:
        raise NotFound("container.not_found", container=reference, engine=engine)
    return matches[0]
