"""The HTML shell: the same for everyone, at every address of the page.

Data comes by fetch; nothing here depends on who asks.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, request, send_from_directory
from werkzeug.wrappers import Response as WerkzeugResponse

from dockmon import __version__
from dockmon.pages.assets import Assets
from dockmon.pages.headers import PageHeaders


def make_blueprint(assets: Assets, headers: PageHeaders, base_path: str) -> Blueprint:
    """Return the pages and the static files."""
    blp = Blueprint("pages", __name__)
    importmap = assets.importmap(f"{base_path}static/vendor/")
    preload = [f"{base_path}static/{name}" for name in assets.modules]
    headers.allow_script(base64.b64encode(hashlib.sha256(importmap.encode()).digest()).decode())

    @blp.get("/")
    @blp.get("/setup")
    @blp.get("/signin")
    def shell() -> Response | tuple[str, int]:
        if not assets.complete:
            # A page without its scripts would be blank and say nothing.
            return "The browser's files are not installed. Run: make assets\n", 503
        page = render_template(
            "index.html",
            base=base_path,
            importmap=importmap,
            asset_version=__version__,
            preload=preload,
        )
        return Response(page, mimetype="text/html", headers={"Cache-Control": "no-cache"})

    @blp.get("/static/<path:name>")
    def static_file(name: str) -> WerkzeugResponse:
        if any(part.startswith(".") for part in Path(name).parts):
            abort(404)
        response = send_from_directory(assets.folder, name, max_age=None)
        # Asked again each time, answered 304: an upgrade shows at the next reload.
        response.headers["Cache-Control"] = "no-cache"
        return response

    @blp.get("/favicon.ico")
    def favicon() -> WerkzeugResponse:
        return send_from_directory(assets.folder, "favicon.svg", max_age=86400)

    @blp.get("/i18n/<locale>.json")
    def words(locale: str) -> WerkzeugResponse:
        if locale not in assets.locales:
            abort(404)
        response = Response(assets.words(locale), mimetype="application/json")
        response.add_etag()
        response.headers["Cache-Control"] = "no-cache"
        return response.make_conditional(request)

    return blp
