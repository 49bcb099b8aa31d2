"""Benchmarks: what dockmon costs, and how fast it is, on a real Docker engine of their own.

`python -m bench` runs all of them, `python -m bench events start` some. Each is
a module with a `run(scale)`; the aims are those of `docs/benchmarks.md`.
"""
