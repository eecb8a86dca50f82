# The Python that `make setup` builds .venv with; for another one: make clean setup PYTHON=python3.13
PYTHON ?= python3
# More for pytest, for example ARGS="-k roster" or ARGS=tests/aws
ARGS ?=
# Who plays `make demo-terraform`: terraform or tofu
ENGINE ?= terraform
# What `make engines` makes.
ENGINES ?= pulumi terraform tofu terraform-1.8 terraform-1.11 terraform-1.13 terraform-1.15 bridge
VENV := $(CURDIR)/.venv
UV := uv==0.13.9
TYPED := $(wildcard providers tools tests benchmarks)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Python may keep what it compiled, whatever the caller's environment says: half of a test's start is that.
unexport PYTHONDONTWRITEBYTECODE
PYTEST = PATH="$(VENV)/bin:$$PATH" python -m pytest -n auto --dist worksteal
# A system Pulumi may live in /usr/bin, beside another Python: .venv comes first.
WITH_ENGINE = engine=$$($(VENV)/bin/python tools/engines.py) && export PATH="$(VENV)/bin:$$engine:$$PATH" &&

.PHONY: help setup engines unit test test-deep test-pythons test-lowest test-live soak reliability lint format demo demo-terraform bench bench-terraform docs lock dist dist-terraform release-dry-run clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.installed ## create .venv with everything pinned (about a minute, 400 MB)

# No bytecode: it would be 250 MB and half of the time, most of it for types that nobody imports.
$(VENV)/.installed: requirements.txt requirements-dev.txt pyproject.toml
	@echo "Installing the pinned requirements into .venv (about a minute, 400 MB) ..." >&2
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 10) or sys.exit("Python 3.10 or newer is needed: make setup PYTHON=python3.x")'
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --no-input --no-compile -r requirements-dev.txt
	@touch $@

engines: setup ## find or make every engine that tests drive; ENGINES=tofu for some (what must be built takes 9 minutes)
	@$(VENV)/bin/python tools/engines.py $(ENGINES)

unit: setup ## run the tests that need no engine and are not long: a minute
	@MFA_ASSOCIATION_EXAMPLES=few $(PYTEST) -m "not deep and not engine and not long" $(ARGS)

# Engines are found or made once it is known which of them the chosen tests drive (tests/conftest.py).
test: setup ## run these, the long ones, and those that drive real engines; ARGS=tests/roster for some
	@$(PYTEST) -m "not deep" $(ARGS)
	@echo "Not among these: every fault at every call, ten thousand random steps, whole stories (make test-deep)."

test-deep: setup ## run the rest: every fault at every call, ten thousand random steps, whole stories, and mutants
	@$(PYTEST) -m deep $(ARGS)
	@$(VENV)/bin/python tools/mutants.py

test-pythons: setup ## run the unit tests on every other Python from 3.10 on that is installed
	@$(VENV)/bin/python tools/pythons.py $(ARGS)

test-lowest: setup ## run the unit tests with the lowest versions that pyproject.toml allows
	@$(VENV)/bin/python -m pip install --quiet --no-input $(UV)
	@$(VENV)/bin/python tools/lowest.py $(ARGS)

test-live: setup ## try the conformance table in a real account: MFA_ASSOCIATION_LIVE=ACCOUNT_ID make test-live
	@PYTHONPATH=providers:tools $(VENV)/bin/python -m tests.live

soak: setup ## play random faults and histories; ARGS="--seed 7 --rounds 500 --histories 50", ARGS=--forever
	@$(WITH_ENGINE) python -m tests.e2e.faults.soak $(ARGS)

reliability: setup ## try every fault and write its end into docs/reliability.md
	@$(WITH_ENGINE) python -m tests.e2e.faults.table $(ARGS)

lint: setup ## check style, types, imports and workflows
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy $(TYPED)
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/python tools/workflows.py

format: setup ## put the code into shape
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

demo: setup ## see it work on a local AWS, nothing needed but this
	@$(WITH_ENGINE) python tools/demo.py $(ARGS)

demo-terraform: setup ## the same with Terraform, or with OpenTofu: ENGINE=tofu
	@engine=$$($(VENV)/bin/python tools/engines.py $(ENGINE)) && export PATH="$(VENV)/bin:$$engine:$$PATH" && \
	python tools/demo.py --engine $(ENGINE)

bench: setup ## measure
	@$(WITH_ENGINE) python -m benchmarks $(ARGS)

docs: setup ## draw the pictures of the docs, where there is a Chromium
	@$(VENV)/bin/python tools/picture.py

bench-terraform: setup ## measure the Terraform provider
	@engine=$$($(VENV)/bin/python tools/engines.py pulumi terraform) && export PATH="$(VENV)/bin:$$engine:$$PATH" && \
	PYTHONPATH=tools python -m benchmarks.terraform $(ARGS)

lock: setup ## pin anew what pyproject.toml asks for; ARGS=--upgrade takes the newest versions
	@$(VENV)/bin/python -m pip install --quiet --no-input $(UV)
	@$(VENV)/bin/python tools/lock.py $(ARGS)

dist: setup ## build a wheel and a source archive into dist/, and check them
	@rm -f dist/mfa_association-*
	@$(VENV)/bin/python -m build
	@$(VENV)/bin/python tools/release.py archives

dist-terraform: setup ## build the Terraform provider with a Python of its own into dist/ (a minute), and try it
	@PYTHONPATH=providers:tools $(VENV)/bin/python tools/provider_zip.py
	@$(VENV)/bin/python -m pytest tests/terraform/e2e/self_contained.py

# The zip of `make dist-terraform` is taken if it is there: its build is the costly part.
release-dry-run: dist ## build all that a release uploads into dist/, signed by a key that is thrown away
	@ls dist/terraform-provider-mfa_*.zip >/dev/null 2>&1 || $(MAKE) dist-terraform
	@$(VENV)/bin/python tools/release.py dry-run

clean: ## remove what was made here, .venv included (the engine stays in its cache)
	rm -rf .venv build dist .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
