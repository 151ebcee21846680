//go:build linux || darwin

package launch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rondb-tui/engine"
	"rondb-tui/host/owner"
)

func TestAChildGetsWhatItIsHanded(t *testing.T) {
	dir, log := t.TempDir(), logPath(t)
	c := commandFor("ready", log) // that it answers shows that the environment passes
	c.Name, c.Args, c.Dir = "rondb-tui", []string{"engine", "demo"}, dir
	c.Input = bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // more than a pipe holds
	reply, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var got portrait
	if err := json.Unmarshal(reply.Ready, &got); err != nil {
		t.Fatal(err)
	}
	if got.Input != string(c.Input) {
		t.Errorf("input of %d bytes, want %d", len(got.Input), len(c.Input))
	}
	got.Input = ""
	if want := (portrait{Session: reply.PID, Dir: dir, Args: []string{"rondb-tui", "engine", "demo"}}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	awaitReaped(t, reply.PID)
}

func TestAChildThatRefuses(t *testing.T) {
	_, err := Start(t.Context(), commandFor("refuse", logPath(t)))
	want := refusal()
	if err == nil || err.Error() != want.Error() {
		t.Fatalf("got %v, want %v", err, want)
	}
	var e, wanted *engine.Error
	if !errors.As(err, &e) || !errors.As(want, &wanted) || e.Kind != wanted.Kind || e.Op != wanted.Op || e.Node != wanted.Node {
		t.Errorf("got %+v", e)
	}
	var held, wantedHeld *owner.HeldError
	if !errors.As(err, &held) || !errors.As(want, &wantedHeld) || held.Owner != wantedHeld.Owner {
		t.Errorf("owner %+v", held)
	}
	var problems, wantedProblems engine.Problems
	if !errors.As(err, &problems) || !errors.As(want, &wantedProblems) || !reflect.DeepEqual(problems, wantedProblems) {
		t.Errorf("problems %+v", problems)
	}
}

func TestAChildThatDies(t *testing.T) {
	log := logPath(t)
	if err := os.WriteFile(log, []byte("of an earlier life\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), commandFor("die", log))
	wantKind(t, err, engine.KindTerminal)
	for _, part := range []string{"exit status 1", "\ntest child: the disk fell off"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in: %v", part, err)
		}
	}
	if strings.Contains(err.Error(), "earlier life") {
		t.Errorf("it shows what another process logged: %v", err)
	}
	pid := regexp.MustCompile(`pid (\d+)`).FindStringSubmatch(err.Error())
	if pid == nil {
		t.Fatalf("its output is not in: %v", err)
	}
	if n, err := strconv.Atoi(pid[1]); err != nil || !errors.Is(unix.Kill(n, 0), unix.ESRCH) {
		t.Errorf("process %s is still there, %v", pid[1], err)
	}
}

func TestAChildThatMakesNoSense(t *testing.T) {
	_, err := Start(t.Context(), commandFor("babble", logPath(t)))
	wantKind(t, err, engine.KindTerminal)
	if !strings.Contains(err.Error(), "makes no sense") {
		t.Error(err)
	}
}

func TestAChildThatHangsUpIsEnded(t *testing.T) {
	accept := listen(t)
	_, err := Start(t.Context(), commandFor("mute", logPath(t)))
	wantKind(t, err, engine.KindTerminal)
	accept().mustBeGone(t)
}

// What the child leaves behind has the pipe still, so it does not end.
func TestAChildThatDiesAndLeavesAnHeir(t *testing.T) {
	accept := listen(t)
	_, err := Start(t.Context(), commandFor("heir", logPath(t)))
	wantKind(t, err, engine.KindTerminal)
	accept().mustAnswer(t)
}

func TestAChildThatIsTooLateIsEnded(t *testing.T) {
	for _, role := range []string{"hang", "deaf"} {
		t.Run(role, func(t *testing.T) {
			accept := listen(t)
			ctx, cancel := context.WithCancelCause(t.Context())
			command, failed := commandFor(role, logPath(t)), make(chan error, 1)
			go func() {
				_, err := Start(ctx, command)
				failed <- err
			}()
			child := accept()
			late := errors.New("too late")
			cancel(late)
			err := <-failed
			wantKind(t, err, engine.KindTransient)
			if !errors.Is(err, late) {
				t.Error(err)
			}
			child.mustBeGone(t)
		})
	}
}

func TestAProgramThatIsNotThere(t *testing.T) {
	_, err := Start(t.Context(), Command{Path: "/no/such/program", Log: logPath(t)})
	wantKind(t, err, engine.KindTerminal)
	_, err = Start(t.Context(), commandFor("ready", "/no/such/log"))
	wantKind(t, err, engine.KindTerminal)
}

// A descriptor that this process inherited (here: made inheritable) would be kept
// open by a child that stays; whoever reads its other end would wait for it.
func TestAChildKeepsNoFileOpen(t *testing.T) {
	accept := listen(t)
	var ends [2]int
	if err := unix.Pipe(ends[:]); err != nil {
		t.Fatal(err)
	}
	reading, writing := os.NewFile(uintptr(ends[0]), "reading"), os.NewFile(uintptr(ends[1]), "writing")
	defer func() { _ = reading.Close() }()
	if _, err := Start(t.Context(), commandFor("stay", logPath(t))); err != nil {
		t.Fatal(err)
	}
	child := accept()
	if err := writing.Close(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(reading)
		ended <- err
	}()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the child has the pipe")
	}
	child.mustAnswer(t)
}

func TestTheLogIsCutAndPrivate(t *testing.T) {
	log := logPath(t)
	var text bytes.Buffer
	for n := 0; text.Len() <= 3*maxLog; n++ {
		_, _ = fmt.Fprintf(&text, "line %d\n", n)
	}
	if err := os.WriteFile(log, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), commandFor("die", log)); err == nil {
		t.Fatal("no error")
	}
	got, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	kept, added, _ := bytes.Cut(got, []byte("pid "))
	if len(kept) > maxLog || len(kept) < maxLog-100 || !bytes.HasPrefix(kept, []byte("line ")) || !bytes.HasSuffix(text.Bytes(), kept) {
		t.Errorf("%d bytes are kept, from %.20q to %.20q", len(kept), kept, kept[max(0, len(kept)-20):])
	}
	if !bytes.Contains(added, []byte("the disk fell off")) {
		t.Errorf("added: %q", added)
	}
	if info, err := os.Stat(log); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
