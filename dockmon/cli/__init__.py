"""The commands of `dockmon`."""
