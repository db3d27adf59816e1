# takeback. `make` alone prints what there is.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS   += --no-print-directory
.DEFAULT_GOAL := help

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
PKG      ?= ./...
RACE     ?=
FUZZTIME ?= 60s
KILLS    ?= 30
BENCH    ?= .
BENCHTIME ?= 1s
PAGES ?= 1000000
# How long one package's tests may take.
TIMEOUT  ?= 30m

CACHE       := .cache
WITHSERVERS := $(CACHE)/withservers
TOOL        := go tool -modfile=tools/go.mod
GOFILES      = $(shell git ls-files --cached --others --exclude-standard -- '*.go')

# SQLite is a C library, so the product is built with cgo. The same input gives
# the same bytes: no paths of this machine, no time, no build id of the linker.
LDFLAGS     := -s -w -buildid= -X main.version=$(VERSION)
BUILDFLAGS  := -trimpath -buildvcs=false
# The product needs nothing around it: names and users looked up by Go's own code,
# time zones inside, no loading of SQLite extensions.
TAGS        := netgo,osusergo,timetzdata,sqlite_omit_load_extension
# Whatever is built is built as the product is, so that nothing is compiled twice:
# SQLite alone takes a minute.
export GOFLAGS := $(GOFLAGS) -trimpath -tags=$(TAGS)
# The image's binary is linked statically as well.
IMAGE_LDFLAGS := $(LDFLAGS) -linkmode external -extldflags=-static

.PHONY: help
help: ## print this
	@awk 'BEGIN {FS = ":.*## "; print "make TARGET, where TARGET is one of"} \
		/^[a-z-]+:.*## / {printf "  %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo 'Variables: PKG=./rules/... RACE=1 TIMEOUT=30m FUZZTIME=60s KILLS=30 BENCH=Scan VERSION=v1.0.0'

##@ Use

.PHONY: demo
demo: ## run everything in one process, on made-up conversations; needs nothing
	@[ -x $(CACHE)/takeback ] || echo 'Building; the first time takes a minute or two.'
	@go build $(BUILDFLAGS) -ldflags '-X main.version=$(VERSION)' -o $(CACHE)/takeback .
	@exec $(CACHE)/takeback demo $(ARGS)

.PHONY: build
build: ## build dist/takeback, reproducibly
	CGO_ENABLED=1 go build $(BUILDFLAGS) -tags '$(TAGS)' -ldflags '$(LDFLAGS)' -o dist/takeback .

.PHONY: build-image-binary
build-image-binary: ## build dist/takeback-static, the binary of the container image
	CGO_ENABLED=1 go build $(BUILDFLAGS) -tags '$(TAGS)' -ldflags '$(IMAGE_LDFLAGS)' -o dist/takeback-static .

.PHONY: reproduce
reproduce: build ## build dist/takeback again elsewhere, from nothing, and compare
	@sh tools/reproduce.sh '$(VERSION)'

##@ Check

.PHONY: verify
verify: ## check the modules on this machine against go.sum
	go mod verify
	go -C tools mod verify
	go -C tools/scanbench mod verify

.PHONY: setup
setup: ## install the Debian packages that the tests need (as root), or say which
	@sh tools/setup.sh

$(WITHSERVERS): $(wildcard internal/testservers/*.go internal/testservers/cmd/withservers/*.go) go.mod
	@go build -o $@ ./internal/testservers/cmd/withservers

# These tests are long and have one goroutine of ours each: the race detector has nothing
# to find in them and makes them six times as long.
LONE := ^(TestExamplesCutInTwoAreFound|TestNumbersInARowAreNoValue|TestNoDetectorIsSlowOnTextsMadeForIt|TestRecallOnTheLabelledSet|TestRecallOfSecrets|TestEngineFindsWhatTheSlowWayFinds(InWhatIsMade)?|TestHostileTextChangesNothingButItsOwnBox|TestEveryPageIsOpenToAll|TestFilesAreCutAtTheirLimit|TestCoreKeepsItsLawsInEveryWorld|TestAWorldIsTheSameEveryTime|TestDatabaseAgreesWithTheStore)$$

# The longest first, so that no core waits for the last one.
LONGEST := ./server/console . ./models/store

# With the race detector they run where the linter has vetted all of it just before.
.PHONY: test
test: setup $(WITHSERVERS) ## run the tests beside private databases (PKG=, RACE=1)
	$(WITHSERVERS) go test -parallel 3 $(if $(RACE),-race -vet=off -skip '$(LONE)') -timeout $(TIMEOUT) $(TESTFLAGS) $(if $(filter ./...,$(PKG)),$(LONGEST)) $(PKG)
	$(if $(RACE),go test -vet=off -timeout $(TIMEOUT) -run '$(LONE)' ./rules ./server/console ./internal/simulation)

.PHONY: kill-test
kill-test: setup $(WITHSERVERS) ## kill the service again and again under load (KILLS=30)
	KILLS=$(KILLS) $(WITHSERVERS) go test -count=1 -timeout 2h -run '^TestKill' -v .

.PHONY: proof
proof: setup $(WITHSERVERS) ## run the large proofs, and break the product to see them fail (PROOFFLAGS=-small)
	$(WITHSERVERS) go -C tools run ./proof $(PROOFFLAGS) $(CURDIR)

.PHONY: fuzz
fuzz: ## run each fuzz test for FUZZTIME
	@sh tools/fuzz.sh $(FUZZTIME)

.PHONY: fuzz-smoke
fuzz-smoke: ## try each fuzz test a few times
	@sh tools/fuzz.sh 200x

.PHONY: bench
bench: setup build $(WITHSERVERS) ## measure the whole program, then each benchmark (PKG=, BENCH=, PAGES=)
	go build -o $(CACHE)/bench ./internal/bench
	$(CACHE)/bench -takeback dist/takeback $(BENCHFLAGS)
	PAGES=$(PAGES) $(WITHSERVERS) go test -vet=off -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -benchmem -timeout 2h $(PKG)

.PHONY: bench-smoke
bench-smoke: ## run each benchmark once, and the measuring of the program for a moment
	@$(MAKE) bench BENCHFLAGS='-rounds 1 -length 300ms -messages 300' BENCHTIME=1x PAGES=2000

.PHONY: capacity
capacity: setup build ## measure what a message costs at each station and what nodes hold (CAPACITYFLAGS=)
	go build -o $(CACHE)/bench ./internal/bench
	$(CACHE)/bench -takeback dist/takeback -capacity $(or $(CAPACITYFLAGS),-page docs/capacity.md)

.PHONY: capacity-smoke
capacity-smoke: ## run that for a moment, and leave the page as it is
	@$(MAKE) capacity CAPACITYFLAGS=-small

.PHONY: bench-scan
bench-scan: ## measure the detection engine beside others, on one core (SCANFLAGS=)
	@tags=$$(sh tools/scanbench/hyperscan.sh); \
	go -C tools/scanbench run -tags "$$tags" . -page $(CURDIR)/docs/benchmarks.md $(SCANFLAGS)

.PHONY: bench-scan-smoke
bench-scan-smoke: ## run that for a moment, without Hyperscan, and the tests of it
	@go -C tools/scanbench vet ./...
	@go -C tools/scanbench test ./...
	@go -C tools/scanbench run . -rounds 1 -length 1ms -words 2000

.PHONY: docs
docs: ## write the pages of the detectors from the packs
	go run ./internal/detectorpages/write

.PHONY: fmt
fmt: ## format the code
	$(TOOL) gofumpt -extra -w $(GOFILES)

.PHONY: fmt-check
fmt-check:
	@unformatted=$$($(TOOL) gofumpt -extra -l $(GOFILES)); \
	if [ -n "$$unformatted" ]; then echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi

.PHONY: lint
lint: ## lint the code (PKG=)
	$(TOOL) golangci-lint run --allow-parallel-runners $(LINTFLAGS) $(PKG)

.PHONY: lint-proof
lint-proof: ## prove that the linter finds a planted fault in each layer
	go -C tools test ./layers

.PHONY: dead
dead: ## list functions that nothing reaches; for once in a while, it takes a minute
	@unreached=$$($(TOOL) deadcode -test ./...); \
	if [ -n "$$unreached" ]; then echo "nothing reaches these:"; echo "$$unreached"; exit 1; fi

.PHONY: test-tools
test-tools: ## test the tools, the container files and the proofs of the linter
	go -C tools tool golangci-lint run --allow-parallel-runners ./...
	cd tools/scanbench && go tool -modfile=../go.mod golangci-lint run --allow-parallel-runners ./...
	go -C tools test ./...

.PHONY: tail
tail: ## list the ten longest files and functions
	@go -C tools run ./tail $(CURDIR)

.PHONY: ci
ci: ## all that must hold before a change goes in; what .ci/run runs
	@$(MAKE) verify
	@$(MAKE) fmt-check
	@$(MAKE) lint
	@$(MAKE) test-tools
	@$(MAKE) test RACE=1
	@$(MAKE) fuzz-smoke
	@$(MAKE) bench-smoke
	@$(MAKE) bench-scan-smoke
	@$(MAKE) build build-image-binary
	@dist/takeback version && dist/takeback-static version

.PHONY: clean
clean: ## remove what was built
	rm -rf dist $(CACHE)
