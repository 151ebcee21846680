package config_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"rondb-tui/rondb/config"
)

func TestGoldenFiles(t *testing.T) {
	for name, c := range goldenClusters(t) {
		t.Run(name, func(t *testing.T) {
			text, err := c.INI()
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".ini", text)
			text, err = c.MyCnf(67)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".cnf", text)
			if lower := bytes.ToLower(text); bytes.Contains(lower, []byte("password")) {
				t.Error("my.cnf speaks of a password")
			}
		})
	}
}

func goldenClusters(t *testing.T) map[string]config.Cluster {
	t.Helper()
	clusters := map[string]config.Cluster{
		"rondb-2x2of3": cluster(t, ronDB(), 2, 2, 3),
		"rondb-1x1":    cluster(t, ronDB(), 1, 1, 1),
		"rondb-2x3":    cluster(t, ronDB(), 2, 3, 3),
		"ndb-8.0.34":   cluster(t, ndb(8, 0, 34), 1, 2, 2),
		"ndb-7.2.1":    cluster(t, ndb(7, 2, 1), 1, 2, 3),
	}
	full := clusters["rondb-2x3"] // what the others leave at its default
	full.Generation, full.Heartbeats, full.TotalMemory = 7, config.HeartbeatsDemo, 2060*mib
	full.Directories.DiskData = "/rondb/disk"
	full.Parameters = map[string]string{"TransactionMemory": "100M", "HeartbeatIntervalDbDb": "1000", "Arbitration": "Default"}
	full.MySQL = []config.Slot{
		{IDs: []int{69, 70}, Host: "mysqld-2", Active: true},
		{IDs: []int{67, 68}, Host: "mysqld-1", Active: true},
	}
	full.Data = append(full.Data, config.DataSlot{ID: 7, Group: config.NoGroup, Host: "ndbd-7", Active: true})
	clusters["rondb-2x3"] = full
	return clusters
}

// ndb721 is what a real ndb_mgmd 7.2.1 lists under show config, and what it reads
// besides but does not list while it has no value.
func ndb721() []string {
	return strings.Fields(`Name ConfigGenerationNumber HostName DataDir NodeId PortNumber ArbitrationRank
		NoOfReplicas MaxNoOfAttributes MaxNoOfTables MaxNoOfOrderedIndexes MaxNoOfUniqueHashIndexes MaxNoOfTriggers
		StopOnError MaxNoOfConcurrentOperations IndexMemory DataMemory RedoBuffer DiskPageBufferMemory
		SharedGlobalMemory StartPartitionedTimeout HeartbeatIntervalDbDb HeartbeatIntervalDbApi
		NoOfFragmentLogFiles FragmentLogFileSize ArbitrationTimeout FileSystemPath BackupDataDir
		MemReportFrequency BackupReportFrequency NodeGroup MaxNoOfExecutionThreads
		TimeBetweenWatchDogCheckInitial ServerPort`)
}

func TestAnOldReleaseGetsOnlyWhatItKnows(t *testing.T) {
	c := cluster(t, ndb(7, 2, 1), 2, 2, 2)
	text, err := c.INI()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range parse(t, text) {
		for _, l := range s.lines {
			if !slices.Contains(ndb721(), l.name) {
				t.Errorf("[%s] %s is not known to NDB 7.2.1", s.name, l.name)
			}
		}
	}
}

func TestEachParameterComesWithItsFirstVersion(t *testing.T) {
	for name, first := range map[string]config.Release{
		"AllowUnresolvedHostnames": ndb(8, 0, 22), "AutomaticThreadConfig": ndb(8, 0, 23),
		"SpinMethod": ndb(8, 0, 20), "TransactionMemory": ndb(8, 0, 19), "ReservedConcurrentOperations": ndb(8, 0, 16),
	} {
		before := first
		before.Version.Build--
		if before.Knows(name) || !first.Knows(name) || !ndb(9, 0, 0).Knows(name) || !ronDB().Knows(name) {
			t.Errorf("%s does not begin with %s", name, first)
		}
	}
	if !ndb(7, 5, 9).Knows("IndexMemory") || ndb(7, 6, 0).Knows("IndexMemory") || ronDB().Knows("IndexMemory") {
		t.Error("IndexMemory does not end with NDB 7.6.0")
	}
	if ndb(9, 0, 0).Knows("NodeActive") || ndb(9, 0, 0).Knows("TotalMemoryConfig") {
		t.Error("NDB knows what is RonDB's")
	}
}

func TestInactiveSlots(t *testing.T) {
	c := cluster(t, ronDB(), 1, 2, 3)
	text, err := c.INI()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(text), "NodeActive=0"); got != 2 { // data node 3, management server 66
		t.Errorf("RonDB has %d inactive nodes, not 2:\n%s", got, text)
	}
	if !strings.Contains(string(text), "NoOfReplicas=3") {
		t.Error("RonDB is not told of all its slots")
	}
	c = cluster(t, ndb(8, 0, 34), 1, 2, 3)
	if text, err = c.INI(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "NodeActive") || strings.Contains(string(text), "NodeId=3\n") ||
		!strings.Contains(string(text), "NoOfReplicas=2") {
		t.Errorf("NDB was told of inactive nodes:\n%s", text)
	}
}

func TestMySQLConnections(t *testing.T) {
	c := cluster(t, ndb(7, 2, 1), 1, 2, 2)
	c.MySQL = []config.Slot{{IDs: []int{67, 68}, Host: "172.30.77.67", Active: true}}
	text, err := c.MyCnf(67)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "ndb-cluster-connection-pool=2\nndb-nodeid=67\n") ||
		strings.Contains(string(text), "nodeids") {
		t.Errorf("7.2.1 cannot list the ids of a pool:\n%s", text)
	}
	if _, err := c.MyCnf(68); err == nil {
		t.Error("68 is no server's first id")
	}
}
