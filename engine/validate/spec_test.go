package validate_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"rondb-tui/engine"
	"rondb-tui/engine/validate"
)

// breaks changes a legal desired state so that exactly one rule refuses it.
type breaks struct {
	name string
	path string
	rule string
	edit func(*engine.Spec)
}

func backup(id int64, sink string) engine.BackupSpec {
	return engine.BackupSpec{ID: id, SinkType: sink}
}

var specRules = []breaks{
	{"negative id", "Id", "id-range", func(s *engine.Spec) { s.ID = -1 }},
	{"id that cannot rise", "Id", "id-range", func(s *engine.Spec) { s.ID = 1<<63 - 1 }},
	{"negative clock", "RonDBRunningSince", "clock-range", func(s *engine.Spec) { s.RonDBRunningSince = -1 }},
	{"clock of RonDB in the future", "RonDBRunningSince", "clock-within-revision", func(s *engine.Spec) { s.ID, s.RonDBRunningSince = 4, 5 }},
	{"clock of the agent in the future", "NdbAgentRunningSince", "clock-within-revision", func(s *engine.Spec) { s.ID, s.NdbAgentRunningSince = 4, 5 }},
	{"no version", "RonDBVersion", "version-form", func(s *engine.Spec) { s.RonDBVersion = "" }},
	{"short version", "RonDBVersion", "version-form", func(s *engine.Spec) { s.RonDBVersion = "24.10" }},
	{"version with a tail", "RonDBVersion", "version-form", func(s *engine.Spec) { s.RonDBVersion = "24.10.0\n" }},
	{"escape code in the image", "Image", "text-plain", func(s *engine.Spec) { s.Image = "rondb\x1b[2J" }},
	{"endless region", "Region", "text-plain", func(s *engine.Spec) { s.Region = strings.Repeat("x", 513) }},
	{"memory without digits", "TotalMemoryConfig", "memory-form", func(s *engine.Spec) { s.TotalMemoryConfig = "M" }},
	{"no memory", "TotalMemoryConfig", "memory-form", func(s *engine.Spec) { s.TotalMemoryConfig = "" }},
	{"signed memory", "TotalMemoryConfig", "memory-form", func(s *engine.Spec) { s.TotalMemoryConfig = "+4G" }},
	{"memory with a wrong unit", "TotalMemoryConfig", "memory-form", func(s *engine.Spec) { s.TotalMemoryConfig = "4GB" }},
	{"memory beyond 63 bits", "TotalMemoryConfig", "memory-form", func(s *engine.Spec) { s.TotalMemoryConfig = "9000000000G" }},
	{"too little memory", "TotalMemoryConfig", "memory-range", func(s *engine.Spec) { s.TotalMemoryConfig = "2047M" }},
	{"too much memory", "TotalMemoryConfig", "memory-range", func(s *engine.Spec) { s.TotalMemoryConfig = "17T" }},
	{"more memory than the container", "TotalMemoryConfig", "memory-within-vm", func(s *engine.Spec) { s.TotalMemoryConfig, s.VmTypeNdbds = "2126M", "mini" }},
	{"no replica", "ActiveReplicationFactor", "replicas-range", func(s *engine.Spec) { s.ActiveReplicationFactor = 0 }},
	{"more replicas than slots", "ActiveReplicationFactor", "replicas-within-slots", func(s *engine.Spec) { s.ActiveReplicationFactor = 4 }},
	{"too many replica slots", "MaxReplicationFactor", "max-replicas-range", func(s *engine.Spec) { s.MaxReplicationFactor = 4 }},
	{"no node group", "NumNodeGroups", "node-groups-range", func(s *engine.Spec) { s.NumNodeGroups = 0 }},
	{"absurd node groups", "NumNodeGroups", "node-groups-range", func(s *engine.Spec) { s.NumNodeGroups = 1 << 62 }},
	{"too many data nodes", "NumNodeGroups", "data-nodes-limit", func(s *engine.Spec) { s.NumNodeGroups = 49 }},
	{"negative slots", "NumTotalApiSlots", "slots-range", func(s *engine.Spec) { s.NumTotalApiSlots = -1 }},
	{"absurd slots", "NumTotalMysqldSlots", "slots-range", func(s *engine.Spec) { s.NumTotalMysqldSlots = 256 }},
	{"no slots for a MySQL server", "NumMysqldSlotsPerVm", "slots-per-vm-range", func(s *engine.Spec) { s.NumMysqldSlotsPerVm = 0 }},
	{"no slots for an API node", "NumApiSlotsPerVm", "slots-per-vm-range", func(s *engine.Spec) { s.NumApiSlotsPerVm = 0 }},
	{"ids of API nodes beyond 255", "NumTotalApiSlots", "node-ids-limit", func(s *engine.Spec) { s.NumTotalApiSlots = 62 }},
	{"ids of MySQL servers beyond 255", "NumTotalMysqldSlots", "node-ids-limit", func(s *engine.Spec) { s.NumTotalApiSlots, s.NumTotalMysqldSlots = 0, 190 }},
	{"no management server", "NumManagedMgmdVms", "management-range", func(s *engine.Spec) { s.NumManagedMgmdVms = 0 }},
	{"three management servers", "NumManagedMgmdVms", "management-range", func(s *engine.Spec) { s.NumManagedMgmdVms = 3 }},
	{"negative MySQL servers", "NumManagedMysqldVms", "mysqlds-within-slots", func(s *engine.Spec) { s.NumManagedMysqldVms = -1 }},
	{"more MySQL servers than slots", "NumManagedMysqldVms", "mysqlds-within-slots", func(s *engine.Spec) { s.NumMysqldSlotsPerVm, s.NumManagedMysqldVms = 4, 3 }},
	{"more API nodes than slots", "NumManagedApiVms", "apis-within-slots", func(s *engine.Spec) { s.NumManagedApiVms = 17 }},
	{"unknown VM type", "VmTypeApis", "vm-type-known", func(s *engine.Spec) { s.VmTypeApis = "huge" }},
	{"negative storage", "BlockStorageGiBPerNdbdVm", "storage-range", func(s *engine.Spec) { s.BlockStorageGiBPerNdbdVm = -1 }},
	{"port 0", "DefaultMgmdPort", "port-range", func(s *engine.Spec) { s.DefaultMgmdPort = 0 }},
	{"port beyond 16 bits", "DefaultMysqldPort", "port-range", func(s *engine.Spec) { s.DefaultMysqldPort = 65536 }},
	{"one port for two", "DefaultMysqldPort", "ports-distinct", func(s *engine.Spec) { s.DefaultMysqldPort = s.DefaultMgmdPort }},
	{"backup 0", "OnDemandBackups[0].Id", "backup-id-range", func(s *engine.Spec) { s.OnDemandBackups = []engine.BackupSpec{backup(0, "local")} }},
	{"backup beyond 32 bits", "RestoreFromBackup.Id", "backup-id-range", func(s *engine.Spec) { s.RestoreFromBackup = &engine.BackupSpec{ID: 1 << 32} }},
	{"backup twice", "OnDemandBackups[1].Id", "backup-id-unique", func(s *engine.Spec) {
		s.OnDemandBackups = []engine.BackupSpec{backup(7, "local"), backup(7, "docker")}
	}},
	{"unknown sink", "OnDemandBackups[0].SinkType", "backup-sink-known", func(s *engine.Spec) { s.OnDemandBackups = []engine.BackupSpec{backup(7, "s3")} }},
	{"endless backups", "OnDemandBackups", "backups-limit", func(s *engine.Spec) { s.OnDemandBackups = make([]engine.BackupSpec, 257) }},
	{"zone without a name", "AvailabilityZones[1]", "zone-named", func(s *engine.Spec) { s.AvailabilityZones = []string{"a", " "} }},
	{"zone twice", "AvailabilityZones[1]", "zones-distinct", func(s *engine.Spec) { s.AvailabilityZones = []string{"a", "a"} }},
	{"too many zones", "AvailabilityZones", "zones-limit", func(s *engine.Spec) { s.AvailabilityZones = make([]string, 17) }},
	{"unknown parameter", `Parameters["NoOfReplicas"]`, "parameter-known", func(s *engine.Spec) { s.Parameters = map[string]string{"NoOfReplicas": "2"} }},
	{"number too small", `Parameters["HeartbeatIntervalDbDb"]`, "parameter-value", func(s *engine.Spec) { s.Parameters = map[string]string{"HeartbeatIntervalDbDb": "9"} }},
	{"number too large", `Parameters["TimeBetweenGlobalCheckpoints"]`, "parameter-value", func(s *engine.Spec) { s.Parameters = map[string]string{"TimeBetweenGlobalCheckpoints": "32001"} }},
	{"not a number", `Parameters["ArbitrationTimeout"]`, "parameter-value", func(s *engine.Spec) { s.Parameters = map[string]string{"ArbitrationTimeout": "1s"} }},
	{"not a word of it", `Parameters["Arbitration"]`, "parameter-value", func(s *engine.Spec) { s.Parameters = map[string]string{"Arbitration": "Never"} }},
	{"not memory", `Parameters["DataMemory"]`, "parameter-value", func(s *engine.Spec) { s.Parameters = map[string]string{"DataMemory": "lots"} }},
}

func TestEachRuleOfASpec(t *testing.T) {
	for _, test := range specRules {
		t.Run(test.name, func(t *testing.T) {
			s := engine.DefaultSpec()
			test.edit(&s)
			wantOne(t, validate.Spec(s), test.path, test.rule)
		})
	}
}

// wantOne fails unless there is exactly one problem, of this path and rule, and
// with both of its sentences.
func wantOne(t *testing.T, problems engine.Problems, path, rule string) {
	t.Helper()
	if len(problems) != 1 || problems[0].Path != path || problems[0].Rule != rule {
		t.Fatalf("want only %s at %s, got:\n%v", rule, path, problems)
	}
	for _, sentence := range []string{problems[0].Text, problems[0].Fix} {
		if len(sentence) < 5 || !strings.HasSuffix(sentence, ".") && !strings.HasSuffix(sentence, "?") {
			t.Errorf("not a sentence: %q", sentence)
		}
	}
}

func TestLegalSpecs(t *testing.T) {
	for name, edit := range map[string]func(*engine.Spec){
		"the default":           func(*engine.Spec) {},
		"no MySQL server":       func(s *engine.Spec) { s.NumManagedMysqldVms = 0 },
		"no slots at all":       func(s *engine.Spec) { s.NumTotalMysqldSlots, s.NumTotalApiSlots, s.NumManagedMysqldVms = 0, 0, 0 },
		"stopped":               func(s *engine.Spec) { s.RonDBRunning = false },
		"144 data nodes":        func(s *engine.Spec) { s.NumNodeGroups = 48 },
		"the last id is 255":    func(s *engine.Spec) { s.NumTotalApiSlots = 61 },
		"clock of the revision": func(s *engine.Spec) { s.ID, s.RonDBRunningSince, s.NdbAgentRunningSince = 5, 5, 5 },
		"revision not known":    func(s *engine.Spec) { s.RonDBRunningSince = 5 },
		"smallest memory":       func(s *engine.Spec) { s.TotalMemoryConfig = "2097152K" },
		"memory in bytes":       func(s *engine.Spec) { s.TotalMemoryConfig = "2147483648" },
		"mini data nodes":       func(s *engine.Spec) { s.TotalMemoryConfig, s.VmTypeNdbds = "2125M", "mini" },
		"size unpublished":      func(s *engine.Spec) { s.TotalMemoryConfig, s.VmTypeNdbds = "64G", "xxlarge" },
		"highest backup":        func(s *engine.Spec) { s.OnDemandBackups = []engine.BackupSpec{backup(1<<32-2, "")} },
		"parameters": func(s *engine.Spec) {
			s.Parameters = map[string]string{
				"HeartbeatIntervalDbDb": "100", "Arbitration": "WaitExternal", "DataMemory": "1M", "TransactionInactiveTimeout": "0",
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := engine.DefaultSpec()
			edit(&s)
			if problems := validate.Spec(s); problems != nil {
				t.Fatalf("refused:\n%v", problems)
			}
		})
	}
}

// Every problem is told at once, and in the same order every time.
func TestAllProblemsAtOnce(t *testing.T) {
	s := engine.Spec{ID: -1, Parameters: map[string]string{"b": "", "a": "", "c": ""}}
	var got []string
	for _, p := range validate.Spec(s) {
		got = append(got, p.Path)
	}
	want := []string{
		"Id", "RonDBVersion", `Parameters["a"]`, `Parameters["b"]`, `Parameters["c"]`, "TotalMemoryConfig",
		"MaxReplicationFactor", "ActiveReplicationFactor", "NumNodeGroups", "NumMysqldSlotsPerVm", "NumApiSlotsPerVm",
		"NumManagedMgmdVms", "DefaultMgmdPort", "DefaultNdbdPort", "DefaultMysqldPort",
	}
	if !slices.Equal(got, want) {
		t.Errorf("problems at\n%v, want\n%v", got, want)
	}
}

// The table above must break every rule, so that a rule without a test shows.
func TestEveryRuleHasATest(t *testing.T) {
	covered := map[string]bool{}
	for _, test := range slices.Concat(specRules, changeRulesAsBreaks()) {
		covered[test.rule] = true
	}
	for _, rule := range rulesInSource(t) {
		if !covered[rule] {
			t.Errorf("no test breaks the rule %s", rule)
		}
		delete(covered, rule)
	}
	if len(covered) > 0 {
		t.Errorf("tests name rules that do not exist: %v", slices.Sorted(maps.Keys(covered)))
	}
}

func ExampleSpec() {
	s := engine.DefaultSpec()
	s.ActiveReplicationFactor = 4
	fmt.Println(validate.Spec(s))
	// Output:
	// ActiveReplicationFactor: ActiveReplicationFactor is 4, but a node group has only 3 slots (MaxReplicationFactor). (replicas-within-slots) Set it to at most 3. MaxReplicationFactor can be at most 3, and only before the cluster first runs.
}
