"""The process entry for `python app.py`, `flask --app app` and WSGI servers."""

from dockmon.runtime import boot

boot()  # before anything that could open a socket is imported

from typing import Any  # noqa: E402


def __getattr__(name: str) -> Any:
    """Make `app` when a WSGI server asks for it; `python app.py` never does."""
    if name != "app":
        raise AttributeError(name)
    from dockmon.factory import app_for_wsgi

    globals()["app"] = made = app_for_wsgi()
    return made


if __name__ == "__main__":
    import sys

    from dockmon.cli.main import main

    main(["serve", *sys.argv[1:]])
