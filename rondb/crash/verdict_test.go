package crash_test

import (
	"strings"
	"testing"

	"rondb-tui/rondb/crash"
)

func TestAdviceOfCodes(t *testing.T) {
	for number, want := range map[int]crash.Advice{
		2305: crash.AdviceRetry, 2315: crash.AdviceRetry, 6000: crash.AdviceRetry, 6050: crash.AdviceRetry, 2353: crash.AdviceRetry,
		2341: crash.AdviceRetry, 2310: crash.AdviceRetryInitial, 2352: crash.AdviceRetryInitial, 2815: crash.AdviceRetryInitial,
		6300: crash.AdviceRetryInitial, 2302: crash.AdviceNever, 2327: crash.AdviceNever, 2350: crash.AdviceNever,
		2354: crash.AdviceNever, 2810: crash.AdviceNever, 2811: crash.AdviceNever, 6800: crash.AdviceNever,
	} {
		code, known := crash.Lookup(number)
		if !known || code.Advice() != want || code.Meaning == "" {
			t.Errorf("%d: %s, %v; want %s", number, code.Advice(), known, want)
		}
	}
	if code, known := crash.Lookup(9999); known || code.Advice() != crash.AdviceRetry || code.Number != 9999 {
		t.Errorf("an unknown code: %+v", code)
	}
}

// TestTheStatusLineDecides: the node knows its own version's codes.
func TestTheStatusLineDecides(t *testing.T) {
	const (
		temporary = "Temporary error, restart node"
		permanent = "Permanent error, external action needed"
		files     = "Ndbd file system error, restart node initial"
	)
	for _, test := range []struct {
		record crash.Record
		advice crash.Advice
		class  crash.Class
		words  string
	}{
		{crash.Record{Code: 2305, Status: temporary}, crash.AdviceRetry, crash.ClassTemporary, "arbitration"},
		{crash.Record{Code: 2327, Status: permanent}, crash.AdviceNever, crash.ClassConfiguration, "memory"},
		{crash.Record{Code: 2810, Status: permanent}, crash.AdviceNever, crash.ClassExternal, "full"},
		{crash.Record{Code: 2352, Status: files}, crash.AdviceRetryInitial, crash.ClassFileSystem, "checkpoint"},
		{crash.Record{Code: 2812, Status: temporary}, crash.AdviceRetry, crash.ClassTemporary, "file"},
		{crash.Record{Code: 2300, Status: permanent}, crash.AdviceNever, crash.ClassExternal, "generic"},
		{crash.Record{Code: 8888, Status: files, Message: "Something new"}, crash.AdviceRetryInitial, crash.ClassFileSystem, "Something new (error 8888)"},
		{crash.Record{Code: 6102, Status: temporary, Message: "Please retry with --initial"}, crash.AdviceRetryInitial, crash.ClassFileSystem, "initial"},
		{crash.Record{Code: 2810, Status: "Unknown"}, crash.AdviceNever, crash.ClassExternal, "full"},
		{crash.Record{}, crash.AdviceRetry, crash.ClassUnknown, "does not say"},
	} {
		got := test.record.Verdict()
		if got.Advice != test.advice || got.Class != test.class || !strings.Contains(got.String(), test.words) {
			t.Errorf("%d %q: %s, %s: %s", test.record.Code, test.record.Status, got.Advice, got.Class, got)
		}
	}
}

func TestExplain(t *testing.T) {
	lost := &crash.Record{Code: 2305, Status: "Temporary error, restart node"}
	for _, test := range []struct {
		exit   crash.Exit
		record *crash.Record
		advice crash.Advice
		words  string
	}{
		{crash.Exit{Code: 0}, nil, crash.AdviceRetry, "without a record"},
		{crash.Exit{Code: 0}, lost, crash.AdviceRetry, "2305"}, // a crash ends with 0, too
		{crash.Exit{Code: 137, OOMKilled: true}, lost, crash.AdviceRetry, "out of memory"},
		{crash.Exit{Code: 137}, nil, crash.AdviceRetry, "SIGKILL"},
		{crash.Exit{Code: 139}, nil, crash.AdviceRetry, "SIGSEGV"},
		{crash.Exit{Code: 1}, nil, crash.AdviceRetry, "allocated"},
		{crash.Exit{Code: 4}, nil, crash.AdviceRetryInitial, "--initial"},
		{crash.Exit{Code: 127}, nil, crash.AdviceNever, "image"},
		{crash.Exit{Code: 77}, nil, crash.AdviceRetry, "77"},
	} {
		got := crash.Explain(test.exit, test.record)
		if got.Advice != test.advice || !strings.Contains(got.String(), test.words) {
			t.Errorf("%+v: %s", test.exit, got)
		}
	}
}

func TestConsequences(t *testing.T) {
	for number, want := range map[int]bool{2303: true, 2305: true, 2315: true, 2308: true, 6000: false, 2341: false} {
		if code, _ := crash.Lookup(number); code.Consequence() != want {
			t.Errorf("%d", number)
		}
	}
}
