# Each target sets up all that it needs: a virtual environment in .venv, and what tests need of the system.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help

help:
	@echo "make demo    translate the project's own releases and show the result"
	@echo "make test    lint, type check and test"
	@echo "make fuzz    the laws on 100,000 generated documents (minutes)"
	@echo "make kill    200 runs killed at random moments (ten minutes)"
	@echo "make replay  what a history of snapshots bills [FOLDER=…]"
	@echo "make bench   speed, as ratios to floors measured in the same run"
	@echo "make fidelity FOLDER=…   what becomes of every page of a folder"
	@echo "make clean   remove the virtual environment and caches"

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(STAMP)

install: $(STAMP)

demo: $(STAMP)
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/demo.sh

# The tests hold catalogs against gettext's own tools.
gettext:
	@command -v msgfmt >/dev/null || { \
		echo "installing gettext"; \
		if [ "$$(id -u)" = 0 ]; then SUDO=; else SUDO=sudo; fi; \
		$$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq gettext; }

test: $(STAMP) gettext
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/prl10n check --frozen
	$(BIN)/python -m pytest

fuzz: $(STAMP)
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest tests/test_laws.py

fidelity: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python bench/fidelity.py $(FOLDER)

kill: $(STAMP) gettext
	$(BIN)/python bench/kill.py

replay: $(STAMP)
	$(BIN)/python bench/replay.py $(FOLDER)

bench: $(STAMP)
	$(BIN)/python bench/split.py
	$(BIN)/python bench/throughput.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help install demo gettext test fuzz fidelity kill replay bench clean
