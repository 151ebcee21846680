//go:build linux || darwin

package host

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/host/owner"
	"rondb-tui/host/paths"
)

// placeFor gives a cluster's place whose socket has a short path.
func placeFor(t *testing.T) paths.Cluster {
	t.Helper()
	dir, err := os.MkdirTemp("", "rt") //nolint:usetesting // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	place, err := paths.Roots{State: filepath.Join(dir, "s"), Runtime: filepath.Join(dir, "r")}.Cluster("demo")
	if err == nil {
		err = place.Make()
	}
	if err != nil {
		t.Fatal(err)
	}
	return place
}

func openProcess(place paths.Cluster) (*Process, error) {
	launch := Launch{Cluster: "demo", Driver: DriverSim, Seed: 1, Speed: 50, Workload: "none"}
	return Open(place, launch, "test", slog.New(slog.DiscardHandler))
}

// An engine that cannot begin leaves its cluster as it found it.
func TestOpenThatFailsLetsGo(t *testing.T) {
	cases := map[string]struct {
		path func(paths.Cluster) string
		text string
		kind engine.ErrorKind
	}{
		"not a journal":   {func(p paths.Cluster) string { return p.Journal }, "hello\n", engine.KindInvalid},
		"a newer journal": {func(p paths.Cluster) string { return p.Journal }, `{"Journal":"rondb-tui","Version":99}` + "\n", engine.KindUnsupported},
		"no socket":       {func(p paths.Cluster) string { return p.Socket }, "mine", engine.KindInvalid},
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			place := placeFor(t)
			path := one.path(place)
			write(t, path, one.text)
			_, err := openProcess(place)
			if engine.KindOf(err) != one.kind {
				t.Errorf("got %v", err)
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != one.text {
				t.Errorf("%s is now %q, %v", path, text, err)
			}
			wantLetGo(t, place, path)
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			opened, err := openProcess(place) // nothing else is in the way
			if err != nil {
				t.Fatal(err)
			}
			if err := opened.Close(); err != nil {
				t.Error(err)
			}
			wantLetGo(t, place, path)
		})
	}
}

// wantLetGo checks that the lock is free and the socket gone, unless it is what
// was in the way.
func wantLetGo(t *testing.T, place paths.Cluster, inTheWay string) {
	t.Helper()
	if o, held, err := owner.Look(place.Lock); held || err != nil || o.PID != 0 {
		t.Errorf("the lock: held %v by %+v, %v", held, o, err)
	}
	if _, err := os.Lstat(place.Socket); !errors.Is(err, fs.ErrNotExist) && inTheWay != place.Socket {
		t.Errorf("the socket: %v", err)
	}
}

// The launch is recorded last: the socket is there already, and must go again.
func TestOpenThatCannotRecordItsLaunchLetsGo(t *testing.T) {
	place := placeFor(t)
	if err := os.Mkdir(place.Launch, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := openProcess(place); engine.KindOf(err) != engine.KindTerminal || !strings.Contains(err.Error(), "record the launch") {
		t.Errorf("got %v", err)
	}
	wantLetGo(t, place, "")
}

func TestOpenLeavesALivingSocketAlone(t *testing.T) {
	place := placeFor(t)
	listener, err := net.Listen("unix", place.Socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	if _, err := openProcess(place); engine.KindOf(err) != engine.KindConflict {
		t.Errorf("got %v", err)
	}
	conn, err := net.Dial("unix", place.Socket)
	if err != nil {
		t.Fatalf("it was taken away: %v", err)
	}
	_ = conn.Close() // it was only a knock
	wantLetGo(t, place, place.Socket)
}

func TestASecondOpenIsRefused(t *testing.T) {
	place := placeFor(t)
	first, err := openProcess(place)
	if err != nil {
		t.Fatal(err)
	}
	var refusal *owner.HeldError
	if _, err := openProcess(place); !errors.As(err, &refusal) || refusal.Owner.PID != os.Getpid() {
		t.Errorf("got %v", err)
	}
	if _, held, err := owner.Look(place.Lock); !held || err != nil || paths.DeadSocket(place.Socket) {
		t.Errorf("the first does not go on: held %v, %v", held, err)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
}

// The events of an earlier engine are given by the next, which numbers on, and
// does without them if they cannot be read.
func TestEventsOutliveTheEngine(t *testing.T) {
	place := placeFor(t)
	long := strings.Repeat("x", 2*maxEventLine)
	write(t, place.Events, `{"Seq":3,"Text":"a"}`+"\n"+long+"\n"+`{"Seq":4,"Text":"b"}`+"\n"+`{"Seq":5,"Text":"c"}`+"\n")
	next := runOnce(t, place, 3, []uint64{4, 5, 6})
	runOnce(t, place, 4, []uint64{5, 6, 7})
	if err := errors.Join(os.Remove(place.Events), os.Mkdir(place.Events, 0o700)); err != nil {
		t.Fatal(err)
	}
	runOnce(t, place, 0, []uint64{next}) // some number above
}

// runOnce runs an engine until a reader has the events that are wanted first, and
// gives the number after its last. A number that is wanted may also be higher if
// the reader begins with the oldest.
func runOnce(t *testing.T, place paths.Cluster, after uint64, want []uint64) uint64 {
	t.Helper()
	process, err := openProcess(place)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- process.Run(ctx, "test") }()
	var got []uint64
	enough := errors.New("enough")
	client, err := control.Dial(ctx, place.Socket)
	if err != nil {
		t.Fatal(err)
	}
	err = client.Events(ctx, after, true, func(events []engine.Event, missed uint64) error {
		if missed > 0 {
			t.Errorf("%d are gone", missed)
		}
		if got = append(got, seqsOf(events)...); len(got) >= len(want) {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Errorf("after %v: %v", got, err)
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] && (after > 0 || got[i] < want[i]) {
			t.Errorf("event %d comes, want %d", got[i], want[i])
		}
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	events := process.Latest().Cluster.Events
	return events[len(events)-1].Seq + 1
}
