# Everything a person or a machine does with this checkout. `make` alone lists it.
# Needs: make, Python 3.11+ with venv, and root or sudo for the browser's package. The rest is installed here.

BIN := .venv/bin
RECORDINGS ?=
ASK ?=
REPORTS := .snags/reports
SOURCE = $(if $(RECORDINGS),"$(RECORDINGS)",--demo)
NAME = $(if $(RECORDINGS),report,demo)
SETUP = python=$$(sh scripts/setup/find_python.sh) && "$$python" -m scripts.setup.environment
WORKERS ?= 2
TESTS ?= tests

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run demo test lint format pytest test-313 lab bench readme clean setup setup-dev browser browser-for-tests

help:
	@echo "make run                        set up, report on the demo recordings, keep the chat page serving"
	@echo "make run RECORDINGS=path        the same on your own recordings (a folder or a file)"
	@echo "make demo [RECORDINGS=path]     the same, and exit when the report is done"
	@echo "make test                       set up, then everything CI runs: format, lint, types, layers, tests"
	@echo "make test TESTS=tests/cli       the same with only some of the tests"
	@echo "make test-313                   the tests under Python 3.13, where it is installed"
	@echo "make lint | format              check | rewrite the code's form"
	@echo "make browser                    install the browser now, in the foreground"
	@echo "make bench                      speed, memory and token figures, each beside its target"
	@echo "make lab                        record the lab's corpora, with known faults, from a seed"
	@echo "make readme                     draw the README's pipeline and take its pictures again"
	@echo "make clean                      remove what set-up made; reports in .snags stay"

run: demo
	@$(BIN)/snags serve

demo: setup
	@$(BIN)/snags summarize $(SOURCE) $(if $(ASK),--focus "$(ASK)") \
		--output "$(REPORTS)/$(NAME).html" --output "$(REPORTS)/$(NAME).md" --output "$(REPORTS)/$(NAME).json" \
		|| { code=$$?; test $$code -eq 3 || exit $$code; }
	@$(BIN)/python -m scripts.setup.browser status

setup:
	@$(SETUP)
	@$(BIN)/python -m scripts.setup.browser start
	@$(BIN)/python scripts/fetch_web_modules.py

setup-dev:
	@$(SETUP) --dev
	@$(BIN)/python -m scripts.setup.browser start
	@$(BIN)/python scripts/fetch_web_modules.py
	@$(BIN)/python -m scripts.setup.recorder
	@$(BIN)/python -m scripts.setup.services

browser: setup
	@$(BIN)/python -m scripts.setup.browser wait

test: setup-dev lint browser-for-tests pytest

browser-for-tests:
	@$(BIN)/python -m scripts.setup.browser wait

lint: setup-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/pyright --project pyproject.toml

format: setup-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

pytest: setup-dev
	$(BIN)/pytest --inline-snapshot=disable -n $(WORKERS) $(TESTS)

test-313:
	@python=$$(sh scripts/setup/find_python.sh 3.13) && \
		UV_PROJECT_ENVIRONMENT=.venv313 "$$python" -m scripts.setup.environment --dev
	.venv313/bin/pytest --inline-snapshot=disable -n $(WORKERS) $(TESTS)

lab: setup-dev
	@$(BIN)/python -m scripts.setup.browser wait
	$(BIN)/python -m evals.lab.build

bench: setup-dev
	$(BIN)/python -m evals.bench

readme: setup-dev
	@$(BIN)/python -m scripts.readme
	@$(BIN)/python -m scripts.screenshots

clean:
	rm -rf .venv .venv313 build dist web/vendor evals/lab/vendor .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
