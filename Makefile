# Two commands on a fresh machine: `make demo` and `make test`. They need python3 (3.11 or newer) and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.lock-$(shell cksum < requirements.lock | tr ' ' '-')
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
KUBERNETES := 1.32
BENCHES := $(subst /,.,$(basename $(sort $(wildcard tests/bench/bench_*.py))))

.DEFAULT_GOAL := help
.PHONY: demo test test-slow check docs tutorial golden fuzz bench bench-adapt bench-model bench-truth bench-storage soak-storage soak-nights audit sbom soak-operate ui ui-stop bench-flow soak-cluster lock help clean

demo: $(INSTALLED)  ## Build a release from painted scenes: no key, no network, no server
	$(BIN)/rs-gpt4v demo --root demo

test: $(INSTALLED)  ## Run the tests
	$(BIN)/pytest -n auto --maxprocesses 4

test-slow: $(INSTALLED)  ## Run the tests that take a minute or more each
	$(BIN)/pytest -n auto --maxprocesses 4 -m slow

check: $(INSTALLED)  ## Formatting, lint, types, import arrows, Dockerfile, manifests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/python -m deployments.job > $(VENV)/job.yaml
	$(BIN)/kubernetes-validate --strict --quiet --no-warn -k $(KUBERNETES) deployments/kubernetes/*.yaml $(VENV)/job.yaml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec deployments/compose.yaml
	VIRTUAL_ENV=$(VENV) $(BIN)/uv --quiet pip check

golden: $(INSTALLED)  ## Remake the golden files; review them as a diff
	REMAKE_GOLDEN=1 $(BIN)/pytest -k golden

fuzz: $(INSTALLED)  ## Read 2,000 broken copies of every format's fixture; ends with a table and one JSON line
	$(BIN)/python -m tests.fuzz

bench: $(INSTALLED)  ## Run every benchmark; each ends with one JSON line of figures
	@for bench in $(BENCHES); do echo "== $$bench"; $(BIN)/python -m $$bench || exit 1; done

bench-model: $(INSTALLED)  ## Benchmarks of the engine that asks the model: speed, memory, limits, kills, faults
	@for bench in speed memory limits kills faults; do \
	  echo "== model.$$bench"; $(BIN)/python -m tests.bench.model.$$bench || exit 1; done

bench-truth: $(INSTALLED)  ## Planted errors, false alarms and paraphrases in other words than the teacher's; a teacher that lies
	$(BIN)/python -m tests.bench.bench_truth
	$(BIN)/python -m tests.bench.bench_liar

bench-storage: $(INSTALLED)  ## Parts in a bucket against plain pyarrow with s3fs, and what explain reads of one
	$(BIN)/python -m tests.bench.storage.parts

bench-flow: $(INSTALLED)  ## Prefect's share of a build, 512 shards on one server, two workers against one
	@for bench in share many workers; do \
	  echo "== flow.$$bench"; $(BIN)/python -m tests.bench.flow.$$bench || exit 1; done

TIMES ?= 20
soak-storage: $(INSTALLED)  ## Kill builds TIMES times (20) in each phase, on disk and in a bucket
	$(BIN)/python -m tests.bench.storage.kills $(TIMES)

soak-nights: $(INSTALLED)  ## Two nights at once TIMES times (20), three builds at once half as often
	$(BIN)/python -m tests.bench.storage.nights $(TIMES)

soak-cluster: $(INSTALLED)  ## Lose pods of runs TIMES times (20) each way, on the cluster that KUBECONFIG names
	RS_GPT4V_CLUSTER_TIMES=$(TIMES) $(BIN)/pytest tests/deployments/test_lost_pods.py -s

PORT ?= 4200
ui: $(INSTALLED)  ## Prefect's page, a worker and the deployments on this machine, ready to click
	$(BIN)/python -m deployments.local up --port $(PORT)

ui-stop: $(INSTALLED)  ## End what “make ui” started; what was made stays in ui/
	$(BIN)/python -m deployments.local down

soak-operate: $(INSTALLED)  ## Runs on real servers (SQLite, PostgreSQL): schedule, cancel, kills, secrets, the form
	$(BIN)/python -m tests.bench.operate

ROWS ?= 1000000
bench-adapt: $(INSTALLED)  ## Speed and memory of adaption at ROWS questions (1,000,000) and ten times as many
	$(BIN)/python -m tests.bench.bench_adapt --rows $(ROWS)

tutorial: $(INSTALLED)  ## Walk docs/tutorial.md and docs/operations.md as they are written
	RS_GPT4V_WALK=1 $(BIN)/pytest tests/test_docs.py

docs: $(INSTALLED)  ## Build the documentation into docs/_build/html
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html

lock: $(INSTALLED)  ## Resolve requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url \
	  --all-extras --group dev --no-header --quiet --output-file requirements.lock

# Both need the package index, so neither is part of check.
TOOL := UV_SYSTEM_CERTS=1 $(BIN)/uv tool run --quiet
audit: $(INSTALLED)  ## Known vulnerabilities of every package in the lock; asks the package index
	$(TOOL) --from pip-audit==2.10.1 pip-audit --require-hashes --disable-pip -r requirements.lock

sbom: $(INSTALLED)  ## Write what is installed, with versions and licences, as sbom.json (CycloneDX)
	$(TOOL) --from cyclonedx-bom==7.5.0 cyclonedx-py environment $(BIN)/python \
	  --pyproject pyproject.toml --output-reproducible --of JSON --output-file sbom.json

clean:  ## Remove the environment and the demo
	rm -rf $(VENV) demo

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

# The environment is made from the lock, and again only when the lock's content changed. The lock's
# own uv installs it in seconds; where uv cannot reach the package index, pip does it in minutes.
$(INSTALLED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; try make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	$(PIP) install --require-hashes -r $(VENV)/uv.txt
	UV_SYSTEM_CERTS=1 VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements.lock \
	  || $(PIP) install --no-compile --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
