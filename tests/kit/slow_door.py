"""A dockmon that checks a CONNECT only when the test lets it; `tests/kit/server` runs it.

A CONNECT whose `auth` names a folder as `wait_in` is checked once that folder holds
a file `go`; until then there is a file `asked`. The rest of the process is the real one.
"""

from dockmon.runtime import boot

boot()  # before anything that could open a socket is imported

import time  # noqa: E402
from dataclasses import replace  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from dockmon import factory  # noqa: E402
from dockmon.cli.main import main  # noqa: E402
from dockmon.domain.access import Principal  # noqa: E402
from dockmon.realtime import rooms  # noqa: E402
from dockmon.realtime.server import Identity  # noqa: E402

# Strangers may stay, however slow the machine is.
rooms.UNJOINED_SECONDS = 3600.0
_prompt = factory._identity


def _slow(*parts: Any) -> Identity:
    identity = _prompt(*parts)

    def admit(environ: dict[str, Any], auth: Any) -> Principal:
        if isinstance(auth, dict) and "wait_in" in auth:
            folder = Path(auth["wait_in"])
            (folder / "asked").touch()
            while not (folder / "go").exists():
                time.sleep(0.01)
        return identity.admit(environ, auth)

    return replace(identity, admit=admit)


factory._identity = _slow

if __name__ == "__main__":
    main(["serve"])
