# Every target works from an empty folder: it makes .venv first, where that is not there or does not fit.

.DEFAULT_GOAL := help
.PHONY: help run test test-slow test-all lint audit docs lock bench clean

ARGS =
PYTEST = .venv/bin/python -m pytest -n 2
COMPILE = uv pip compile --quiet --no-header --no-emit-index-url --generate-hashes --python-version 3.11

# Killing make, however hard, ends what it runs; where there is no setpriv, only what asks nicely does.
WITH_MAKE = $$(setpriv --pdeathsig TERM true 2>/dev/null && echo setpriv --pdeathsig TERM)

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: ## start Echo with its own engines (options in ARGS, such as ARGS="--port 3001")
	@sh deploy/bootstrap.sh run
	@exec $(WITH_MAKE) .venv/bin/echoctl up $(ARGS)

test: lint ## check the code and run the fast tests
	$(PYTEST) -m "not slow" $(ARGS)

test-slow: ## run the slow tests
	@sh deploy/bootstrap.sh dev
	$(PYTEST) -m slow $(ARGS) || [ $$? -eq 5 ]

test-all: test test-slow ## everything CI runs

lint: ## style, types, walls of the architecture, spelling
	@sh deploy/bootstrap.sh dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/python -m mypy
	.venv/bin/lint-imports
	.venv/bin/codespell

lock: ## pin the newest packages that pyproject.toml allows
	@sh deploy/bootstrap.sh dev
	PATH="$$PATH:$$PWD/.venv/bootstrap/uv/bin"; $(COMPILE) --upgrade pyproject.toml -o requirements/run.lock
	PATH="$$PATH:$$PWD/.venv/bootstrap/uv/bin"; $(COMPILE) --upgrade --extra dev pyproject.toml -o requirements/dev.lock
	PATH="$$PATH:$$PWD/.venv/bootstrap/uv/bin"; echo uv | $(COMPILE) --upgrade - -o requirements/bootstrap.lock

audit: ## look for what is known to be unsafe, with bandit and semgrep
	@sh deploy/bootstrap.sh dev
	.venv/bin/python -m pytest -q tests/laws/test_audit.py
	.venv/bootstrap/uv/bin/uv tool run --from semgrep==1.185.0 semgrep scan --metrics=off --disable-version-check \
		--error --config deploy/audit/semgrep.yml echo federation activitypub workers migrations

docs: ## write docs/api/coverage.md and the OpenAPI description anew
	@sh deploy/bootstrap.sh dev
	.venv/bin/python -m tests.coverage_page
	.venv/bin/python -m tests.openapi

bench: ## measure what requests cost on this machine
	@sh deploy/bootstrap.sh dev
	.venv/bin/python -m bench $(ARGS)

clean: ## remove the environment and caches; the data stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist ./*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
