package filedrv

import (
	"slices"
	"strings"

	"rondb-tui/engine"
)

// refuse is the error of an action. The error's own words add the node.
func refuse(kind engine.ErrorKind, action engine.Action, format string, args ...any) error {
	op, _, _ := strings.Cut(action.String(), " "+action.Node().String())
	return engine.Errorf(kind, op, action.Node(), format, args...)
}

// judge says whether what an action is to bring about holds already, or why it
// must not be done.
func (w *World) judge(action engine.Action) (holds bool, err error) {
	switch action := action.(type) {
	case engine.WriteConfig:
		return w.judgeConfig(action)
	case engine.StopAllDataNodes:
		return !slices.ContainsFunc(w.nodes, func(n *node) bool { return n.Kind == engine.KindData && n.running }), nil
	}
	n, err := w.slotNode(action)
	if err != nil {
		return false, err
	}
	switch action := action.(type) {
	case engine.CreateNode:
		return n.container, nil
	case engine.RemoveNode:
		switch {
		case n.running:
			return false, refuse(engine.KindDenied, action, "its process is running")
		case action.DropVolume && w.lastCopy(n):
			return false, refuse(engine.KindDenied, action, "it holds the last copy of its node group")
		}
		return !n.container && (!action.DropVolume || !n.hasData), nil
	case engine.StartNode:
		return w.judgeStart(n, action)
	case engine.StopNode:
		if n.started && w.lastCopy(n) {
			return false, refuse(engine.KindDenied, action, "it is the last replica of its node group")
		}
		return !n.running, nil
	case engine.ActivateNode:
		return w.judgeActivity(n, action, true)
	case engine.DeactivateNode:
		return w.judgeActivity(n, action, false)
	default:
		return false, refuse(engine.KindUnsupported, action, "the file driver cannot do it")
	}
}

// judgeConfig: the slots are for good, the rest may be written anew.
func (w *World) judgeConfig(action engine.WriteConfig) (bool, error) {
	c := action.Config
	if c.NodeGroups < 1 || c.MaxReplicas < 1 || c.MaxReplicas > engine.MaxReplicas || c.NodeGroups*c.MaxReplicas > engine.MaxDataNodes {
		return false, refuse(engine.KindInvalid, action, "%d node groups of %d replicas", c.NodeGroups, c.MaxReplicas)
	}
	if w.config == nil {
		return false, nil
	}
	was := *w.config
	if c.NodeGroups != was.NodeGroups || c.MaxReplicas != was.MaxReplicas || c.MysqldSlots != was.MysqldSlots ||
		c.APISlots != was.APISlots || c.MysqldSlotsPer != was.MysqldSlotsPer || c.APISlotsPer != was.APISlotsPer {
		return false, refuse(engine.KindUnsupported, action, "the slots of a cluster cannot change")
	}
	return c == was, nil
}

func (w *World) judgeStart(n *node, action engine.StartNode) (bool, error) {
	switch {
	case !n.container:
		return false, refuse(engine.KindNotFound, action, "it has no container")
	case n.running:
		return true, nil
	case n.Kind == engine.KindData && !n.active:
		return false, refuse(engine.KindDenied, action, "it is not active in the configuration")
	case n.stale && !action.Initial:
		return false, refuse(engine.KindDenied, action, "its volume is from before a deactivation")
	case action.Initial && w.lastCopy(n):
		return false, refuse(engine.KindDenied, action, "it holds the last copy of its node group")
	}
	return false, nil
}

func (w *World) judgeActivity(n *node, action engine.Action, active bool) (bool, error) {
	switch {
	case n.Kind != engine.KindData:
		return false, refuse(engine.KindInvalid, action, "only data nodes are activated and deactivated")
	case n.active == active:
		return true, nil
	case !w.managed():
		return false, refuse(engine.KindTransient, action, "no management server is started")
	case !active && w.lastCopy(n):
		return false, refuse(engine.KindDenied, action, "it holds the last copy of its node group")
	}
	return false, nil
}

// lastCopy says whether a data node has data that no started replica has.
func (w *World) lastCopy(n *node) bool {
	peer := func(m *node) bool { return m != n && m.Kind == engine.KindData && m.Group == n.Group && m.started }
	return n.hasData && !n.stale && !slices.ContainsFunc(w.nodes, peer)
}

// await says whether what an action waits for has come, and fails if it can only
// come by somebody's doing.
func (w *World) await(action engine.Action) (bool, error) {
	if _, ok := action.(engine.AwaitArbitration); ok {
		switch {
		case !w.serving:
			return false, refuse(engine.KindConflict, action, "the data nodes do not form a cluster")
		case !w.managed():
			return false, refuse(engine.KindConflict, action, "no management server is started")
		}
		return true, nil
	}
	n, err := w.slotNode(action)
	if err != nil {
		return false, err
	}
	switch action.(type) {
	case engine.AwaitStarted:
		if !n.running {
			return false, refuse(engine.KindConflict, action, "it is %s", n.status())
		}
		return n.started, nil
	case engine.AwaitDown:
		if n.running {
			return false, refuse(engine.KindConflict, action, "it is %s", n.status())
		}
		return true, nil
	case engine.AwaitFailureHandled:
		return true, nil
	default:
		return false, refuse(engine.KindUnsupported, action, "the file driver cannot do it")
	}
}

// slotNode finds the node that an action is about.
func (w *World) slotNode(action engine.Action) (*node, error) {
	if action.Node() == 0 {
		return nil, refuse(engine.KindUnsupported, action, "the file driver cannot do it")
	}
	n := w.node(action.Node())
	if n == nil {
		return nil, refuse(engine.KindNotFound, action, "the configuration has no such node")
	}
	return n, nil
}
