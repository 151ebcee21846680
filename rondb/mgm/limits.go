package mgm

import "time"

// What a server may make us hold. Beyond it the connection is given up.
const (
	MaxLine  = 16 << 10 // bytes of a line
	MaxLines = 1 << 16  // lines of a reply
	MaxReply = 4 << 20  // bytes of a reply
	MaxNodes = 255      // nodes of a cluster, and the largest node id
	MaxQueue = 1024     // events read and not yet taken from a Stream
	MaxDump  = 4 * MaxNodes
	MaxValue = 1024 // bytes of an argument that we send
)

// How long a call waits for its reply if its context does not end before.
const (
	DefaultPatience = 10 * time.Second
	ConfigPatience  = 30 * time.Second
	GroupPatience   = 2 * time.Minute
	StopPatience    = 5 * time.Minute // a restart returns after its server saw the node stop
	StartedPatience = 10 * time.Minute
	BackupPatience  = 48 * time.Hour
)

// A stream of events. The server pings twice a second.
const (
	DefaultSilence = 10 * time.Second // no byte for so long: the server is gone
	firstBackoff   = 500 * time.Millisecond
	lastBackoff    = 15 * time.Second
)
