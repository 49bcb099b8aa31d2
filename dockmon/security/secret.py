"""The secret that signs the tokens: given by the environment, or made once and kept."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

FILE_NAME: Final = "secret_key"
MIN_BYTES: Final = 32


class SecretError(Exception):
    """The secret cannot be used; the text is one line for whoever starts dockmon."""


def load_secret(setting: str | None, data_dir: Path) -> str:
    """Return `DOCKMON_SECRET_KEY`, or the one of the data directory, made when there is none.

    Raises: SecretError.
    """
    if setting:
        return setting
    path = data_dir / FILE_NAME
    try:
        if not path.exists():
            _create(path)
        path.chmod(0o600)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise SecretError(f"the secret cannot be read or made: {fault}") from fault
    if len(secret) < MIN_BYTES:
        raise SecretError(f"{path} holds less than {MIN_BYTES} bytes; remove it to get a new one")
    return secret


def _create(path: Path) -> None:
    """Make the file appear whole or not at all; of two processes the first one wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{FILE_NAME}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(MIN_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
