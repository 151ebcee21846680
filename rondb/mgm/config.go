package mgm

import (
	"slices"
	"strconv"
	"strings"
)

// Param is a parameter of the configuration with its value as a server prints it:
// sizes in bytes, switches as 0 and 1.
type Param struct{ Name, Value string }

// Section is a section of the configuration, with the parameters in the server's
// order. Nodes have one each, and so has each pair of them.
type Section struct {
	Name   string // "SYSTEM", "ndbd(DB)", "ndb_mgmd(MGM)", "mysqld(API)", "TCP"
	Params []Param
}

// Config is the configuration, or the part of it that was asked for.
type Config struct{ Sections []Section }

// Get finds a parameter by its exact name.
func (s Section) Get(name string) (string, bool) {
	for _, p := range s.Params {
		if p.Name == name {
			return p.Value, true
		}
	}
	return "", false
}

// Int finds a parameter that is a number.
func (s Section) Int(name string) (int64, bool) {
	text, ok := s.Get(name)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// Node is whose section it is, 0 if it is no node's.
func (s Section) Node() NodeID {
	if n, ok := s.Int("NodeId"); ok && n > 0 && n <= MaxNodes {
		return NodeID(n)
	}
	return 0
}

// Type is the type of the section's node, 0 if it is no node's.
func (s Section) Type() NodeType {
	name := s.Name
	if open := strings.IndexByte(name, '('); open >= 0 {
		name = strings.TrimSuffix(name[open+1:], ")")
	}
	switch name {
	case "DB", "NDB":
		return DataNode
	case "MGM":
		return ManagementServer
	case "API":
		return APINode
	default:
		return 0
	}
}

// Active says whether a node's slot takes part: RonDB's NodeActive, which is true
// where there is no such parameter.
func (s Section) Active() bool {
	n, ok := s.Int("NodeActive")
	return !ok || n != 0
}

// Group is the node group in the configuration, NoGroup if there is none: 65536
// means that a group is made for the node later.
func (s Section) Group() int {
	n, ok := s.Int("Nodegroup")
	if !ok {
		n, ok = s.Int("NodeGroup")
	}
	if !ok || n < 0 || n > MaxNodes {
		return NoGroup
	}
	return int(n)
}

// Nodes are the sections of nodes, sorted by their ids.
func (c Config) Nodes() []Section {
	var nodes []Section
	for _, s := range c.Sections {
		if s.Type() != 0 && s.Node() != 0 {
			nodes = append(nodes, s)
		}
	}
	slices.SortFunc(nodes, func(a, b Section) int { return int(a.Node() - b.Node()) })
	return nodes
}

// Node finds the section of a node.
func (c Config) Node(id NodeID) (Section, bool) {
	for _, s := range c.Nodes() {
		if s.Node() == id {
			return s, true
		}
	}
	return Section{}, false
}

// Generation counts the changes of the configuration; false if the section SYSTEM
// was not asked for.
func (c Config) Generation() (int64, bool) {
	for _, s := range c.Sections {
		if s.Name == "SYSTEM" {
			return s.Int("ConfigGenerationNumber")
		}
	}
	return 0, false
}

// parseConfig reads the lines below the header.
func parseConfig(lines []string) (Config, error) {
	var c Config
	for _, line := range lines {
		if name, ok := strings.CutPrefix(line, "["); ok {
			name, ok = strings.CutSuffix(name, "]")
			if !ok || name == "" {
				return Config{}, protocolErrorf("%.80q is not a section", line)
			}
			c.Sections = append(c.Sections, Section{Name: name})
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok || name == "" || len(c.Sections) == 0 {
			return Config{}, protocolErrorf("%.80q is not a parameter of a section", line)
		}
		last := &c.Sections[len(c.Sections)-1]
		last.Params = append(last.Params, Param{name, value})
	}
	return c, nil
}

// AppendConfig writes sections as a server does.
func AppendConfig(dst []byte, c Config) []byte {
	for _, s := range c.Sections {
		dst = append(dst, "["+s.Name+"]\n"...)
		for _, p := range s.Params {
			dst = append(dst, p.Name+"="+p.Value+"\n"...)
		}
	}
	return append(dst, '\n')
}

func appendLine(dst []byte, name string, value int) []byte {
	return append(dst, name+": "+strconv.Itoa(value)+"\n"...)
}
