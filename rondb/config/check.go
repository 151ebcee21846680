package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// Bounds of NDB's configuration.
const (
	maxNodeID     = 255
	maxDataID     = 144
	maxOldDataID  = 48 // before NDB 8.0
	maxReplicas   = 4
	maxGeneration = 1<<31 - 1
)

// checker collects the problems of a Cluster.
type checker struct {
	*Cluster
	problems []Problem
	ids      map[int]string // who has a node id
	hosts    map[string]string
}

func (c *checker) refuse(path, format string, args ...any) {
	c.problems = append(c.problems, Problem{path, fmt.Sprintf(format, args...)})
}

// Check says why nothing can be written from the Cluster; nil if something can.
// The error is a *RefusedError.
func (c *Cluster) Check() error {
	k := &checker{Cluster: c, ids: map[int]string{}, hosts: map[string]string{}}
	k.identity()
	k.dataNodes()
	k.servers("Management", c.Management, true)
	k.servers("MySQL", c.MySQL, true)
	k.servers("API", c.API, false)
	if len(c.connectHosts()) == 0 {
		k.refuse("Management", "there is no active management server")
	}
	k.places()
	k.parameters()
	if c.Release.Flavour == RonDB || c.Release.Flavour == NDB {
		k.problems = append(k.problems, c.checkMemory()...)
	}
	if len(k.problems) > 0 {
		return &RefusedError{Problems: k.problems}
	}
	return nil
}

func (c *checker) identity() {
	if !plain(c.Name, "-", 63) || c.Name[0] == '-' {
		c.refuse("Name", "%q is not up to 63 letters, digits and dashes", clip(c.Name))
	}
	oldest := Version{21, 4, 0}
	if c.Release.Flavour == NDB {
		oldest = Version{7, 2, 1}
	} else if c.Release.Flavour != RonDB {
		c.refuse("Release", "%s is neither RonDB nor NDB", c.Release.Flavour)
	}
	if c.Release.Version.Before(oldest) {
		c.refuse("Release", "%s is older than %s, the first that is known here", c.Release, oldest)
	}
	if c.Generation < 0 || c.Generation > maxGeneration {
		c.refuse("Generation", "%d is not a number from 0 to %d", c.Generation, maxGeneration)
	}
}

// dataNodes checks the node groups: NDB wants as many slots in each as there are
// replicas, and the cluster wants one that is active.
func (c *checker) dataNodes() {
	if c.MaxReplicas < 1 || c.MaxReplicas > maxReplicas {
		c.refuse("MaxReplicas", "%d is not a number from 1 to %d", c.MaxReplicas, maxReplicas)
	}
	highest := maxDataID
	if c.Release.Flavour == NDB && c.Release.Version.Before(Version{8, 0, 0}) {
		highest = maxOldDataID
	}
	slots, active := map[int]int{}, map[int]int{}
	for i, s := range c.Data {
		path := fmt.Sprintf("Data[%d]", i)
		c.nodeID(path+".ID", s.ID, highest)
		c.host(path+".Host", s.Host, true)
		if s.Group < NoGroup || s.Group > maxDataID {
			c.refuse(path+".Group", "%d is not a node group", s.Group)
		}
		if s.Group == NoGroup {
			continue
		}
		slots[s.Group]++
		if s.Active {
			active[s.Group]++
		}
	}
	if len(slots) == 0 {
		c.refuse("Data", "there is no node group")
	}
	for _, group := range slices.Sorted(maps.Keys(slots)) {
		if slots[group] != c.MaxReplicas {
			c.refuse("Data", "node group %d has %d slots, not %d", group, slots[group], c.MaxReplicas)
		}
		if active[group] == 0 {
			c.refuse("Data", "node group %d has no active data node", group)
		}
		if c.Release.Flavour == NDB && active[group] != active[slices.Min(slices.Collect(maps.Keys(slots)))] {
			c.refuse("Data", "node group %d has %d active data nodes, not as many as the first; NDB wants them equal",
				group, active[group])
		}
	}
}

func (c *checker) servers(path string, slots []Slot, hostNeeded bool) {
	for i, s := range slots {
		at := fmt.Sprintf("%s[%d]", path, i)
		if len(s.IDs) == 0 || path == "Management" && len(s.IDs) > 1 {
			c.refuse(at+".IDs", "there are %d node ids", len(s.IDs))
		}
		for j, id := range s.IDs {
			c.nodeID(fmt.Sprintf("%s.IDs[%d]", at, j), id, maxNodeID)
		}
		if hostNeeded || s.Host != "" {
			c.host(at+".Host", s.Host, path == "Management")
		}
	}
}

func (c *checker) nodeID(path string, id, highest int) {
	if id < 1 || id > highest {
		c.refuse(path, "%d is not a node id from 1 to %d", id, highest)
	}
	if other, taken := c.ids[id]; taken {
		c.refuse(path, "%d is the node id of %s, too", id, other)
	}
	c.ids[id] = path
}

// host lets only addresses and names through. Data nodes and management servers listen on fixed ports: one each a host.
func (c *checker) host(path, host string, alone bool) {
	if !plain(host, ".-", 253) || strings.Trim(host, ".-") != host {
		c.refuse(path, "%q is neither an IPv4 address nor a host name", clip(host))
		return
	}
	_, err := netip.ParseAddr(host)
	if err != nil && !c.Release.Knows("AllowUnresolvedHostnames") {
		c.refuse(path, "%q must be an address: %s refuses a name that does not resolve yet", clip(host), c.Release)
	}
	local := strings.EqualFold(host, "localhost") || strings.HasPrefix(host, "127.")
	if local && len(c.Data) > 1 {
		c.refuse(path, "%q is another machine for every container", host)
	}
	if !alone {
		return
	}
	if other, taken := c.hosts[strings.ToLower(host)]; taken {
		c.refuse(path, "%q is the host of %s, too", host, other)
	}
	c.hosts[strings.ToLower(host)] = path
}

func (c *checker) places() {
	for _, port := range []struct {
		path  string
		value int
	}{{"Management", c.Ports.Management}, {"Data", c.Ports.Data}, {"MySQL", c.Ports.MySQL}} {
		if port.value < 1 || port.value > 65535 {
			c.refuse("Ports."+port.path, "%d is not a port from 1 to 65535", port.value)
		}
	}
	d := c.Directories
	for _, dir := range []struct{ path, value string }{
		{"Data", d.Data}, {"FileSystem", d.FileSystem}, {"DiskData", d.DiskData}, {"Backup", d.Backup},
		{"Management", d.Management}, {"MySQL", d.MySQL}, {"Socket", d.Socket},
	} {
		if dir.path == "DiskData" && dir.value == "" {
			continue
		}
		if !plain(dir.value, "/._-", 200) || dir.value[0] != '/' || strings.Contains(dir.value+"/", "/../") {
			c.refuse("Directories."+dir.path, "%q is not an absolute path of plain letters", clip(dir.value))
		}
	}
}

func (c *checker) parameters() {
	for _, name := range slices.Sorted(maps.Keys(c.Parameters)) {
		path := fmt.Sprintf("Parameters[%q]", clip(name))
		info, known := Parameter(name)
		if !known {
			c.refuse(path, "there is no such parameter; the nearest is %s", info.Name)
			continue
		}
		if !c.Release.Knows(name) {
			c.refuse(path, "%s does not know it", c.Release)
		}
		if _, err := info.Value(c.Parameters[name]); err != nil {
			c.refuse(path, "%v", err)
		}
	}
}

// plain says whether a text is one to most letters and digits of ASCII, or of
// also. Nothing else gets into a file, so that no value can be two lines.
func plain(text, also string, most int) bool {
	for _, r := range text {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && !strings.ContainsRune(also, r) {
			return false
		}
	}
	return text != "" && len(text) <= most
}
