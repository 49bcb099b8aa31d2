"""The browser's files, read once at the start: what is under way to a browser never changes.

Counterparts: `templates/index.html`, which names the first of them; `views.py`, which sends them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import posixpath
import re
from functools import cached_property
from pathlib import Path
from typing import Final

# The system's own table differs from machine to machine, and a script of a wrong type does not run.
_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ts": "text/plain",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
}
_FIRST_SCRIPT: Final = "js/main.js"
_SHEETS: Final = "css/page.css"
_OWN: Final = ("js/", "css/")
# A comment with its lines to itself. Nothing of ours has such a line inside a text; a test looks.
COMMENT: Final = re.compile(rb"^[ \t]*(?://.*|/\*(?:(?!\*/)[\s\S])*\*/[ \t]*)$", re.MULTILINE)
# What a module needs before it runs; what it imports later stands in brackets.
_IMPORT: Final = re.compile(r'\b(?:from|import)\s*"([^"]+)"')
_SHEET_IMPORT: Final = re.compile(rb'@import "([^"]+)";')


class Asset:
    """One file as it is sent."""

    def __init__(self, body: bytes, mimetype: str) -> None:
        self.body = body
        self.mimetype = mimetype
        self.etag = hashlib.sha256(body).hexdigest()[:20]
        self.can_be_packed = mimetype != "image/png"

    @cached_property
    def packed(self) -> bytes:
        """The same, compressed: once, at the first request for it."""
        return gzip.compress(self.body, mtime=0)

    @cached_property
    def lean(self) -> Asset:
        """The same without comments, which are nearly half of what a browser would fetch.

        Lines stay where they are, so that an error tells the right one.
        """
        body = COMMENT.sub(lambda comment: b"\n" * comment[0].count(b"\n"), self.body)
        return Asset(body, self.mimetype)


class Assets:
    """`static/` and the catalogues, from a checkout or from inside the wheel."""

    def __init__(self, root: Path | None = None) -> None:
        package = Path(__file__).resolve().parent.parent
        root = root or (package if (package / "templates").is_dir() else package.parent)
        self.templates = root / "templates"
        words = {f"i18n/{name}": asset for name, asset in _read(package / "i18n").items()}
        self.files = _read(root / "static") | words

    @cached_property
    def version(self) -> str:
        """Names these very files: an address below it may be kept for ever."""
        listing = "".join(f"{name} {asset.etag}\n" for name, asset in sorted(self.files.items()))
        return hashlib.sha256(listing.encode()).hexdigest()[:16]

    def as_sent(self, name: str) -> Asset | None:
        """Return a file of the page as its own browser gets it."""
        asset = self._all_sheets if name == _SHEETS else self.files.get(name)
        return asset.lean if asset and name.startswith(_OWN) else asset

    @cached_property
    def _all_sheets(self) -> Asset:
        """The sheets of the page in one: a head for each was more than what some of them hold."""

        def sheet(wanted: re.Match[bytes]) -> bytes:
            return self.files[self._resolved(_SHEETS, wanted[1].decode())].body

        body = _SHEET_IMPORT.sub(sheet, self.files[_SHEETS].body)
        return Asset(body, self.files[_SHEETS].mimetype)

    @property
    def complete(self) -> bool:
        """Whether the third-party files are installed."""
        return "vendor/importmap.json" in self.files

    @property
    def locales(self) -> list[str]:
        """The languages there are words for."""
        return sorted(Path(name).stem for name in self.files if name.startswith("i18n/"))

    def importmap(self, prefix: str) -> str:
        """Return the import map, its addresses below `prefix`."""
        return json.dumps(
            {"imports": {name: f"{prefix}{file}" for name, file in self._bare_imports.items()}}
        )

    def first_modules(self) -> list[str]:
        """Return the modules of the first view, so that the browser fetches them all at once."""
        found: set[str] = set()
        waiting = [_FIRST_SCRIPT]
        while waiting:
            name = waiting.pop()
            # Without comments, some of which name types of other modules.
            asset = self.as_sent(name)
            if asset is None or name in found:
                continue
            found.add(name)
            text = asset.body.decode()
            waiting += [self._resolved(name, wanted) for wanted in _IMPORT.findall(text)]
        return sorted(found)

    def _resolved(self, importer: str, wanted: str) -> str:
        if wanted in self._bare_imports:
            return self._bare_imports[wanted]
        return posixpath.normpath(posixpath.join(posixpath.dirname(importer), wanted))

    @cached_property
    def _bare_imports(self) -> dict[str, str]:
        """Third-party modules: the name to import them by, and the file."""
        if not self.complete:
            return {}
        imports = json.loads(self.files["vendor/importmap.json"].body)["imports"]
        return {name: f"vendor/{file}" for name, file in imports.items()}


def _read(folder: Path) -> dict[str, Asset]:
    return {
        path.relative_to(folder).as_posix(): Asset(path.read_bytes(), _TYPES[path.suffix])
        for path in sorted(folder.rglob("*"))
        if path.suffix in _TYPES and path.is_file() and not path.name.startswith(".")
    }
