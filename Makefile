# `make run` needs Python 3.11 or newer and nothing else; `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
# Compiled once, every process starts in a fraction of the time.
unexport PYTHONDONTWRITEBYTECODE
PY := .venv/bin/python
SERVERS := $(PY) -m upsell_project.runner.with_servers
PYTEST := CHROMIUM="$$(.ci/find-browser)" PATH="$$PWD/.venv/bin:$$PATH" exec $(PY) -m pytest

.PHONY: help run test check lint bench chaos fuzz soak clean local dev

help:
	@echo "make run     everything, in the foreground on http://127.0.0.1:8000 (PORT, DATA_DIR)"
	@echo "make test    all tests against real PostgreSQL, Redis and a real browser"
	@echo "make check   format, lint, types, import contracts, migrations, then make test"
	@echo "make bench   the benchmarks; one JSON object per line"
	@echo "make chaos   the long chaos tests"
	@echo "make fuzz    the property tests and the API fuzzer; five to ten minutes on two idle cores"
	@echo "make soak    the long chaos tests round after round (SOAK_ROUNDS=10)"
	@echo "make clean   remove .venv and the Node packages; .data stays"

run: local
	@exec $(PY) -m upsell_project.runner

# One more than two cores: the tests of running processes mostly wait.
WORKERS ?= 3
test: dev
	@set -e; .ci/install-node; .ci/find-browser >/dev/null; $(PYTEST) -n $(WORKERS) --dist loadgroup -m "not long" tests

check: lint
	@exec $(MAKE) --no-print-directory test

lint: dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	DJANGO_SETTINGS_MODULE=upsell_project.settings_test $(SERVERS) .data/test $(PY) manage.py makemigrations --check --dry-run

bench: dev
	@set -e; for file in benchmarks/[a-z]*.py; do $(PY) -W ignore -m benchmarks.$$(basename $$file .py); done

chaos: dev
	@$(PYTEST) -m long tests/chaos

# Two minutes each at the doors of SDKs and of webhooks, on one core; all the properties meanwhile, on the other.
FUZZED := tests/signals/test_fuzz.py tests/campaigns/test_express_fuzz.py tests/people/test_any_order.py tests/signals/test_any_arrival.py tests/signals/test_usage_any_order.py tests/api/test_fuzz.py tests/api/test_wrong_types.py tests/consent/test_rule.py tests/lib tests/connectors
fuzz: dev
	@FUZZ_SECONDS=120 HYPOTHESIS_PROFILE=fuzz $(PYTEST) --timeout 900 -n 2 --dist worksteal $(FUZZED)

SOAK_ROUNDS ?= 10
soak: dev
	@set -e; for round in $$(seq $(SOAK_ROUNDS)); do echo "soak: round $$round of $(SOAK_ROUNDS)"; (CHAOS_SEED=$$RANDOM; export CHAOS_SEED; $(PYTEST) -m long tests/chaos); done

local dev:
	@.ci/install-python $@

clean:
	rm -rf .venv tests/contract/node/node_modules tests/browser/node/node_modules
