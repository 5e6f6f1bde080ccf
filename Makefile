# SPDX-License-Identifier: Apache-2.0
# The one door. Each verb is a short script in dev/ that installs what it needs.

.DEFAULT_GOAL := help
.PHONY: help run cluster build test check bench bench-compare bench-cluster sim fuzz interop \
  conformance soak test-netns test-tsan test-asan docs format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

run: ## a node, an agent that feeds it this machine's figures, and a live view; Ctrl-C ends all
	@dev/run

cluster: ## three nodes, nginx in front, an agent, and the merged live view; Ctrl-C ends all
	@dev/cluster

build: ## the release build
	@dev/build

test: ## all tests: Swift, foreign clients, HTTP/2 conformance, clusters behind balancers
	@dev/test

check: ## format, lint, imports, warnings, generated files, scripts
	@dev/check

bench: ## speed and memory of one node, against the goals
	@dev/bench

bench-compare: ## the same load on a Go server of the same contract, in one go
	@dev/bench-compare

bench-cluster: ## three nodes of one cluster, against the goals
	@dev/bench-cluster

fuzz: ## fuzzing of every parser, SECONDS=60 each
	@dev/fuzz $(or $(SECONDS),60)

interop: ## gRPC's interop cases against the official Go client and server, both ways
	@dev/interop

conformance: ## protobuf's own conformance suite
	@dev/conformance

sim: ## the whole cluster simulated from SEEDS=1000 seeds, under faults
	@SEEDS=$(or $(SEEDS),1000) dev/sim

soak: ## a node under load for MINUTES=5; memory and descriptors must stay
	@dev/soak $(or $(MINUTES),5)

test-netns: ## three nodes in network namespaces: partitions, resets, loss, delay; needs root
	@dev/test-netns

test-tsan: ## Swift tests under the thread sanitizer
	@dev/test-sanitized thread

test-asan: ## Swift tests under the address sanitizer
	@dev/test-sanitized address

docs: ## reference pages of the libraries, in .cache/docs
	@dev/docs

format: ## formats the Swift sources in place
	@swift format --in-place --recursive --parallel Sources Tests Examples/Sources Package.swift \
	  Examples/Package.swift

clean: ## removes everything that was built or fetched
	rm -rf .build .cache
