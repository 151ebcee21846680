package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Plan is a graph of steps in an order that respects its edges. Nothing is left
// to decide when it runs. The zero Plan is empty: nothing to do.
type Plan struct {
	Revision    Revision    `json:",omitzero"`
	Steps       []Step      `json:",omitzero"`
	Fingerprint Fingerprint `json:",omitzero"`
}

// Step is one action, the steps that must have succeeded before it, and why it
// is done.
type Step struct {
	ID      StepID
	Action  Action
	After   []StepID      // ids of earlier steps
	Cause   string        // in words, never empty
	Require []Requirement // checked on a fresh observation right before the action
}

// RequirementKind is what a step demands of the world right before it runs.
type RequirementKind uint8

// What a step can demand.
const (
	RequireIncarnation  RequirementKind = iota + 1 // the node is still the start the plan saw
	RequirePeerStarted                             // another replica of the node's group is started
	RequireGroupStarted                            // every other active replica of the node's group is, and there is one
	RequireArbitration                             // an arbitrator is ready
	RequireManagement                              // another management server is started
	RequireNotServing                              // no data node is started
)

// String gives the demand's name, as JSON has it.
func (k RequirementKind) String() string {
	names := [...]string{"", "incarnation", "peer_started", "group_started", "arbitration", "management", "not_serving"}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("requirement(%d)", uint8(k))
}

// Requirement is one demand on the world; see Check.
type Requirement struct {
	Kind        RequirementKind `json:",omitzero"`
	Node        NodeID          `json:",omitzero"`
	Incarnation uint64          `json:",omitzero"`
}

// Check says whether the requirement holds, and if not, why in words.
func (r Requirement) Check(o *Observed) (why string, ok bool) {
	node, found := o.Node(r.Node)
	switch r.Kind {
	case RequireIncarnation:
		if !found || node.Incarnation != r.Incarnation {
			return fmt.Sprintf("node %d is no longer the process the plan was made for", r.Node), false
		}
	case RequirePeerStarted:
		if !found || o.StartedIn(node.Group, r.Node) == 0 {
			return fmt.Sprintf("no other replica of node %d's group is started", r.Node), false
		}
	case RequireGroupStarted:
		return r.checkGroup(o)
	case RequireManagement:
		return r.checkManagement(o)
	case RequireArbitration:
		if !o.ArbitrationReady {
			return "no arbitrator is ready", false
		}
	case RequireNotServing:
		for i := range o.Nodes {
			if o.Nodes[i].Kind == KindData && o.Nodes[i].Status == StatusStarted {
				return fmt.Sprintf("data node %d is started", o.Nodes[i].ID), false
			}
		}
	}
	return "", true
}

func (r Requirement) checkGroup(o *Observed) (why string, ok bool) {
	node, found := o.Node(r.Node)
	if !found || o.StartedIn(node.Group, r.Node) == 0 {
		return fmt.Sprintf("no other replica of node %d's group is started", r.Node), false
	}
	for i := range o.Nodes {
		peer := &o.Nodes[i]
		if peer.Kind == KindData && peer.Group == node.Group && peer.Active && peer.ID != r.Node && peer.Status != StatusStarted {
			return fmt.Sprintf("data node %d, of the same node group, is %s", peer.ID, peer.Status), false
		}
	}
	return "", true
}

func (r Requirement) checkManagement(o *Observed) (why string, ok bool) {
	for i := range o.Nodes {
		if n := &o.Nodes[i]; n.Kind == KindManagement && n.ID != r.Node && n.Status == StatusStarted {
			return "", true
		}
	}
	return "no other management server is started", false
}

// Empty says that there is nothing to do.
func (p *Plan) Empty() bool { return len(p.Steps) == 0 }

// String is the canonical text of the plan, one line a step: what a person
// approves, what tests compare and what is executed.
func (p *Plan) String() string {
	if p.Empty() {
		return "nothing to do\n"
	}
	return string(p.text())
}

// Columns of the plan's text, in characters.
const (
	idColumn     = 3
	actionColumn = 50
)

// text appends instead of formatting: sealing is most of what planning costs.
func (p *Plan) text() []byte {
	const lineGuess = 128
	b := make([]byte, 0, lineGuess*len(p.Steps))
	for i := range p.Steps {
		s := &p.Steps[i]
		id := strconv.Itoa(int(s.ID))
		b = pad(b, idColumn-len(id))
		b = append(b, id...)
		b = append(b, "  "...)
		begin := len(b)
		b = s.Action.appendText(b)
		b = pad(b, actionColumn-(len(b)-begin))
		b = append(b, ' ')
		b = append(b, s.Cause...)
		for j, before := range s.After {
			if j == 0 {
				b = append(b, "  [after"...)
			}
			b = append(b, ' ')
			b = strconv.AppendInt(b, int64(before), 10)
		}
		if len(s.After) > 0 {
			b = append(b, ']')
		}
		b = append(b, '\n')
	}
	return b
}

func pad(b []byte, n int) []byte {
	for range n {
		b = append(b, ' ')
	}
	return b
}

// Seal computes the fingerprint from the plan's text. The planner calls it last.
func (p *Plan) Seal() {
	if p.Empty() {
		p.Fingerprint = ""
		return
	}
	sum := sha256.Sum256(p.text())
	p.Fingerprint = Fingerprint(hex.EncodeToString(sum[:8]))
}

// Report says what each pass of the planner did, and what it waits for.
type Report struct {
	Passes []PassReport `json:",omitzero"`
}

// PassReport is the account of one pass.
type PassReport struct {
	Pass    string
	Did     []string `json:",omitzero"`
	Waiting []string `json:",omitzero"` // conditions that keep this pass from going on, as sentences
}

// Waiting lists every reason why the desired state is not reached yet, in the
// order of the passes.
func (r *Report) Waiting() []string {
	var all []string
	for i := range r.Passes {
		all = append(all, r.Passes[i].Waiting...)
	}
	return all
}

// Notice tells a person something that does not stop the work.
type Notice struct {
	Field string `json:",omitzero"` // path in the desired state, or ""
	Text  string
}

func (n Notice) String() string {
	if n.Field == "" {
		return n.Text
	}
	return n.Field + ": " + n.Text
}

// Problem is one reason why a desired state is refused.
type Problem struct {
	Path   string `json:",omitzero"` // field of the desired state, "ActiveReplicationFactor" or "OnDemandBackups[1].Id"
	Rule   string `json:",omitzero"` // stable id of the rule, "replicas-within-slots"
	Text   string // what is wrong, a sentence
	Fix    string `json:",omitzero"` // how to mend it, a sentence
	Line   int    `json:",omitzero"` // 1-based position in the source where known, else 0
	Column int    `json:",omitzero"`
}

// Problems is a refusal: every problem at once. It is an error when not empty.
type Problems []Problem //nolint:errname // a list first; the error is the refusal that wraps it

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = fmt.Sprintf("%s: %s (%s) %s", one.Path, one.Text, one.Rule, one.Fix)
	}
	return strings.Join(lines, "\n")
}
