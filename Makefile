# Plinth. Everything built or run here stays below .plinth, which git ignores.
STACK ?= dev
PLINTH = .plinth/bin/plinth
GOTOOL = go tool -modfile=$(CURDIR)/tools/go.mod
MODULES = . local tests/rules

.DEFAULT_GOAL := help
.PHONY: help build up preview stop down status test bench lint fmt generate

help: ## Show this list
	@echo "make up brings the dev stack up on this machine; it needs Go only. STACK=prod rehearses another stack."
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build what is missing or out of date, into .plinth/bin
	@command -v go >/dev/null || { echo "error: there is no go on PATH; install Go 1.26 or newer (https://go.dev/dl)" >&2; exit 1; }
	@cd local && go run ./cmd/build

up: build ## Bring the stack up
	@$(PLINTH) up --stack $(STACK)

preview: build ## Show what up would change
	@$(PLINTH) preview --stack $(STACK)

stop: build ## Stop the stack's cluster, and keep what is in it
	@$(PLINTH) stop --stack $(STACK)

down: build ## Delete the stack here, and stop its cluster
	@$(PLINTH) down --stack $(STACK)

status: build ## Show how the stack does
	@$(PLINTH) status --stack $(STACK)

test: build ## Run every test: units, mocks, and end to end on the embedded Kubernetes
	go test ./...
	cd local && go test ./...
	cd tests/rules && export GOFLAGS=-tags=remove_all_sd && go test ./... && go tool promtool test rules *.yaml
	PLINTH_BIN=$(CURDIR)/$(PLINTH) go test -count=1 -timeout 30m ./tests/e2e/...

bench: build ## Measure against kubectl and the targets, from 30 min; BENCH_COLD=0 leaves out the builds from an empty cache
	go test ./tests -run '^$$' -bench CriticalPath -benchtime 1x
	@cd local && go run ./bench -cold=$(if $(filter 0,$(BENCH_COLD)),false,true) $(BENCH)

lint: ## Check formatting, go vet and staticcheck in every module
	@for module in $(MODULES); do ( cd $$module && echo "lint $$module" && \
		unformatted=$$($(GOTOOL) gofumpt -l .) && \
		{ test -z "$$unformatted" || { echo "not formatted (make fmt): $$unformatted" >&2; exit 1; }; } && \
		go vet ./... && $(GOTOOL) staticcheck ./... ) || exit 1; done

fmt: ## Format every module
	@$(GOTOOL) gofumpt -l -w $(MODULES)

generate: ## Write the JSON Schema and other generated files anew
	go generate ./...
