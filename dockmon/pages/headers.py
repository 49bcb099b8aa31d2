"""The security headers of every response: pages, API, the feed, and refusals at the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

Environ = dict[str, Any]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# All that a browser heeds on a script, a style or a picture of the page.
_ALWAYS: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    # What other origins may load is decided by the gate's CORS headers.
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
_OF_DOCUMENTS: Final = (
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_WITH_TLS: Final = (("Strict-Transport-Security", "max-age=31536000"),)


# Of a file that only a page of ours asks for: opened by itself, it may do nothing at all. Short,
# because it is sent a hundred times before the first view.
OF_PARTS: Final = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}


class PageHeaders:
    """One place for the policy; views add the hash of their one inline script."""

    def __init__(self) -> None:
        self._script_hashes: list[str] = []

    def allow_script(self, sha256: str) -> None:
        """Allow one inline script by the base64 of its SHA-256."""
        self._script_hashes.append(f"'sha256-{sha256}'")

    def around(self, app: App) -> App:
        """Return the WSGI app with the headers on all its responses.

        Outermost, because neither Engine.IO's answers nor the gate's pass Flask.
        """
        of_documents = (("Content-Security-Policy", self._policy()), *_OF_DOCUMENTS)

        def guarded(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
                # Looked at only now: the gate has taken a trusted proxy's word meanwhile.
                is_secure = environ.get("wsgi.url_scheme") == "https"
                own = {name.lower() for name, _ in headers}
                is_part = "content-security-policy" in own
                added = [
                    *_ALWAYS,
                    *(() if is_part else of_documents),
                    *(_WITH_TLS if is_secure else ()),
                ]
                missing = [header for header in added if header[0].lower() not in own]
                return start_response(status, [*headers, *missing], *rest)

            return app(environ, start)

        return guarded

    def _policy(self) -> str:
        return "; ".join(
            [
                "default-src 'none'",
                " ".join(["script-src 'self'", *self._script_hashes]),
                "style-src 'self'",
                "connect-src 'self'",
                "img-src 'self' data:",
                "font-src 'self'",
                "manifest-src 'self'",
                "worker-src 'self'",
                "form-action 'self'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "object-src 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types dockmon",
            ]
        )
