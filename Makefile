# A thin face: what a target does is in pyproject.toml or in `afterloan` itself.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$name; break; fi; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
LOCKED := $(PIP) --no-deps --require-hashes
RESOLVE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --quiet
TEST_PROCESSES ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint fmt bench assets i18n lock

help: ## List what can be made
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name words; do \
		printf '%-16s %s\n' "$$name" "$$words"; done

demo: .venv/.run ## Run the product with a loan book in it (BOOK=path for your own, LOANS=number)
	@exec $(BIN)/afterloan demo $(if $(BOOK),--book "$(BOOK)") $(if $(LOANS),--loans $(LOANS))

test: .venv/.dev assets ## Run the suite, browser journeys included (about 8 minutes)
	@$(BIN)/python -m tests.package
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) -m "not slow" --cov --cov-report=term $(ARGS)

test-all: .venv/.dev assets ## Run the suite with what takes minutes
	@$(BIN)/python -m tests.package
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --cov --cov-report=term $(ARGS)

lint: .venv/.dev ## Check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

fmt: .venv/.dev ## Write the code in our style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/.dev ## Measure what docs/performance.md states
	$(BIN)/python -m bench $(ARGS)

assets: .venv/.run ## Fetch what browsers load from us and others wrote
	@$(BIN)/afterloan assets

i18n: .venv/.dev ## List the texts that have no Chinese yet
	$(BIN)/python -m pytest -q tests/app/test_i18n.py

lock: ## Resolve the locks anew (needs uv on the PATH)
	$(RESOLVE) pyproject.toml -o requirements.lock
	$(RESOLVE) --group build -o requirements-build.lock
	$(RESOLVE) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

# Each step leaves a mark and is not done again until what it was made from changes.
.venv/.made:
	@test -n "$(PYTHON)" || { echo "Afterloan needs Python 3.11 or newer on the PATH."; exit 1; }
	@echo "Making .venv with $(PYTHON) …"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: .venv/.made requirements.lock requirements-build.lock pyproject.toml
	@echo "Installing what Afterloan runs on …"
	@$(LOCKED) -r requirements.lock -r requirements-build.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.run requirements-dev.lock
	@echo "Installing what its tests need …"
	@$(LOCKED) -r requirements-dev.lock
	@touch $@
