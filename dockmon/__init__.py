"""dockmon: a live monitor and control panel for Docker.

Importing this package must stay free of side effects: `runtime.boot()` has to
patch the standard library before anything that opens a socket is imported.
"""

__version__ = "0.1.0"
