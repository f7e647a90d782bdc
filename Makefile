# `make` alone lists what there is to do; a line's text after ## is what it says.
.DEFAULT_GOAL := help
.PHONY: help setup demo up down test test-fast check lint schema migration migrate bench routers kafka lock up-to-date browser rush
MAKEFLAGS += --no-print-directory

python := .venv/bin/python

help:
	@awk -F ' *## *' '/^[a-z-]+:.*##/ { sub(":.*", "", $$1); printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## Install everything below this folder; done by all others when it is needed
	@./stack/setup.sh

demo: setup ## Watch a rush for coupons, bookings and payments, a host's new place, a stay and its review (ROUTERS=1 KAFKA=1 as for up)
	@$(python) -m stack.demo

up: setup ## Start the whole stack on port 4000 (FRESH=1: start over, ROUTERS=1: Apollo and Hive, KAFKA=1: Apache Kafka)
	@$(python) -m stack

down: setup ## Stop the stack, whoever started it
	@$(python) -m stack.down

test: setup browser ## Run all tests, in two processes
	@$(python) -m pytest -n 2 --dist loadgroup

test-fast: setup ## Run the tests that take no time (ARGS="tests/loyalty -k gate" to choose)
	@$(python) -m pytest -m "not slow" $(ARGS)

check: lint up-to-date test ## What CI runs: static checks, printed schemas, migrations, tests

lint: setup ## Run the static checks: style, types, what may import what
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@$(python) -m mypy
	@.venv/bin/lint-imports

schema: setup ## Print the subgraphs' schemas and docs/events.md, and compose the two supergraphs
	@$(python) -m stack.schema
	@$(python) -m stack.node node router/compose.mjs

migration: setup ## Write a subgraph's migration (SUBGRAPH=loyalty MESSAGE="add a column")
	@$(python) -m stack.migrations revision $(if $(SUBGRAPH),--subgraph $(SUBGRAPH)) --message "$(or $(MESSAGE),change)"

migrate: setup ## Bring the stack's databases (or those of DATABASE_URL) to the newest migration
	@$(python) -m stack.migrations upgrade

bench: setup ## Run the benchmarks, each against its baseline (NAME=nights for that one alone)
	@$(python) -m bench $(NAME)

routers: setup ## Get the binaries of Apollo Router and Hive Router
	@$(python) -m stack.get_routers

kafka: setup ## Get Apache Kafka (needs Java 17 and Maven)
	@$(python) -m stack.get_kafka

lock: setup ## Pin the newest versions of the requirements, with hashes
	@./stack/lock.sh

# On a running stack; `make up` names it.
rush: setup
	@$(python) -m stack.rush

# Only tests need one.
browser: setup
	@$(python) -m stack.browser

# The part of `check` between the static checks and the tests: what is committed is what the code says.
up-to-date: setup
	@$(python) -m stack.schema --check
	@$(python) -m stack.node node router/compose.mjs --check
	@$(python) -m stack.migrations check
