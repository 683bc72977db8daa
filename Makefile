# Targets are documented by the text behind ##; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Python's and JavaScript's packages are set up side by side.
MAKEFLAGS += --jobs=2

# Python 3.11 or newer: python3 if it is new enough, else a newer one beside it.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
# Compiled at once: every process that starts would compile the libraries anew where Python may not write.
INSTALL := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python
# Our own modules too, whatever the machine says of it: the tests start a hundred processes.
unexport PYTHONDONTWRITEBYTECODE
WORKERS ?= 2
TESTS ?= tests
PORT ?= 8000
# What tests/browser needs; TESTS=tests/engine does without.
CHROMIUM := $(if $(filter tests tests/ tests/browser%,$(TESTS)),$(VENV)/.chromium)
# Said after the message of whichever program could not fetch something.
OFFLINE = { echo "Set-up could not fetch packages from $(1). It needs the internet once; behind a proxy, set HTTPS_PROXY."; exit 1; }

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# -- use ----------------------------------------------------------------------------------------------------------

.PHONY: run deploy check
run: $(VENV)/.runtime webapp/static/build/.stamp ## set up, migrate and seed a local database, start web and scheduler
	$(BIN)/pathways run --sample --port $(PORT)

# The database of `make run`, unless DATABASE_URL names another.
deploy: export DATABASE_URL := $(or $(DATABASE_URL),sqlite:///$(CURDIR)/var/pathways.db)
deploy: $(VENV)/.runtime webapp/static/build/.stamp ## deploy files or folders: make deploy FILES="processes/barnsley forms/barnsley" NOTE="why"
	$(BIN)/pathways deploy $(FILES) $(if $(NOTE),--note "$(NOTE)")

check: $(VENV)/.runtime webapp/static/build/.stamp ## check every diagram, decision table and form in this folder
	$(BIN)/pathways check $$(find processes forms -name '*.bpmn' -o -name '*.dmn' -o -name '*.form')

# -- work on the code ---------------------------------------------------------------------------------------------

# Sealed in a folder of its own: what looks for faults is no part of what is looked at.
PIP_AUDIT := $(BIN)/uv tool run --quiet --from pip-audit==2.10.1 pip-audit --progress-spinner off --disable-pip --require-hashes

.PHONY: test lint format docs stories stories-needed bench audit lock clean
test: lint webapp/static/build/.stamp $(CHROMIUM) ## set up all that is needed, lint, and run every test (some of them: TESTS=tests/engine)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

lint: $(VENV)/.dev ## ruff, mypy and the import contracts
	$(BIN)/ruff check engine webapp tests
	$(BIN)/ruff format --check engine webapp tests
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## put the Python code in order
	$(BIN)/ruff check --fix-only engine webapp tests
	$(BIN)/ruff format engine webapp tests

docs: $(VENV)/.dev node_modules/.stamp $(VENV)/.chromium ## write a page a process, with its picture, to var/docs, and the reference in docs/ anew
	$(BIN)/python -m tests.docs

stories: $(VENV)/.dev ## run the stories, and keep which way each goes through the diagrams (processes/*/stories.json)
	$(BIN)/python -m pytest -n $(WORKERS) --write-stories tests/processes

stories-needed: $(VENV)/.dev ## say which clauses have no story that fails without what carries them; CLAUSES="BAR-QA-5.M6 ..." for some
	$(BIN)/python -m tests.processes.without $(CLAUSES)

bench: $(VENV)/.dev webapp/static/build/.stamp ## print the benchmarks (ratios and medians)
	$(BIN)/python -m tests.benchmarks

# A mirror may lack the lists of known faults: then what it answers is said, and what was not looked up is no fault.
audit: $(VENV)/.build node_modules/.stamp ## look up the known faults of every pinned package (pip-audit, npm audit)
	@found=0; for lock in requirements.lock requirements-dev.lock; do echo "$$lock:"; $(PIP_AUDIT) -r $$lock || found=1; done; \
	  echo "package-lock.json:"; said="$$(npm audit 2>&1)" || { grep -q "audit endpoint" <<< "$$said" || found=1; }; echo "$$said"; exit $$found

COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11
lock: $(VENV)/.build ## pin anew what pyproject.toml names; UPGRADE=1 takes the newest that fit
	$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml -o requirements.lock >/dev/null
	$(COMPILE) $(if $(UPGRADE),--upgrade) --group dev -c requirements.lock -o requirements-dev.lock >/dev/null
	$(COMPILE) $(if $(UPGRADE),--upgrade) --group build -o requirements-build.lock >/dev/null

clean: ## remove what set-up and runs have made, the local database included
	rm -rf $(VENV) node_modules webapp/static/build engine/build var

# -- set-up: each step leaves a stamp, and is done again only when its lock file changes -------------------------

# Debian packs venv apart from Python: root may fetch it, others are told.
$(VENV)/.build: requirements-build.lock
	@test -n "$(PYTHON)" || { echo "Pathways needs Python 3.11 or newer. Install it, or run make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv --clear $(VENV); } \
	  || { echo "Python's venv module is missing. Install it (on Debian: apt-get install python3-venv)"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.lock || $(call OFFLINE,PyPI)
	@touch $@

$(VENV)/.runtime: requirements.lock pyproject.toml $(VENV)/.build
	@$(INSTALL) --require-hashes -r requirements.lock || $(call OFFLINE,PyPI)
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@$(INSTALL) --require-hashes -r requirements-dev.lock || $(call OFFLINE,PyPI)
	@touch $@

node_modules/.stamp: package.json package-lock.json
	@command -v node >/dev/null || { echo "Node.js is missing. Install version 20 or newer, with npm (on Debian: apt-get install nodejs npm)"; exit 1; }
	@node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' \
	  || { echo "Pathways needs Node.js 20 or newer; this is $$(node --version). Install a newer one, from https://nodejs.org for one"; exit 1; }
	@command -v npm >/dev/null || { echo "npm is missing: Debian packs it apart from Node.js. Install it (on Debian: apt-get install npm)"; exit 1; }
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error || $(call OFFLINE,the npm registry)
	@touch $@

webapp/static/build/.stamp: node_modules/.stamp $(wildcard engine/feel/*.js) $(shell find webapp/assets -type f)
	npm run --silent build
	@touch $@

# A Chromium for the browser tests: the machine's, else Debian's (as root), else Playwright's own.
$(VENV)/.chromium: $(VENV)/.dev
	@chromium --version >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq \
	  && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium libatomic1 >/dev/null && chromium --version >/dev/null; } \
	  || $(BIN)/playwright install chromium || true
	@$(BIN)/python -m tests.browser.chromium
	@touch $@
