# Every target sets up what it needs by itself, tells how long that takes, and is silent when it is there.
# PYTHON picks the interpreter of a new .venv; ARGS goes to what the target runs.
# PYTHONS are the interpreters of `make matrix`, oldest first; without it, those that this machine has. NPM= (empty) goes without the peers that npm installs.

PYTHON ?= python3
PYTHONS ?= $(or $(shell .ci/pythons),$(PYTHON))
NPM ?= $(shell command -v npm)
ARGS ?=

VENV := .venv/ready
SERVE := .venv-serve/ready
PEERS := .venv/npm/ready
SITE := .venv/site/ready
POWER := .venv/power/ready
RELEASE := .venv/release/ready
BENCH := .venv/bench/ready
MUTANTS := .venv/mutants/ready
PY := .venv/bin/python

# What `make quick` runs: the laws of the structure, and what everything else stands on.
FAST := tests/project tests/contracts/facts tests/contracts/secrets tests/mockserver/http tests/mockserver/model

# What `make lint` looks for misspelt words in: pages, and the code with its messages; tests misspell on purpose.
SPELLED := *.md docs examples contracts strategies mockserver pages benchmarks .ci .github

# Names of this folder stay relative, so that its path may hold spaces. The stamp holds the path:
# a folder that was moved, or an interpreter that went away, makes .venv anew.
USABLE_SERVE := $(shell [ "$$(cat $(SERVE) 2>/dev/null)" = "$$(pwd -P)" ] && .venv-serve/bin/python -ISc '' 2>/dev/null && echo yes)
USABLE := $(shell [ "$$(cat $(VENV) 2>/dev/null)" = "$$(pwd -P)" ] && $(PY) -ISc '' 2>/dev/null && echo yes)

# `make serve` and `make demo` need the packages of one extra; they take .venv where it is, and else make less.
RUN := $(if $(USABLE),$(VENV),$(SERVE))
RUN_BIN := $(patsubst %/ready,%/bin,$(RUN))

# The first word of a step that takes long: what it does is told with the time it takes.
STEP := .ci/progress

# Runs a command; its output is shown only if it fails.
QUIETLY = log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
quietly() { "$$@" >"$$log" 2>&1 || { cat "$$log" >&2; exit 1; }; }

# Builds the sdist, and the wheel from it, as they are published.
BUILD = rm -rf .venv/installed; quietly env PIP_CONSTRAINT=constraints.txt $(PY) -m build --outdir .venv/installed

.PHONY: help serve test coverage demo quick lint types bench chaos soak faces mutants power study typescript fidelity pictures reference recordings site peers installed matrix release constraints clean FORCE
.DELETE_ON_ERROR:

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

serve: $(RUN) ## Start the fake API; ARGS="--port 0" picks a free port
	@exec $(RUN_BIN)/plugproof serve $(ARGS)

test: $(VENV) $(if $(NPM),$(PEERS)) ## Run the tests; ARGS="-k limiter" picks some
	@$(PY) -m pytest -q -n auto --dist loadscope $(ARGS)

coverage: $(VENV) $(if $(NPM),$(PEERS)) ## Run the tests and say which branches they leave out, or fail below 98 %
	@$(PY) -m coverage erase; $(PY) -m coverage run -m pytest -q -n auto --dist loadscope $(ARGS)
	@$(PY) -m coverage combine --quiet; $(PY) -m coverage report --skip-covered --fail-under 98

demo: $(RUN) ## Walk a driver's whole life through the fake, over HTTP
	@$(RUN_BIN)/python -m plugproof_cli.demo $(ARGS)

quick: $(VENV) ## Check what changed and run the fast tests, in some 20 seconds
	@{ git diff --name-only --diff-filter=d HEAD -- '*.py'; git ls-files --others --exclude-standard -- '*.py'; } | \
	  xargs -r sh -c '$(PY) -m ruff format --quiet --check "$$@" && $(PY) -m ruff check --quiet "$$@"' ruff
	@$(PY) -m pytest -q -n auto --dist loadscope $(FAST) $(ARGS)

lint: $(VENV) types ## Check format, style, types and spelling
	@$(PY) -m ruff format --quiet --check .
	@$(PY) -m ruff check --quiet .
	@$(PY) -m codespell_lib --quiet-level 3 $(SPELLED)

types: $(VENV) ## Check the types alone
	@$(PY) -m mypy --no-error-summary $(dir $(wildcard */plugproof*/__init__.py benchmarks/__main__.py)) examples pages tests

bench: $(VENV) $(if $(NPM),$(BENCH)) ## Measure against the targets and write docs/explanation/benchmarks.md
	@$(PY) -m benchmarks $(ARGS)
	@$(PY) -m pages.measured_figures

chaos: $(VENV) ## Kill, fill, pause and cut off on purpose, and write docs/explanation/reliability.md; ARGS="--count 2" is quick
	@$(PY) -m benchmarks.reliability chaos $(ARGS)
	@$(PY) -m pages.measured_figures

soak: $(VENV) ## Keep one fake under load for minutes, fuzz it, and write docs/explanation/reliability.md
	@$(PY) -m benchmarks.reliability soak $(ARGS)

faces: $(VENV) ## Play all journeys, pairs and the model on worlds in SQLite and Redis, in some ten minutes
	@FACES=1000 $(PY) -m pytest -q -n auto tests/mockserver/faces/test_stores.py tests/mockserver/world/test_model.py $(ARGS)

mutants: $(MUTANTS) ## Put defects into a copy of the code, and count those that the tests find (half an hour)
	@$(PY) -m benchmarks.reliability mutants $(ARGS)

study: $(VENV) ## Learn from worlds with hidden settings, count what is false, and replay them; ARGS="100" takes fewer
	@$(PY) -m benchmarks.study.learn_study $(ARGS)
	@$(PY) -m benchmarks.study.replay_study $(ARGS)

power: $(POWER) ## Break every fact on purpose, count who finds it, and write docs/explanation/power.md
	@.venv/power/bin/python -m benchmarks.power
	@.venv/power/bin/python -m pages.measured_figures

typescript: $(VENV) ## Write what is generated of contracts/typescript, the contract for TypeScript
	@$(PY) -m plugproof_contracts.typescript contracts/typescript

fidelity: $(VENV) ## Write docs/explanation/fidelity.md, how well each fact is known; ARGS=URL takes it from a ledger
	@$(PY) -m plugproof_contracts.evidence.fidelity docs/explanation $(ARGS)

pictures: $(VENV) ## Take the pictures in docs/images anew, with Chromium
	@$(PY) -m pages.draw_pictures

reference: $(VENV) ## Write the generated pages of docs/reference from the code
	@$(PY) -m pages.reference docs/reference

recordings: $(VENV) ## Run what the pages show on a terminal anew, and write what has changed
	@$(PY) -m pages.recorded_runs

site: $(SITE) ## Build the pages into site/, strictly, and check every link and anchor
	@$(QUIETLY); rm -rf site; quietly .venv/site/bin/zensical build --strict; $(PY) -m pages.site_check site

peers: $(PEERS) ## Install the npm tools that some tests hold the fake against

installed: $(VENV) ## Use the built package in clean environments, as pinned and with the oldest dependencies
	@$(QUIETLY); $(BUILD); $(PY) .ci/matrix.py .venv/installed

matrix: $(VENV) ## The same for each extra alone, on every Python there is; writes docs/reference/compatibility.md
	@$(QUIETLY); $(BUILD); $(PY) .ci/matrix.py .venv/installed --all --page docs/reference/compatibility.md $(PYTHONS)

release: $(RELEASE) $(if $(NPM),$(PEERS)) ## Build into dist/, check and try what is published; TAG=1 makes the tag, too
	@$(PY) .ci/release.py check
	@rm -rf dist; PIP_CONSTRAINT=constraints.txt $(STEP) "Build sdist and wheel" $(PY) -m build --outdir dist
	@$(STEP) "Check the metadata and the README" .venv/release/bin/python -m twine check --strict dist/*
	@rm -rf .venv/released; mkdir .venv/released; cp dist/* .venv/released/; $(PY) .ci/matrix.py .venv/released
	@$(if $(NPM),$(STEP) "Pack the TypeScript package" $(PY) .ci/release.py pack dist)
	@$(PY) .ci/release.py tag $(if $(TAG),--make)

constraints: ## Resolve every dependency anew and pin what comes out
	@$(QUIETLY); new=$$(mktemp -d); trap 'rm -rf "$$new" "$$log"' EXIT; \
	quietly "$(PYTHON)" -m venv "$$new"; \
	quietly "$$new/bin/python" -m pip install --upgrade pip; \
	quietly "$$new/bin/python" -m pip install --editable . --group dev --group site --group release hatchling editables; \
	quietly "$$new/bin/python" -m pip freeze --all --exclude-editable --exclude setuptools; \
	sed '/^#/!d' constraints.txt >"$$new/pins"; grep -E '^[[:alnum:]._-]+==' "$$log" >>"$$new/pins"; cp "$$new/pins" constraints.txt

clean: ## Remove .venv and everything that tools left behind
	@rm -rf .venv .venv-serve site .cache .pytest_cache .hypothesis .mypy_cache .ruff_cache .coverage* htmlcov dist .schemathesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Refuses a Python that is too old or absent.
CHECK_PYTHON = "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "plugproof needs Python 3.11 or newer, and $(PYTHON) is not:" \
	    "name one that is, as in 'make PYTHON=python3.12 test'." >&2; exit 1; }

$(VENV): pyproject.toml constraints.txt $(if $(USABLE),,FORCE)
	@$(CHECK_PYTHON)
	@rm -f $(VENV); mkdir -p .venv
	@$(if $(USABLE),,$(STEP) "Make .venv" "$(PYTHON)" -m venv --clear .venv)
	@$(STEP) "Update pip in .venv" $(PY) -m pip install --constraint constraints.txt --upgrade pip
	@$(STEP) "Install plugproof and the tools of its tests (a minute or two)" \
	  $(PY) -m pip install --constraint constraints.txt --build-constraint constraints.txt --editable . --group dev
	@pwd -P >$(VENV)

# What serving needs, and nothing else; beside .venv, whose making would clear it under a fake that runs.
$(SERVE): pyproject.toml constraints.txt $(if $(USABLE_SERVE),,FORCE)
	@$(CHECK_PYTHON)
	@$(STEP) "Make .venv-serve" "$(PYTHON)" -m venv --clear .venv-serve
	@PIP_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 $(STEP) "Install plugproof[serve] (some 20 seconds)" \
	  .venv-serve/bin/python -m pip install --editable '.[serve]'
	@pwd -P >$(SERVE)

# openapi-core asks for older versions of what else is installed, so it lives apart.
$(POWER): pyproject.toml constraints.txt $(if $(USABLE),,FORCE) | $(VENV)
	@$(QUIETLY); echo "Make .venv/power ..." >&2; quietly $(PY) -m venv --clear .venv/power; \
	grep -Ev '^(jsonschema-path|openapi-|pathable)' constraints.txt >.venv/power/constraints.txt; \
	quietly .venv/power/bin/python -m pip install --constraint .venv/power/constraints.txt --upgrade pip; \
	quietly .venv/power/bin/python -m pip install --constraint .venv/power/constraints.txt \
	  --build-constraint constraints.txt --editable . --group power; \
	touch $(POWER)

$(MUTANTS): $(if $(USABLE),,FORCE) | $(VENV)
	@$(QUIETLY); echo "Make .venv/mutants ..." >&2; quietly $(PY) -m venv --clear .venv/mutants; \
	quietly .venv/mutants/bin/python -m pip install cosmic-ray==8.7.0; \
	touch $(MUTANTS)

# Servers that the fake is measured beside; what they depend on is nobody else's.
$(BENCH): benchmarks/peers/package.json benchmarks/peers/requirements.txt $(if $(USABLE),,FORCE) | $(VENV)
	@$(QUIETLY); echo "Make .venv/bench ..." >&2; quietly $(PY) -m venv --clear .venv/bench; \
	quietly .venv/bench/bin/python -m pip install --requirement benchmarks/peers/requirements.txt; \
	cp benchmarks/peers/package.json .venv/bench/; \
	quietly "$(NPM)" install --prefix .venv/bench --no-package-lock --no-audit --no-fund; \
	touch $(BENCH)

# What looks at the metadata of a release.
$(RELEASE): pyproject.toml constraints.txt $(if $(USABLE),,FORCE) | $(VENV)
	@$(STEP) "Make .venv/release" $(PY) -m venv --clear .venv/release
	@$(STEP) "Update pip in .venv/release" .venv/release/bin/python -m pip install --constraint constraints.txt --upgrade pip
	@$(STEP) "Install twine" .venv/release/bin/python -m pip install --constraint constraints.txt --group release
	@touch $(RELEASE)

# What builds the pages is as large as all else together, and whoever builds none does without.
$(SITE): pyproject.toml constraints.txt $(if $(USABLE),,FORCE) | $(VENV)
	@$(QUIETLY); echo "Make .venv/site ..." >&2; quietly $(PY) -m venv --clear .venv/site; \
	quietly .venv/site/bin/python -m pip install --constraint constraints.txt --upgrade 'pip>=25.1'; \
	quietly .venv/site/bin/python -m pip install --constraint constraints.txt --group site; \
	touch $(SITE)

$(PEERS): tests/peers/package.json $(if $(USABLE),,FORCE) | $(VENV)
	@mkdir -p .venv/npm; cp tests/peers/package.json .venv/npm/
	@CYPRESS_INSTALL_BINARY=0 $(STEP) "Install the npm tools of the tests (some 30 seconds)" \
	  "$(or $(NPM),npm)" install --prefix .venv/npm --engine-strict --no-package-lock --no-audit --no-fund || { \
	  echo "npm could not install $<: 'make test NPM=' goes without." >&2; exit 1; }; \
	touch $(PEERS)
