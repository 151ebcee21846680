package mgm_test

import (
	"bytes"
	"reflect"
	"testing"

	"rondb-tui/rondb/mgm"
)

func seed(f *testing.F) {
	f.Helper()
	for _, reply := range replies(f) {
		f.Add(reply)
	}
}

// typed holds that whatever was wrong has a kind.
func typed(t *testing.T, err error) {
	t.Helper()
	if _, ok := mgm.KindOf(err); err != nil && !ok {
		t.Errorf("an error without a kind: %v", err)
	}
}

func FuzzStatus(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		nodes, err := mgm.NewReader(b).Status()
		typed(t, err)
		if err != nil {
			return
		}
		if len(nodes) > mgm.MaxNodes {
			t.Fatalf("%d nodes", len(nodes))
		}
		again, err := mgm.NewReader(mgm.AppendStatus([]byte("node status\n"), nodes)).Status()
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		for i := range again {
			again[i].SingleUser = nodes[i].SingleUser // a line that old servers do not have
		}
		if !reflect.DeepEqual(again, nodes) {
			t.Errorf("got %+v, then %+v", nodes, again)
		}
	})
}

func FuzzConfig(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		config, err := mgm.NewReader(b).Config()
		typed(t, err)
		if err != nil {
			return
		}
		for _, node := range config.Nodes() {
			if found, ok := config.Node(node.Node()); !ok || found.Node() != node.Node() || node.Type() == 0 {
				t.Errorf("node %d is not found", node.Node())
			}
		}
		again, err := mgm.NewReader(mgm.AppendConfig([]byte("show config reply\n"), config)).Config()
		if err != nil || !reflect.DeepEqual(again, config) {
			t.Errorf("got %+v, then %+v, %v", config, again, err)
		}
	})
}

func FuzzEvent(f *testing.F) {
	for block := range bytes.SplitAfterSeq(readRecording(f).wire, []byte("\n\n")) {
		f.Add(block)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := mgm.NewReader(b).Event()
		typed(t, err)
		if err != nil {
			return
		}
		mgm.NewStates().Fold(e)
		if report, ok := mgm.StartReportOf(e); ok && len(report.All) > 64*32 {
			t.Errorf("%d nodes", len(report.All))
		}
		again, err := mgm.NewReader(mgm.AppendEvent(nil, e)).Event()
		if err != nil || !reflect.DeepEqual(again, e) {
			t.Errorf("got %+v %+v, then %+v %+v, %v", e, e.Body, again, again.Body, err)
		}
	})
}

func FuzzVersion(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := mgm.NewReader(b).Version()
		if typed(t, err); err == nil && v.Flavour == 0 {
			t.Error("no flavour")
		}
	})
}

func FuzzSessions(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := mgm.NewReader(b).Sessions()
		if typed(t, err); len(all) > mgm.MaxSessions {
			t.Errorf("%d sessions", len(all))
		}
	})
}

func FuzzReply(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		typed(t, mgm.NewReader(b).Reply("stop reply"))
	})
}
