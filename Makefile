# Needs python3 (3.11 or later, with venv), cargo and make; everything else goes into .venv and
# target. Each target is quick the second time.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMPS := $(VENV)/stamps
OUT    ?= report
EXAMPLE := examples/greater-bay/run.toml

export CARGO_TARGET_DIR ?= $(CURDIR)/target
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONWARNDEFAULTENCODING :=

# What the compiled module is made of.
SOURCES := $(shell find src python/kebao -name '*.rs' -o -name '*.toml' -o -name '*.json') \
           Cargo.toml Cargo.lock
# One build serves the package and its stubs.
BUILD := --release --features stubs

##@ The two commands

demo: $(STAMPS)/kebao ## price the example book: table, report.html, results.parquet, results.xlsx, run.json
	kebao price $(EXAMPLE) --out $(OUT)

test: $(STAMPS)/kebao $(STAMPS)/dev ## lint, types, stubs, Rust and Python tests, doc examples, notebooks
	python tools/test.py

##@ More

test-slow: $(STAMPS)/kebao $(STAMPS)/dev ## the same with the long statistical tests
	python tools/test.py --slow

bench: $(STAMPS)/kebao $(STAMPS)/bench ## beside NumPy, Numba, rand_distr and the peers that install, in one run
	python benches/peers.py
	cargo bench --locked --quiet --bench kernels

lint: $(STAMPS)/dev ## formats, clippy, ruff, mypy
	python tools/test.py --only lint

fmt: $(STAMPS)/dev ## format Rust and Python
	cargo fmt
	ruff check --fix --select I .
	ruff format .

stubs: $(STAMPS)/kebao ## write python/kebao/_kebao.pyi from the compiled module
	python tools/stubs.py

notebooks: $(STAMPS)/kebao $(STAMPS)/dev ## run notebooks/*.py and write the .ipynb beside them
	python tools/notebooks.py

docs: $(STAMPS)/kebao $(STAMPS)/docs ## build docs/_build/html
	sphinx-build -W --keep-going -q -b html docs docs/_build/html
	@echo "open docs/_build/html/index.html"

wheel: $(STAMPS)/demo ## build the wheel for publishing into dist/
	maturin build --profile dist --locked --out dist

build: $(STAMPS)/kebao ## only the package, ready to import in .venv

clean: ## remove what is made, except .venv and target
	rm -rf report dist docs/_build docs/generated .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -not -path './target/*' -exec rm -rf {} +

distclean: clean ## remove .venv and target as well
	rm -rf $(VENV) target python/kebao/*.so

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {print "\n" substr($$0, 5)} \
	      /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

.PHONY: demo test test-slow bench lint fmt stubs notebooks docs wheel build clean distclean help

# The virtual environment, made once; a stamp for each list of requirements.
$(STAMPS)/venv:
	@bash tools/prepare.sh $(PYTHON) $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/%: requirements/%.txt requirements/demo.txt | $(STAMPS)/venv
	@echo "installing requirements/$*.txt"
	@pip install --quiet --requirement requirements/$*.txt
	@touch $@

# `maturin develop` installs the package once; afterwards only the compiled module is replaced.
$(STAMPS)/kebao: $(SOURCES) pyproject.toml | $(STAMPS)/demo
	@if [ $(STAMPS)/installed -nt pyproject.toml ]; then \
	    maturin develop $(BUILD) --locked --quiet --skip-install; \
	else \
	    maturin develop $(BUILD) --locked && touch $(STAMPS)/installed; \
	fi
	@touch $@
