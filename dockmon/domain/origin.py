"""Which hosts we answer to, and whether a page belongs to us."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

LOOPBACK_HOSTS: Final = ("127.0.0.1", "localhost", "::1")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def split_host(text: str) -> tuple[str, int | None] | None:
    """Return (lower-case name, port) of a Host header or list entry; None if malformed."""
    if not text or any(mark in text for mark in "/?#@\\ \t"):
        return None
    try:
        parts = urlsplit(f"//{text}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    return (name.rstrip("."), port) if name else None


def is_allowed_host(host: str, allowed: Iterable[str], bind: str) -> bool:
    """Say whether a request for this Host is for us.

    Entries without a port allow any port. Loopback is always allowed; with an
    empty list so is the bind address, or every host when that is a wildcard.
    """
    asked = split_host(host)
    if asked is None:
        return False
    entries = tuple(allowed)
    if not entries and bind in ("0.0.0.0", "::", ""):  # noqa: S104
        return True
    for entry in (*LOOPBACK_HOSTS, *(entries or (bind,))):
        known = split_host(f"[{entry}]" if entry.count(":") > 1 and "[" not in entry else entry)
        if known is not None and known[0] == asked[0] and known[1] in (None, asked[1]):
            return True
    return False


def is_same_origin(origin: str, host: str, scheme: str | None) -> bool:
    """Say whether a page of this Origin was served by this Host.

    scheme: of the request, where it is known (TLS here, or a trusted proxy);
    None leaves it out, so that a TLS router in front needs no setting.
    """
    try:
        parts = urlsplit(origin)
    except ValueError:  # "http://[": asked before anybody has signed in
        return False
    if parts.scheme not in _DEFAULT_PORTS or parts.path or parts.query or parts.fragment:
        return False
    page, asked = split_host(parts.netloc), split_host(host)
    if page is None or asked is None or page[0] != asked[0]:
        return False
    if scheme is not None and scheme != parts.scheme:
        return False
    # Without a port the Host means the default of a scheme we may not know.
    implied = _DEFAULT_PORTS[parts.scheme]
    return (page[1] or implied) == (asked[1] or implied)
