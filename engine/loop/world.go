package loop

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"

	"rondb-tui/engine"
)

// world is what the Core knows of the cluster.
type world struct {
	seen   engine.Observed
	known  bool               // there was a look
	awaits bool               // a run ended: its effects show only in a look that began since
	blind  string             // why the last look failed
	digest uint64             // of seen
	groups []engine.GroupView // of seen
	struck []engine.NodeID    // broken since: seen may show them as they were before; replaced, never changed
}

// fresh says whether a plan may be made from what was seen.
func (w *world) fresh() bool { return w.known && !w.awaits && w.blind == "" }

// observed takes one look in.
func (c *Core) observed(look Observed) {
	c.changed = true
	if look.Err != nil {
		if c.world.blind == "" {
			c.say(engine.SeverityWarning, 0, "cannot look at the cluster: "+look.Err.Error())
		}
		c.world.blind = look.Err.Error()
		c.answerFaults()
		return
	}
	if c.world.blind != "" {
		c.say(engine.SeverityInfo, 0, "the cluster can be looked at again")
		c.world.blind = ""
	}
	for _, event := range look.World.Events {
		c.log.add(event)
	}
	if c.world.known && look.World.At.Before(c.world.seen.At) {
		return // looks can overtake each other; what this one saw is history
	}
	before := c.world.seen
	c.world.see(look.World)
	if !look.Stale {
		c.world.awaits = false
		c.answerFaults()
		if c.faults == 0 {
			c.world.struck = nil // what became of them has been seen
		}
	}
	if c.run.active && !c.run.superseded {
		if down := c.run.disruption(&before, &c.world.seen); down != nil {
			c.run.lost = c.run.starts(down.ID)
			c.supersede(down.Slot.String() + " is " + down.Status.String())
		}
	}
	c.dropRestarts()
}

// see replaces what is known. The groups are worked out anew only if something
// has changed that they could depend on.
func (w *world) see(seen engine.Observed) {
	seen.Events = nil // they are in the log
	digest := digestOf(&seen)
	if !w.known || digest != w.digest {
		w.groups = seen.Groups()
	}
	w.seen, w.digest, w.known = seen, digest, true
}

// dropRestarts forgets the wishes for a restart whose process has ended, whoever
// ended it: what starts in its place is another one. It forgets those as well that
// the desired state has made void. Wishes that cannot be recorded as forgotten
// stay until the next look.
func (c *Core) dropRestarts() {
	if !c.mayRecord() {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(c.restarts)) {
		node, found := c.world.seen.Node(id)
		switch {
		case !found || node.Status == engine.StatusAbsent:
			c.say(engine.SeverityWarning, id, fmt.Sprintf("no restart of node %d: it is gone", id))
		case node.Status != engine.StatusUnknown && node.Incarnation != c.restarts[id]:
		default:
			why := noRestart(&c.desired, node.Slot)
			if why == "" {
				continue
			}
			c.say(engine.SeverityWarning, id, fmt.Sprintf("no restart of %s: %s", node.Slot, why))
		}
		c.dropRestart(id)
	}
}

func (c *Core) dropRestart(id engine.NodeID) {
	c.restarts = withoutRestart(c.restarts, id)
	c.record(Entry{Kind: EntryRestarted, Node: id})
}

// noRestart says why a desired state leaves no way to restart a node and keep
// serving, "" if it does. Such a wish could never be fulfilled.
func noRestart(desired *engine.Spec, slot engine.Slot) string {
	switch {
	case !desired.RonDBRunning:
		return "the cluster is not to run"
	case !desired.Fills(slot):
		return "the desired state has no place for it"
	case slot.Kind == engine.KindData && desired.ActiveReplicationFactor < 2:
		return "it is the only replica of its node group, without it the cluster stops"
	}
	return ""
}

// digestOf sums up which nodes there are, what they were found as and in which
// incarnation, and what clients and arbitration make of it. It leaves out what
// changes while nothing happens, or soon after by itself: counters, progress,
// times, who presides, whether a failure is handled.
func digestOf(o *engine.Observed) uint64 {
	buffer := appendFlags(nil, o.Formed, o.Serving, o.ArbitrationReady)
	if o.Config != nil {
		buffer = binary.AppendVarint(buffer, int64(o.Config.NodeGroups))
	}
	for i := range o.Nodes {
		n := &o.Nodes[i]
		buffer = binary.AppendVarint(buffer, int64(n.ID))
		buffer = binary.AppendVarint(buffer, int64(n.Group))
		buffer = append(buffer, byte(n.Kind), byte(n.Status))
		buffer = binary.AppendUvarint(buffer, n.Incarnation)
		buffer = appendFlags(buffer, n.Active, n.Isolated, n.Lease != nil)
	}
	sum := fnv.New64a()
	_, _ = sum.Write(buffer) // a hash takes everything
	return sum.Sum64()
}

func appendFlags(buffer []byte, flags ...bool) []byte {
	for _, flag := range flags {
		buffer = strconv.AppendBool(buffer, flag)
	}
	return buffer
}
