package plan

import (
	"slices"

	"rondb-tui/engine"
)

// node is a slot, what was observed in it, and how the steps planned so far will
// leave it.
type node struct {
	slot   engine.Slot
	obs    *engine.NodeObservation // never nil, never changed
	wanted bool                    // the desired state fills the slot

	active    bool              // will be active in the configuration (data nodes)
	status    engine.NodeStatus // what it will be
	fresh     bool              // the plan starts it, so its incarnation is not known yet
	unhandled bool              // the others have yet to finish handling its failure
	last      engine.StepID     // the last step about it
}

// started says whether it serves, or will before any step planned from here on.
func (n *node) started() bool { return n.status == engine.StatusStarted }

// usable says whether a system restart can build on its volume.
func (n *node) usable() bool { return n.active && n.obs.HasData && !n.obs.Stale }

// planner holds one plan in the making.
type planner struct {
	in     Input
	nodes  []node
	data   []*node                // every data node slot: group by group, replica by replica
	kinds  [5][]*node             // management servers, MySQL servers and API nodes by kind, by id
	absent engine.NodeObservation // stands for every slot that the observation does not list
	plan   engine.Plan
	edges  []engine.StepID // backing store of every Step.After
	report engine.Report
	pass   *engine.PassReport // the account of the pass that runs

	groups      int
	maxReplicas int
	config      engine.StepID // writes the configuration; 0 if it is there

	// A management server is started, or will be after these steps.
	managed    bool
	management []engine.StepID

	// The data nodes serve, or will after this step; formed: they have before.
	formed  bool
	serving bool
	ready   engine.StepID

	// tail is the last step of the chain of voluntary stops: one at a time. pending
	// are the starts since, which have to be over before the next link; without any,
	// arbitrated says whether an arbitrator is ready after the tail.
	tail       engine.StepID
	pending    []engine.StepID
	arbitrated bool
}

func newPlanner(in Input) *planner {
	spec := effective(&in)
	slots := spec.Slots()
	observed := sorted(in.Observed.Nodes)
	in.Observed.Nodes = observed
	p := &planner{
		in:          in,
		nodes:       make([]node, 0, len(slots)+len(observed)),
		data:        make([]*node, 0, spec.NumNodeGroups*spec.MaxReplicationFactor),
		groups:      spec.NumNodeGroups,
		maxReplicas: spec.MaxReplicationFactor,
		absent:      engine.NodeObservation{Status: engine.StatusAbsent},
		serving:     in.Observed.Serving,
		arbitrated:  in.Observed.Serving && in.Observed.ArbitrationReady,
	}
	p.plan.Revision = in.Revision
	p.formed = in.Observed.Formed || in.Observed.Serving
	next := 0
	for _, slot := range slots {
		for ; next < len(observed) && observed[next].ID < slot.ID; next++ {
			p.addUnknown(&observed[next])
		}
		if next < len(observed) && observed[next].ID == slot.ID {
			p.addNode(slot, &observed[next], spec.Fills(slot))
			next++
			continue
		}
		p.addNode(slot, &p.absent, spec.Fills(slot))
	}
	for ; next < len(observed); next++ {
		p.addUnknown(&observed[next])
	}
	return p
}

// addUnknown takes in a node in a slot that the configuration does not have. It
// is surplus; but for a data node, whose data is not ours to judge.
func (p *planner) addUnknown(obs *engine.NodeObservation) {
	if obs.Kind != engine.KindData {
		p.addNode(obs.Slot, obs, false)
	}
}

func (p *planner) addNode(slot engine.Slot, obs *engine.NodeObservation, wanted bool) {
	p.nodes = append(p.nodes, node{slot: slot, obs: obs, wanted: wanted, active: obs.Active, status: obs.Status})
	n := &p.nodes[len(p.nodes)-1]
	if slot.Kind == engine.KindData {
		if n.status == engine.StatusStarted {
			p.formed = true
		}
		n.unhandled = p.serving && obs.Incarnation > 0 && !obs.FailureHandled && !n.started()
		p.data = append(p.data, n)
		return
	}
	if int(slot.Kind) < len(p.kinds) {
		p.kinds[slot.Kind] = append(p.kinds[slot.Kind], n)
	}
}

// group is every slot of a node group, by replica.
func (p *planner) group(g engine.GroupID) []*node {
	return p.data[int(g)*p.maxReplicas : (int(g)+1)*p.maxReplicas]
}

// effective is the desired state with what cannot change while the cluster lives
// taken from its configuration: asking for more node groups than there are must
// not renumber the nodes.
func effective(in *Input) engine.Spec {
	spec := in.Spec
	if c := in.Observed.Config; c != nil {
		spec.NumNodeGroups = c.NodeGroups
		spec.MaxReplicationFactor = c.MaxReplicas
		spec.NumTotalMysqldSlots = c.MysqldSlots
		spec.NumTotalApiSlots = c.APISlots
		spec.NumMysqldSlotsPerVm = c.MysqldSlotsPer
		spec.NumApiSlotsPerVm = c.APISlotsPer
	}
	return spec
}

// sorted gives the nodes by id, as the observation promises them; a copy where
// the promise was not kept.
func sorted(nodes []engine.NodeObservation) []engine.NodeObservation {
	byID := func(a, b engine.NodeObservation) int { return int(a.ID - b.ID) }
	if slices.IsSortedFunc(nodes, byID) {
		return nodes
	}
	nodes = slices.Clone(nodes)
	slices.SortStableFunc(nodes, byID)
	return nodes
}
