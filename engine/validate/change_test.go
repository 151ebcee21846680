package validate_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rondb-tui/engine"
	"rondb-tui/engine/validate"
)

// changeRule goes from one desired state to another so that exactly one rule
// refuses the change. from is nil for the default state.
type changeRule struct {
	name     string
	path     string
	rule     string
	from, to func(*engine.Spec)
	facts    validate.Facts
}

var ran = validate.Facts{EverRan: true}

var changeRules = []changeRule{
	{"replica slots", "MaxReplicationFactor", "immutable", nil, func(s *engine.Spec) { s.MaxReplicationFactor = 2 }, ran},
	{"MySQL slots", "NumTotalMysqldSlots", "immutable", nil, func(s *engine.Spec) { s.NumTotalMysqldSlots++ }, ran},
	{"API slots", "NumTotalApiSlots", "immutable", nil, func(s *engine.Spec) { s.NumTotalApiSlots-- }, ran},
	{"slots of a MySQL server", "NumMysqldSlotsPerVm", "immutable", nil, func(s *engine.Spec) { s.NumMysqldSlotsPerVm++ }, ran},
	{"slots of an API node", "NumApiSlotsPerVm", "immutable", nil, func(s *engine.Spec) { s.NumApiSlotsPerVm++ }, ran},
	{"port of management servers", "DefaultMgmdPort", "immutable", nil, func(s *engine.Spec) { s.DefaultMgmdPort++ }, ran},
	{"port of data nodes", "DefaultNdbdPort", "immutable", nil, func(s *engine.Spec) { s.DefaultNdbdPort++ }, ran},
	{"port of MySQL servers", "DefaultMysqldPort", "immutable", nil, func(s *engine.Spec) { s.DefaultMysqldPort++ }, ran},
	{"fewer node groups", "NumNodeGroups", "node-groups-shrink", nil, func(s *engine.Spec) { s.NumNodeGroups = 1 }, ran},
	{"data nodes into the other ids", "NumNodeGroups", "node-ids-fixed", nil, func(s *engine.Spec) { s.NumNodeGroups = 22 }, ran},
	{
		"data nodes further into the other ids", "NumNodeGroups", "node-ids-fixed",
		func(s *engine.Spec) { s.NumNodeGroups = 30 },
		func(s *engine.Spec) { s.NumNodeGroups = 31 }, ran,
	},
	{
		"replicas on plain NDB", "ActiveReplicationFactor", "replicas-fixed-on-plain-ndb", nil,
		func(s *engine.Spec) { s.ActiveReplicationFactor = 1 }, validate.Facts{EverRan: true, PlainNDB: true},
	},
	{
		"restore over data", "RestoreFromBackup", "restore-before-first-run", nil,
		func(s *engine.Spec) { s.RestoreFromBackup = &engine.BackupSpec{ID: 7} }, ran,
	},
	{
		"restore something else", "RestoreFromBackup", "restore-before-first-run",
		func(s *engine.Spec) { s.RestoreFromBackup = &engine.BackupSpec{ID: 7} },
		func(s *engine.Spec) { s.RestoreFromBackup = &engine.BackupSpec{ID: 8} }, ran,
	},
	{
		"restore from elsewhere", "RestoreFromBackup", "restore-before-first-run",
		func(s *engine.Spec) { s.RestoreFromBackup = &engine.BackupSpec{ID: 7} },
		func(s *engine.Spec) {
			s.RestoreFromBackup = &engine.BackupSpec{ID: 7, SinkParameters: map[string]string{"path": "/b"}}
		}, ran,
	},
	{
		"smaller machines", "VmTypeMysqlds", "vm-type-only-grows",
		func(s *engine.Spec) { s.VmTypeMysqlds = "large" },
		func(s *engine.Spec) { s.VmTypeMysqlds = "medium" }, ran,
	},
	{
		"smaller by not asking", "VmTypeNdbds", "vm-type-only-grows",
		func(s *engine.Spec) { s.VmTypeNdbds = "medium" },
		func(s *engine.Spec) { s.VmTypeNdbds = "" }, ran,
	},
	{
		"smaller disks", "BlockStorageGiBPerNdbdVm", "storage-only-grows",
		func(s *engine.Spec) { s.BlockStorageGiBPerNdbdVm = 30 },
		func(s *engine.Spec) { s.BlockStorageGiBPerNdbdVm = 29 }, ran,
	},
}

func (r changeRule) specs() (old, next engine.Spec) {
	old = engine.DefaultSpec()
	if r.from != nil {
		r.from(&old)
	}
	next = old.Clone()
	r.to(&next)
	return old, next
}

func TestEachRuleOfAChange(t *testing.T) {
	for _, test := range changeRules {
		t.Run(test.name, func(t *testing.T) {
			old, next := test.specs()
			problems, _ := validate.Change(old, next, test.facts)
			wantOne(t, problems, test.path, test.rule)
			if problems, _ := validate.Change(old, next, validate.Facts{PlainNDB: test.facts.PlainNDB}); problems != nil {
				t.Errorf("refused although the cluster has not run:\n%v", problems)
			}
			if problems, _ := validate.Change(old, old, test.facts); problems != nil {
				t.Errorf("no change is refused:\n%v", problems)
			}
		})
	}
}

func TestLegalChanges(t *testing.T) {
	for name, to := range map[string]func(*engine.Spec){
		"one replica":           func(s *engine.Spec) { s.ActiveReplicationFactor = 1 },
		"three replicas":        func(s *engine.Spec) { s.ActiveReplicationFactor = 3 },
		"stop":                  func(s *engine.Spec) { s.RonDBRunning = false },
		"servers":               func(s *engine.Spec) { s.NumManagedMysqldVms, s.NumManagedApiVms, s.NumManagedMgmdVms = 0, 4, 2 },
		"node groups":           func(s *engine.Spec) { s.NumNodeGroups = 21 },
		"version":               func(s *engine.Spec) { s.RonDBVersion = "24.10.1" },
		"larger machines":       func(s *engine.Spec) { s.VmTypeNdbds, s.BlockStorageGiBPerNdbdVm = "xxlarge", 100 },
		"the restore forgotten": func(s *engine.Spec) { s.RestoreFromBackup = nil },
		"an older Id":           func(s *engine.Spec) { s.ID = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			old := engine.DefaultSpec()
			old.ID = 9
			old.RestoreFromBackup = &engine.BackupSpec{ID: 7}
			next := old.Clone()
			to(&next)
			if problems, _ := validate.Change(old, next, ran); problems != nil {
				t.Fatalf("refused:\n%v", problems)
			}
		})
	}
}

// Three replicas to one is one legal change: the planner does it in phases.
func TestThreeReplicasToOne(t *testing.T) {
	old := engine.DefaultSpec()
	old.ActiveReplicationFactor = 3
	next := old
	next.ActiveReplicationFactor = 1
	if problems, notices := validate.Change(old, next, ran); problems != nil || notices != nil {
		t.Fatalf("refused or noticed: %v %v", problems, notices)
	}
}

func TestAllProblemsOfAChangeAtOnce(t *testing.T) {
	old := engine.DefaultSpec()
	next := old
	next.MaxReplicationFactor, next.NumNodeGroups, next.DefaultMgmdPort = 2, 1, 1
	problems, _ := validate.Change(old, next, ran)
	var got []string
	for _, p := range problems {
		got = append(got, p.Rule+" "+p.Path)
	}
	want := []string{"immutable MaxReplicationFactor", "immutable DefaultMgmdPort", "node-groups-shrink NumNodeGroups"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if text := problems[2].Fix; !strings.Contains(text, "backup") || !strings.Contains(text, "restore") {
		t.Errorf("the way out is not told: %q", text)
	}
}

func noticed(notices []engine.Notice) []string {
	var fields []string
	for _, n := range notices {
		if !strings.HasPrefix(n.Text, "accepted, not acted on yet") {
			fields = append(fields, "WRONG TEXT "+n.Text)
		}
		fields = append(fields, n.Field)
	}
	return fields
}

func TestNoticesOfAFirstState(t *testing.T) {
	s := engine.DefaultSpec()
	if notices := validate.Notices(nil, s); notices != nil {
		t.Errorf("notices for the default state: %v", notices)
	}
	s.RonDBRunningSince, s.NdbAgentRunningSince, s.NumNodeGroups, s.TotalMemoryConfig = 1, 1, 5, "3G"
	if notices := validate.Notices(nil, s); notices != nil {
		t.Errorf("notices for what a first start takes as it is: %v", notices)
	}
}

func TestNoticesOfWhatIsSet(t *testing.T) {
	for field, set := range map[string]func(*engine.Spec){
		"Image":                       func(s *engine.Spec) { s.Image = "rondb:1" },
		"RonDBDownloadLink":           func(s *engine.Spec) { s.RonDBDownloadLink = "http://x" },
		"NdbAgentVersion":             func(s *engine.Spec) { s.NdbAgentVersion = "1.0" },
		"NdbAgentDownloadLink":        func(s *engine.Spec) { s.NdbAgentDownloadLink = "http://x" },
		"OnDemandBackups":             func(s *engine.Spec) { s.OnDemandBackups = []engine.BackupSpec{{ID: 1}} },
		"RestoreFromBackup":           func(s *engine.Spec) { s.RestoreFromBackup = &engine.BackupSpec{ID: 1} },
		"Parameters":                  func(s *engine.Spec) { s.Parameters = map[string]string{"DataMemory": "1G"} },
		"AllowRequestingTemporaryVms": func(s *engine.Spec) { s.AllowRequestingTemporaryVms = true },
		"Region":                      func(s *engine.Spec) { s.Region = "r" },
		"AvailabilityZones":           func(s *engine.Spec) { s.AvailabilityZones = []string{"z"} },
		"VmTypeMgmds":                 func(s *engine.Spec) { s.VmTypeMgmds = "mini" },
		"VmTypeApis":                  func(s *engine.Spec) { s.VmTypeApis = "mini" },
		"VmTypeMysqlds":               func(s *engine.Spec) { s.VmTypeMysqlds = "mini" },
		"VmTypeNdbds":                 func(s *engine.Spec) { s.VmTypeNdbds = "mini" },
		"BlockStorageGiBPerMgmdVm":    func(s *engine.Spec) { s.BlockStorageGiBPerMgmdVm = 1 },
		"BlockStorageGiBPerNdbdVm":    func(s *engine.Spec) { s.BlockStorageGiBPerNdbdVm = 1 },
		"BlockStorageGiBPerMysqldVm":  func(s *engine.Spec) { s.BlockStorageGiBPerMysqldVm = 1 },
		"BlockStorageGiBPerApiVm":     func(s *engine.Spec) { s.BlockStorageGiBPerApiVm = 1 },
	} {
		old := engine.DefaultSpec()
		next := old
		set(&next)
		_, first := validate.Change(engine.Spec{}, next, validate.Facts{})
		_, later := validate.Change(old, next, ran)
		for _, notices := range [][]engine.Notice{first, later, validate.Notices(&next, next)} {
			if got := noticed(notices); !slices.Equal(got, []string{field}) {
				t.Errorf("%s is set: notices %v", field, got)
			}
		}
	}
}

func TestNoticesOfWhatChanges(t *testing.T) {
	for field, set := range map[string]func(*engine.Spec){
		"RonDBVersion":         func(s *engine.Spec) { s.RonDBVersion = "24.10.1" },
		"RonDBRunningSince":    func(s *engine.Spec) { s.RonDBRunningSince = 2 },
		"NdbAgentRunningSince": func(s *engine.Spec) { s.NdbAgentRunningSince = 2 },
		"TotalMemoryConfig":    func(s *engine.Spec) { s.TotalMemoryConfig = "4G" },
		"NumNodeGroups":        func(s *engine.Spec) { s.NumNodeGroups = 3 },
	} {
		old := engine.DefaultSpec()
		next := old
		set(&next)
		if _, notices := validate.Change(old, next, ran); !slices.Equal(noticed(notices), []string{field}) {
			t.Errorf("%s changed: notices %v", field, notices)
		}
		if _, notices := validate.Change(old, next, validate.Facts{}); notices != nil {
			t.Errorf("%s changed before the first run: notices %v", field, notices)
		}
	}
}

// changeRulesAsBreaks gives the rules of changes the form of those of specs.
func changeRulesAsBreaks() []breaks {
	var all []breaks
	for _, r := range changeRules {
		all = append(all, breaks{name: r.name, path: r.path, rule: r.rule})
	}
	return all
}

// rulesInSource finds the ids of all rules: the only strings in kebab-case.
func rulesInSource(t *testing.T) []string {
	t.Helper()
	form := regexp.MustCompile(`"([a-z]+(?:-[a-z]+)+|immutable)"`)
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source found: %v", err)
	}
	var rules []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range form.FindAllStringSubmatch(string(text), -1) {
			rules = append(rules, match[1])
		}
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

// Validation looks and does not touch.
func TestArgumentsStayAsTheyAre(t *testing.T) {
	s := engine.DefaultSpec()
	s.OnDemandBackups = []engine.BackupSpec{{ID: 1, SinkParameters: map[string]string{"a": "b"}}}
	s.Parameters = map[string]string{"DataMemory": "1G"}
	s.AvailabilityZones = []string{"b", "a"}
	before := s.Clone()
	_ = validate.Spec(s)
	_, _ = validate.Change(s, s, ran)
	if !reflect.DeepEqual(s, before) {
		t.Errorf("changed to %+v", s)
	}
}
