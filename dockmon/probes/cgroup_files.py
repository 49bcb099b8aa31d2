"""The open files of one container, and how many may be open at once.

What they say, `cgroup_parse` reads. A file that stays open costs a third of one that
is opened, read and closed.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Sequence
from typing import Final

_AT_ONCE: Final = 16_384
# The kernel may hand out a long list in parts of a page, so more than this is
# perhaps not all; a shorter text is, and that saves a read.
_SURELY_ALL: Final = 3_000
_MOST_BYTES: Final = 262_144
_READ_ONLY: Final = os.O_RDONLY | os.O_CLOEXEC
_NO_FILE: Final = -1


class Allowance:
    """How many files may stay open: never more than half of what the process may have.

    The other half is for viewers. One for the process, as the limit is.
    most: and never more than this.
    """

    def __init__(self, most: int = sys.maxsize) -> None:
        self._most = most
        self._taken = 0
        self._lock = threading.Lock()

    def take(self, count: int) -> bool:
        """Count files that will stay open; False when that would be too many."""
        half = _file_limit() // 2
        with self._lock:
            if self._taken + count > min(half, self._most):
                return False
            self._taken += count
            return True

    def give_back(self, count: int) -> None:
        """Count files that were closed."""
        with self._lock:
            self._taken -= count


def _file_limit() -> int:
    """Return how many files may be open now. It may be raised while running."""
    try:
        import resource
    except ImportError:
        return 0  # a system without limits has no cgroups either
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit


OF_THIS_PROCESS: Final = Allowance()


class Gone(Exception):
    """The cgroup is not there any more."""


class Files:
    """The files of one container's one life, open as long as the allowance has room.

    paths: None where the machine has no such file. folder: the cgroup, whose inode
    number is its identity. Not for several tasks at once.
    """

    def __init__(self, folder: str, paths: Sequence[str | None], allowance: Allowance) -> None:
        self._folder = folder
        self._paths = paths
        self._allowance = allowance
        self.inode = _inode(folder)
        self._open = _opened(paths)
        if not allowance.take(_count(self._open)):
            _close(self._open)
            self._open = []

    def read(self) -> list[bytes | None]:
        """Return what the files say; None for one that cannot be read, or not any more.

        Raises Gone.
        """
        if not self._open:
            return self._read_once()
        texts: list[bytes | None] = []
        for descriptor in self._open:
            if descriptor == _NO_FILE:
                texts.append(None)
                continue
            try:
                text = os.pread(descriptor, _AT_ONCE, 0)
                texts.append(text if len(text) < _SURELY_ALL else _rest(descriptor, text))
            except OSError:
                texts.append(None)
        return texts

    def _read_once(self) -> list[bytes | None]:
        if _inode(self._folder) != self.inode:
            raise Gone
        return [read_file(path) for path in self._paths]

    def close(self) -> None:
        """Close what is open. The network's file would keep the whole network alive."""
        self._allowance.give_back(_count(self._open))
        _close(self._open)
        self._open = []


def read_file(path: str | None) -> bytes | None:
    """Open, read and close; None for what cannot be read or has no end."""
    if path is None:
        return None
    try:
        descriptor = os.open(path, _READ_ONLY)
    except OSError:
        return None
    try:
        text = os.pread(descriptor, _AT_ONCE, 0)
        return text if len(text) < _SURELY_ALL else _rest(descriptor, text)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _rest(descriptor: int, text: bytes) -> bytes | None:
    while more := os.pread(descriptor, _AT_ONCE, len(text)):
        text += more
        if len(text) > _MOST_BYTES:
            return None
    return text


def _opened(paths: Sequence[str | None]) -> list[int]:
    """Open all of them; nothing when the process has no more descriptors."""
    descriptors: list[int] = []
    for path in paths:
        try:
            descriptors.append(_NO_FILE if path is None else os.open(path, _READ_ONLY))
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                _close(descriptors)
                return []
            descriptors.append(_NO_FILE)
    return descriptors


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        if descriptor != _NO_FILE:
            os.close(descriptor)


def _count(descriptors: Sequence[int]) -> int:
    return sum(descriptor != _NO_FILE for descriptor in descriptors)


def _inode(folder: str) -> int:
    try:
        return os.stat(folder).st_ino  # noqa: PTH116 (a Path costs more than the call)
    except OSError as error:
        raise Gone from error
