// Package serve is the server of an engine's control socket, over the small port
// Engine. Listen makes the socket, Run serves on it until its context ends.
//
// Each stream is one goroutine, and sending blocks only that one: a slow reader
// misses snapshots, never the newest, and holds up neither the engine nor other
// readers. A call that panics is an answer and a line in the log, not the end of
// the engine. In the end every stream gets the newest state and an end in order,
// calls that run are given a moment, and the socket is removed.
package serve
