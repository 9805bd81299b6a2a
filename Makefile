# Every target sets up .venv first: with uv when it is on the PATH, else with venv and pip.

export PIP_DISABLE_PIP_VERSION_CHECK = 1

READY = .venv/.ready
ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))

ifneq ($(shell command -v uv 2>/dev/null),)
CREATE = uv venv -q --python '>=3.11' .venv
INSTALL = uv pip install -q --python .venv/bin/python
else
CREATE = \
	for python in python3 python3.13 python3.12 python3.11 python; do \
		if $$python -c 'import ensurepip, venv; $(ENOUGH)' 2>/dev/null; then break; fi; \
		python=; \
	done; \
	if [ -z "$$python" ]; then \
		echo 'No Python 3.11 or newer with venv on the PATH: install one, or uv.' >&2; exit 1; \
	fi; \
	$$python -m venv .venv
INSTALL = \
	if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then \
		.venv/bin/python -m ensurepip >/dev/null; \
	fi; \
	.venv/bin/python -m pip install -qq
endif

.PHONY: demo test bench lint clean

demo: $(READY)
	.venv/bin/twin compare weak_area/frequency_duel

test: lint
	.venv/bin/pytest -n auto --dist loadfile

bench: $(READY)
	.venv/bin/python -m benchmarks

lint: $(READY)
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy

# Keeps .venv, which is slow to make, and runs, which are yours.
clean:
	rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find twin components tests benchmarks -name __pycache__ -prune -exec rm -r {} +

# A .venv made by hand is kept and used; one whose Python no longer runs is made anew.
$(READY): pyproject.toml constraints.txt
	@echo 'Setting up .venv; the first time takes a few minutes.'
	@.venv/bin/python -c '' 2>/dev/null || { rm -rf .venv && $(CREATE); }
	@.venv/bin/python -c '$(ENOUGH)' || { \
		echo 'The Python in .venv is older than 3.11: remove .venv and try again.' >&2; exit 1; }
	@$(INSTALL) -c constraints.txt -e '.[test]'
	@touch $@
