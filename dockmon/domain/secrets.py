"""Which values look like secrets, and how they are hidden.

One list for labels, arguments, environment and health texts. It errs on the
side of hiding: a masked harmless value costs an admin one click, a shown
password costs the machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

MASK: Final = "••••••"

HIDDEN_KEYS: Final = (
    r"pass(word|wd|phrase)?|pwd|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key"
    r"|credential|auth(orization)?($|[-_.])|cookie|session[-_.]?id|dsn|connection[-_.]?string"
    r"|basic[-_.]?auth|users$"
)
# No pattern may look further than linearly: anybody who starts a container writes
# labels, and one of 100 kB would otherwise keep the whole process busy for minutes.
HIDDEN_VALUES: Final = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|[a-z][a-z0-9+.-]{0,31}://[^/\s:@]*:[^/\s@]+@"  # a password inside an address
    r"|(?<![\w-])(?>(?:[\w-]*?-)??(?-i:eyJ))[\w-]{8,}+\.[\w-]{8,}+\."  # JWT
    r"|\b(ghp|gho|ghs|ghu|github_pat|glpat|xox[abprs]|sk|pk|rk|AKIA|ASIA|AIza)[-_A-Za-z0-9]{16,}"
    r"|\$(apr1|2[aby]|argon2id?|[156])\$"  # password hashes
    r"|\b(bearer|basic)\s+[A-Za-z0-9+/=._-]{8,}"
)

_SECRET_KEY = re.compile(HIDDEN_KEYS, re.IGNORECASE)
_SECRET_VALUE = re.compile(HIDDEN_VALUES, re.IGNORECASE)
_ASSIGNMENT = re.compile(r"^(?P<key>-{0,2}[A-Za-z][\w.-]*)=(?P<value>.*)$", re.DOTALL)
_FLAG = re.compile(r"^-{1,2}(?P<key>[A-Za-z][\w.-]*)$")


def looks_secret(key: str, value: str) -> bool:
    """Say whether the key or the value looks like a secret."""
    return bool(_SECRET_KEY.search(key) or _SECRET_VALUE.search(value))


def mask_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels with secret-looking values masked."""
    return {
        key: MASK if value and looks_secret(key, value) else value for key, value in labels.items()
    }


def mask_environment(entries: Iterable[str]) -> list[str]:
    """Return `NAME=value` entries with every value masked, whatever it looks like."""
    return [f"{entry.split('=', 1)[0]}={MASK}" if "=" in entry else entry for entry in entries]


def mask_arguments(arguments: Iterable[str]) -> list[str]:
    """Return command-line arguments with secret-looking ones masked.

    Knows `--token=x`, `--token x` and `TOKEN=x`; anything else is judged as a value.
    """
    masked: list[str] = []
    hide_next = False
    for argument in arguments:
        assignment = _ASSIGNMENT.match(argument)
        flag = _FLAG.match(argument)
        if hide_next and not flag:
            masked.append(MASK)
        elif assignment and looks_secret(assignment["key"], assignment["value"]):
            masked.append(f"{assignment['key']}={MASK}")
        else:
            masked.append(mask_text(argument))
        hide_next = bool(flag and _SECRET_KEY.search(flag["key"]))
    return masked


def mask_text(text: str) -> str:
    """Return the text, or only the mask when it holds what looks like a secret."""
    if _SECRET_VALUE.search(text) or _ASSIGNED_IN_TEXT.search(text):
        return MASK
    return text


_ASSIGNED_IN_TEXT = re.compile(rf"({HIDDEN_KEYS})[\w.-]{{0,64}}\s{{0,8}}[=:]\s*\S", re.IGNORECASE)
