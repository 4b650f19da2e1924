# SPDX-License-Identifier: Apache-2.0
#
# The few commands that everybody needs; Meson does the work. docs/HACKING.md has the rest.

BUILD ?= build
RELEASE_BUILD ?= build-release
TEST_BUILD ?= build-test
JOBS ?= $(shell nproc)

.PHONY: help run build release test test-engines check bench soak clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

run: build ## set up, build, and show it at work: isthmus demo
	@$(BUILD)/isthmus demo

build: ## set up and build the release: build/isthmus
	@tools/setup.sh build
	@tools/configure.sh $(BUILD) --buildtype=release -Db_lto=true
	@ninja -C $(BUILD) -j $(JOBS) isthmus

release: ## the same, faster: built twice, the second time as a profile of the first suggests
	@tools/setup.sh build
	@JOBS=$(JOBS) tools/release.sh $(RELEASE_BUILD)

test: ## set up, build and run all tests
	@tools/setup.sh test
	@tools/configure.sh $(TEST_BUILD)
	@ninja -C $(TEST_BUILD) -j $(JOBS)
	@tools/run_tests.py $(TEST_BUILD)

test-engines: build ## the edge in front of real inference engines, which it gets first (docs/engines.md)
	@ISTHMUS=$(BUILD)/isthmus tests/engines/run.sh

check: ## all that a change must pass: tests, sanitizers, fuzzing, linters
	@bash .ci/run

bench: release ## measure, beside nginx and HAProxy
	@tools/setup.sh bench
	@bench/run $(RELEASE_BUILD)

soak: build ## what takes longer than a change should wait: many seeds, long load, long fuzzing
	@tools/setup.sh check
	@tools/soak.sh

clean: ## remove what was built here, but neither .venv nor node_modules
	rm -rf build build-*
