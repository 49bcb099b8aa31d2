"""What is remembered of logs' depths, by many readers at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from dockmon.services import log_depths
from dockmon.services.log_depths import Log, LogDepths

MINE: Log = ("local", "mine")


class Interrupted(OrderedDict[Log, Any]):
    """Lets another reader in between when mine has just been put in."""

    def __init__(self, other: threading.Thread) -> None:
        super().__init__()
        self._other = other

    def move_to_end(self, key: Log, last: bool = True) -> None:
        if key == MINE:
            self._other.start()
            self._other.join(0.2)  # does not end when it has to wait for its turn
        super().move_to_end(key, last)


def test_a_reader_who_notes_a_depth_is_not_pushed_out_half_way_by_another(monkeypatch):
    monkeypatch.setattr(log_depths, "_REMEMBERED", 1)
    depths = LogDepths()
    other = threading.Thread(target=depths.note, args=(("local", "another"), 5, 6))
    depths._logs = Interrupted(other)
    depths.note(MINE, 7, 9)
    other.join()
    assert depths.behind(("local", "another"), 5) == 6
    assert depths.behind(MINE, 7) == 0
