package stub

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"rondb-tui/rondb/mgm"
)

const (
	maxConfig  = 1 << 20
	noGroupIni = 65536 // the group of a node that has none yet
)

// slot is one node of config.ini.
type slot struct {
	id     int
	kind   mgm.NodeType
	group  int // mgm.NoGroup if none
	host   string
	active bool
}

// cluster is what a management stand-in takes from config.ini.
type cluster struct {
	replicas int
	slots    []slot // by id
}

// readConfig reads as much of config.ini as the stand-ins need.
func readConfig(path string) (cluster, error) {
	info, err := os.Stat(path)
	if err != nil {
		return cluster{}, fmt.Errorf("read config.ini: %w", err)
	}
	if info.Size() > maxConfig {
		return cluster{}, fmt.Errorf("read config.ini: it has more than %d bytes", maxConfig)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return cluster{}, fmt.Errorf("read config.ini: %w", err)
	}
	c, err := parseConfig(string(text))
	if err != nil {
		return cluster{}, fmt.Errorf("read config.ini: %w", err)
	}
	return c, nil
}

func parseConfig(text string) (cluster, error) {
	c := cluster{replicas: 2}
	section, number := "", 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if line[0] == '[' {
			section = strings.ToUpper(strings.Trim(line, "[] "))
			if kind := kindOf(section); kind != 0 {
				c.slots = append(c.slots, slot{kind: kind, group: mgm.NoGroup, active: true})
			}
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return c, fmt.Errorf("line %d is neither a section nor a parameter", number)
		}
		if err := c.take(section, strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)); err != nil {
			return c, fmt.Errorf("line %d: %w", number, err)
		}
	}
	return c, c.finish()
}

func kindOf(section string) mgm.NodeType {
	switch section {
	case "NDBD", "DB":
		return mgm.DataNode
	case "NDB_MGMD", "MGM":
		return mgm.ManagementServer
	case "MYSQLD", "API":
		return mgm.APINode
	default:
		return 0
	}
}

func (c *cluster) take(section, name, value string) error {
	number := func(to *int) error {
		n, err := strconv.Atoi(value)
		if err != nil {
			return fmt.Errorf("%s is %.40q, not a number", name, value)
		}
		*to = n
		return nil
	}
	if name == "noofreplicas" {
		return number(&c.replicas)
	}
	if kindOf(section) == 0 {
		return nil
	}
	last := &c.slots[len(c.slots)-1]
	switch name {
	case "nodeid":
		return number(&last.id)
	case "nodegroup":
		if value == strconv.Itoa(noGroupIni) {
			last.group = mgm.NoGroup
			return nil
		}
		return number(&last.group)
	case "hostname":
		last.host = value
	case "nodeactive":
		last.active = value != "0"
	}
	return nil
}

// finish gives data nodes without a group one by their order, as ndb_mgmd does
// where none of them names any.
func (c *cluster) finish() error {
	slices.SortStableFunc(c.slots, func(a, b slot) int { return a.id - b.id })
	named, seen := false, map[int]bool{}
	for _, s := range c.slots {
		if s.id < 1 || s.id > mgm.MaxNodes || seen[s.id] {
			return fmt.Errorf("node id %d is missing, out of range, or there twice", s.id)
		}
		seen[s.id] = true
		named = named || s.kind == mgm.DataNode && s.group != mgm.NoGroup
	}
	if c.replicas < 1 {
		return fmt.Errorf("NoOfReplicas is %d", c.replicas)
	}
	position := 0
	for i := range c.slots {
		if c.slots[i].kind == mgm.DataNode && !named {
			c.slots[i].group = position / c.replicas
			position++
		}
	}
	return nil
}

func (c *cluster) slot(id int) (slot, bool) {
	i := slices.IndexFunc(c.slots, func(s slot) bool { return s.id == id })
	if i < 0 {
		return slot{}, false
	}
	return c.slots[i], true
}
