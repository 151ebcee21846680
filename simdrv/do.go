package simdrv

import (
	"slices"
	"strings"

	"rondb-tui/engine"
)

// Do performs one step, or looks whether what it waits for has come. done says
// that the effect has happened, or that the condition holds. It never waits:
// without done and without an error, ask again after something has changed.
func (w *World) Do(step engine.Step) (done bool, err error) {
	w.enter()
	defer w.leave()
	return w.do(step)
}

func (w *World) do(step engine.Step) (done bool, err error) {
	if engine.IsAwait(step.Action) {
		return w.await(step.Action)
	}
	text := step.Action.String()
	if w.chance(w.chances.DoFails) {
		w.note("lost order: %s", text)
		return false, refuse(engine.KindTransient, step.Action, "the order was lost")
	}
	w.note("order: %s", text)
	if err := w.effect(step.Action); err != nil {
		return false, err
	}
	w.touch()
	if w.chance(w.chances.ReplyLost) {
		w.note("lost reply: %s", text)
		return false, refuse(engine.KindTransient, step.Action, "the reply was lost")
	}
	return true, nil
}

// refuse is the error of an action. The error's own words add the node.
func refuse(kind engine.ErrorKind, action engine.Action, format string, args ...any) error {
	op, _, _ := strings.Cut(action.String(), " "+action.Node().String())
	return engine.Errorf(kind, op, action.Node(), format, args...)
}

// effect performs an action.
func (w *World) effect(action engine.Action) error {
	if a, ok := action.(engine.WriteConfig); ok {
		return w.configure(a.Config)
	}
	if _, ok := action.(engine.StopAllDataNodes); ok {
		w.stopAll()
		return nil
	}
	if action.Node() == 0 {
		return refuse(engine.KindUnsupported, action, "the simulated cluster cannot do it")
	}
	n, err := w.slotNode(action)
	if err != nil {
		return err
	}
	switch a := action.(type) {
	case engine.CreateNode:
		n.container = true
		return nil
	case engine.RemoveNode:
		return w.remove(n, a)
	case engine.StartNode:
		return w.start(n, a)
	case engine.StopNode:
		return w.stop(n, action)
	case engine.ActivateNode:
		return w.activate(n, action)
	case engine.DeactivateNode:
		return w.deactivate(n, action)
	default:
		return refuse(engine.KindUnsupported, action, "the simulated cluster cannot do it")
	}
}

// slotNode finds the node that an action is about.
func (w *World) slotNode(action engine.Action) (*node, error) {
	n := w.node(action.Node())
	if n == nil {
		return nil, refuse(engine.KindNotFound, action, "the configuration has no such node")
	}
	return n, nil
}

// configure makes the slots of a configuration. Its topology is for good; the
// rest may be written anew.
func (w *World) configure(config engine.ClusterConfig) error {
	const op = "write the cluster configuration"
	if w.config != nil {
		if topology(*w.config) != topology(config) {
			return engine.Errorf(engine.KindUnsupported, op, 0, "the slots of a cluster cannot change")
		}
		w.config = &config
		return nil
	}
	if config.NodeGroups < 1 || config.MaxReplicas < 1 || config.MaxReplicas > engine.MaxReplicas ||
		config.NodeGroups*config.MaxReplicas > engine.MaxDataNodes {
		return engine.Errorf(engine.KindInvalid, op, 0, "%d node groups of %d replicas", config.NodeGroups, config.MaxReplicas)
	}
	w.config = &config
	spec := engine.Spec{
		NumNodeGroups: config.NodeGroups, MaxReplicationFactor: config.MaxReplicas,
		NumTotalMysqldSlots: config.MysqldSlots, NumMysqldSlotsPerVm: config.MysqldSlotsPer,
		NumTotalApiSlots: config.APISlots, NumApiSlotsPerVm: config.APISlotsPer,
	}
	w.groups = make([][]*node, config.NodeGroups)
	for _, slot := range spec.Slots() {
		n := &node{Slot: slot, status: engine.StatusStopped}
		if slot.Kind == engine.KindData {
			n.replica = replica{active: slot.Replica < config.ReplicasAtStart, failureHandled: true, parts: map[part]map[string]Row{}}
			w.groups[slot.Group] = append(w.groups[slot.Group], n)
		}
		w.nodes = append(w.nodes, n)
	}
	return nil
}

// topology is the part of a configuration that decides the slots.
func topology(config engine.ClusterConfig) engine.ClusterConfig {
	return engine.ClusterConfig{
		NodeGroups: config.NodeGroups, MaxReplicas: config.MaxReplicas,
		MysqldSlots: config.MysqldSlots, MysqldSlotsPer: config.MysqldSlotsPer,
		APISlots: config.APISlots, APISlotsPer: config.APISlotsPer,
	}
}

func (w *World) remove(n *node, action engine.RemoveNode) error {
	if n.running() {
		return refuse(engine.KindDenied, action, "its process is running")
	}
	n.container, n.status, n.lastError, n.log.lines = false, engine.StatusStopped, "", nil
	if action.DropVolume && n.Kind == engine.KindData && n.replica.hasData {
		w.note("node %d: its volume is removed", n.ID)
		w.wipe(n)
	}
	return nil
}

func (w *World) start(n *node, action engine.StartNode) error {
	if !n.container {
		return refuse(engine.KindNotFound, action, "it has no container")
	}
	if n.status == engine.StatusStopping {
		return refuse(engine.KindTransient, action, "it is stopping")
	}
	if n.running() {
		return nil
	}
	if w.inCluster(n) || w.inFormation(n) {
		// Its connections are refused by those who still count on its last
		// process, which tells them that this is gone.
		w.detect()
		if w.inCluster(n) {
			return refuse(engine.KindTransient, action, "Id %d already allocated by another node", n.ID)
		}
	}
	w.launch(n, action.Initial)
	return nil
}

// managed says whether a management server is there to change the configuration.
func (w *World) managed() bool {
	return slices.ContainsFunc(w.nodes, func(n *node) bool {
		return n.Kind == engine.KindManagement && n.started() && n.responsive()
	})
}

func (w *World) activate(n *node, action engine.Action) error {
	switch {
	case n.Kind != engine.KindData:
		return refuse(engine.KindInvalid, action, "only data nodes are activated")
	case n.replica.active:
		return nil
	case !w.managed():
		return refuse(engine.KindTransient, action, "no management server is started")
	}
	n.replica.active = true
	w.report(n.ID, engine.SeverityInfo, "Node is active in the configuration now")
	return nil
}

func (w *World) deactivate(n *node, action engine.Action) error {
	switch {
	case n.Kind != engine.KindData:
		return refuse(engine.KindInvalid, action, "only data nodes are deactivated")
	case !n.replica.active:
		return nil
	case !w.managed():
		return refuse(engine.KindTransient, action, "no management server is started")
	case n.replica.current && !n.replica.member && w.lastCurrent(n):
		return refuse(engine.KindDenied, action, "it holds the only newest data of its node group")
	}
	if err := w.stop(n, action); err != nil {
		return err
	}
	n.replica.active, n.replica.current = false, n.replica.member
	n.replica.stale = n.replica.hasData
	w.report(n.ID, engine.SeverityInfo, "Node is not active in the configuration any more")
	return nil
}

func (w *World) lastCurrent(n *node) bool {
	return !slices.ContainsFunc(w.groups[n.Group], func(peer *node) bool {
		return peer != n && peer.replica.current
	})
}

// await says whether what an action waits for is there, and fails as soon as it
// can only come by somebody's doing.
func (w *World) await(action engine.Action) (bool, error) {
	if _, ok := action.(engine.AwaitArbitration); ok {
		return w.awaitArbitration()
	}
	n, err := w.slotNode(action)
	if err != nil {
		return false, err
	}
	never := refuse(engine.KindConflict, action, "it is %s%s", w.statusOf(n), becauseOf(n))
	switch action.(type) {
	case engine.AwaitStarted:
		if !n.running() || n.status == engine.StatusStopping {
			return false, never
		}
		if why := w.hopeless(n); why != "" {
			return false, refuse(engine.KindConflict, action, "%s", why)
		}
		return n.started() && !n.frozen, nil
	case engine.AwaitDown:
		if n.running() && n.status != engine.StatusStopping {
			return false, never
		}
		return !n.running(), nil
	case engine.AwaitFailureHandled:
		return n.Kind != engine.KindData || n.replica.failureHandled, nil
	default:
		return false, refuse(engine.KindUnsupported, action, "the simulated cluster cannot do it")
	}
}

// hopeless tells what a start waits for that nobody brings about; "" if there is
// hope. Data nodes that wait for each other always have some: the orders to start
// the others may be on their way.
func (w *World) hopeless(n *node) string {
	running := func(kind engine.NodeKind) bool {
		return slices.ContainsFunc(w.nodes, func(m *node) bool { return m.Kind == kind && m.running() })
	}
	switch {
	case n.status != engine.StatusStarting || n.Kind == engine.KindManagement:
		return ""
	case n.stage == stageAllocate && !n.busy && !running(engine.KindManagement):
		return "no management server is running"
	case n.stage == stageWait && n.Kind != engine.KindData && !running(engine.KindData):
		return "no data node is running"
	}
	return ""
}

// becauseOf tells the last error of a node, if there is one.
func becauseOf(n *node) string {
	if n.lastError == "" {
		return ""
	}
	return ": " + n.lastError
}

func (w *World) awaitArbitration() (bool, error) {
	const op = "wait for an arbitrator"
	if !w.cluster.serving {
		return false, engine.Errorf(engine.KindConflict, op, 0, "the data nodes do not form a cluster")
	}
	could := slices.ContainsFunc(w.nodes, func(n *node) bool {
		return (n.Kind == engine.KindManagement || n.Kind == engine.KindMySQL) && n.running()
	})
	if !could {
		return false, engine.Errorf(engine.KindConflict, op, 0, "no management server and no MySQL server is running")
	}
	return w.cluster.arbitrator.node != nil, nil
}
