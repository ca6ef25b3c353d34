# Sluice. `make run` and `make test` work from a bare checkout: they make .venv from pinned, hashed versions first, with
# Sluice itself in it, as it stands here: `.venv/bin/sluice`, and `import sim, experiments` from any folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin/python
# Python compiles what it imports; to compile every module of every library first takes a minute.
PIP := $(BIN) -m pip install --quiet --disable-pip-version-check --no-compile
RUN_READY := $(VENV)/.ready-run
TEST_READY := $(VENV)/.ready-test
ARGUMENTS ?=
# The bytecode of what is imported is kept whatever the environment says: the tests start hundreds of processes, and
# each would compile NumPy, Numba and the model's sources once more.
export PYTHONDONTWRITEBYTECODE :=
# Files are begun in the order of tests/conftest.py; by itself xdist would begin those with few tests, the long ones, last.
PARALLEL ?= --numprocesses auto --dist loadfile --no-loadscope-reorder

# The model is compiled while what only the tests need is installed and while style and types are checked.
MAKEFLAGS += --jobs=2

.DEFAULT_GOAL := help
.PHONY: help run test fast-tests test-all compiled lint bench lock clean

help:  ## show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN_READY)  ## run the main study and write its report; ARGUMENTS="scale=smoke" passes overrides
	$(BIN) -m sluice run $(ARGUMENTS)

test: compiled lint fast-tests  ## what CI runs: style, types, floors and every test that is not slow

fast-tests: compiled $(TEST_READY)  ## every test that is not slow; PYTHON=python3.14 VENV=.venv-3.14 under another Python
	$(BIN) -m pytest -m "not slow and not benchmark" $(PARALLEL)

test-all: compiled $(TEST_READY) lint  ## the same with the slow tests
	$(BIN) -m pytest -m "not benchmark" $(PARALLEL)

compiled: $(RUN_READY)
	$(BIN) -m tests.compiled

lint: $(TEST_READY)  ## style, types and floors alone
	$(BIN) -m ruff check .
	$(BIN) -m ruff format --check .
	$(BIN) -m mypy
	$(VENV)/bin/lint-imports

bench: $(TEST_READY)  ## the benchmark table
	$(BIN) -m pytest -m benchmark -s tests/benchmarks

clean:  ## remove the environment and every cache, but no result
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock:  ## resolve the pinned versions again (needs uv)
	uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --custom-compile-command "make lock" --quiet -o requirements.txt
	uv pip compile pyproject.toml --extra dev --constraint requirements.txt --universal \
	  --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --custom-compile-command "make lock" --quiet -o requirements-dev.txt
	echo 'setuptools>=77' | uv pip compile - --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --custom-compile-command "make lock" --quiet -o requirements-build.txt

$(BIN):
	@command -v $(PYTHON) >/dev/null || { echo "Sluice needs Python 3.11 or newer, and found no $(PYTHON); name one with PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Sluice needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1); name another with PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN_READY): requirements.txt requirements-build.txt pyproject.toml | $(BIN)
	$(PIP) --require-hashes -r requirements.txt -r requirements-build.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(TEST_READY): requirements-dev.txt $(RUN_READY)
	$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@
