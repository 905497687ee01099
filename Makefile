# Two commands: `make run` and `make test`. Each sets up what it lacks and asks nothing.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
SERVERS := $(PY) -m jlis.kernel.embedded exec --fast --home var/test --
# Further options: make test ARGS="tests/juki -x", make run ARGS="--residents 2000"
ARGS ?=
# How many tests run at once
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test lint bench drill lock local dev

help: ## 使い方を表示します / show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-6s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT=8000  JLIS_HOME=var/  JLIS_TODAY=2026-04-01  PYTHON=python3.11"
	@echo "  DATABASE_URL, DATABASE_OWNER_URL, REDIS_URL: 既存のサーバーを使います / use servers you have"

run: local ## 起動します（初回は実演用データを作ります） / start everything
	@exec $(PY) -m jlis.run $(ARGS)

test: dev ## すべての試験を並行して実行します / run every test
	@exec $(SERVERS) $(PY) -m pytest -n $(JOBS) $(ARGS)

lint: dev ## 書式、型、層の約束、移行の漏れを検査します / style, types, layers, migrations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	SECRET_KEY=unused $(PY) -m mypy
	.venv/bin/lint-imports
	$(SERVERS) $(PY) manage.py makemigrations --check --dry-run

bench: dev ## 速さを、同じ実行で測った素の処理との比で示します / measure, as ratios
	@exec $(PY) -m bench $(ARGS)

drill: dev ## 処理中のサーバーを停止させ、何も失われないことを確かめます / kill servers in the middle
	@exec $(SERVERS) $(PY) -m pytest -m drill $(ARGS)

lock: ## requirements/*.txt を作り直します（uv が必要） / compile the pins anew (needs uv)
	@for set in dev local service; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	    $$([ $$set = dev ] || echo --constraints requirements/dev.txt) \
	    requirements/$$set.in --output-file requirements/$$set.txt || exit 1; \
	done

local dev:
	@$(PYTHON) requirements/install.py $@
