# `make` lists what there is. Everything is set up on first use; see tools/setup.sh.
PYTHON := .venv/bin/python
UV := .tools/bin/uv
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url

.PHONY: help run review test engines faults check format bench docs lock

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

run: ## Serve the demo clinic on this machine, and say how to sign in; Ctrl-C ends it
	@sh tools/setup.sh run
	@.venv/bin/chartwarden serve --demo

review: ## Make a demo clinic in ./demo-clinic and review it on the command line
	@sh tools/setup.sh run
	@.venv/bin/chartwarden demo demo-clinic
	@.venv/bin/chartwarden review demo-clinic --limit 10

test: ## Run all tests, with the real programs they need; those that use the store on SQLite and on PostgreSQL
	@sh tools/setup.sh test
	@$(PYTHON) tools/peers.py
	@$(PYTHON) -m pytest -n 2 --dist loadfile
	@CHARTWARDEN_TEST_STORE=postgresql $(PYTHON) -m pytest -n 2 --dist loadfile -m "store and not one_store"

engines: ## Run every example of every detector and explanation on Spark too; `make test` runs the first of each
	@sh tools/setup.sh test
	@CHARTWARDEN_ENGINES=all $(PYTHON) -m pytest -n 2 src/chartwarden/review/tests/test_examples.py

faults: ## Kill, cut off, fill the disk, send what nobody would: half an hour of it, on both stores
	@sh tools/setup.sh test
	@$(PYTHON) tools/peers.py
	@CHARTWARDEN_FAULTS=full $(PYTHON) -m pytest tests/faults -s
	@CHARTWARDEN_FAULTS=full CHARTWARDEN_TEST_STORE=postgresql $(PYTHON) -m pytest tests/faults -m "store and not one_store"

check: ## Lint, types, imports and the house's own tests
	@sh tools/setup.sh test
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo
	@$(PYTHON) -m pytest tests/house

format: ## Lay out the code and mend what the linter can mend
	@sh tools/setup.sh test
	@.venv/bin/ruff check --fix --quiet || true
	@.venv/bin/ruff format

bench: ## Measure, and write bench/results and docs/reference/performance.md
	@sh tools/setup.sh test
	@$(PYTHON) -m bench

docs: ## Write docs/reference from the code
	@sh tools/setup.sh test
	@$(PYTHON) tools/generate_docs.py

lock: ## Choose the newest dependencies that pyproject.toml admits, with their hashes
	@sh tools/setup.sh test
	$(LOCK) tools/tools.in -o tools/tools.lock --upgrade
	$(LOCK) pyproject.toml --all-extras --group dev -o requirements.lock --upgrade
	$(LOCK) pyproject.toml --constraint requirements.lock --no-annotate -o requirements-run.lock
