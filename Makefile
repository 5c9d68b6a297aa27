# Every command a person or a build machine needs. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLIENTS ?= 100000
ENGINE ?= sqlite
PORT ?= 8000
# Test processes at once; one per core.
WORKERS ?= auto
# Every test process and every program that a test starts would otherwise compile Kinfold again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test test-sqlite test-postgres journeys check fmt reference bench lock clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.package ## Make .venv with everything pinned (quick when nothing changed)

$(VENV)/.requirements: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Kinfold needs Python 3.11 or newer as '$(PYTHON)'. Install it, or say where it is: make setup PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python cannot make virtual environments: install its venv module (on Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	@echo "Making $(VENV) (a minute or two the first time)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt || { \
	  command -v cc >/dev/null || echo "A package has no ready-made build for this machine and there is no C compiler: install one (on Debian and Ubuntu: apt-get install build-essential python3-dev), then run make setup again." >&2; \
	  exit 1; }
	@touch $@

$(VENV)/.package: $(VENV)/.requirements pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $@

run: setup ## Run Kinfold here: a demo practice if there is none, the web server and the worker (PORT=8000)
	@$(BIN)/kinfold demo --if-empty
	@$(BIN)/kinfold run --port $(PORT)

test: test-sqlite test-postgres journeys ## Run every test on SQLite and PostgreSQL, and the journeys in a browser

test-sqlite: setup ## The tests on SQLite
	$(BIN)/pytest --engine=sqlite -n $(WORKERS) --ignore=tests/journeys

test-postgres: setup ## The tests on PostgreSQL
	$(BIN)/pytest --engine=postgres -n $(WORKERS) --ignore=tests/journeys

journeys: setup ## The journeys in a real browser
	KINFOLD_BROWSER="$$(ci/browser $(BIN)/python)" $(BIN)/pytest --engine=sqlite -n $(WORKERS) tests/journeys

check: export KINFOLD_HOME = $(CURDIR)/build/check
check: setup ## Formatting, lint, types, import rules, templates, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint kinfold
	$(BIN)/python -m django makemigrations --check --dry-run --settings=kinfold.config.settings

fmt: setup ## Format the code
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

reference: setup ## Write docs/reference from the code
	$(BIN)/python -c 'from kinfold.domain.access.reference import as_markdown; print(as_markdown(), end="")' > docs/reference/permissions.md

bench: setup ## Measure against the raw database and a plain Django admin: CLIENTS=100000 ENGINE=sqlite|postgres JOBS=J1,J3 SIZES=10000,100000
	$(BIN)/python -m bench --clients $(CLIENTS) --engine $(ENGINE) --jobs "$(JOBS)" --sizes "$(SIZES)"

lock: setup ## Pin requirements/*.in again, with hashes (needs uv on this machine)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet \
	  requirements/base.in -o requirements/base.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet \
	  requirements/dev.in -o requirements/dev.txt

clean: ## Remove caches and build leftovers (never var/, which holds data)
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build *.egg-info bench/out
	find kinfold tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
