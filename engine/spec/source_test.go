package spec_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"rondb-tui/engine"
	"rondb-tui/engine/spec"
	"rondb-tui/engine/validate"
)

// Problems of validation get the position of what they are about, or of what
// encloses it.
func TestLocate(t *testing.T) {
	text := "{\n  \"NumNodeGroups\": 0,\n  \"Parameters\": {\"a.b[c\": \"1\"},\n  /* å */ \"OnDemandBackups\": [\n    {\"Id\": 1},\n    {\"SinkType\": \"s3\"}]\n}"
	_, source, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"NumNodeGroups":                   "2:20",
		`Parameters["a.b[c"]`:             "3:27",
		`Parameters["other"]`:             "3:17",
		"OnDemandBackups":                 "4:30",
		"OnDemandBackups[0].Id":           "5:12",
		"OnDemandBackups[1].SinkType":     "6:18",
		"OnDemandBackups[1].Id":           "6:5",
		`OnDemandBackups[9].X["y"].z[12]`: "4:30",
		"DefaultMgmdPort":                 "0:0",
		"":                                "0:0",
	} {
		before := engine.Problems{{Path: path}}
		got := source.Locate(before)[0]
		if where := fmt.Sprintf("%d:%d", got.Line, got.Column); where != want {
			t.Errorf("%s is at %s, want %s", path, where, want)
		}
		if before[0].Line != 0 {
			t.Error("Locate changed its argument")
		}
	}
	known := engine.Problems{{Path: "NumNodeGroups", Line: 9, Column: 8}}
	if got := source.Locate(known); !reflect.DeepEqual(got, known) {
		t.Errorf("a known position became %v", got)
	}
}

func TestRefuse(t *testing.T) {
	s, source, err := read("{\n\"ActiveReplicationFactor\": 4}")
	if err != nil {
		t.Fatal(err)
	}
	s.NumManagedMgmdVms = 9
	err = source.Refuse(validate.Spec(s))
	if engine.KindOf(err) != engine.KindDenied {
		t.Errorf("kind %v", engine.KindOf(err))
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "accept the desired state: f.jsonc:2:28: ActiveReplicationFactor is 4") ||
		!strings.HasSuffix(lines[0], "[replicas-within-slots]") || !strings.HasPrefix(lines[1], "f.jsonc: NumManagedMgmdVms is 9.") {
		t.Errorf("the refusal reads\n%v", err)
	}
	if err := source.Refuse(nil); err != nil {
		t.Errorf("refused for nothing: %v", err)
	}
	s.ActiveReplicationFactor = 1
	err = spec.Source{}.Refuse(validate.Spec(s))
	if !strings.HasPrefix(err.Error(), "accept the desired state: NumManagedMgmdVms is 9.") {
		t.Errorf("without a file the refusal reads %v", err)
	}
}

// The published state is legal; its fields without a pass are noticed.
func TestOwnFileIsLegalAndNoticed(t *testing.T) {
	s, _, err := spec.ReadFile(ownFile)
	if err != nil {
		t.Fatal(err)
	}
	if problems := validate.Spec(s); problems != nil {
		t.Errorf("refused:\n%v", problems)
	}
	var fields []string
	for _, notice := range validate.Notices(nil, s) {
		fields = append(fields, notice.Field)
	}
	want := []string{
		"RonDBDownloadLink", "NdbAgentVersion", "NdbAgentDownloadLink", "OnDemandBackups", "AllowRequestingTemporaryVms",
		"Region", "AvailabilityZones", "VmTypeMgmds", "VmTypeApis", "VmTypeMysqlds", "VmTypeNdbds",
		"BlockStorageGiBPerMgmdVm", "BlockStorageGiBPerNdbdVm", "BlockStorageGiBPerMysqldVm", "BlockStorageGiBPerApiVm",
	}
	if !reflect.DeepEqual(fields, want) {
		t.Errorf("noticed %v, want %v", fields, want)
	}
}

func ExampleSource_Format() {
	s, source, err := spec.Read(strings.NewReader("{\n    \"NumNodeGroups\": 0,\n}"), "desired.jsonc")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	fmt.Println(source.Format(validate.Spec(s)))
	// Output:
	// desired.jsonc:2:22: NumNodeGroups is 0. Set it to a number from 1 to 144. [node-groups-range]
}
