"""What belongs into no file of the repository."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.project.documents import ROOT
from tests.project.running import tracked_files

# Written so that this file does not match itself.
_REGISTRY = re.compile(
    r"\b(?:[\w-]+\.)*(?:npmjs|yarnpkg|pypi|pythonhosted|rubygems|goproxy)\.(?:org|com|io)\b"
)
_DOCUMENTED_AT = Path("/srv/dockmon")  # where the documents put a checkout


def _texts() -> list[tuple[str, str]]:
    found = []
    for file in tracked_files():
        try:
            found.append((str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue  # a picture
    return found


def test_no_file_names_the_host_of_a_package_registry():
    naming = {name: found[0] for name, text in _texts() if (found := _REGISTRY.search(text))}
    assert naming == {}


def test_no_file_names_a_path_of_the_machine_it_was_written_on():
    places = [place for place in (ROOT, Path.home()) if len(place.parts) > 2]
    marks = [f"{place}/" for place in places if place != _DOCUMENTED_AT]
    naming = [name for name, text in _texts() if any(mark in text for mark in marks)]
    assert naming == []


def test_the_lock_files_pin_by_hash_and_name_no_place():
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    assert [name for name, one in packages.items() if "resolved" in one] == []
    assert [name for name, one in packages.items() if "integrity" not in one] == []
    for file in sorted((ROOT / "requirements").glob("*.txt")):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"://|--(?:extra-)?index-url|--find-links", text), file.name
        pinned = re.findall(r"^\w[\w.\[\]-]*==.*\n +--hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^\w", text, re.MULTILINE)), file.name
