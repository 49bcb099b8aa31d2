"""The browser's files: where they are, and whether all of them are there."""

from __future__ import annotations

import json
from pathlib import Path


class Assets:
    """`static/` and `templates/`, from a checkout or from inside the wheel."""

    def __init__(self, root: Path | None = None) -> None:
        package = Path(__file__).resolve().parent.parent
        root = root or (package if (package / "templates").is_dir() else package.parent)
        self.folder = root / "static"
        self.templates = root / "templates"
        self._words = package / "i18n"

    @property
    def complete(self) -> bool:
        """Whether the third-party files are installed."""
        return (self.folder / "vendor" / "importmap.json").is_file()

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages there are words for."""
        return tuple(path.stem for path in sorted(self._words.glob("*.json")))

    def words(self, locale: str) -> str:
        """Return the catalogue of a language, as JSON."""
        return (self._words / f"{locale}.json").read_text(encoding="utf-8")

    @property
    def modules(self) -> list[str]:
        """Our scripts below static/, so that the browser fetches them all at once."""
        scripts = self.folder / "js"
        return sorted(str(path.relative_to(self.folder)) for path in scripts.rglob("*.js"))

    def importmap(self, prefix: str) -> str:
        """Return the import map, its addresses below `prefix`; empty before installation."""
        if not self.complete:
            return '{"imports":{}}'
        text = (self.folder / "vendor" / "importmap.json").read_text(encoding="utf-8")
        imports = json.loads(text)["imports"]
        return json.dumps({"imports": {name: prefix + file for name, file in imports.items()}})
