// Package launch starts a process that outlives the one that started it, and is
// both sides of what they say to each other until it serves.
//
// The child has its own session and no terminal. Its input is what the parent
// hands it, its output goes to a log file, and on descriptor 3 it writes one line
// of JSON: that it is ready, or why it cannot be. Start returns with that line, or
// ends the child; after the line the two share nothing.
//
// Start and Report may be called from any goroutine. While the parent lives it
// keeps one goroutine per child, which takes the child's exit status. Linux and
// macOS; elsewhere Start gives KindUnsupported.
package launch
