package loop

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/plan"
	"rondb-tui/engine/validate"
)

const opChange = "change the desired state"

// basis is what a request is judged by. It is immutable, so that a preview can be
// worked out by whoever asks for it.
type basis struct {
	known    bool // there was a look
	running  bool
	desired  engine.Spec
	first    engine.Spec
	revision engine.Revision
	of       engine.Revision
	history  []engine.Spec
	restarts map[engine.NodeID]uint64
	seen     engine.Observed
}

// proposal is what a request leads to, if it is accepted.
type proposal struct {
	desired  engine.Spec
	revision engine.Revision
	of       engine.Revision // the revision whose content desired is
	restarts map[engine.NodeID]uint64
	restart  *engine.NodeObservation // the node to restart, nil for another intent
	source   string
	problems engine.Problems
	notices  []engine.Notice
}

func (c *Core) basis() basis {
	return basis{
		known:    c.world.known,
		running:  c.run.active,
		desired:  c.desired,
		first:    c.first,
		revision: c.revision,
		of:       c.of,
		history:  c.history,
		restarts: c.restarts,
		seen:     c.world.seen,
	}
}

// Preview says what a request would lead to now, and changes nothing. RetryNow
// previews the plan for the present desired state.
func (c *Core) Preview(now time.Time, request engine.Request) (engine.Preview, error) {
	b := c.basis()
	return b.preview(now, request)
}

func (b *basis) preview(now time.Time, request engine.Request) (engine.Preview, error) {
	p, err := b.propose(request)
	if err != nil {
		return engine.Preview{}, err
	}
	preview := engine.Preview{Spec: p.desired, Base: b.revision, Problems: p.problems, Notices: p.notices, At: now}
	if len(p.problems) == 0 {
		preview.Plan, preview.Report = plan.Make(b.input(&p))
	}
	return preview, nil
}

func (b *basis) input(p *proposal) plan.Input {
	return plan.Input{Spec: p.desired, Revision: p.revision, Observed: b.seen, Restarts: p.restarts, Now: b.seen.At}
}

// check refuses what was asked of another desired state than the present one, or
// before anything is known.
func (b *basis) check(request engine.Request) error {
	const op = "take request"
	if !b.known {
		return engine.Errorf(engine.KindTransient, op, 0, "the cluster has not been looked at yet")
	}
	if request.Base != 0 && request.Base != b.revision {
		return engine.Errorf(engine.KindConflict, op, 0,
			"the desired state is at revision %d, not %d any more: look again", b.revision, request.Base)
	}
	return nil
}

// propose works out what an intent leads to. Problems of a desired state are
// part of the proposal, everything else that forbids it is an error.
func (b *basis) propose(request engine.Request) (proposal, error) {
	p := proposal{desired: b.desired, revision: b.revision, of: b.of, restarts: b.restarts}
	if err := b.check(request); err != nil {
		return p, err
	}
	switch intent := request.Intent.(type) {
	case engine.SetSpec:
		b.proposeSpec(&p, intent.Spec.Clone(), intent.Source)
	case engine.Scale:
		switch intent.Target {
		case engine.ScaleReplicas, engine.ScaleMySQL, engine.ScaleManagement, engine.ScaleAPI, engine.ScaleGroups:
		default:
			return p, engine.Errorf(engine.KindInvalid, opChange, 0, "there is no %q to scale", intent.Target)
		}
		b.proposeSpec(&p, b.desired.Apply(intent), "scale")
	case engine.RestartNode:
		node, err := b.runningNode("restart", intent.Target)
		if err != nil {
			return p, err
		}
		if why := noRestart(&b.desired, node.Slot); why != "" {
			return p, engine.Errorf(engine.KindDenied, "restart "+node.Kind.Words(), node.ID, "%s", why)
		}
		p.restart = node
		p.restarts = withRestart(b.restarts, node.ID, node.Incarnation)
	case engine.Undo:
		if len(b.history) == 0 {
			return p, engine.Errorf(engine.KindDenied, "undo", 0, "there is no earlier desired state")
		}
		earlier := b.history[len(b.history)-1]
		b.proposeSpec(&p, earlier.Clone(), "undo to revision "+formatRevision(earlier.ID))
		p.of = earlier.ID
	case engine.RetryNow:
	default:
		return p, engine.Errorf(engine.KindUnsupported, opChange, 0, "a %T is not for the desired state", request.Intent)
	}
	return p, nil
}

// proposeSpec gives a desired state its revision and has it judged.
func (b *basis) proposeSpec(p *proposal, next engine.Spec, source string) {
	p.revision = max(b.revision+1, next.ID)
	next.ID = p.revision
	p.desired, p.source = next, source
	if !sameContent(&b.desired, &next) {
		p.of = p.revision
	}
	// A run that is under way may be writing the configuration at this moment.
	facts := validate.Facts{EverRan: b.seen.Formed || b.seen.Config != nil || b.running}
	p.problems = validate.Spec(next)
	problems, _ := validate.Change(b.desired, next, facts)
	p.problems = append(p.problems, problems...)
	var runsWith *engine.Spec
	if facts.EverRan {
		runsWith = b.runsWith()
	}
	p.notices = limitNotices(validate.Notices(runsWith, next))
}

// runsWith is the desired state that the cluster was started with, as far as its
// configuration tells. Notices compare with it and not with the last accepted
// state, so that what is not acted on stays on the screen until it is.
func (b *basis) runsWith() *engine.Spec {
	spec := b.first.Clone()
	if config := b.seen.Config; config != nil {
		spec.NumNodeGroups = config.NodeGroups
		spec.RonDBVersion = cmp.Or(config.Version, spec.RonDBVersion)
		spec.TotalMemoryConfig = cmp.Or(config.TotalMemory, spec.TotalMemoryConfig)
	}
	return &spec
}

// adopt makes a proposal's desired state the present one.
func (c *Core) adopt(p *proposal) {
	c.history = remember(c.history, c.desired, c.of, p.of)
	c.desired, c.revision, c.of, c.notices = p.desired, p.revision, p.of, p.notices
}

// runningNode finds a node that has a process.
func (b *basis) runningNode(verb string, id engine.NodeID) (*engine.NodeObservation, error) {
	node, found := b.seen.Node(id)
	switch {
	case !found:
		return nil, engine.Errorf(engine.KindNotFound, verb+" node", id, "there is no such node")
	case !node.Status.Running():
		return nil, engine.Errorf(engine.KindDenied, verb+" "+node.Kind.Words(), id, "it is %s", node.Status)
	}
	return node, nil
}

// asked answers a request.
func (c *Core) asked(asked Asked) {
	if fault, lastCopy, ok := faultOf(asked.Request.Intent); ok {
		if err := c.inject(asked, fault, lastCopy); err != nil {
			c.reply(asked.ID, err)
		}
		return
	}
	switch asked.Request.Intent.(type) {
	case engine.RetryNow:
		b := c.basis()
		err := b.check(asked.Request)
		if err == nil {
			c.sayFor(asked.Request.By, 0, "retry now")
			if !c.writing.never {
				c.writing.next = c.now // now is when it is to be tried
			}
			c.tryAnew("asked to retry")
			c.effect(Observe{})
		}
		c.reply(asked.ID, err)
	default:
		c.reply(asked.ID, c.accept(asked.Request))
	}
}

// accept makes what a request proposes the desired state, or says why not.
func (c *Core) accept(request engine.Request) error {
	b := c.basis()
	p, err := b.propose(request)
	if err != nil {
		return err
	}
	if len(p.problems) > 0 {
		return denied(p.problems)
	}
	if request.Approved != "" {
		if now, _ := plan.Make(b.input(&p)); now.Fingerprint != request.Approved {
			return engine.Errorf(engine.KindConflict, opChange, 0, "the plan changed, look again")
		}
	}
	if c.writing.never {
		return engine.Errorf(engine.KindTerminal, "record request", 0, "%s; nothing was changed", c.writing.words())
	}
	c.restarts = p.restarts
	if p.restart != nil {
		c.sayFor(request.By, p.restart.ID, "restart "+p.restart.Slot.String())
		c.record(Entry{Kind: EntryRestart, Node: p.restart.ID, Incarnation: p.restart.Incarnation, By: request.By})
		c.supersede("the restart of " + p.restart.Slot.String() + " was asked for")
	} else {
		text := fmt.Sprintf("revision %d: ", p.revision)
		if _, undo := request.Intent.(engine.Undo); undo {
			text += p.source + ", "
		}
		c.sayFor(request.By, 0, text+difference(&c.desired, &p.desired))
		c.adopt(&p)
		c.recordSpec(request.By, p.source)
		c.dropRestarts()
		c.supersede(fmt.Sprintf("revision %d is wanted", p.revision))
	}
	c.tryAnew("the desired state is a new one")
	if c.state == engine.AtDesiredState {
		c.setState(engine.WorkingTowards, "the desired state is a new one")
	}
	return nil
}

func denied(problems engine.Problems) error {
	return &engine.Error{Kind: engine.KindDenied, Op: opChange, Err: problems}
}

// sameContent says whether two desired states differ in their revision at most.
func sameContent(a, b *engine.Spec) bool { return difference(a, b) == nothingNew }

func limitNotices(notices []engine.Notice) []engine.Notice {
	return slices.Clip(notices[:min(len(notices), engine.MaxNotices)])
}
