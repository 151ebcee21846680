// Package archtest holds the architecture of docs/ARCHITECTURE.md as tests: who
// may import whom, that each package states its contract, how long files and
// functions may be, and that each action is known to each driver.
//
// It has no code of its own; everything runs in go test, with the Go toolchain
// and nothing else.
package archtest
