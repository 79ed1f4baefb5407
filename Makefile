# Two commands do everything: `make report` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv

# Two jobs at a time: what is fetched does not wait for what is unpacked, nor the tests for the types.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j2
endif

.PHONY: report test lint types fast slow setup setup-dev lock sample bench clean

report: setup
	$(BIN)/throughcare demo

test: setup-dev sshd
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory types fast
	@$(MAKE) --no-print-directory slow

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

# Our own modules are compiled once, not by every process that a test starts, whatever the machine is set to.
fast slow: export PYTHONDONTWRITEBYTECODE :=

fast:
	$(BIN)/pytest -n 2 --dist loadfile

slow:
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m slow

setup: $(VENV)/run.stamp node_modules/.stamp browser
setup-dev: $(VENV)/dev.stamp node_modules/.stamp browser

$(UV): requirements/tools.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.lock
	touch $(UV)

$(VENV)/run.stamp: $(UV) requirements/run.lock pyproject.toml
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/run.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/dev.stamp: $(UV) requirements/dev.lock pyproject.toml
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

# reveal.js for the slides; without node on the machine npm comes from PyPI.
node_modules/.stamp: package-lock.json | $(UV)
	@if command -v npm >/dev/null 2>&1; then npm ci --silent --no-audit --no-fund; \
	else $(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/node.lock && \
	     PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --no-audit --no-fund; fi
	touch $@

# Static figures need a Chromium-family browser; the HTML is made without one.
.PHONY: browser sshd
browser:
	@sh tools/browser.sh

# After the browser, since both ask the same package manager.
sshd: browser
	@sh tools/sshd.sh

lock: $(UV)
	sh tools/lock.sh

# The made-up sample; equal code writes equal bytes.
sample: setup
	$(BIN)/python -m pipeline.synthetic data/sample

clean:
	rm -rf $(VENV) node_modules data/demo .mypy_cache .ruff_cache .pytest_cache
