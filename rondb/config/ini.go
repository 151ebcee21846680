package config

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Ranks of arbitration: a MySQL server takes over while no management server is
// there.
const (
	rankManagement = 1
	rankMySQL      = 2
)

// noNodeGroup is how config.ini says that a data node has no group yet.
const noNodeGroup = 65536

// watchdogInitial is in milliseconds: allocating memory on a slow machine must
// not look like a stuck thread.
const watchdogInitial = 60_000

// file writes sections of lines.
type file struct {
	bytes.Buffer
	release Release
}

func (f *file) section(name string) { _, _ = fmt.Fprintf(f, "\n[%s]\n", name) }

// set writes a parameter unless the release does not know it.
func (f *file) set(name string, value any) {
	if f.release.Knows(name) {
		_, _ = fmt.Fprintf(f, "%s=%v\n", name, value)
	}
}

// setUnlessZero leaves the program's own value where there is none of ours.
func (f *file) setUnlessZero(name string, value int) {
	if value != 0 {
		f.set(name, value)
	}
}

// INI writes config.ini. The error is a *RefusedError.
func (c *Cluster) INI() ([]byte, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	f := &file{release: c.Release}
	_, _ = fmt.Fprintf(f, "# Written by rondb-tui for %s. Changes made here are overwritten.\n", c.Release)
	f.section("SYSTEM")
	f.set("Name", c.Name)
	f.setUnlessZero("ConfigGenerationNumber", c.Generation)

	c.dataDefaults(f)
	f.section("NDB_MGMD DEFAULT")
	f.set("DataDir", c.Directories.Management)
	f.set("PortNumber", c.Ports.Management)
	f.set("ArbitrationRank", rankManagement)
	if c.Release.Knows("AllowUnresolvedHostnames") {
		f.section("TCP DEFAULT")
		f.set("AllowUnresolvedHostnames", 1)
	}
	c.nodes(f)
	return f.Bytes(), nil
}

// dataDefaults writes what all data nodes share.
func (c *Cluster) dataDefaults(f *file) {
	values := map[string]string{}
	put := func(name string, value any) {
		values[name] = fmt.Sprint(value)
	}
	beats := c.Heartbeats.intervals()
	put("HeartbeatIntervalDbDb", beats.db)
	put("HeartbeatIntervalDbApi", beats.api)
	put("ArbitrationTimeout", beats.arbitration)
	put("RedoBuffer", FormatMemory(c.Size.RedoBuffer))
	for _, p := range c.memory() {
		if p.name != "" && p.bytes > 0 {
			put(p.name, FormatMemory(p.bytes))
		}
	}
	for name, value := range c.Parameters {
		info, _ := Parameter(name)
		text, err := info.Value(value)
		if err == nil { // Check has seen to it
			values[name] = text
		}
	}

	f.section("NDBD DEFAULT")
	f.set("NoOfReplicas", c.replicas())
	f.set("ServerPort", c.Ports.Data)
	f.set("DataDir", c.Directories.Data)
	f.set("FileSystemPath", c.Directories.FileSystem)
	f.set("BackupDataDir", c.Directories.Backup)
	if c.Directories.DiskData != "" {
		f.set("FileSystemPathDD", c.Directories.DiskData)
	}
	f.set("TotalMemoryConfig", FormatMemory(c.budget()))
	c.threads(f)
	s := c.Size
	for _, n := range []struct {
		name  string
		value int
	}{
		{"MaxNoOfTables", s.Tables}, {"MaxNoOfAttributes", s.Attributes}, {"MaxNoOfOrderedIndexes", s.OrderedIndexes},
		{"MaxNoOfUniqueHashIndexes", s.UniqueIndexes}, {"MaxNoOfTriggers", s.Triggers},
		{"MaxNoOfConcurrentOperations", s.MaxOps}, {"ReservedConcurrentOperations", s.ReservedOps},
	} {
		f.setUnlessZero(n.name, n.value)
	}
	f.set("NoOfFragmentLogFiles", redoFiles)
	f.set("FragmentLogFileSize", FormatMemory(s.RedoFileSize))
	f.set("StartPartitionedTimeout", 0) // never start what may be half of a split cluster
	f.set("StopOnError", 1)             // a dead process is the engine's business
	f.set("TimeBetweenWatchDogCheckInitial", watchdogInitial)
	f.set("MemReportFrequency", 30)   // seconds
	f.set("BackupReportFrequency", 5) // seconds
	for _, name := range slices.Sorted(maps.Keys(values)) {
		f.set(name, values[name])
	}
}

// threads: RonDB makes its own from the number of processors; NDB is told.
func (c *Cluster) threads(f *file) {
	f.set("SpinMethod", "StaticSpinning") // an idle node on a shared machine must not burn it
	if c.Release.Flavour == RonDB {
		f.set("NumCPUs", c.Size.NumCPUs)
		return
	}
	threads := 2
	switch {
	case c.Size.NumCPUs >= 6:
		threads = 8
	case c.Size.NumCPUs >= 4:
		threads = 4
	}
	f.set("AutomaticThreadConfig", 0)
	f.set("MaxNoOfExecutionThreads", threads)
}

// nodes writes a section for each node id, by kind and id.
func (c *Cluster) nodes(f *file) {
	data := slices.SortedFunc(slices.Values(c.Data), func(a, b DataSlot) int { return cmp.Compare(a.ID, b.ID) })
	for _, s := range data {
		if !c.written(s.Active) {
			continue
		}
		group := s.Group
		if group == NoGroup {
			group = noNodeGroup
		}
		f.section("NDBD")
		f.set("NodeId", s.ID)
		f.set("NodeGroup", group)
		f.set("NodeActive", bit(s.Active))
		f.set("HostName", s.Host)
	}
	for _, kind := range []struct {
		section string
		slots   []Slot
		rank    int
	}{{"NDB_MGMD", c.Management, 0}, {"MYSQLD", c.MySQL, rankMySQL}, {"API", c.API, 0}} {
		for _, s := range byID(kind.slots) {
			if !c.written(s.active) {
				continue
			}
			f.section(kind.section)
			f.set("NodeId", s.id)
			f.set("NodeActive", bit(s.active))
			if s.host != "" {
				f.set("HostName", s.host)
			}
			f.setUnlessZero("ArbitrationRank", kind.rank)
		}
	}
}

// place is one id of a slot.
type place struct {
	id     int
	host   string
	active bool
}

func byID(slots []Slot) (places []place) {
	for _, s := range slots {
		for _, id := range s.IDs {
			places = append(places, place{id, s.Host, s.Active})
		}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.id, b.id) })
	return places
}

func bit(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// connectHosts are the active management servers, by id, with their port.
func (c *Cluster) connectHosts() (hosts []string) {
	for _, s := range byID(c.Management) {
		if s.active {
			hosts = append(hosts, s.host+":"+strconv.Itoa(c.Ports.Management))
		}
	}
	return hosts
}
