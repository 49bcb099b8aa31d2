"""The process entry of the installed command `dockmon`."""

from dockmon.runtime import boot

boot()  # before anything that could open a socket is imported


def main() -> None:
    """Run the command line."""
    from dockmon.cli.main import main as run

    run()


if __name__ == "__main__":
    main()
