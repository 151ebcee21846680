package config_test

import (
	"errors"
	"strings"
	"testing"

	"rondb-tui/rondb/config"
)

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		path, reason string
		spoil        func(c *config.Cluster)
	}{
		{"Name", `"" is not`, func(c *config.Cluster) { c.Name = "" }},
		{"Release", "neither", func(c *config.Cluster) { c.Release.Flavour = 0 }},
		{"Release", "older", func(c *config.Cluster) { c.Release.Version = config.Version{Major: 7} }},
		{"Generation", "-1", func(c *config.Cluster) { c.Generation = -1 }},
		{"MaxReplicas", "5", func(c *config.Cluster) { c.MaxReplicas = 5 }},
		{"Data", "no node group", func(c *config.Cluster) { c.Data = nil }},
		{"Data", "node group 1 has 2 slots", func(c *config.Cluster) { c.Data = c.Data[:5] }},
		{"Data", "no active data node", func(c *config.Cluster) { c.Data[0].Active, c.Data[1].Active = false, false }},
		{"Data[1].ID", "too", func(c *config.Cluster) { c.Data[1].ID = 1 }},
		{"Data[1].ID", "145", func(c *config.Cluster) { c.Data[1].ID = 145 }},
		{"Data[1].Host", "of Data[0].Host, too", func(c *config.Cluster) { c.Data[1].Host = c.Data[0].Host }},
		{"Data[0].Host", "another machine", func(c *config.Cluster) { c.Data[0].Host = "localhost" }},
		{"Data[0].Group", "-2", func(c *config.Cluster) { c.Data[0].Group = -2 }},
		{"Management", "no active", func(c *config.Cluster) { c.Management[0].Active = false }},
		{"Management[0].IDs", "2 node ids", func(c *config.Cluster) { c.Management[0].IDs = []int{65, 64} }},
		{"MySQL[1].IDs", "0 node ids", func(c *config.Cluster) { c.MySQL[1].IDs = nil }},
		{"MySQL[1].IDs[0]", "65", func(c *config.Cluster) { c.MySQL[1].IDs = []int{65} }},
		{"MySQL[0].Host", "neither", func(c *config.Cluster) { c.MySQL[0].Host = "" }},
		{"API[0].IDs[0]", "256", func(c *config.Cluster) { c.API[0].IDs = []int{256} }},
		{"Ports.Data", "0 is not", func(c *config.Cluster) { c.Ports.Data = 0 }},
		{"Ports.MySQL", "65536", func(c *config.Cluster) { c.Ports.MySQL = 65536 }},
		{"Directories.Data", "absolute", func(c *config.Cluster) { c.Directories.Data = "log" }},
		{"Directories.Backup", "absolute", func(c *config.Cluster) { c.Directories.Backup = "/a/../.." }},
		{`Parameters["HeartbeatIntervalDbDB"]`, "nearest is HeartbeatIntervalDbDb", func(c *config.Cluster) {
			c.Parameters = map[string]string{"HeartbeatIntervalDbDB": "1"}
		}},
		{`Parameters["TimeBetweenEpochs"]`, "32000", func(c *config.Cluster) {
			c.Parameters = map[string]string{"TimeBetweenEpochs": "32001"}
		}},
		{"TotalMemory", "2125M", func(c *config.Cluster) { c.TotalMemory = 2400 * mib }},
		{"TotalMemory", "from 2G", func(c *config.Cluster) { c.TotalMemory = 2000 * mib }},
		{"TotalMemory", "leaves nothing", func(c *config.Cluster) { c.Parameters = map[string]string{"DataMemory": "1800M"} }},
	} {
		c := cluster(t, ronDB(), 2, 2, 3)
		test.spoil(&c)
		_, err := c.INI()
		checkRefusal(t, err, test.path, test.reason)
	}
}

func checkRefusal(t *testing.T, err error, path, reason string) {
	t.Helper()
	var refused *config.RefusedError
	if !errors.As(err, &refused) {
		t.Errorf("%s (%s): not refused: %v", path, reason, err)
		return
	}
	for _, p := range refused.Problems {
		if p.Path == path && strings.Contains(p.Reason, reason) {
			return
		}
	}
	t.Errorf("%s (%s) is not among %v", path, reason, err)
}

func TestRefusalsOfPlainNDB(t *testing.T) {
	c := cluster(t, ndb(7, 2, 1), 2, 2, 3)
	c.Data[0].Host = "ndbd-1"
	c.Data[1].ID = 49
	c.Data[4].Active = false
	c.Parameters = map[string]string{"TransactionMemory": "1M", "DataMemory": "700M"}
	_, err := c.INI()
	checkRefusal(t, err, "Data[0].Host", "must be an address")
	checkRefusal(t, err, "Data[1].ID", "1 to 48")
	checkRefusal(t, err, "Data", "node group 1 has 1 active")
	checkRefusal(t, err, `Parameters["TransactionMemory"]`, "does not know it")
	checkRefusal(t, err, "TotalMemory", "is more than 850M, the 85 % that may be used of the container's 1000M")

	c = cluster(t, ndb(8, 0, 34), 1, 2, 2)
	c.TotalMemory = 500 * mib
	_, err = c.INI()
	checkRefusal(t, err, "TotalMemory", "= 538M leaves 0M of 500M for DataMemory")
}

func TestManyProblemsMakeOneShortMessage(t *testing.T) {
	c := cluster(t, ronDB(), 12, 1, 4)
	for i := range c.Data {
		c.Data[i].Host = strings.Repeat("=", 5000)
	}
	_, err := c.INI()
	if err == nil || len(err.Error()) > 4000 || !strings.HasSuffix(err.Error(), "and 38 more") {
		t.Errorf("%d bytes: %v", len(err.Error()), err)
	}
}

// TestParameters holds the table to what engine/validate lets through: whatever
// it accepts must be writable.
func TestParameters(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"Arbitration", "WaitExternal", "WaitExternal"}, {"Arbitration", "waitexternal", ""},
		{"ArbitrationTimeout", "10", "10"}, {"ArbitrationTimeout", "9", ""}, {"ArbitrationTimeout", "010", "10"},
		{"ArbitrationTimeout", "4294967039", "4294967039"}, {"ArbitrationTimeout", "4294967040", ""},
		{"ArbitrationTimeout", "1K", ""}, {"ArbitrationTimeout", "", ""},
		{"DataMemory", "1024K", "1M"}, {"DataMemory", "1023K", ""}, {"DataMemory", "16T", "16384G"}, {"DataMemory", "17T", ""},
		{"DiskPageBufferMemory", "4M", "4M"}, {"DiskPageBufferMemory", "3M", ""},
		{"TransactionMemory", "0", "0"}, {"TransactionMemory", "1 G", ""},
	} {
		info, known := config.Parameter(test.name)
		if !known {
			t.Fatalf("%s is not known", test.name)
		}
		got, err := info.Value(test.value)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%s=%s: %q, %v", test.name, test.value, got, err)
		}
	}
	for name, want := range map[string]string{
		"heartbeatintervaldbdb": "HeartbeatIntervalDbDb", "DataMem": "DataMemory", "TransactionInactiveTimout": "TransactionInactiveTimeout",
	} {
		if info, known := config.Parameter(name); known || info.Name != want {
			t.Errorf("nearest to %s is %s, %v", name, info.Name, known)
		}
	}
	for _, p := range config.Parameters() {
		if p.Restart != config.RestartNode {
			t.Errorf("%s asks for %s, which no pass does", p.Name, p.Restart)
		}
		if (p.MaxFactor != 0) != (p.Name == "HeartbeatIntervalDbDb") {
			t.Errorf("%s may change by %d", p.Name, p.MaxFactor)
		}
	}
}

func TestVersions(t *testing.T) {
	for text, want := range map[string]string{"24.10.17": "24.10.17", "24.10.17-0.7": "24.10.17", "7.2.1": "7.2.1"} {
		if v, err := config.ParseVersion(text); err != nil || v.String() != want {
			t.Errorf("%s: %s, %v", text, v, err)
		}
	}
	for _, text := range []string{"", "24.10", "24.10.x", "24.10.17.1", "-1.2.3", "24.10.65536", "latest", " 7.2.1"} {
		if v, err := config.ParseVersion(text); err == nil {
			t.Errorf("%q was read as %s", text, v)
		}
	}
}
