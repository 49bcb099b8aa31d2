"""The security headers of every response, pages and API alike."""

from __future__ import annotations

from flask import Flask, Response, request


class PageHeaders:
    """One place for the policy; views add the hash of their one inline script."""

    def __init__(self) -> None:
        self._script_hashes: list[str] = []

    def allow_script(self, sha256: str) -> None:
        """Allow one inline script by the base64 of its SHA-256."""
        self._script_hashes.append(f"'sha256-{sha256}'")

    def install(self, app: Flask) -> None:
        """Set the headers on every response of the app."""
        app.after_request(self._set)

    def _set(self, response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", self._policy())
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        # What other origins may load is decided by the gate's CORS headers.
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        if request.is_secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response

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
