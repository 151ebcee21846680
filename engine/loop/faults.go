package loop

import (
	"fmt"
	"slices"
	"strings"

	"rondb-tui/engine"
)

// liftGuard says how a fault that would stop the cluster can be had all the same.
const liftGuard = "if that is wanted: --force on the command line; the console asks to type the ids"

// faultOf gives the fault that an intent asks for and whether it may stop the
// cluster; false for an intent that asks for none.
func faultOf(intent engine.Intent) (fault Fault, lastCopy, ok bool) {
	switch intent := intent.(type) {
	case engine.KillNode:
		return Fault{Do: FaultKill, Targets: intent.Targets}, intent.LastCopy, true
	case engine.PauseNode:
		return Fault{Do: FaultPause, Targets: intent.Targets, Lease: intent.Lease}, intent.LastCopy, true
	case engine.ResumeNode:
		return Fault{Do: FaultResume, Targets: intent.Targets}, true, true
	case engine.IsolateNode:
		return Fault{Do: FaultIsolate, Targets: intent.Targets, Lease: intent.Lease}, intent.LastCopy, true
	case engine.HealFaults:
		return Fault{Do: FaultHeal, Targets: intent.Targets}, true, true
	}
	return Fault{}, false, false
}

// lasts says whether the fault has a lease.
func (f *Fault) lasts() bool { return f.Do == FaultPause || f.Do == FaultIsolate }

// breaks says whether the fault takes its nodes out of the cluster.
func (f *Fault) breaks() bool { return f.Do == FaultKill || f.lasts() }

// op is the sub-operation that an error names.
func (f *Fault) op() string { return string(f.Do) + " node" }

// node is the node that an event or an error is about, 0 if it is not one.
func (f *Fault) node() engine.NodeID {
	if len(f.Targets) != 1 {
		return 0
	}
	return f.Targets[0]
}

// words says what the fault does to one node.
func (f *Fault) words(slot engine.Slot) string {
	switch {
	case f.Do == FaultKill:
		return "kill -9 " + place(slot)
	case f.lasts():
		return fmt.Sprintf("%s %s for %s", f.Do, slot, f.Lease)
	default:
		return fmt.Sprintf("%s %s", f.Do, slot)
	}
}

// inject begins a fault. The answer comes with its outcome.
func (c *Core) inject(asked Asked, fault Fault, lastCopy bool) error {
	b := c.basis()
	if err := b.check(asked.Request); err != nil {
		return err
	}
	fault.ID = asked.ID
	fault.Targets = slices.Compact(slices.Sorted(slices.Values(fault.Targets)))
	if c.faults == maxFaults {
		return engine.Errorf(engine.KindTransient, fault.op(), 0, "%d faults are under way already", maxFaults)
	}
	if err := b.judgeFault(&fault); err != nil {
		return err
	}
	if !lastCopy {
		if err := c.guard(&fault); err != nil {
			return err
		}
	}
	for _, id := range fault.Targets {
		node, _ := b.seen.Node(id)
		c.sayFor(asked.Request.By, id, fault.words(node.Slot))
	}
	if len(fault.Targets) == 0 {
		c.sayFor(asked.Request.By, 0, "heal all faults")
	}
	c.faults++
	if fault.breaks() {
		c.world.struck = slices.Concat(c.world.struck, fault.Targets)
	}
	c.effect(fault)
	return nil
}

// judgeFault refuses what makes no sense, and gives a lasting fault its lease.
func (b *basis) judgeFault(fault *Fault) error {
	if fault.lasts() {
		lease, err := engine.LeaseOf(fault.Lease)
		if err != nil {
			return err
		}
		fault.Lease = lease
	}
	if len(fault.Targets) == 0 && fault.Do != FaultHeal {
		return engine.Errorf(engine.KindInvalid, fault.op(), 0, "no node is named")
	}
	for _, id := range fault.Targets {
		if fault.breaks() {
			if _, err := b.runningNode(string(fault.Do), id); err != nil {
				return err
			}
		} else if _, found := b.seen.Node(id); !found {
			return engine.Errorf(engine.KindNotFound, fault.op(), id, "there is no such node")
		}
	}
	return nil
}

// guard refuses a fault that would stop a cluster that serves. Nodes that are cut
// off, or were broken since the last look, count as lost already.
func (c *Core) guard(fault *Fault) error {
	seen := &c.world.seen
	if !seen.Serving || !fault.breaks() {
		return nil
	}
	lost := make(map[engine.NodeID]bool)
	for i := range seen.Nodes {
		if seen.Nodes[i].Isolated {
			lost[seen.Nodes[i].ID] = true
		}
	}
	for _, id := range c.world.struck {
		lost[id] = true
	}
	if !c.survives(lost).Survives {
		return nil // it stops already
	}
	for _, id := range fault.Targets {
		lost[id] = true
	}
	verdict := c.survives(lost)
	if verdict.Survives {
		return nil
	}
	why := verdict.Why
	if groups := c.withoutCopy(lost); len(groups) > 0 {
		why = "it would take the last copy of " + strings.Join(groups, " and ")
	}
	return engine.Errorf(engine.KindDenied, fault.op(), fault.node(), "the cluster would stop: %s; %s", why, liftGuard)
}

// survives applies the rules of arbitration to the loss of some nodes.
func (c *Core) survives(lost map[engine.NodeID]bool) engine.Verdict {
	seen := &c.world.seen
	return engine.Survive(seen.Members(), lost, len(c.world.groups), seen.ArbitrationReady && !lost[seen.Arbitrator])
}

// withoutCopy names the node groups of which no started node would be left.
func (c *Core) withoutCopy(lost map[engine.NodeID]bool) []string {
	left := make([]int, len(c.world.groups))
	for _, member := range c.world.seen.Members() {
		if !lost[member.ID] {
			left[member.Group]++
		}
	}
	var groups []string
	for group, copies := range left {
		if copies == 0 {
			groups = append(groups, fmt.Sprintf("node group %d", group))
		}
	}
	return groups
}

// faulted takes the outcome of a fault. Who asked for it is answered once its
// effect has been looked at: what he sees then is not the state before it.
func (c *Core) faulted(told Faulted) {
	c.faults--
	c.effect(Observe{})
	if told.Err != nil {
		c.say(engine.SeverityWarning, told.Fault.node(), fmt.Sprintf("the %s failed: %v", told.Fault.Do, told.Err))
		c.reply(told.Fault.ID, told.Err)
		return
	}
	c.unseen = append(slices.Clip(c.unseen), told.Fault.ID)
}

// answerFaults answers for the faults whose effect was seen, or cannot be.
func (c *Core) answerFaults() {
	for _, id := range c.unseen {
		c.reply(id, nil)
	}
	c.unseen = nil
}
