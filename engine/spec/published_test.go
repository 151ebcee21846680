package spec_test

import (
	"errors"
	"io/fs"
	"os"
	"reflect"
	"testing"

	"rondb-tui/engine"
	"rondb-tui/engine/spec"
)

// publishedFile is managed RonDB's own file, beside the repository where the
// project is developed.
const publishedFile = "../../../shared/fixtures/managed_rondb/desired_state.jsonc"

const ownFile = "testdata/desired_state.jsonc"

func publishedSpec() engine.Spec {
	return engine.Spec{
		ID:                   1,
		RonDBRunning:         true,
		RonDBRunningSince:    1,
		RonDBVersion:         "22.10.5",
		RonDBDownloadLink:    "http://nginx/hopsworks_proxy/master/rondb-22.10.5-linux-glibc2.28-arm64_v8.tar.gz",
		NdbAgentRunningSince: 1,
		NdbAgentVersion:      "0.999",
		NdbAgentDownloadLink: "http://nginx/local/ndb-agent-0.999.tgz",
		OnDemandBackups: []engine.BackupSpec{{
			ID: 123, SinkType: "docker", SinkParameters: map[string]string{"TestParameter": "test-value"},
		}},
		TotalMemoryConfig:           "2400M",
		ActiveReplicationFactor:     1,
		MaxReplicationFactor:        3,
		NumNodeGroups:               1,
		NumTotalMysqldSlots:         10,
		NumTotalApiSlots:            16,
		NumMysqldSlotsPerVm:         4,
		NumApiSlotsPerVm:            4,
		AllowRequestingTemporaryVms: true,
		Region:                      "europe-1",
		AvailabilityZones:           []string{"soedermalm"},
		VmTypeMgmds:                 "mini",
		VmTypeApis:                  "medium",
		VmTypeMysqlds:               "large",
		VmTypeNdbds:                 "xlarge",
		NumManagedMgmdVms:           1,
		NumManagedMysqldVms:         1,
		NumManagedApiVms:            1,
		BlockStorageGiBPerMgmdVm:    4,
		BlockStorageGiBPerNdbdVm:    30,
		BlockStorageGiBPerMysqldVm:  50,
		BlockStorageGiBPerApiVm:     10,
		DefaultMgmdPort:             1186,
		DefaultNdbdPort:             11860,
		DefaultMysqldPort:           3306,
	}
}

func TestOwnFile(t *testing.T) { wantPublished(t, ownFile) }

func TestPublishedFileUnchanged(t *testing.T) {
	if _, err := os.Stat(publishedFile); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("SKIPPED because %s is not here: it is no part of the repository", publishedFile)
	}
	wantPublished(t, publishedFile)
}

func wantPublished(t *testing.T, path string) {
	t.Helper()
	got, source, err := spec.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := publishedSpec(); !reflect.DeepEqual(got, want) {
		t.Errorf("read\n%+v, want\n%+v", got, want)
	}
	if source.Name() != path {
		t.Errorf("the source is called %q", source.Name())
	}
}
