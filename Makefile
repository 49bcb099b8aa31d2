# The front door. `make help` lists what can be done.
PYTHON ?= python3
PY = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup assets run demo test soak bench check lock screenshot format

help:  ## list these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup:  ## set up what `run` needs: virtual environment, dependencies, browser files
	@$(PYTHON) tools/setup.py run

assets:  ## install the browser files into static/vendor
	@$(PYTHON) tools/setup.py run

run: setup  ## start dockmon on the local Docker engine
	@exec $(PY) app.py

demo: setup  ## start dockmon on a simulated fleet, no Docker needed
	@exec $(PY) -m dockmon demo

test:  ## set up all that the tests need, and run the whole suite
	@$(PYTHON) tools/setup.py test
	PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m pytest -m "not soak"

soak:  ## the long forms of the tests
	@$(PYTHON) tools/setup.py test
	PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m pytest -m soak --timeout 7200

bench:  ## benchmarks: a table, and JSON in bench-results/
	@$(PYTHON) tools/setup.py test
	PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m bench

check:  ## lint, types, architecture, docs
	@$(PYTHON) tools/setup.py test
	PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m pytest tests/project

format:  ## put the code into its form
	$(PY) -m ruff format . && $(PY) -m ruff check --fix .

screenshot:  ## remake the README's pictures
	@$(PYTHON) tools/setup.py test
	$(PY) tools/screenshot.py

lock:  ## write the lock files anew (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --group build --extra postgres pyproject.toml -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --group dev -c requirements/run.txt -o requirements/dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --group node -o requirements/node.txt
	npm install --package-lock-only --ignore-scripts
