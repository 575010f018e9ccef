# Two commands do everything, set-up included: `make run` and `make test`.
# Needs Python 3.11 or newer and make; the rest is installed below .venv and .cache.

PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
UV := .cache/uv/bin/uv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

export UV_PROJECT_ENVIRONMENT := $(VENV)
export UV_PYTHON_DOWNLOADS := never
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: run test lint test-container bench clean

run: $(STAMP)  ## one whole deployment, main and post, against the embedded sandbox (or the real vendors)
	@$(BIN)/python -m emulator

test: $(STAMP)  ## unit, contract, fault and end-to-end tests
	@$(BIN)/python -m pytest -n auto $(ARGS)

lint: $(STAMP)  ## ruff, mypy, zizmor, hadolint, actionlint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/hadolint Dockerfile
	$(BIN)/actionlint
	$(BIN)/zizmor --offline --quiet .github action.yml

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.13 ...")'
	@$(PYTHON) -m venv .cache/uv
	@.cache/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(STAMP): $(UV) pyproject.toml uv.lock
	@$(UV) sync --quiet --locked --group dev --python $(PYTHON)
	@touch $@

clean:
	rm -rf .venv .cache .hypothesis build dist
