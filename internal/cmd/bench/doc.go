// Command bench measures what a Go benchmark cannot: the whole program, its
// processes and its socket. It builds the binary and prints rows of
// docs/benchmarks.md:
//
//	go run ./internal/cmd/bench            everything, about five minutes
//	go run ./internal/cmd/bench status     only what is named: boot, status, attach, events, idle
//
// Its clusters have directories of their own, and what it started has ended when
// it returns, also after an interrupt. It needs Linux: /proc, pseudoterminals.
package main
