package config_test

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"rondb-tui/rondb/config"
)

// drawn is any cluster that an engine could ask for, some of them refused.
func drawn(t *rapid.T) config.Cluster {
	release := rapid.SampledFrom([]config.Release{
		ronDB(), ndb(8, 0, 34), ndb(7, 2, 1), ndb(7, 6, 20), ndb(8, 0, 18), ndb(9, 7, 0),
	}).Draw(t, "release")
	slots := rapid.IntRange(1, 4).Draw(t, "slots")
	c := cluster(t, release, rapid.IntRange(1, 12).Draw(t, "groups"), rapid.IntRange(1, slots).Draw(t, "replicas"), slots)
	c.Size = rapid.SampledFrom(config.Sizes(release.Flavour)).Draw(t, "size").OnCPUs(rapid.IntRange(0, 8).Draw(t, "cpus"))
	c.TotalMemory = rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 20000*mib)).Draw(t, "memory")
	c.Heartbeats = config.Heartbeats(rapid.IntRange(0, 1).Draw(t, "heartbeats"))
	for _, p := range config.Parameters() {
		if rapid.IntRange(0, 9).Draw(t, p.Name+" set") == 0 && p.Words == nil {
			if c.Parameters == nil {
				c.Parameters = map[string]string{}
			}
			c.Parameters[p.Name] = strconv.FormatInt(rapid.Int64Range(p.Low, min(p.High, 4000*mib)).Draw(t, p.Name), 10)
		}
	}
	return c
}

// TestWhatIsWrittenHolds reads every file back: node ids are unique, the memory
// of a data node stays in its container, and the same input is the same bytes.
func TestWhatIsWrittenHolds(t *testing.T) {
	written := 0
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		text, err := c.INI()
		if err != nil {
			var refused *config.RefusedError
			if !errors.As(err, &refused) || len(refused.Problems) == 0 || text != nil {
				t.Fatalf("refused without a problem: %v", err)
			}
			return
		}
		written++
		shuffled := c
		shuffled.Data, shuffled.MySQL = slices.Clone(c.Data), slices.Clone(c.MySQL)
		slices.Reverse(shuffled.Data)
		slices.Reverse(shuffled.MySQL)
		shuffled.Parameters = maps.Clone(c.Parameters)
		if again, err := shuffled.INI(); err != nil || !bytes.Equal(again, text) {
			t.Fatalf("the same cluster in another order is other bytes: %v", err)
		}
		sections := parse(t, text)
		ids := map[string]string{}
		for _, s := range sections {
			if id := s.value("NodeId"); id != "" {
				if ids[id] != "" {
					t.Fatalf("node id %s in [%s] and [%s]", id, ids[id], s.name)
				}
				ids[id] = s.name
			}
		}
		checkMemory(t, sections, c)
	})
	if written < 10 && !testing.Short() {
		t.Errorf("only %d of the clusters were written; the property says nothing", written)
	}
}

// checkMemory adds up a data node's memory as it stands in the file.
func checkMemory(t *rapid.T, sections []section, c config.Cluster) {
	i := slices.IndexFunc(sections, func(s section) bool { return s.name == "NDBD DEFAULT" })
	memory := func(name string) (bytes int64) {
		if text := sections[i].value(name); text != "" {
			var err error
			if bytes, err = config.ParseMemory(text); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		return bytes
	}
	var sum int64
	for _, name := range []string{"DataMemory", "IndexMemory", "DiskPageBufferMemory", "SharedGlobalMemory", "TransactionMemory", "RedoBuffer"} {
		sum += memory(name)
	}
	limit := c.Size.DataNode.Memory * config.UsablePercent / 100
	if sum > limit {
		t.Fatalf("the parts are %d, more than %d", sum, limit)
	}
	if c.Release.Flavour == config.RonDB {
		if total := memory("TotalMemoryConfig"); total > limit || total < config.MinTotalMemory || sum-memory("RedoBuffer") >= total {
			t.Fatalf("TotalMemoryConfig is %d, of %d, with parts of %d", total, limit, sum)
		}
	}
}

// TestNoValueIsTwoLines puts what could end a value, or begin another, into every
// text of a cluster.
func TestNoValueIsTwoLines(t *testing.T) {
	evil := []string{"\n", "\r", "=", "[", "]", "#", ";", " ", "\"", "\x00", "\t", "é", "\n[NDBD]\nNodeId=9", "%s", "$(x)", "`"}
	for _, bad := range evil {
		for name, spoil := range map[string]func(c *config.Cluster, s string){
			"Name":            func(c *config.Cluster, s string) { c.Name += s + "x" },
			"data host":       func(c *config.Cluster, s string) { c.Data[0].Host += s + "x" },
			"management host": func(c *config.Cluster, s string) { c.Management[0].Host += s + "x" },
			"MySQL host":      func(c *config.Cluster, s string) { c.MySQL[1].Host += s },
			"API host":        func(c *config.Cluster, s string) { c.API[0].Host = s + "x" },
			"Data":            func(c *config.Cluster, s string) { c.Directories.Data += s },
			"FileSystem":      func(c *config.Cluster, s string) { c.Directories.FileSystem += s },
			"DiskData":        func(c *config.Cluster, s string) { c.Directories.DiskData = "/x" + s },
			"Backup":          func(c *config.Cluster, s string) { c.Directories.Backup += s },
			"Management":      func(c *config.Cluster, s string) { c.Directories.Management += s },
			"MySQL":           func(c *config.Cluster, s string) { c.Directories.MySQL += s },
			"Socket":          func(c *config.Cluster, s string) { c.Directories.Socket += s },
			"parameter":       func(c *config.Cluster, s string) { c.Parameters["ArbitrationTimeout"+s] = "1000" },
			"value":           func(c *config.Cluster, s string) { c.Parameters["ArbitrationTimeout"] = "1000" + s },
			"word":            func(c *config.Cluster, s string) { c.Parameters["Arbitration"] = "Default" + s },
			"memory":          func(c *config.Cluster, s string) { c.Parameters["TransactionMemory"] = "100M" + s },
		} {
			c := cluster(t, ronDB(), 1, 2, 3)
			c.Parameters = map[string]string{}
			spoil(&c, bad)
			if text, err := c.INI(); err == nil {
				t.Errorf("%s with %q was written:\n%s", name, bad, text)
			}
			if _, err := c.MyCnf(67); err == nil {
				t.Errorf("%s with %q got into my.cnf", name, bad)
			}
		}
	}
}
