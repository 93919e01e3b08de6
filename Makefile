# Everything a developer does, and the two commands of the README. Needs only Python >= 3.11 and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: demo test check lint types imports real bench lock clean

demo: $(VENV)/.server ## the key desk and a sandbox gateway, with sample people
	$(BIN)/keydesk demo

REAL := real_litellm or real_postgres or real_chromium or real_backstage

test: $(VENV)/.dev ## all tests that need nothing but this machine
	$(BIN)/pytest -n 2 --dist worksteal -m "not ($(REAL))"

check: lint types imports test ## what must hold before a change is shown to anybody

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

real: $(VENV)/.dev ## the contract tests on real peers (docs/testing.md says which); none is skipped
	KEYDESK_REQUIRE_REAL=1 $(BIN)/pytest -m "$(REAL)"

bench: $(VENV)/.dev ## side-by-side benchmarks in at most 12 minutes; writes benchmarks/RESULTS.md
	$(BIN)/python benchmarks/run.py $(BENCH)

lock: $(VENV)/.dev ## pin the newest versions that pyproject.toml allows
	for group in build:server dev:dev; do \
	  $(BIN)/uv pip compile --quiet --upgrade pyproject.toml --group $${group%%:*} --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-header --output-file requirements/$${group##*:}.txt || exit 1; done

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/.%: requirements/%.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --requirement $<
	$(PIP) install --no-build-isolation --no-deps --editable .
	touch $@
