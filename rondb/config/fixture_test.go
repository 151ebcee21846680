package config_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"rondb-tui/rondb/config"
)

var update = flag.Bool("update", false, "write the golden files anew")

// mib is one unit of the tables.
const mib = int64(1) << 20

// Releases of the goldens.
func ronDB() config.Release {
	return config.Release{Flavour: config.RonDB, Version: config.Version{Major: 24, Minor: 10, Build: 17}}
}

func ndb(major, minor, build int) config.Release {
	return config.Release{Flavour: config.NDB, Version: config.Version{Major: major, Minor: minor, Build: build}}
}

// cluster is one with a fixed address a slot, numbered as the engine does it.
func cluster(t interface{ Helper() }, release config.Release, groups, replicas, slots int) config.Cluster {
	t.Helper()
	size, _ := config.SizeNamed(release.Flavour, "mini")
	c := config.Cluster{
		Name: "demo", Release: release, MaxReplicas: slots, Size: size,
		Ports: config.Ports{Management: 1186, Data: 11860, MySQL: 3306},
		Directories: config.Directories{
			Data: "/rondb/log", FileSystem: "/rondb/data", Backup: "/rondb/backup", Management: "/rondb/mgmd",
			MySQL: "/rondb/mysql", Socket: "/rondb/mysql.sock",
		},
		Management: []config.Slot{
			{IDs: []int{65}, Host: "172.30.77.65", Active: true},
			{IDs: []int{66}, Host: "172.30.77.66"},
		},
		API: []config.Slot{{IDs: []int{195}, Active: true}, {IDs: []int{196}, Active: true}},
	}
	for g := range groups {
		for r := range slots {
			id := g*slots + r + 1
			c.Data = append(c.Data, config.DataSlot{
				ID: id, Group: g, Host: fmt.Sprintf("172.30.77.%d", 10+id), Active: r < replicas,
			})
		}
	}
	for i := range 2 {
		c.MySQL = append(c.MySQL, config.Slot{IDs: []int{67 + i}, Host: fmt.Sprintf("172.30.77.%d", 67+i), Active: true})
	}
	return c
}

// golden compares text with a file, or writes the file if -update is given.
func golden(t *testing.T, name string, text []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, want) {
		t.Errorf("%s differs; got\n%s", path, text)
	}
}
