# Targets are documented by the text behind ##; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run test lint format bench deploy check clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# -- set-up: each step leaves a stamp and is done again only when its lock file changes ---------------------------

setup: $(VENV)/.runtime webapp/static/build/.stamp ## install what `make run` needs

$(VENV)/.pip:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	touch $@

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/.pip
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	touch $@

node_modules/.stamp: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

webapp/static/build/.stamp: node_modules/.stamp engine/feel.entry.js $(shell find webapp/assets -type f 2>/dev/null)
	npm run --silent build
	touch $@

$(VENV)/.chromium: $(VENV)/.dev
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } \
	  || $(BIN)/playwright install chromium
	touch $@

# -- use ----------------------------------------------------------------------------------------------------------

run: setup ## start Pathways with sample data on http://127.0.0.1:8000
	$(BIN)/pathways run --sample

deploy: setup ## deploy files: make deploy FILES="processes/barnsley forms/barnsley" AUTHORITY=barnsley NOTE="why"
	$(BIN)/pathways deploy $(FILES) --authority "$(AUTHORITY)" --note "$(NOTE)"

check: setup ## check every diagram, decision table and form in the repository
	$(BIN)/pathways check $$(find processes forms -name '*.bpmn' -o -name '*.dmn' -o -name '*.form')

lint: $(VENV)/.dev setup ## ruff, mypy and the import contracts
	$(BIN)/ruff check engine webapp tests
	$(BIN)/ruff format --check engine webapp tests
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## put the Python code in order
	$(BIN)/ruff check --fix-only --quiet engine webapp tests
	$(BIN)/ruff format --quiet engine webapp tests

test: $(VENV)/.chromium lint ## set up all that is needed and run every test
	$(BIN)/python -m pytest -n 2 --dist loadfile tests

bench: $(VENV)/.dev setup ## print the benchmarks (ratios and medians)
	$(BIN)/python -m tests.benchmarks

clean: ## remove what set-up and runs have made, sample database included
	rm -rf $(VENV) node_modules webapp/static/build engine/build var
