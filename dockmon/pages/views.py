"""The HTML shell, the same for everyone at every address of the page, and the files it needs.

Data comes by fetch; nothing here depends on who asks.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from flask import Blueprint, Response, abort, render_template, request

from dockmon.pages.assets import Asset, Assets
from dockmon.pages.headers import OF_PARTS, PageHeaders

# Asked again each time, answered 304: an upgrade shows at the next reload.
_ASK_AGAIN: Final = "no-cache"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_NOT_INSTALLED: Final = """\
The browser's files are not installed. Run: make assets
Then start dockmon again.

브라우저용 파일이 설치되어 있지 않습니다. make assets를 실행한 뒤 dockmon을 다시 시작하세요.
"""


def make_blueprint(assets: Assets, headers: PageHeaders, base_path: str) -> Blueprint:
    """Return the pages and the static files."""
    blp = Blueprint("pages", __name__)
    versioned = f"{assets.version}/"
    files = f"{base_path}static/{versioned}"
    importmap = assets.importmap(files)
    preload = [f"{files}{name}" for name in assets.first_modules()]
    headers.allow_script(base64.b64encode(hashlib.sha256(importmap.encode()).digest()).decode())

    @blp.get("/")
    @blp.get("/setup")
    @blp.get("/signin")
    def shell() -> Response:
        if not assets.complete:
            # A page without its scripts would be blank and say nothing.
            return Response(_NOT_INSTALLED, 503, mimetype="text/plain")
        page = render_template(
            "index.html",
            base=base_path,
            files=files,
            importmap=importmap,
            locales=assets.locales,
            preload=preload,
        )
        return _answer(Asset(page.encode(), "text/html"), _ASK_AGAIN)

    @blp.get("/static/<path:name>")
    def static_file(name: str) -> Response:
        if not name.startswith(versioned):
            return send(name, _ASK_AGAIN)
        response = _answer(assets.as_sent(name.removeprefix(versioned)), _FOR_EVER)
        response.headers.update(OF_PARTS)
        return response

    @blp.get("/i18n/<locale>.json")
    def words(locale: str) -> Response:
        return send(f"i18n/{locale}.json", _ASK_AGAIN)

    @blp.get("/manifest.webmanifest")
    def manifest() -> Response:
        return send("manifest.webmanifest", _ASK_AGAIN)

    @blp.get("/favicon.ico")
    def favicon() -> Response:
        return send("favicon.svg", "max-age=86400")

    def send(name: str, cache_control: str) -> Response:
        return _answer(assets.files.get(name), cache_control)

    return blp


def _answer(asset: Asset | None, cache_control: str) -> Response:
    if asset is None:
        abort(404)
    # A part is cut out of the plain file: nobody resumes a compressed one.
    packs = (
        asset.can_be_packed
        and request.accept_encodings["gzip"] > 0
        and "Range" not in request.headers
    )
    body = asset.packed if packs else asset.body
    response = Response(body, mimetype=asset.mimetype, headers={"Cache-Control": cache_control})
    response.set_etag(f"{asset.etag}-gzip" if packs else asset.etag)
    if asset.can_be_packed:
        response.vary.add("Accept-Encoding")
    if packs:
        response.content_encoding = "gzip"
    response.make_conditional(request, accept_ranges=True, complete_length=len(body))
    return response
