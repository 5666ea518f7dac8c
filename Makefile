# One Makefile for people and for CI. Every target sets up what it needs; a second run is instant.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready

# Knobs of the demonstration: make demo STORE=postgresql SEED=7 NOTICE=path/to/notice.txt
STORE  ?=
SEED   ?=
NOTICE ?=
PROOFS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check format e2e prove bench lock assets pictures

help: ## say what can be done here
	@awk -F':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  make demo STORE=postgresql SEED=7 NOTICE=FILE    the same on PostgreSQL, another draw, another notice'
	@echo '  make prove PROOFS="name ..."                     only these proofs (tests/proofs/prove_<name>*.py)'

setup: $(STAMP) ## make .venv with the locked requirements and Muster itself

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Muster needs Python 3.11 or newer; say which one to use: make setup PYTHON=python3.12'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo 'This Python cannot make environments yet. On Debian:'; echo '  apt-get install -y python3-venv'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo 'setting up $(VENV) from requirements/dev.txt (a minute the first time)'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

demo: setup ## play both founding vacancies to their end, print a result anyone can check
	$(BIN)/muster demo $(if $(STORE),--store $(STORE)) $(if $(SEED),--seed $(SEED)) $(if $(NOTICE),--notice "$(NOTICE)")

up: setup ## start everything on this machine and leave it running
	$(BIN)/muster up --people demo $(if $(STORE),--store $(STORE))

test: setup ## the tests, without the long ones
	$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder -m 'not slow' --ignore=tests/proofs

check: setup ## style, types and the dependency rule
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## put the code in the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

e2e: setup ## notice in, dossier out: the end-to-end and other slow tests
	$(BIN)/python -m pytest tests/end_to_end
	$(BIN)/python -m pytest -m slow --ignore=tests/proofs --ignore=tests/end_to_end || [ $$? -eq 5 ]  # 5: none is marked slow

prove: setup ## the long proofs: all, or PROOFS="name ..."
	@$(BIN)/python -m tests.proofs $(PROOFS)

bench: setup ## what is fast and how fast
	@for file in $(sort $(filter-out benchmarks/_%,$(wildcard benchmarks/*.py))); do \
	  echo "== $$file"; $(BIN)/python -m "benchmarks.$$(basename $$file .py)" || exit 1; done

lock: setup ## resolve requirements/*.in anew into hash-locked requirements/*.txt (needs uv on the path)
	@for name in base import nats sign dev; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	    $$([ $$name = base ] || echo -c requirements/base.txt) requirements/$$name.in -o requirements/$$name.txt || exit 1; done

assets: ## copy the libraries of the pages anew, as deploy/assets/package-lock.json has them (needs npm)
	npm ci --prefix deploy/assets --silent
	sh deploy/assets/copy.sh deploy/assets/node_modules console/static/vendor

pictures: setup ## photograph the console for docs/pictures (needs Chromium)
	$(BIN)/python -m tests.pictures
