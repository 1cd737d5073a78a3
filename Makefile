# `make` alone lists what there is. Written for GNU make 3.81 (macOS) and later.

PYTHON ?= python3
UV     := uv==0.13.9
SHELL  := /bin/sh
PY     := .venv/bin/python

.PHONY: help bench test growth lint mutants selftest yardsticks lock clean stale

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

bench: .venv/.ready ## run the race; PROFILE=quick|standard|thorough, VARIANTS=..., SCENARIOS=...
	$(PY) -m pytest bench/ --benchmark-only $(strip $(narrow))

narrow := $(if $(PROFILE),--profile '$(PROFILE)') \
          $(if $(VARIANTS),--variants '$(VARIANTS)') \
          $(if $(SCENARIOS),--scenarios '$(SCENARIOS)')

# The last resort: uvloop swallows what the signal of pytest-timeout raises, and would hang for ever.
test: .venv/.ready ## run the test suite: every rule against every variant, and the rest
	$(PY) -m pytest -n 2 --benchmark-disable -o faulthandler_timeout=180 -o faulthandler_exit_on_timeout=true

growth: .venv/.ready ## measure what a batch costs as it grows to 100,000 calls; VARIANTS=...
	$(PY) -m bench.growth $(if $(VARIANTS),--variants '$(VARIANTS)')

lint: .venv/.ready ## check style, format and types
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy

mutants: .venv/.ready ## take out each assertion of the rules in turn, and see whether it is missed
	$(PY) -m tests.rules.mutants

selftest: .venv/.ready ## test the measurement: false alarms, power, coverage; SHORT=1 in a minute
	$(PY) -m bench.selftest $(if $(SHORT),--short) $(if $(BUSY),--busy)

yardsticks: .venv/.ready ## measure what this project claims of itself, and print it
	$(PY) -m bench.yardsticks

# It has a venv of its own: a lock that no longer installs must not stand in the way of the next.
lock: ## resolve requirements.lock again; UPGRADE=1 takes the newest of everything
	@$(find_python); \
	echo "make: resolving with $(UV)"; \
	"$$python" -m venv --clear .venv-lock; \
	.venv-lock/bin/python -m pip install -qq --disable-pip-version-check '$(UV)'
	@UV_PYTHON_DOWNLOADS=never .venv-lock/bin/python -m uv pip compile pyproject.toml --quiet \
		--universal --python-version 3.11 --all-extras --generate-hashes --no-annotate \
		--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) -o requirements.lock
	@if grep -n '://' requirements.lock; then echo 'make: the lock holds an address' >&2; exit 1; fi

clean: ## remove what make and the tools made; measurements stay
	rm -rf .venv .venv-lock .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# .venv counts as made only when .ready is there, which comes last: after an interruption, or when
# the lock has changed, the next make begins it anew.
.venv/.ready: requirements.lock
	@$(find_python); \
	echo "make: preparing .venv with $$("$$python" -V) from requirements.lock (about half a minute)"; \
	"$$python" -m venv --clear .venv; \
	$(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock; \
	touch $@

# So does a .venv whose Python has gone, or is another than the PYTHON that was named.
have := $(shell $(PY) -V 2>/dev/null)
want := $(if $(filter file,$(origin PYTHON)),$(have),$(shell $(PYTHON) -V 2>/dev/null))
ifneq ($(or $(have),none),$(want))
.venv/.ready: stale
endif

# Shell: sets $python to the PYTHON that was named; or else to the first supported one of a few.
pythons := $(PYTHON) $(if $(filter file,$(origin PYTHON)),python3.13 python3.12 python3.11)
define find_python
set -e; python=; \
for each in $(pythons); do \
	if "$$each" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; \
	then python=$$each; break; fi; \
done; \
if [ -z "$$python" ]; then \
	echo 'make: this needs Python 3.11, 3.12 or 3.13, and found none as: $(pythons)' >&2; \
	echo 'make: name one, for instance: make PYTHON=/path/to/python3.13 test' >&2; exit 1; \
fi; \
if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	echo "make: $$python has no venv module; Debian and Ubuntu have it in python3-venv" >&2; exit 1; \
fi
endef
