# Every target first sets up what it needs in .venv: with uv where it is installed, else with venv and pip.
# Another Python than the one found here: `make clean`, then `make serve PYTHON=python3.12`.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve book python pdf lab test setup refresh format bench lock clean

# Any Python from 3.11 on will do. One for which TensorFlow exists comes first: with another, cells that need Keras do not
# run, and their tests are left out.
SUITABLE := import sys; sys.exit(not (3, 11) <= sys.version_info)
COMPLETE := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
first = $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$python -c '$(1)' 2>/dev/null && echo $$python && break; done)
PYTHON ?= $(call first,$(COMPLETE))

UV := $(shell command -v uv 2>/dev/null)
unsuitable = { echo "Loss Book needs Python 3.11 or newer with its module venv, or uv; found $$($(1) -V || echo neither)." >&2; \
	exit 1; }
ifdef UV
venv = $(UV) venv --quiet --seed --python $(1) .venv
made = $(if $(PYTHON),$(call venv,'$(PYTHON)'),$(call venv,'>=3.11$(comma)<3.14') || $(call venv,'>=3.11'))
create = { $(made); } && { .venv/bin/python -c '$(SUITABLE)' || $(call unsuitable,.venv/bin/python); }
install = $(UV) pip install --python .venv/bin/python
else
python = $(or $(PYTHON),$(call first,$(SUITABLE)),false)
create = { $(python) -c '$(SUITABLE)' && $(python) -m venv .venv; } || $(call unsuitable,$(python))
# In the environment, where the pip that fetches what builds the package sees it too.
install = PIP_RETRIES=2 .venv/bin/python -m pip install --disable-pip-version-check
endif
comma := ,

# .venv/site stands for an environment that can build the website, .venv/book for one that can run the pages, .venv/all
# for one that can do everything. Without .venv/finished, or where its Python is gone or too old, none of them counts.
$(shell test -e .venv/finished && .venv/bin/python -c '$(SUITABLE)' 2>/dev/null || \
	rm -f .venv/finished .venv/site .venv/book .venv/all)

# A finished environment is updated in place, so that what you added to it stays. Any other is made anew: an
# interrupted set-up can leave half a package behind.
define prepare
@test -e .venv/finished && echo 'Bringing .venv up to date.' || \
	{ echo 'Setting up .venv, once; this takes a few minutes.'; rm -rf .venv; $(create); }
@rm -f .venv/finished
@grep -hv '^-' requirements.txt requirements-dev.txt > .venv/constraints.txt
endef

# The last word, after whatever pip or uv says.
failed = { echo 'Not everything could be installed; the reason is above. Set-up needs the network, and nothing after it' \
	'does. Try the same command again.' >&2; exit 1; }

incomplete = .venv/bin/python -c '$(COMPLETE)' || \
	echo 'There is no TensorFlow for this version of Python: cells that need Keras do not run, and are not tested.'

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-9s%s\n", $$1, $$2 }' Makefile

serve: .venv/site  ## build the website and serve it on localhost [PORT=8001]
	@.venv/bin/python -m website serve $(if $(PORT),--port '$(PORT)')

book: .venv/site  ## build the website into _build/html
	.venv/bin/python -m website build

# The pages' own packages are here, too: what is in the page of them comes from the environment.
python: .venv/site .venv/book  ## get what runs Python in a page, once, and pack it into _build/python [THOROUGH=1: to publish]
	@.venv/bin/python -m website.python $(if $(THOROUGH),--thorough)

pdf: .venv/all  ## make the whole book as one PDF, _build/lossbook.pdf
	.venv/bin/python -m website pdf

# Where Python may not store compiled modules, each of the many processes would compile the same ones again.
test: export PYTHONDONTWRITEBYTECODE =
test: kept = --site _build/tests --costs _build/tests/costs.json
test: .venv/all  ## run every test, and every page with its outputs compared
	@rm -rf _build/tests
	.venv/bin/python -m pytest -n auto --dist loadfile -m 'not quiet' $(kept)
	.venv/bin/python -m pytest -m quiet tests/website $(kept)

lab: .venv/book  ## open your copy of the course in JupyterLab [PORT=8889] [EDIT=1: the book itself, for authors]
	@.venv/bin/python -m tools.lab $(if $(EDIT),--edit) $(if $(PORT),--port '$(PORT)')

refresh: .venv/all  ## run what has changed, and store its outputs [PAGE=regression/quantiles] [ALL=1] [TRY=1: other processors]
	.venv/bin/python -m tools.refresh $(if $(ALL),--all) $(if $(TRY),--try) $(PAGE)

format: .venv/all  ## format the code and fix what ruff can fix
	.venv/bin/python -m ruff format
	.venv/bin/python -m ruff check --fix

bench: .venv/all  ## measure the losses, the import of the package, the demos, the pages, the build, the last `make test`
	.venv/bin/python -m benchmarks
	.venv/bin/python -m benchmarks.latency
	.venv/bin/python -m benchmarks.pages
	.venv/bin/python -m benchmarks.in_page
	.venv/bin/python -m benchmarks.build
	.venv/bin/python -m benchmarks.answers
	.venv/bin/python -m benchmarks.suite

setup: .venv/all  ## install everything, and nothing more

compile = .venv/bin/python -m uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--fork-strategy fewest --no-annotate --no-header

# One version for every Python and system, wherever that is possible: the stored outputs are then everybody's outputs.
# The environment need not be finished, because it cannot be while the pinned versions do not fit pyproject.toml.
# What readers install is a part of all versions, in a file of its own.
lock:  ## write the newest versions that pyproject.toml allows to requirements.txt and requirements-dev.txt
	@test -e .venv/finished || { rm -rf .venv; $(create); }
	@$(install) uv
	$(compile) --upgrade --extra test --output-file .venv/pins.txt pyproject.toml
	$(compile) --extra book --constraint .venv/pins.txt --output-file .venv/book.txt pyproject.toml
	@{ echo '# Exact versions for Python 3.11 to 3.14 on Linux, macOS and Windows, and the package itself: what readers'; \
		echo '# install, here and in Binder. What only the website and the tests need is in requirements-dev.txt.'; \
		echo '# Written by `make lock` from the ranges in pyproject.toml.'; \
		echo '-e .'; cat .venv/book.txt; } > requirements.txt
	@{ echo '# What the website and the tests need besides.'; \
		echo '# Written by `make lock` from the ranges in pyproject.toml.'; \
		echo '-r requirements.txt'; grep -vxFf .venv/book.txt .venv/pins.txt; } > requirements-dev.txt

clean:  ## delete the environment, the built website and all caches
	rm -rf .venv _build .pytest_cache .ruff_cache .mypy_cache .hypothesis benchmarks/lighthouse/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/site: pyproject.toml requirements.txt requirements-dev.txt
	$(prepare)
	@$(install) -c .venv/constraints.txt -e '.[site]' || $(failed)
	@touch .venv/finished $@

# What JupyterLab loads is copied into the environment when the package is installed.
extension := $(wildcard lossbook/explorable/labextension/* lossbook/explorable/static/*)

.venv/book: pyproject.toml requirements.txt $(extension)
	$(prepare)
	@$(install) -r requirements.txt || $(failed)
	@$(incomplete)
	@touch .venv/finished $@

.venv/all: pyproject.toml requirements.txt requirements-dev.txt $(extension)
	$(prepare)
	@$(install) -r requirements-dev.txt || $(failed)
	@$(incomplete)
	@touch .venv/finished .venv/site .venv/book $@
