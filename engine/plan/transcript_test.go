package plan

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"rondb-tui/engine"
	"rondb-tui/internal/enginegen"
)

// TestTranscripts runs the stories in testdata; -rewrite writes what is printed
// into them. The commands:
//
//	spec           lines key=value change the desired state
//	observed       lines "id status flag..." change the world; the argument settled
//	               begins with the world in which the desired state is reached,
//	               nothing with an empty one; "cluster flag..." says all of the
//	               cluster's flags, which follow from the nodes otherwise
//	restart        nodes=(ids): asks for restarts
//	plan           prints the plan
//	report         prints what each pass did and waits for
//	lint           prints what is wrong with the plan
//	apply-perfect  runs the plan and prints the nodes that have changed
//	stabilize      plans and applies until nothing is left to do, printing each plan
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		s := &story{in: Input{Spec: engine.DefaultSpec(), Now: enginegen.Now}}
		s.in.Observed.At = enginegen.Now
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			out, err := s.command(d)
			if err != nil {
				d.Fatalf(t, "%v", err)
			}
			return out
		})
	})
}

// story is the state of one transcript.
type story struct{ in Input }

func (s *story) command(d *datadriven.TestData) (string, error) {
	switch d.Cmd {
	case "spec":
		err := s.setSpec(d.Input)
		return specLine(s.in.Spec) + "\n", err
	case "observed":
		if err := s.setWorld(d); err != nil {
			return "", err
		}
		return table(&s.in.Observed), nil
	case "restart":
		return "", s.askRestarts(d)
	case "plan":
		p, _ := Make(s.in)
		return p.String(), nil
	case "report":
		_, report := Make(s.in)
		return reportText(report), nil
	case "lint":
		p, _ := Make(s.in)
		if problems := Lint(p, s.in); len(problems) > 0 {
			return problems.Error() + "\n", nil
		}
		return "nothing wrong\n", nil
	case "apply-perfect":
		return s.apply()
	case "stabilize":
		return s.stabilize()
	default:
		return "", fmt.Errorf("unknown command %q", d.Cmd)
	}
}

// setSpec changes counts of the desired state.
func (s *story) setSpec(input string) error {
	counts := map[string]*int{
		"groups": &s.in.Spec.NumNodeGroups, "replicas": &s.in.Spec.ActiveReplicationFactor,
		"max-replicas": &s.in.Spec.MaxReplicationFactor, "mgmds": &s.in.Spec.NumManagedMgmdVms,
		"mysqlds": &s.in.Spec.NumManagedMysqldVms, "apis": &s.in.Spec.NumManagedApiVms,
	}
	for line := range strings.Lines(input) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if key == "running" {
			s.in.Spec.RonDBRunning = value == "true"
			continue
		}
		count, known := counts[key]
		n, err := strconv.Atoi(value)
		if !known || err != nil {
			return fmt.Errorf("bad line %q", line)
		}
		*count = n
	}
	return nil
}

func (s *story) setWorld(d *datadriven.TestData) error {
	s.in.Observed = enginegen.Clone(s.in.Observed)
	switch {
	case d.HasArg("settled"):
		s.in.Observed = enginegen.Settled(s.in.Spec)
	case d.HasArg("nothing"):
		s.in.Observed = engine.Observed{At: enginegen.Now}
	}
	said := false
	for line := range strings.Lines(d.Input) {
		fields := strings.Fields(line)
		if fields[0] == "cluster" {
			said = true
			if err := setFlags(clusterFlags(&s.in.Observed), fields[1:]); err != nil {
				return err
			}
			continue
		}
		if err := setNode(&s.in.Observed, fields); err != nil {
			return err
		}
	}
	if !said && s.in.Observed.Config != nil {
		enginegen.Agree(&s.in.Observed)
	}
	return nil
}

// setNode changes the node of a line; flags it does not name are off.
func setNode(o *engine.Observed, fields []string) error {
	id, err := strconv.Atoi(fields[0])
	n, found := o.Node(engine.NodeID(id))
	if err != nil || !found || len(fields) < 2 {
		return fmt.Errorf("no node %q", fields)
	}
	if err := n.Status.UnmarshalText([]byte(fields[1])); err != nil {
		return err
	}
	var flags []string
	for _, field := range fields[2:] {
		key, value, isValue := strings.Cut(field, "=")
		switch {
		case key == "lease":
			n.Lease = &engine.Lease{Fault: value, Until: enginegen.Now.Add(5 * time.Second)}
		case key == "err":
			n.Err = strings.ReplaceAll(value, "_", " ")
		case isValue:
			return fmt.Errorf("bad field %q", field)
		default:
			flags = append(flags, field)
		}
	}
	return setFlags(nodeFlags(n), flags)
}

func setFlags(words []word, on []string) error {
	for _, w := range words {
		*w.value = false
	}
	for _, name := range on {
		known := false
		for _, w := range words {
			if w.name == name {
				*w.value, known = true, true
			}
		}
		if !known {
			return fmt.Errorf("unknown flag %q", name)
		}
	}
	return nil
}

func (s *story) askRestarts(d *datadriven.TestData) error {
	s.in.Restarts = make(map[engine.NodeID]uint64)
	for _, arg := range d.CmdArgs {
		for _, text := range arg.Vals {
			id, err := strconv.Atoi(text)
			n, found := s.in.Observed.Node(engine.NodeID(id))
			if err != nil || !found {
				return fmt.Errorf("no node %q", text)
			}
			s.in.Restarts[n.ID] = n.Incarnation
		}
	}
	return nil
}

func (s *story) apply() (string, error) {
	p, _ := Make(s.in)
	before := enginegen.Clone(s.in.Observed)
	first := func(int) int { return 0 }
	if err := runUnder(&s.in, p, first, allRules); err != nil {
		return "", err
	}
	var changed strings.Builder
	old := make(map[string]bool)
	for line := range strings.Lines(table(&before)) {
		old[line] = true
	}
	for line := range strings.Lines(table(&s.in.Observed)) {
		if !old[line] {
			changed.WriteString(line)
		}
	}
	if changed.Len() == 0 {
		return "nothing has changed\n", nil
	}
	return changed.String(), nil
}

func (s *story) stabilize() (string, error) {
	var out strings.Builder
	for range maxRounds + 1 {
		p, report := Make(s.in)
		if p.Empty() {
			for _, why := range report.Waiting() {
				out.WriteString("waiting: " + why + "\n")
			}
			if Satisfied(s.in) {
				out.WriteString("the desired state is reached\n")
			}
			return out.String(), nil
		}
		out.WriteString(p.String())
		if _, err := s.apply(); err != nil {
			return "", err
		}
	}
	return out.String() + "not reached\n", nil
}

func reportText(report engine.Report) string {
	var out strings.Builder
	for _, pass := range report.Passes {
		if len(pass.Did)+len(pass.Waiting) == 0 {
			continue
		}
		out.WriteString(pass.Pass + "\n")
		for _, sentence := range pass.Did {
			out.WriteString("  " + sentence + "\n")
		}
		for _, sentence := range pass.Waiting {
			out.WriteString("  waiting: " + sentence + "\n")
		}
	}
	if out.Len() == 0 {
		return "nothing to say\n"
	}
	return out.String()
}
