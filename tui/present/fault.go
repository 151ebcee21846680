package present

import (
	"fmt"
	"strings"
	"time"

	"rondb-tui/engine"
)

// Fault is what a person can do to nodes from the console.
type Fault uint8

// The faults. A kill is over at once; the others last until their lease ends.
const (
	FaultKill Fault = iota
	FaultPause
	FaultIsolate
)

// Words names the fault as a button does.
func (f Fault) Words() string {
	switch f {
	case FaultPause:
		return "Pause"
	case FaultIsolate:
		return "Isolate"
	default:
		return "Kill"
	}
}

// Verb names the fault in a sentence.
func (f Fault) Verb() string { return strings.ToLower(f.Words()) }

// Past is what was done once it is done.
func (f Fault) Past() string {
	switch f {
	case FaultPause:
		return "paused"
	case FaultIsolate:
		return "isolated"
	default:
		return "killed"
	}
}

// Lasts says whether the fault has a lease.
func (f Fault) Lasts() bool { return f != FaultKill }

// LeaseWords is how long a fault from the console lasts.
func LeaseWords() string { return fmt.Sprintf("%d s", engine.DefaultLease/time.Second) }

// command is what is done to the named nodes.
func (f Fault) command(names string) string {
	switch f {
	case FaultPause:
		return "pause (SIGSTOP) " + names
	case FaultIsolate:
		return "isolate from every other node: " + names
	default:
		return "kill -9 " + names
	}
}

// noun counts earlier faults.
func (f Fault) noun() string {
	switch f {
	case FaultPause:
		return "pause"
	case FaultIsolate:
		return "isolation"
	default:
		return "kill"
	}
}

// endWords says which keys end the fault early.
func (f Fault) endWords() string {
	if f == FaultPause {
		return "P again, or X, ends it"
	}
	return "X ends it"
}

// dataWords is what a lasting fault means for a data node.
func (f Fault) dataWords() string {
	if f == FaultPause {
		return "The others notice by missed heartbeats, not at once: operations that need it wait until then. " +
			"Declared dead, it finds out when it goes on, ends, and is started again."
	}
	return "The others notice by missed heartbeats, not at once: operations that need it wait until then. " +
		"Alone it may not go on, so it ends; it is started again after the lease."
}

// mysqlWords is what the fault means for the connections of MySQL servers.
func (f Fault) mysqlWords(ids string) string {
	switch f {
	case FaultPause:
		return "Connections to MySQL server " + ids + " stand still; what they had open is rolled back after missed heartbeats."
	case FaultIsolate:
		return "MySQL server " + ids + " can commit nothing; what it had open is rolled back after missed heartbeats."
	default:
		return "Connections to MySQL server " + ids + " break at once."
	}
}

// faultOf finds out by its name of which fault an incident is.
func faultOf(one *engine.Incident) Fault {
	switch {
	case strings.HasPrefix(one.Fault, "pause"):
		return FaultPause
	case strings.HasPrefix(one.Fault, "isolat"):
		return FaultIsolate
	default:
		return FaultKill
	}
}

// leaseWords is a node's lasting fault and the time it has left: "paused, ends
// in 43 s". A node may have ended under its fault; then both are said.
func leaseWords(n *engine.NodeObservation, word string, now time.Time) string {
	left := timeLeft(n.Lease.Until.Sub(now))
	switch {
	case strings.HasPrefix(word, "paused"), strings.HasPrefix(word, "isolated"):
		return word + ", ends in " + left
	default:
		return fmt.Sprintf("%s, %s ends in %s", word, Clean(n.Lease.Fault), left)
	}
}

// timeLeft is a time to wait in whole seconds, the begun one counted.
func timeLeft(d time.Duration) string {
	seconds := int((max(d, 0) + time.Second - 1) / time.Second)
	if seconds < 120 {
		return fmt.Sprintf("%d s", seconds)
	}
	return timeSpan(time.Duration(seconds) * time.Second)
}

// AnyFault says whether a lasting fault is known of.
func AnyFault(s *engine.Snapshot) bool {
	for i := range s.Cluster.Observed.Nodes {
		if n := &s.Cluster.Observed.Nodes[i]; n.Lease != nil || n.Isolated || n.Status == engine.StatusPaused {
			return true
		}
	}
	return false
}
