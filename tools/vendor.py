"""Copy the third-party browser code from node_modules to static/vendor.

One job: make static/vendor hold exactly what the page imports, with its licences.
Counterpart: package-lock.json, which says which versions; static/js, which imports them.

Standard library only, because it also runs inside the wheel's build, before
anything of ours is installed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Asset:
    package: str
    source: str
    name: str
    specifier: str | None = None


ASSETS = (
    # No specifier: the client library imports it by relative path, so that other
    # pages need no import map.
    Asset("socket.io-client", "dist/socket.io.esm.min.js", "socket.io.esm.min.js"),
    Asset("preact", "dist/preact.mjs", "preact.mjs", "preact"),
    Asset("preact", "hooks/dist/hooks.mjs", "preact-hooks.mjs", "preact/hooks"),
    Asset("htm", "dist/htm.mjs", "htm.mjs", "htm"),
    Asset("htm", "preact/index.mjs", "htm-preact.mjs", "htm/preact"),
    Asset("@preact/signals", "dist/signals.mjs", "signals.mjs", "@preact/signals"),
    Asset(
        "@preact/signals-core", "dist/signals-core.mjs", "signals-core.mjs", "@preact/signals-core"
    ),
    # Fetched when the first chart is looked at; its style sheet is linked like ours.
    Asset("uplot", "dist/uPlot.esm.js", "uPlot.mjs", "uplot"),
    Asset("uplot", "dist/uPlot.min.css", "uPlot.css"),
)

# socket.io-client's file has these inside; whoever hands it on has to hand on their licences too.
BUNDLED = (
    "engine.io-client",
    "engine.io-parser",
    "socket.io-parser",
    "@socket.io/component-emitter",
)

# The compiler finds the types of a minified file only in a declaration beside it.
DECLARATIONS = {"socket.io.esm.min.d.ts": 'export * from "socket.io-client";\n'}

# The maps are not copied: a browser with open developer tools would ask for them
# and log a 404 each.
SOURCE_MAP = re.compile(r"\s*//# sourceMappingURL=\S+\s*$")


class VendorError(Exception):
    """What is wrong, in words for the person at the terminal."""


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as missing:
        raise VendorError(f"{path} is missing: run `npm ci --ignore-scripts` first") from missing


def locked_version(package: str, root: Path) -> str:
    lock = json.loads(read(root / "package-lock.json"))
    return str(lock["packages"][f"node_modules/{package}"]["version"])


def checked_version(package: str, root: Path) -> str:
    """The installed version; a stale node_modules would otherwise ship unnoticed."""
    installed = str(json.loads(read(root / "node_modules" / package / "package.json"))["version"])
    locked = locked_version(package, root)
    if installed != locked:
        raise VendorError(
            f"{package} is {installed}, the lock says {locked}: run `npm ci --ignore-scripts`"
        )
    return installed


def third_party_text(root: Path) -> str:
    packages = [*dict.fromkeys(asset.package for asset in ASSETS), *BUNDLED]
    parts = ["Third-party code in this folder, with its licences.\n"]
    for package in packages:
        folder = root / "node_modules" / package
        licence = json.loads(read(folder / "package.json"))["license"]
        title = f"{package} {checked_version(package, root)} ({licence})"
        parts.append(f"{title}\n{'-' * len(title)}\n\n{read(folder / 'LICENSE').strip()}\n")
    return "\n\n".join(parts)


def import_map() -> dict[str, dict[str, str]]:
    """Paths are relative to this folder: only the server knows the base path before them."""
    return {"imports": {asset.specifier: asset.name for asset in ASSETS if asset.specifier}}


def contents(root: Path) -> dict[str, str]:
    """Everything that belongs in static/vendor; all is read before anything is written."""
    files = {
        asset.name: SOURCE_MAP.sub("\n", read(root / "node_modules" / asset.package / asset.source))
        for asset in ASSETS
    }
    files |= DECLARATIONS
    files["THIRD_PARTY.txt"] = third_party_text(root)
    files["importmap.json"] = json.dumps(import_map(), indent=2) + "\n"
    return files


def vendor(root: Path, target: Path) -> list[str]:
    files = contents(root)
    target.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8", newline="\n")
    # Strays go last: emptying the folder first would answer 404 to a page that is open meanwhile.
    for stray in target.iterdir():
        if stray.name not in files:
            stray.unlink()
    return sorted(files)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Copy the third-party browser code to static/vendor."
    )
    parser.add_argument(
        "--root", type=Path, default=ROOT, help="the folder that holds node_modules"
    )
    parser.add_argument("--target", type=Path, help="default: static/vendor below the root")
    options = parser.parse_args(arguments)
    target = options.target or options.root / "static" / "vendor"
    try:
        files = vendor(options.root, target)
    except VendorError as error:
        print(f"vendor: {error}", file=sys.stderr)
        return 1
    print(f"vendor: {len(files)} files in {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
