# Every target first sets up what it needs in .venv: with uv where it is installed, else with venv and pip.
# Another Python than the one found here: `make clean`, then `make serve PYTHON=python3.12`.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve book lab test setup refresh format bench lock clean

SUITABLE := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c '$(SUITABLE)' 2>/dev/null && echo $$python && break; done)

UV := $(shell command -v uv 2>/dev/null)
ifdef UV
create = $(UV) venv --quiet --seed --python '$(or $(PYTHON),3.12)' .venv
install = $(UV) pip install --quiet --python .venv/bin/python
else
create = test -n '$(PYTHON)' || { echo 'Loss Book needs Python 3.11, 3.12 or 3.13, or uv; found none.' >&2; exit 1; }; \
	$(PYTHON) -m venv .venv
install = .venv/bin/python -m pip install --quiet --disable-pip-version-check
endif

# .venv/site stands for a finished environment that can build the website, .venv/all for one that can do everything.
# An environment whose Python has gone, or is too old or too new, is not finished.
$(shell .venv/bin/python -c '$(SUITABLE)' 2>/dev/null || rm -f .venv/site .venv/all)

# A finished environment is updated in place, so that what you added to it stays. Any other is made anew: an
# interrupted set-up can leave half a package behind.
define prepare
@test -e .venv/site || { echo 'Setting up .venv, once; this takes a few minutes.'; rm -rf .venv; $(create); }
@rm -f .venv/site .venv/all
@grep -v '^-e' requirements.txt > .venv/constraints.txt
endef

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-9s%s\n", $$1, $$2 }' Makefile

serve: .venv/site  ## build the website and serve it on localhost [PORT=8001]
	.venv/bin/python -m website serve $(if $(PORT),--port $(PORT))

book: .venv/site  ## build the website into _build/html
	.venv/bin/python -m website build

test: .venv/all  ## run every test, and every page with its outputs compared
	.venv/bin/python -m pytest -n auto --dist loadfile

lab: .venv/all  ## open the course in JupyterLab
	.venv/bin/python -m jupyter lab

refresh: .venv/all  ## run the pages and store their outputs [PAGE=regression/quantiles]
	.venv/bin/python -m tools.refresh $(PAGE)

format: .venv/all  ## format the code and fix what ruff can fix
	.venv/bin/python -m ruff format
	.venv/bin/python -m ruff check --fix

bench: .venv/all  ## measure the losses, the import of the package and the demos
	.venv/bin/python -m benchmarks
	.venv/bin/python -m benchmarks.latency

setup: .venv/all  ## install everything, and nothing more

# One version for every Python and system, wherever that is possible: the stored outputs are then everybody's outputs.
# The environment need not be finished, because it cannot be when the old versions no longer fit pyproject.toml.
lock:  ## write the newest versions that pyproject.toml allows to requirements.txt
	@test -e .venv/site || { rm -rf .venv; $(create); }
	@$(install) uv
	.venv/bin/python -m uv pip compile --quiet --no-config --upgrade --universal --python-version 3.11 \
		--fork-strategy fewest --no-annotate --no-header --extra book --extra test \
		--output-file .venv/pins.txt pyproject.toml
	@{ echo '# Exact versions for Python 3.11 to 3.13 on Linux, macOS and Windows, and the package itself.'; \
		echo '# Written by `make lock` from the ranges in pyproject.toml.'; \
		echo '-e .'; cat .venv/pins.txt; } > requirements.txt

clean:  ## delete the environment, the built website and all caches
	rm -rf .venv _build *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/site: pyproject.toml requirements.txt
	$(prepare)
	@$(install) -c .venv/constraints.txt -e '.[site]'
	@touch $@

.venv/all: pyproject.toml requirements.txt
	$(prepare)
	@$(install) -r requirements.txt
	@touch .venv/site $@
