# Two commands: `make run` opens the interview, `make test` runs the tests. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: run test lint types contracts check format clean

run: $(READY)
	@$(BIN)/mockint

test: $(READY)
	@$(BIN)/python -m pytest -n 2 -q

lint: $(READY)
	@$(BIN)/ruff check mockint tests
	@$(BIN)/ruff format --check mockint tests

types: $(READY)
	@$(BIN)/mypy

contracts: $(READY)
	@$(BIN)/lint-imports

check: test lint types contracts

format: $(READY)
	@$(BIN)/ruff format mockint tests
	@$(BIN)/ruff check --fix mockint tests

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mockint needs Python 3.11 or newer; set PYTHON=…")'
	@echo "Setting up $(VENV): once, about two minutes."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache dist build
