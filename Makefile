# Needs make and Python 3.10 or newer; everything else is installed into .venv.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
SAMPLE := samples/systems/shop
PATHS ?=

.PHONY: help lint test check types format bench fuzz fuzz-envoy fuzz-ingress fuzz-nginx clean

help:
	@echo "make lint                 lint the sample system $(SAMPLE)"
	@echo "make lint PATHS='a b'     lint files or directories of your own"
	@echo "make test                 tests, then check and types"
	@echo "make check                ruff: lint and formatting, nothing is changed"
	@echo "make types                mypy --strict"
	@echo "make format               ruff: format and fix in place"
	@echo "make bench, make fuzz     how fast it is; what the servers do that was not predicted"
	@echo "make fuzz-nginx           the same with nginx, until you stop it; make fuzz-envoy, make fuzz-ingress"
	@echo "make mutants PATHS=DIR    how many mistakes, planted into the files there, are found"
	@echo "make clean                remove .venv and caches"

# The stamps are written last, so an interrupted installation starts again.
.venv/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "authlint needs Python 3.10 or newer; try make PYTHON=python3.12")'
	@echo "installing authlint into .venv"
	@$(PYTHON) -m venv .venv
	@$(PIP) install --editable .
	@touch $@

# pip reads dependency groups since 25.1.
.venv/installed-dev: .venv/installed
	@echo "installing the development tools into .venv"
	@$(PIP) install --upgrade 'pip>=25.1'
	@$(PIP) install --group dev
	@touch $@

lint: .venv/installed
ifeq ($(strip $(PATHS)),)
# The sample has faults: findings (status 1) are what is to be seen here, and no failure.
# Python's own status for a crash is 1 as well, so it is asked first whether the program starts at all.
	@$(BIN)/authlint --version >/dev/null
	@$(BIN)/authlint $(SAMPLE) || test $$? -eq 1
	@echo
	@echo "That was the sample system $(SAMPLE). To lint your own configuration:"
	@echo "    make lint PATHS=/etc/nginx        or        $(BIN)/authlint /etc/nginx"
else
	@$(BIN)/authlint $(PATHS)
endif

test: .venv/installed-dev
	$(BIN)/pytest -q
	@$(MAKE) --no-print-directory check types

check: .venv/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/installed-dev
	$(BIN)/mypy

format: .venv/installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/installed-dev
	$(BIN)/python -m tests.bench

# Until you stop it; FUZZ='--seed 7 --count 1 --show' for one configuration.
fuzz-nginx: .venv/installed-dev
	$(BIN)/python tests/fuzz.py $(or $(FUZZ),--count 0)

fuzz-envoy: .venv/installed-dev
	$(BIN)/python tests/fuzz_envoy.py $(or $(FUZZ),--count 0)

fuzz-ingress: .venv/installed-dev
	$(BIN)/python tests/fuzz_ingress.py $(or $(FUZZ),--count 0)

fuzz: .venv/installed-dev
	$(BIN)/python tests/fuzz.py

mutants: .venv/installed-dev
	$(BIN)/python -m tests.mutants $(or $(PATHS),samples)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
