package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rondb-tui/engine"
)

// specFile writes a desired state.
func specFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "desired.jsonc")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPlan(t *testing.T) {
	f := withFake(t)
	expect(t, exitDone, "nothing to do\n", "", "plan", "--detailed-exitcode")
	more := specFile(t, `{"NumManagedMysqldVms": 3}`)
	expect(t, exitDone, "start MySQL server 69", "", "plan", "-f", more, "demo")
	expect(t, exitNotEmpty, "start MySQL server 69", "", "plan", "-f", more, "--detailed-exitcode")
	args := []string{"plan", "-f", "-", "--detailed-exitcode"}
	command(t, `{"NumManagedMysqldVms": 3}`, args...).check(t, args, exitNotEmpty, "start MySQL server 69", "")
	expect(t, exitDone, "", "notice: NumNodeGroups", "plan", "-f", specFile(t, `{"NumNodeGroups": 3}`))

	// A running plan is shown as it runs, with what is waited for.
	f.change(func(s *engine.Snapshot) {
		c := &s.Cluster
		preview, err := (&fakeEngine{snapshot: s}).previewLocked(engine.Request{Intent: engine.Scale{}})
		if err != nil || !preview.Plan.Empty() {
			t.Errorf("the settled cluster has a plan: %v %v", preview.Plan.String(), err)
		}
		wanted := c.Spec.Clone()
		wanted.NumManagedMysqldVms = 3
		preview, _ = (&fakeEngine{snapshot: s}).previewLocked(engine.Request{Intent: engine.SetSpec{Spec: wanted}})
		c.Run.Active, c.Run.Plan, c.Waiting = true, preview.Plan, []string{"data node 2 is \x1b[31mstarting"}
	})
	expect(t, exitNotEmpty, "start MySQL server 69", "waits: data node 2 is starting", "plan", "--detailed-exitcode")
	if asked := f.asked(); len(asked) > 0 {
		t.Errorf("a plan changed something: %v", asked)
	}
}

// TestIllegalStatesAreRefused: every problem with its place, by every command that
// reads a file and judges it.
func TestIllegalStatesAreRefused(t *testing.T) {
	f := withFake(t)
	file := specFile(t, "{\n  \"NumManagedMgmdVms\": 9,\n  \"NumTotalMysqldSlots\": 5\n}")
	for _, verb := range []string{"plan", "apply"} {
		o := expect(t, exitRefused, "", "desired.jsonc:2:24: NumManagedMgmdVms", verb, "-f", file)
		if !strings.Contains(o.stderr, "desired.jsonc:3:26: NumTotalMysqldSlots") || o.stdout != "" {
			t.Errorf("%s does not tell both problems, and nothing else:\n%s%s", verb, o.stderr, o.stdout)
		}
	}
	expect(t, exitRefused, "", "NumManagedMgmdVms is 12", "scale", "mgmds=12")
	expect(t, exitRefused, "", "there is no earlier desired state", "undo")
	expect(t, exitUsage, "", "desired.jsonc:1:2", "apply", "-f", specFile(t, `{"Bananas": 1}`))
	if asked := f.asked(); len(asked) > 0 {
		t.Errorf("something illegal was submitted: %v", asked)
	}
}

func TestDiff(t *testing.T) {
	f := withFake(t)
	same := specFile(t, `{"Id": 7}`)
	expect(t, exitDone, "no difference\n", "", "diff", "-f", same, "--detailed-exitcode")
	f.change(func(s *engine.Snapshot) {
		s.Cluster.Spec = s.Cluster.Spec.Clone()
		s.Cluster.Spec.Parameters = map[string]string{"NoOfReplicas": "2", "Old": "x"}
		s.Cluster.Spec.Region = "\x1b[2Jeast"
	})
	other := specFile(t, `{"ActiveReplicationFactor": 3, "RonDBRunning": false, "Parameters": {"NoOfReplicas": "3", "New": ""}}`)
	o := expect(t, exitNotEmpty, "", "", "diff", "-f", other, "demo", "--detailed-exitcode")
	want := `RonDBRunning: true → false
Parameters["New"]: (not set) → ""
Parameters["NoOfReplicas"]: "2" → "3"
Parameters["Old"]: "x" → (not set)
ActiveReplicationFactor: 2 → 3
Region: "\u001b[2Jeast" → (not set)
`
	if o.stdout != want {
		t.Errorf("got\n%swant\n%s", o.stdout, want)
	}
	expect(t, exitDone, "ActiveReplicationFactor: 2 → 3", "", "diff", "-f", other)
}

func TestApply(t *testing.T) {
	f := withFake(t)
	file := specFile(t, `{"NumManagedMysqldVms": 3}`)
	expect(t, exitDone, "start MySQL server 69", "", "apply", "-f", file, "--dry-run")
	if asked := f.asked(); len(asked) > 0 {
		t.Fatalf("a dry run submitted %v", asked)
	}
	o := expect(t, exitDone, "start MySQL server 69", "", "apply", "-f", file)
	if !strings.HasSuffix(o.stdout, "\nrevision 2\n") {
		t.Errorf("the new revision is not told:\n%s", o.stdout)
	}
	asked := f.asked()
	intent, ok := asked[0].Intent.(engine.SetSpec)
	if !ok || asked[0].Base != 1 || asked[0].Approved == "" || asked[0].By != actorCLI || intent.Source != file {
		t.Errorf("not bound to what was shown: %+v", asked[0])
	}
	expect(t, exitDone, "nothing to change at revision 2\n", "", "apply", "-f", file)
	if len(f.asked()) != 1 {
		t.Error("the same state was submitted again")
	}
}

// TestApplyWhenTheWorldMoves: one conflict is looked at again, a second gives up.
func TestApplyWhenTheWorldMoves(t *testing.T) {
	file := specFile(t, `{"NumManagedMysqldVms": 3}`)
	for conflicts, code := range map[int]int{1: exitDone, 2: exitRefused} {
		f := newFakeEngine()
		f.refuse = func(engine.Request) error {
			if len(f.requests) > conflicts {
				return nil
			}
			f.publish(func(s *engine.Snapshot) { s.Cluster.Revision++ })
			return engine.Errorf(engine.KindConflict, "take request", 0, "the desired state is another")
		}
		stop := serveFake(t, ownState(t), f)
		o := expect(t, code, "", "looking again", "apply", "-f", file)
		if got := strings.Count(o.stdout, "start MySQL server 69"); got != 2 {
			t.Errorf("%d conflicts: the plan was shown %d times, want 2", conflicts, got)
		}
		if asked := f.asked(); len(asked) != 2 || asked[1].Base != 2 {
			t.Errorf("%d conflicts: submitted %+v", conflicts, asked)
		}
		stop()
	}
}

func TestApplyWaits(t *testing.T) {
	f := withFake(t)
	file := specFile(t, `{"NumManagedMysqldVms": 3}`)
	expect(t, exitTimeout, "revision 2", "nothing moved for 50ms", "apply", "-f", file, "--wait", "--timeout", "50ms")
	f.change(func(s *engine.Snapshot) { s.Cluster.State = engine.AtDesiredState })
	expect(t, exitDone, "nothing to change at revision 2", "", "apply", "-f", file, "--wait", "--timeout", "5s")
}

func TestScaleAndUndo(t *testing.T) {
	f := withFake(t)
	expect(t, exitDone, "start MySQL server 69", "", "scale", "mysqlds=+1", "--dry-run")
	o := expect(t, exitDone, "", "", "scale", "demo", "replicas=3", "mysqlds=+1", "mgmds=-0")
	want := "ActiveReplicationFactor: 2 → 3\nNumManagedMysqldVms: 2 → 3\n"
	if !strings.HasPrefix(o.stdout, want) || !strings.Contains(o.stdout, " steps\nrevision 2\n") {
		t.Errorf("got\n%s", o.stdout)
	}
	if asked := f.asked(); len(asked) != 1 || asked[0].Base != 1 {
		t.Errorf("not one change on the base that was shown: %+v", asked)
	}
	expect(t, exitDone, "nothing to change at revision 2\n", "", "scale", "replicas=3")
	expect(t, exitDone, "NumManagedMysqldVms: 3 → 2\n", "", "undo", "--dry-run")
	expect(t, exitDone, "ActiveReplicationFactor: 3 → 2\n", "", "undo", "demo")
	asked := f.asked()
	if len(asked) != 2 || asked[1].Intent != engine.Intent(engine.Undo{}) || f.Latest().Cluster.Revision != 3 {
		t.Errorf("undo submitted %+v", asked)
	}
}

func TestParseScale(t *testing.T) {
	spec := engine.DefaultSpec()
	name, scalings, err := parseScale([]string{"demo", "groups=3", "apis=+2", "mgmds=-1"})
	if err != nil || name != "demo" {
		t.Fatal(name, err)
	}
	next := scaled(spec, scalings)
	if got := []int{next.NumNodeGroups, next.NumManagedApiVms, next.NumManagedMgmdVms}; !slices.Equal(got, []int{3, 2, 0}) {
		t.Errorf("groups, apis and mgmds are %v", got)
	}
	if spec.NumNodeGroups != engine.DefaultSpec().NumNodeGroups {
		t.Error("the present state was changed")
	}
}

// TestConfirm: only a yes is one, and an interrupt does not wait for an answer.
func TestConfirm(t *testing.T) {
	for answer, want := range map[string]int{"y\n": exitDone, "YES\n": exitDone, "n\n": exitRefused, "\n": exitRefused, "": exitRefused, "yep\n": exitRefused} {
		var stderr bytes.Buffer
		p := &program{stdin: strings.NewReader(answer), stderr: &stderr}
		if got := exitCode(p.confirm(t.Context(), "Sure?")); got != want || stderr.String() != "Sure? (y/N) " {
			t.Errorf("%q gives exit code %d, want %d; asked %q", answer, got, want, stderr.String())
		}
	}
	silent, typing, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	p := &program{stdin: silent, stderr: &bytes.Buffer{}}
	if err := p.confirm(ctx, "Sure?"); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted, it gives %v", err)
	}
	if err := errors.Join(typing.Close(), silent.Close()); err != nil {
		t.Error(err)
	}
}
