.DEFAULT_GOAL := help
.PHONY: help build run test race lint fmt sim frames tty bench docs ci

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

build: ## build the console into bin/
	CGO_ENABLED=0 go build -trimpath -o bin/rondb-tui ./cmd/rondb-tui

run: ## open the console on a simulated cluster
	go run ./cmd/rondb-tui up

test: ## the tests of the README
	go test ./...

race: ## the concurrent packages under the race detector (needs gcc)
	go test -race -short ./engine/... ./workload ./simdrv/... ./host

lint: ## golangci-lint, from its own module
	go tool -modfile=internal/tools/go.mod golangci-lint run ./...

fmt: ## format
	gofmt -w .

sim: ## the long simulation: ten thousand seeds of faults and healing
	RONDB_TUI_LONG=1 go test ./internal/simtest -count=1 -timeout 30m

frames: ## regenerate the golden frames; read the diff like code
	go test ./tui -update

tty: ## the tmux suite; fails where tmux is missing
	RONDB_TUI_TTY=require go test ./internal/ttytest -count=1 -v

bench: ## every figure of docs/benchmarks.md
	go run ./internal/cmd/bench

docs: ## regenerate docs/keys.md
	go run ./internal/cmd/keys > docs/keys.md

ci: ## what CI runs
	bash .ci/run
