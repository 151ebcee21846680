package config

import (
	"fmt"
	"strings"
)

// NoGroup is the Group of a data node that belongs to none yet: a new node group
// is made of such nodes once they run.
const NoGroup = -1

// Cluster is what the files are written from.
type Cluster struct {
	Name       string // letters, digits, dashes
	Release    Release
	Generation int // ConfigGenerationNumber; 0 leaves the counting to ndb_mgmd

	// MaxReplicas is how many slots each node group has. RonDB keeps the slots
	// that are not active in its configuration; plain NDB has no such thing, so
	// there it is the active slots that count, the same number in every group.
	MaxReplicas int
	Data        []DataSlot
	Management  []Slot
	MySQL       []Slot
	API         []Slot

	Ports       Ports
	Directories Directories
	Size        Size
	// TotalMemory is what a data node may plan with, in bytes; 0 is the Size's.
	// RonDB's parameter is TotalMemoryConfig. On plain NDB, which has none,
	// DataMemory is what the fixed buffers leave of it.
	TotalMemory int64
	Heartbeats  Heartbeats
	Parameters  map[string]string // overrides, of those that Parameters lists
}

// DataSlot is the place of one data node.
type DataSlot struct {
	ID     int
	Group  int    // from 0, or NoGroup
	Host   string // IPv4 address or host name, the slot's for ever
	Active bool
}

// Slot is the place of one management server, MySQL server or API node. A MySQL
// server takes as many ids as it has connections to the cluster. A spare slot of
// MySQL servers or API nodes is active, too: nobody connects to it, and filling
// it later changes no configuration.
type Slot struct {
	IDs    []int
	Host   string // for API nodes "" means any host
	Active bool
}

// Ports are TCP ports inside the containers.
type Ports struct{ Management, Data, MySQL int }

// Directories are absolute paths inside the containers. DiskData may be "".
type Directories struct {
	Data       string // of data nodes: error log, traces
	FileSystem string // of data nodes: the data
	DiskData   string // of data nodes: disk columns
	Backup     string // of data nodes
	Management string // cluster log
	MySQL      string // the MySQL server's data
	Socket     string // the MySQL server's socket, a file
}

// Heartbeats is a profile of how soon a silent node is missed.
type Heartbeats uint8

// The profiles. A silent data node is declared dead after four intervals.
const (
	HeartbeatsNormal Heartbeats = iota // RonDB's own: 5 s
	HeartbeatsDemo                     // 0.5 s: quick enough to watch, too nervous for a busy machine
)

// intervals are in milliseconds.
type intervals struct{ db, api, arbitration int }

func (h Heartbeats) intervals() intervals {
	if h == HeartbeatsDemo {
		return intervals{db: 500, api: 500, arbitration: 2000}
	}
	return intervals{db: 5000, api: 1500, arbitration: 7500}
}

// Problem is one reason why a Cluster is refused.
type Problem struct {
	Path   string // the field, as Go writes it: "Data[2].Host"
	Reason string
}

// RefusedError is why nothing was written: every problem at once.
type RefusedError struct{ Problems []Problem }

func (e *RefusedError) Error() string {
	const shown = 10 // the rest is counted
	var b strings.Builder
	b.WriteString("write configuration: ")
	for i, p := range e.Problems {
		if i == shown {
			_, _ = fmt.Fprintf(&b, "; and %d more", len(e.Problems)-shown)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.Path + ": " + p.Reason)
	}
	return b.String()
}

// written says whether config.ini has a section for a slot: plain NDB's has none
// for an inactive one.
func (c *Cluster) written(active bool) bool { return active || c.Release.Flavour == RonDB }

// replicas is NoOfReplicas.
func (c *Cluster) replicas() int {
	if c.Release.Flavour == RonDB {
		return c.MaxReplicas
	}
	groups, active := map[int]bool{}, 0
	for _, s := range c.Data {
		if s.Active && s.Group != NoGroup {
			groups[s.Group] = true
			active++
		}
	}
	return active / max(len(groups), 1)
}

// budget is what a data node may plan with, in bytes.
func (c *Cluster) budget() int64 {
	if c.TotalMemory != 0 {
		return c.TotalMemory
	}
	return c.Size.TotalMemory
}
