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
	@echo "make lock    pins of requirements/ for what pyproject.toml asks; make upgrade takes the newest of all"
	@echo "make audit   known vulnerabilities of what is pinned"
	@echo "make dist    wheel, sdist and their checksums, in dist/"
	@echo "make sbom    what the wheel needs, as CycloneDX, in dist/"
	@echo "make clean   remove the virtual environment and caches"

PIP := python -m pip install --quiet --disable-pip-version-check

$(STAMP): pyproject.toml requirements/dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/$(PIP) --require-hashes --requirement requirements/dev.txt
	$(BIN)/$(PIP) --no-build-isolation --no-deps --editable .
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

# The tools of a release have an environment and a lock of their own: contributors need none of them.
TOOLS := $(VENV)/release

$(TOOLS)/.installed: requirements/release.txt
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/$(PIP) --require-hashes --requirement $<
	@touch $@

# For every platform and Python at once, so that one lock serves all. What is pinned stays, unless pyproject.toml forbids it.
COMPILE = $(TOOLS)/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" $(UPGRADE)

lock: $(TOOLS)/.installed
	$(COMPILE) pyproject.toml --extra dev --output-file requirements/dev.txt
	$(COMPILE) pyproject.toml --constraints requirements/dev.txt --output-file requirements/runtime.txt
	$(COMPILE) --group pyproject.toml:release --output-file requirements/release.txt

upgrade: UPGRADE := --upgrade
upgrade: lock

# Strict: a package that the advisory database does not answer for is an error, not a pass.
audit: $(TOOLS)/.installed
	@for lock in requirements/*.txt; do \
		echo "$$lock"; \
		$(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes --requirement $$lock $(AUDIT) || exit 1; \
	done

dist: $(STAMP)
	rm -rf dist
	$(BIN)/hatchling build
	cd dist && sha256sum *.whl *.tar.gz > SHA256SUMS

sbom: $(TOOLS)/.installed dist
	BIN=$(TOOLS)/bin sh scripts/sbom.sh

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: help screenshots install demo gettext chromium generators test test-sites fuzz fidelity kill faults replay bench clean \
	lock upgrade audit dist sbom
