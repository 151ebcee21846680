package crash_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rondb-tui/rondb/crash"
)

// ring writes an error log as a data node does: records of one length, in slots
// that are used again, and the place of the next one in the first line.
func ring(slots, length, written int) []byte {
	begin := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	file := make([]string, min(slots, written))
	for i := range written {
		text := fmt.Sprintf("Time: %s\nStatus: Temporary error, restart node\nMessage: Assertion (Internal error)\nError: %d\n***EOM***\n",
			begin.Add(time.Duration(i)*time.Hour).Format("Monday 2 January 2006 - 15:04:05"), 2300+i)
		file[i%slots] = text + strings.Repeat(" ", length-1-len(text)) + "\n"
	}
	next := 69 + written%slots*length
	header := fmt.Sprintf("Current byte-offset of file-pointer is: %d", next)
	return []byte(header + strings.Repeat(" ", 66-len(header)) + "\n\n\n" + strings.Join(file, ""))
}

func TestTheNewestRecordIsBeforeThePointer(t *testing.T) {
	for _, length := range []int{499, 998} {
		for written := 1; written <= 12; written++ {
			log := crash.ParseErrorLog(ring(5, length, written))
			newest, found := log.Newest()
			if !found || newest.Code != 2300+written-1 || len(log.Records) != min(5, written) || !newest.Whole {
				t.Errorf("records of %d, %d written: newest is %d of %d", length, written, newest.Code, len(log.Records))
			}
			if !slices.IsSortedFunc(log.Records, func(a, b crash.Record) int { return a.Time.Compare(b.Time) }) {
				t.Errorf("records of %d, %d written: not in order", length, written)
			}
		}
	}
}

// TestAShorterRingLeavesStaleRecords: MaxNoOfSavedMessages was lowered, the ring
// has just come round, and behind it is what the longer one held.
func TestAShorterRingLeavesStaleRecords(t *testing.T) {
	stale := strings.ReplaceAll(string(ring(2, 499, 2)[69:]), "2026", "2020")
	log := crash.ParseErrorLog([]byte(string(ring(5, 499, 5)) + stale))
	if newest, _ := log.Newest(); log.Pointer != 69 || newest.Code != 2304 || len(log.Records) != 7 {
		t.Errorf("pointer %d, newest is %d of %d", log.Pointer, newest.Code, len(log.Records))
	}
}

func TestWithoutAPointerTimesDecide(t *testing.T) {
	text := string(ring(5, 499, 7))
	for _, first := range []string{"", "Current byte-offset of file-pointer is: x\n", "Current byte-offset of file-pointer is: -5\n"} {
		_, rest, _ := strings.Cut(text, "\n")
		log := crash.ParseErrorLog([]byte(first + rest))
		if newest, _ := log.Newest(); newest.Code != 2306 || log.Pointer != 0 {
			t.Errorf("%q: newest is %d, pointer %d", first, newest.Code, log.Pointer)
		}
	}
}

// TestRecordsOfOtherVersions has the forms that newer and much older programs
// write, in words of the same kind.
func TestRecordsOfOtherVersions(t *testing.T) {
	newer := `Time: Friday 18 July 2025 - 18:54:37
Status: Temporary error, restart node
Message: Internal program error (failed ndbrequire) (Internal error, programming error or missing error message, please report a bug)
Error: 2341
Error data: DblqhMain.cpp
Error object: DBLQH (Line: 1234) 0x00000002 Check x
  failed
Program: ndbmtd
Pid: 1234 thr: 2
Version: RonDB-24.10.17
Trace file name: ndb_3_trace.log.7_t2
Trace file path: /a/log/ndb_3_trace.log.7 [t1..t3]
***EOM***
`
	log := crash.ParseErrorLog([]byte(newer))
	r, _ := log.Newest()
	if r.Code != 2341 || r.Thread != 2 || r.PID != 1234 || r.Message != "Internal program error (failed ndbrequire)" ||
		r.Object != "DBLQH (Line: 1234) 0x00000002 Check x failed" ||
		!slices.Equal(r.Traces, []string{"ndb_3_trace.log.7", "ndb_3_trace.log.7_t1", "ndb_3_trace.log.7_t2", "ndb_3_trace.log.7_t3"}) {
		t.Errorf("newer: %+v", r)
	}
	older := "Date/Time: Friday 18 July 2008 - 18:54:37\nType of error: error\nMessage: Arbitrator\nFault ID: 2305\n" +
		"Problem data: Arbitrator decided\nObject of reference: QMGR\nProgramName: ndbd\nProcessID: 77\n" +
		"TraceFile: /a/ndb_2_trace.log.4\n***EOM***\n"
	log = crash.ParseErrorLog([]byte(older))
	r, _ = log.Newest()
	if r.Code != 2305 || r.PID != 77 || r.Data != "Arbitrator decided" || r.Time.Year() != 2008 || !slices.Equal(r.Traces, []string{"ndb_2_trace.log.4"}) {
		t.Errorf("older: %+v", r)
	}
}

// TestEveryPrefixOfAnErrorLogIsRead cuts a real one at each byte.
func TestEveryPrefixOfAnErrorLogIsRead(t *testing.T) {
	whole := fixture(t, "ndb_2_error.log")
	code := strings.Index(string(whole), "Error: 6000") + len("Error: 6000")
	for n := range whole {
		log := crash.ParseErrorLog(whole[:n])
		r, found := log.Newest()
		if found != (n >= 69+len("Time: ")) {
			t.Fatalf("%d bytes: a record was found: %v", n, found)
		}
		if n >= code && r.Code != 6000 {
			t.Fatalf("%d bytes: code %d", n, r.Code)
		}
	}
}

func TestErrorLogLimits(t *testing.T) {
	log := crash.ParseErrorLog([]byte(strings.Repeat("Time: x\n", 5000)))
	if len(log.Records) != 1000 || !log.Cut {
		t.Errorf("%d records, cut %v", len(log.Records), log.Cut)
	}
	log = crash.ParseErrorLog([]byte("Time: x\nMessage: " + strings.Repeat("a line\n", 1<<20)))
	if r, _ := log.Newest(); len(r.Message) > 2000 || !log.Cut {
		t.Errorf("a message of %d bytes, cut %v", len(r.Message), log.Cut)
	}
	log = crash.ParseErrorLog([]byte("Time: x\nTrace file path: /ndb_1_trace.log.1 [t1..t99999999]\n"))
	if r, _ := log.Newest(); len(r.Traces) > 512 {
		t.Errorf("%d trace files", len(r.Traces))
	}
	log = crash.ParseErrorLog([]byte("Time: x\nError: 99999999999999999999\nPid: 1 thr: 4294967296\n"))
	if r, _ := log.Newest(); r.Code != 0 || r.Thread != 0 {
		t.Errorf("numbers too large are %d and %d", r.Code, r.Thread)
	}
}
