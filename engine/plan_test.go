package engine

import (
	"strings"
	"testing"
)

func TestPlanPrintsOneLineAStep(t *testing.T) {
	node := Slot{ID: 2, Kind: KindData}
	p := Plan{Steps: []Step{
		{ID: 1, Action: StartNode{Slot: node, Initial: true}, Cause: "its volume is lost"},
		{ID: 2, Action: AwaitStarted{Slot: node}, After: []StepID{1}, Cause: "the next step needs it"},
	}}
	p.Seal()
	text := p.String()
	for _, want := range []string{"start data node 2 --initial", "its volume is lost", "[after 1]"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
	if strings.Count(text, "\n") != 2 {
		t.Errorf("want two lines, got:\n%s", text)
	}
	before := p.Fingerprint
	p.Steps[0].Cause = "another cause"
	p.Seal()
	if before == "" || p.Fingerprint == before {
		t.Errorf("another text must have another fingerprint: %q, %q", before, p.Fingerprint)
	}
}

func TestRequirementsSayWhyTheyFail(t *testing.T) {
	_, o := world()
	set(&o, 1, StatusDead)
	for _, tc := range []struct {
		name string
		req  Requirement
		ok   bool
	}{
		{"same process", Requirement{Kind: RequireIncarnation, Node: 2, Incarnation: 1}, true},
		{"another process", Requirement{Kind: RequireIncarnation, Node: 2, Incarnation: 2}, false},
		{"no such node", Requirement{Kind: RequireIncarnation, Node: 254}, false},
		{"peer started", Requirement{Kind: RequirePeerStarted, Node: 4}, true},
		{"no peer started", Requirement{Kind: RequirePeerStarted, Node: 2}, false},
		{"group started", Requirement{Kind: RequireGroupStarted, Node: 4}, true},
		{"group not started", Requirement{Kind: RequireGroupStarted, Node: 2}, false},
		{"another management server", Requirement{Kind: RequireManagement, Node: 66}, true},
		{"no other management server", Requirement{Kind: RequireManagement, Node: 65}, false},
		{"arbitrator", Requirement{Kind: RequireArbitration}, true},
		{"serving", Requirement{Kind: RequireNotServing}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			why, ok := tc.req.Check(&o)
			if ok != tc.ok || ok == (why != "") {
				t.Errorf("got %v (%q), want %v with a reason exactly if it fails", ok, why, tc.ok)
			}
		})
	}
}
