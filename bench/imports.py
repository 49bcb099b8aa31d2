"""A process that boots the runtime, imports what the server imports, and does nothing else.

The price of the libraries alone, beside which start and memory of the server
are judged. Says on one line when it was done (`time.monotonic()`, which all
processes of a machine share) and then sleeps until its standard input ends.
"""

from dockmon.runtime import boot

boot()


def main() -> None:
    """Import, tell, wait."""
    import sys
    import time

    import dockmon.cli.main
    import dockmon.engines.client
    import dockmon.factory  # noqa: F401

    print(time.monotonic(), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
