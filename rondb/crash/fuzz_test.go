package crash_test

import (
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"rondb-tui/rondb/crash"
)

func FuzzErrorLog(f *testing.F) {
	f.Add(fixture(f, "ndb_1_error_arbitration.log"))
	f.Add(fixture(f, "ndb_2_error.log"))
	f.Add(ring(5, 499, 7))
	f.Add(ring(3, 998, 3))
	f.Fuzz(func(t *testing.T, data []byte) {
		log := crash.ParseErrorLog(data)
		if len(log.Records) > 1000 {
			t.Fatalf("%d records", len(log.Records))
		}
		for _, r := range log.Records {
			if len(r.Message) > 2000 || len(r.Data) > 2000 || r.Code < 0 || r.Thread < -1 || r.Verdict().Cause == "" {
				t.Fatalf("%+v", r)
			}
		}
	})
}

func FuzzTrace(f *testing.F) {
	f.Add(fixture(f, "ndb_2_trace.log.1")[35000:])
	f.Add(append([]byte("JAM CONTENTS up->down\n"), fixture(f, "ndb_2_trace.log.1_t3")[14000:20000]...))
	f.Fuzz(func(t *testing.T, data []byte) {
		trace := crash.ParseTrace(data)
		if len(trace.Jams) > 20 || len(trace.Signals) > 10 {
			t.Fatalf("%d lines of the path, %d signals", len(trace.Jams), len(trace.Signals))
		}
		for _, s := range trace.Signals {
			if s.Name == "" || len(s.Name) > 500 || s.String() == "" {
				t.Fatalf("%+v", s)
			}
		}
	})
}

func FuzzClusterLog(f *testing.F) {
	f.Add(fixture(f, "docker_kill_pause_cluster.log")[:4000])
	f.Add([]byte("2026-11-20 11:21:41 [MgmtSrvr] ALERT    -- Node 2: Forced node shutdown completed. Occured during startphase 0.\n"))
	f.Add([]byte("2026-11-20 11:21:41 [MgmtSrvr] INFO     -- Node 1: Backup 7 started from node 65 completed. StartGCP: 89\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, _ := crash.ParseClusterLog(data)
		for _, l := range lines {
			if l.Time.IsZero() || len(l.Text) > 4000 || l.Node < 0 || l.Event.Phase < -1 {
				t.Fatalf("%+v", l)
			}
			if utf8.Valid(data) && !utf8.ValidString(l.Text) {
				t.Fatalf("a character was torn: %q", l.Text)
			}
		}
	})
}

func FuzzCollect(f *testing.F) {
	f.Add(fixture(f, "ndb_2_error.log"), fixture(f, "ndb_2_trace.log.1")[:2000])
	f.Fuzz(func(t *testing.T, log, trace []byte) {
		report, err := crash.Collect(fstest.MapFS{
			"ndb_2_error.log": {Data: log}, "ndb_2_trace.log.1": {Data: trace}, "ndb_2_out.log": {Data: trace},
		}, 2)
		if err != nil || len(report.Traces) > 1 || len(report.Out) > 100 {
			t.Fatalf("%+v, %v", report, err)
		}
	})
}
