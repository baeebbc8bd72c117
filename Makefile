# Each target sets up all that it needs: a virtual environment in .venv, and what tests need of the system.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help

help:
	@echo "make demo    translate the project's own releases and show the result"
	@echo "make test    lint, type check and test"
	@echo "make test-sites  … and with Docusaurus from npm (minutes)"
	@echo "make screenshots  the pictures of the README"
	@echo "make fuzz    the laws on 100,000 generated documents (minutes)"
	@echo "make kill    200 runs killed at random moments (ten minutes)"
	@echo "make faults  1,000 runs under faults of the system (an hour)"
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

# The tests of the review page open it in a browser.
chromium:
	@command -v chromium >/dev/null || { \
		echo "installing chromium"; \
		if [ "$$(id -u)" = 0 ]; then SUDO=; else SUDO=sudo; fi; \
		$$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq --no-install-recommends chromium; }

# The tests build the project's own content by the generators themselves.
generators:
	@missing=; for tool in hugo jekyll; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	if [ -n "$$missing" ]; then \
		echo "installing$$missing"; \
		if [ "$$(id -u)" = 0 ]; then SUDO=; else SUDO=sudo; fi; \
		$$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq --no-install-recommends $$missing; fi

test: $(STAMP) gettext chromium generators
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/prl10n check --frozen
	$(BIN)/python -m pytest

# Docusaurus is a thousand packages, and builds for two minutes. Needs Node.js 20 or later.
DOCUSAURUS := $(VENV)/docusaurus

$(DOCUSAURUS)/.installed: tests/generators/docusaurus/package.json
	@command -v npm >/dev/null || { echo "make test-sites needs Node.js 20 or later, with npm"; exit 1; }
	mkdir -p $(DOCUSAURUS)
	cp $< $(DOCUSAURUS)
	npm install --prefix $(DOCUSAURUS) --ignore-scripts --no-audit --no-fund
	@touch $@

test-sites: $(STAMP) gettext generators $(DOCUSAURUS)/.installed
	PRL10N_TEST_DOCUSAURUS=$(CURDIR)/$(DOCUSAURUS)/node_modules $(BIN)/python -m pytest tests/test_generators.py

screenshots: $(STAMP) chromium
	$(BIN)/python scripts/screenshots.py

fuzz: $(STAMP)
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest tests/test_laws.py

fidelity: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python bench/fidelity.py $(FOLDER)

kill: $(STAMP) gettext
	$(BIN)/python bench/kill.py

faults: $(STAMP) gettext
	$(BIN)/python bench/faults.py

replay: $(STAMP)
	$(BIN)/python bench/replay.py $(FOLDER)

bench: $(STAMP)
	$(BIN)/python bench/split.py
	$(BIN)/python bench/throughput.py
	$(BIN)/python bench/speed.py $(FOLDER)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help screenshots install demo gettext chromium generators test test-sites fuzz fidelity kill faults replay bench clean
