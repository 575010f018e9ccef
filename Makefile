# Two commands do everything, setup included: `make run` and `make test`.
# Needs Python 3.11 or newer and make; the rest is installed below .venv and .cache.

PYTHON ?= python3
VENV := .venv
UV := .cache/uv/bin/uv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# The image that the container targets build and test.
IMAGE ?= deployment-events:local
# Options for `docker build` on this machine, for example a mirror of the base image:
# --build-context python:3.13-slim=docker-image://my-mirror/python
DOCKER_BUILD_ARGS ?=

export UV_PROJECT_ENVIRONMENT := $(VENV)
export UV_PYTHON_DOWNLOADS := never
# A company's TLS proxy has its CA in the system's store only.
export UV_SYSTEM_CERTS := true
# Without bytecode, each process that the tests start compiles its imports again, which takes 1 s.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint bench engine image test-container test-image test-act release-dry-run
.PHONY: owner docs screenshots clean

run: $(STAMP)  ## simulate a deployment against local fakes of both APIs; ARGS=--help shows options
	@$(BIN)/python -m emulator $(ARGS)

test: $(STAMP)  ## unit, contract, fault and end-to-end tests
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "not container and not act" $(ARGS)

lint: $(STAMP)  ## ruff, mypy, import-linter, zizmor, hadolint, actionlint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@PYTHONPATH=src:. $(BIN)/lint-imports --cache-dir .cache/import-linter >.cache/import-linter.log || { cat .cache/import-linter.log; exit 1; }
	$(BIN)/hadolint Dockerfile benchmarks/*.Dockerfile .github/actions/*/Dockerfile
	$(BIN)/actionlint .github/workflows/*.yml examples/*.yml
	$(BIN)/zizmor --offline --quiet .github action.yml

bench: $(STAMP)  ## speed, as ratios, into docs/benchmarks.md
	@command -v npm >/dev/null && npm install --silent --no-audit --no-fund \
		--prefix .cache/datadog-ci @datadog/datadog-ci || true
	@PYTHONPATH=. $(BIN)/python benchmarks $(ROUNDS)

engine:
	@docker version >/dev/null 2>&1 || { echo "This needs a running Docker engine." >&2; exit 1; }

image: engine  ## the Dockerfile, unmodified, as IMAGE
	docker build --quiet $(DOCKER_BUILD_ARGS) --tag $(IMAGE) .

test-container: image test-image  ## main and post in the image, as the runner would start them

test-image: $(STAMP) engine  ## the same for an IMAGE that exists already
	@IMAGE=$(IMAGE) $(BIN)/python -m pytest -m container tests/container $(ARGS)

test-act: image $(STAMP)  ## examples under act, the engine of Gitea's and Forgejo's runners
	@IMAGE=$(IMAGE) DOCKER_BUILD_ARGS="$(DOCKER_BUILD_ARGS)" \
		$(BIN)/python -m pytest -m act tests/act $(ARGS)

release-dry-run: $(STAMP) engine  ## a release for one architecture, with a local registry
	@DOCKER_BUILD_ARGS="$(DOCKER_BUILD_ARGS)" $(BIN)/python -m scripts.release dry-run

owner: $(STAMP)  ## write the repository's owner into what users read: make owner OWNER=acme
	@$(BIN)/python -m scripts.owner "$(OWNER)"

docs: $(STAMP)  ## the generated tables of README.md and docs/troubleshooting.md
	@$(BIN)/python -m scripts.readme
	@$(BIN)/python -m scripts.troubleshooting

screenshots: $(STAMP)  ## docs/images/summary-*.png, with Chromium
	@$(BIN)/python -m scripts.screenshots

INSTALL_UV := .cache/uv/bin/python -m pip install --quiet --disable-pip-version-check \
	--require-hashes --requirement requirements-uv.txt
# Before version 24.2, pip trusts the system's certificates only if it is told where they are. Its
# own settings come first.
SYSTEM_CERTS := import ssl; paths = ssl.get_default_verify_paths(); \
	print(paths.cafile or paths.capath)

$(UV): requirements-uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"Python 3.11 or newer is needed: make PYTHON=python3.13 ...")'
	@$(PYTHON) -m venv .cache/uv
	@$(INSTALL_UV) 2>/dev/null || $(INSTALL_UV) --cert "$$($(PYTHON) -c '$(SYSTEM_CERTS)')"
	@touch $@

$(STAMP): $(UV) pyproject.toml uv.lock
	@$(UV) sync --quiet --locked --group dev --python $(PYTHON)
	@touch $@

clean:
	rm -rf .venv .cache .hypothesis build dist
