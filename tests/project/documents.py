"""The documents as data: their tables, headings, links, code blocks and names.

The counterpart is `walk.py`, which says the same of the code; the tests compare.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


class Block(NamedTuple):
    """A block of code: its language as named at the fence, and its text."""

    language: str
    text: str


def pages() -> list[Path]:
    """Return every document for users."""
    return [README, *sorted(DOCS.glob("*.md"))]


def text(page: Path | str) -> str:
    """Return a document's text; a bare name is one below docs/."""
    return (DOCS / page if isinstance(page, str) else page).read_text(encoding="utf-8")


def all_text() -> str:
    """Return all documents as one text."""
    return "\n".join(text(page) for page in pages())


def blocks(page: Path | str, language: str) -> list[str]:
    """Return the blocks of code of one language."""
    found = (Block(*match.groups()) for match in _FENCE.finditer(text(page)))
    return [block.text for block in found if block.language == language]


def prose(page: Path | str) -> str:
    """Return a document without its blocks of code."""
    return _FENCE.sub("", text(page))


def rows(page: Path | str, first_cell: str) -> list[list[str]]:
    """Return the rows of the tables whose header begins with this cell."""
    found: list[list[str]] = []
    inside = False
    for line in prose(page).splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)][1:-1]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == first_cell:
            inside = True
        elif inside and not set(cells[0]) <= set("-:"):
            found.append(cells)
    return found


def headings(page: Path) -> list[str]:
    """Return the headings' texts, marks included."""
    return _HEADING.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """Return the anchors that headings get where these files are read."""
    plain = (re.sub(r"[`*]", "", heading).lower() for heading in headings(page))
    return {re.sub(r"[^\w\- ]", "", one).replace(" ", "-") for one in plain}


def links(page: Path) -> list[str]:
    """Return the targets of links that do not leave the repository."""
    targets = _LINK.findall(prose(page))
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def unquoted(cell: str) -> str:
    """Return a cell's text without its backticks."""
    return cell.strip("`")
