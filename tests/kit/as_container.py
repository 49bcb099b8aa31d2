"""A dockmon that takes a container for its own, as if it ran in it; `tests/kit/server` runs it.

Which one stands in OWN_CONTAINER, as a full id. The rest of the process is the real one.
"""

from dockmon.runtime import boot

boot()  # before anything that could open a socket is imported

import os  # noqa: E402

from dockmon.probes import own_container as probe  # noqa: E402

probe.own_container = lambda *_: os.environ["OWN_CONTAINER"]

from dockmon.cli.main import main  # noqa: E402

if __name__ == "__main__":
    main(["serve"])
