# Everything a person does with this repository. `make` alone lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MYPY := $(BIN)/mypy --no-error-summary
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install --no-compile
# Two stages: what runs the program, and what develops it.
PROGRAM := $(VENV)/.program
READY := $(VENV)/.ready
# Tests wait more than they compute, so more workers than cores pay: six are best on two cores.
WORKERS ?= 6
PYTEST := $(BIN)/pytest --quiet -n $(WORKERS) --dist loadgroup
LOCK := uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links --python-version 3.11 pyproject.toml
# They start many programs, or wait for time limits.
SLOW := cli/test_any_value cli/test_examples cli/test_login cli/test_many_writes \
	cli/test_progress_messages cli/test_serve cli/test_shells cli/test_start \
	cli/test_token_sharing cli/test_windows settings/test_secret_command \
	zuora/test_misbehaving_server
FAST := tests/domain tests/services tests/settings tests/zuora tests/cli \
	$(SLOW:%=--ignore-glob='tests/%*')

LINT := lint-imports lint-format lint-rules lint-types lint-types-darwin lint-types-win32
AT_ONCE := $(MAKE) --no-print-directory --jobs

# Every worker and every program that a test starts would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run lint check test snapshots format bench monkey truth lock tables clean \
	$(LINT) pytest-fast pytest-all

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(PROGRAM): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Installing the program into $(VENV): 25 MB, 10 to 20 seconds ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

$(READY): $(PROGRAM) requirements-dev.lock
	@echo "Installing the tests' tools into $(VENV): 260 MB, about a minute ..."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@# One process compiles what all workers would compile at the same time.
	@$(BIN)/pytest --collect-only --quiet >/dev/null || true
	@touch $@

setup: $(READY)  ## Make the environment .venv (every other target does it by itself)

run: $(PROGRAM)  ## Open the screen on the fake tenant; ARGS="--user bruno" and the like are passed on
	@$(BIN)/entity-connections $(ARGS)

lint: $(READY)  ## Format, lint, types and import contracts, two at a time
	@$(AT_ONCE)=2 $(LINT)

lint-types:
	$(MYPY)

lint-types-darwin:
	$(MYPY) --platform darwin --cache-dir .mypy_cache/darwin --package entity_connections

lint-types-win32:
	$(MYPY) --platform win32 --cache-dir .mypy_cache/win32 --package entity_connections \
		--no-warn-unreachable

lint-format:
	$(BIN)/ruff format --diff --quiet .

lint-rules:
	$(BIN)/ruff check --quiet .

lint-imports:
	$(BIN)/lint-imports --no-logo

# One linter at a time runs beside the tests.
check: $(READY)  ## lint, and the fast tests: domain, services, settings, adapter, commands
	@$(AT_ONCE)=2 pytest-fast $(LINT)

test: $(READY)  ## lint, and every test
	@$(AT_ONCE)=2 pytest-all $(LINT)

pytest-fast:
	$(PYTEST) $(FAST)

pytest-all:
	$(PYTEST)

format: $(READY)  ## Put the code into its standard form
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --quiet --fix .

bench: $(READY)  ## Measure what a person feels, as ratios to a bare Textual app
	$(BIN)/python -m tests.bench

monkey: $(READY)  ## Random keys, clicks and pastes, RUNS=500 times
	$(BIN)/python -m tests.tui.monkey $(or $(RUNS),500)

truth: $(READY)  ## Random journeys through faults and kills, 500 of them unless RUNS says otherwise
	@$(BIN)/python -m tests.truth.journey 0 $(or $(RUNS),500)

snapshots: $(READY)  ## Take the pictures of the screen anew: look at the difference before you commit
	$(PYTEST) tests/tui tests/walkthrough --snapshot-update

tables: $(READY)  ## Write the tables of the READMEs and the man page anew
	$(BIN)/python -m tests.readme_tables
	$(BIN)/python -m tests.man_page

lock:  ## Resolve the dependencies anew into the two lock files (needs uv)
	$(LOCK) --group build -o requirements.lock
	$(LOCK) --group dev -c requirements.lock -o requirements-dev.lock

clean:  ## Remove the environment and everything generated
	rm -rf .venv dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
