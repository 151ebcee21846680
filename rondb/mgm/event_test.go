package mgm_test

import (
	"bytes"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rondb-tui/rondb/mgm"
)

const stream = "testdata/events_kill_restart_backup.stream"

// recording is the recorded subscription: what came, and what was done meanwhile.
type recording struct {
	events []mgm.Event
	marks  map[string]int // what was done → the events that came before it
	wire   []byte         // the events as they came
	pings  int
}

func readRecording(t testing.TB) recording {
	t.Helper()
	text, err := os.ReadFile(stream)
	if err != nil {
		t.Fatal(err)
	}
	r := recording{marks: map[string]int{}}
	var lines [][]byte
	for line := range bytes.Lines(text) {
		switch {
		case bytes.HasPrefix(line, []byte("# MARK")):
			_, what, _ := strings.Cut(string(line), ": ")
			r.marks[strings.TrimSpace(what)] = bytes.Count(bytes.Join(lines, nil), []byte("log event reply\n"))
		case bytes.HasPrefix(line, []byte("# ")), bytes.HasPrefix(line, []byte("listen event")), bytes.HasPrefix(line, []byte("result:")):
		case string(line) == "<PING>\n":
			r.pings++
		default:
			lines = append(lines, line)
		}
	}
	r.wire = bytes.TrimLeft(bytes.Join(lines, nil), "\n")
	reader := mgm.NewReader(r.wire)
	for range bytes.Count(r.wire, []byte("log event reply\n")) {
		e, err := reader.Event()
		if err != nil {
			t.Fatalf("event %d: %v", len(r.events), err)
		}
		r.events = append(r.events, e)
	}
	return r
}

func TestRecordedStreamIsDecodedAndWrittenBackByteForByte(t *testing.T) {
	r := readRecording(t)
	if len(r.events) != 387 || r.pings != 273 || len(r.marks) != 10 {
		t.Errorf("%d events, %d pings, %d marks", len(r.events), r.pings, len(r.marks))
	}
	var wire []byte
	for i, e := range r.events {
		if _, unknown := e.Body.(*mgm.Raw); unknown {
			t.Errorf("event %d (%v) is not decoded: %+v", i, e.Type, e.Body)
		}
		wire = mgm.AppendEvent(wire, e)
	}
	if !bytes.Equal(wire, r.wire) {
		t.Errorf("written back, %d bytes are not the %d that came", len(wire), len(r.wire))
	}
}

func TestEventsSayWhatTheyMean(t *testing.T) {
	r := readRecording(t)
	first := func(kind mgm.EventType) mgm.Event {
		i := slices.IndexFunc(r.events, func(e mgm.Event) bool { return e.Type == kind })
		if i < 0 {
			t.Fatalf("no %v", kind)
		}
		return r.events[i]
	}
	for _, want := range []mgm.Event{
		{Type: mgm.EventBackupStarted, Source: 1, Body: &mgm.BackupStarted{By: 65, ID: 7}},
		{Type: mgm.EventBackupCompleted, Source: 1, Body: &mgm.BackupCompleted{By: 65, ID: 7, StartGCI: 89, StopGCI: 92, Bytes: 51344, Records: 2059}},
		{Type: mgm.EventDisconnected, Source: 1, Body: &mgm.Connection{Node: 2}},
		{Type: mgm.EventNodeFailed, Source: 1, Body: &mgm.NodeFailed{Node: 2}},
		{Type: mgm.EventRingJoined, Source: 2, Body: &mgm.RingJoined{Own: 2, President: 1, DynamicID: 3}},
		{Type: mgm.EventStopCompleted, Source: 1, Body: &mgm.StopCompleted{Action: 3}},
		{Type: mgm.EventLCPTakeoverCompleted, Source: 2, Body: &mgm.Takeover{State: 4}},
		{Type: mgm.EventAPIVersion, Source: 1, Body: &mgm.APIVersion{Node: 2, Version: ndb721}},
	} {
		if got := first(want.Type); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v %+v, want %+v", got, got.Body, want.Body)
		}
	}
	if got, ok := first(mgm.EventArbitrationResult).Body.(*mgm.Arbitration); !ok || got.What() != mgm.ArbitrationRequired || got.Arbiter != 65 {
		t.Errorf("arbitration %+v", got)
	}
	report, ok := mgm.StartReportOf(first(mgm.EventStartReport))
	want := mgm.StartReport{Kind: 3, Seconds: 30, All: []mgm.NodeID{1, 2}, Connected: []mgm.NodeID{2}, Waiting: []mgm.NodeID{1}}
	if !ok || !reflect.DeepEqual(report, want) {
		t.Errorf("start report %+v, want %+v", report, want)
	}
	text := first(mgm.EventInfo).Body.(*mgm.Message).Text()
	if !strings.HasPrefix(text, "DICT") && !strings.HasPrefix(text, "TRACE") && len(text) < 10 || strings.ContainsRune(text, 0) {
		t.Errorf("the text is %q", text)
	}
}

func TestMessagesRoundTrip(t *testing.T) {
	for _, text := range []string{"", "a", "abc", "abcd", "Could not find an arbitrator, cluster is not partition-safe"} {
		if got := mgm.NewMessage(text).Text(); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
}

// TestEveryTypeRoundTrips fills every field of every body with a number of its own.
func TestEveryTypeRoundTrips(t *testing.T) {
	types := mgm.EventTypes()
	if len(types) < 69 {
		t.Errorf("only %d types are known", len(types))
	}
	for _, kind := range types {
		body := mgm.NewBody(kind)
		if body == nil {
			t.Errorf("%v has no body", kind)
			continue
		}
		next := uint64(0xf0000001) // the sign of 32 bits is set
		fill(reflect.ValueOf(body).Elem(), &next)
		want := mgm.Event{Type: kind, Source: 3, Body: body}
		wire := mgm.AppendEvent(nil, want)
		got, err := mgm.NewReader(wire).Event()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v: got %+v %+v, %v\nfrom %s", kind, got, got.Body, err, wire)
		}
	}
}

func fill(v reflect.Value, next *uint64) {
	*next++
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), next)
		}
	case reflect.Slice:
		v.Set(reflect.ValueOf([]uint32{1, 1 << 31, 1<<32 - 1}))
	case reflect.Uint64:
		v.SetUint(*next<<32 | *next)
	case reflect.Uint32:
		v.SetUint(*next)
	case reflect.Int32:
		v.SetInt(-int64(*next & 0xffff))
	default: // a node
		v.SetInt(int64(*next & 0xff))
	}
}

func TestStrangeEventsAreKeptRaw(t *testing.T) {
	for text, kind := range map[string]mgm.EventType{
		"type=9999\ntime=0\nsource_nodeid=1\nwhat=ever\nsign=-1\n":     9999,
		"type=13\ntime=0\nsource_nodeid=1\nphase=many\nstarttype=2\n":  mgm.EventStartPhaseCompleted,
		"type=13\ntime=0\nsource_nodeid=1\nphase=3\n":                  mgm.EventStartPhaseCompleted,
		"type=0\ntime=0\nsource_nodeid=1\ndata=1 2 3\n":                mgm.EventConnected,
		"type=60\ntime=0\nsource_nodeid=1\nreport_type=1\n":            mgm.EventStartReport,
		"type=0\ntime=0\nsource_nodeid=1\nnode=99999999999999999999\n": mgm.EventConnected,
	} {
		wire := "log event reply\n" + text + "\n"
		e, err := mgm.NewReader([]byte(wire)).Event()
		if _, raw := e.Body.(*mgm.Raw); err != nil || !raw || e.Type != kind {
			t.Errorf("%q: got %+v, %v", text, e, err)
			continue
		}
		if back := mgm.AppendEvent(nil, e); string(back) != wire {
			t.Errorf("%q came back as %q", wire, back)
		}
	}
	for _, text := range []string{
		"", "type=1\n", "type=-1\ntime=0\nsource_nodeid=1\n", "type=1\ntime=0\nsource_nodeid=9999\n",
		"type=1\ntime=0\nsource_nodeid=1\nno value\n", "type=" + strconv.Itoa(1<<20) + "\ntime=0\nsource_nodeid=1\n",
	} {
		_, err := mgm.NewReader([]byte("log event reply\n" + text + "\n")).Event()
		if kind, _ := mgm.KindOf(err); kind != mgm.KindProtocol {
			t.Errorf("%q: got %v, want a protocol error", text, err)
		}
	}
}
