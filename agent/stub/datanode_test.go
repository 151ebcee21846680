package stub

import (
	"testing"
	"time"

	"rondb-tui/rondb/crash"
)

func TestTheErrorLogIsReadable(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	log := crash.ParseErrorLog(errorLog(declaredDead(), "24.10.0", now))
	record, ok := log.Newest()
	if !ok || record.Code != errorDead || !record.Whole || !record.Time.Equal(now) || len(log.Records) != 1 {
		t.Errorf("read back: %+v", log)
	}
}

func TestCommandLinesAreChecked(t *testing.T) {
	if o, err := Parse([]string{"ndbmtd", "--node=3", "--dir=/x", "--connect=a:1186,b:2186", "--initial"}); err != nil || !o.Initial || o.Node != 3 {
		t.Errorf("got %+v, %v", o, err)
	} else if links, err := o.links(); err != nil || links[0] != "a:1187" || links[1] != "b:2187" {
		t.Errorf("links %v, %v", links, err)
	}
	for _, args := range [][]string{
		{}, {"ndbmtd", "--node=0", "--dir=/x", "--connect=a:1"}, {"ndbmtd", "--node=1", "--connect=a:1"},
		{"ndbmtd", "--node=1", "--dir=/x"}, {"ndbmtd", "--node=1", "--dir=/x", "--connect=a:1", "more"}, {"mysqld", "--unknown"},
	} {
		if _, err := Parse(args); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
}
