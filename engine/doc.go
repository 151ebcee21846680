// Package engine is the vocabulary of a RonDB cluster and the port through which
// one is reached: the desired state, intents, observations, actions, plans,
// events, snapshots, errors and the Driver.
//
// It does no I/O, starts no goroutine, reads no clock and imports only the
// standard library. Values that cross a package border are immutable once
// published: whoever receives one may keep it, nobody may change it. Time,
// randomness and identifiers are inputs. All of it has a lossless form in JSON
// (codec.go), which is what crosses a process. glossary.md defines each word.
package engine
