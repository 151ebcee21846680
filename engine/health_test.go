package engine

import "testing"

// world is a started cluster of the default shape; each case breaks it a little.
func world() (Spec, Observed) {
	spec := DefaultSpec()
	o := Observed{
		Config: &ClusterConfig{NodeGroups: spec.NumNodeGroups, MaxReplicas: spec.MaxReplicationFactor},
		Formed: true, Serving: true, ArbitrationReady: true, Arbitrator: 65, President: 1,
	}
	for _, slot := range spec.Slots() {
		n := NodeObservation{Slot: slot, Status: StatusAbsent}
		if spec.Fills(slot) {
			n.Status, n.Active, n.Incarnation = StatusStarted, true, 1
		}
		o.Nodes = append(o.Nodes, n)
	}
	return spec, o
}

func set(o *Observed, id NodeID, status NodeStatus) {
	n, _ := o.Node(id)
	n.Status = status
}

func TestHealthInOneWord(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*Spec, *Observed)
		want   Health
	}{
		{"all started", func(*Spec, *Observed) {}, Healthy},
		{"a data node dead", func(_ *Spec, o *Observed) { set(o, 2, StatusDead) }, AtRisk},
		{"a MySQL server dead", func(_ *Spec, o *Observed) { set(o, 67, StatusDead) }, AtRisk},
		{"no arbitrator", func(_ *Spec, o *Observed) { o.ArbitrationReady = false }, AtRisk},
		{"a third replica on its first way up", func(s *Spec, o *Observed) {
			s.ActiveReplicationFactor = 3
			n, _ := o.Node(3)
			n.Status, n.Active, n.Incarnation = StatusStarting, true, 1
		}, Healthy},
		{"that replica on a later way up", func(s *Spec, o *Observed) {
			s.ActiveReplicationFactor = 3
			n, _ := o.Node(3)
			n.Status, n.Active, n.Incarnation = StatusStarting, true, 2
		}, AtRisk},
		{"a second replica that the group still needs", func(_ *Spec, o *Observed) {
			n, _ := o.Node(2)
			n.Status = StatusStarting
		}, AtRisk},
		{"a data node's container removed", func(_ *Spec, o *Observed) {
			n, _ := o.Node(2)
			n.Status, n.HasData = StatusAbsent, true
		}, AtRisk},
		{"both MySQL servers dead", func(_ *Spec, o *Observed) { set(o, 67, StatusDead); set(o, 68, StatusDead) }, Down},
		{"MySQL servers not up yet", func(_ *Spec, o *Observed) { set(o, 67, StatusStarting); set(o, 68, StatusAbsent) }, Starting},
		{"not serving, nodes starting", func(_ *Spec, o *Observed) { o.Serving = false; set(o, 1, StatusStarting) }, Starting},
		{"not serving, nothing starts", func(_ *Spec, o *Observed) {
			o.Serving = false
			for _, id := range []NodeID{1, 2, 4, 5} {
				set(o, id, StatusDead)
			}
		}, Down},
		{"stopped on purpose", func(s *Spec, o *Observed) { s.RonDBRunning, o.Serving = false, false }, Stopped},
	} {
		t.Run(tc.name, func(t *testing.T) {
			spec, o := world()
			tc.change(&spec, &o)
			if got := HealthOf(&spec, &o); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestGroupsTellWhatMayBeLost(t *testing.T) {
	_, o := world()
	groups := o.Groups()
	if len(groups) != 2 || groups[0].Started != 2 || groups[0].MayLose != 1 || groups[0].MayLoseAtOnce != 1 {
		t.Fatalf("2x2: got %+v", groups)
	}
	set(&o, 2, StatusDead)
	if g := o.Groups()[0]; g.Started != 1 || g.MayLose != 0 || len(g.Nodes) != 2 {
		t.Errorf("last copy: got %+v", g)
	}

	// One group of three: one after another two may go, at once only one, because
	// one of three is less than half.
	spec := DefaultSpec()
	spec.NumNodeGroups, spec.ActiveReplicationFactor = 1, 3
	o = Observed{Config: &ClusterConfig{NodeGroups: 1, MaxReplicas: 3}, Serving: true, ArbitrationReady: true}
	for r := range 3 {
		o.Nodes = append(o.Nodes, NodeObservation{Slot: Slot{ID: spec.DataNodeID(0, r), Kind: KindData}, Status: StatusStarted, Active: true})
	}
	if g := o.Groups()[0]; g.MayLose != 2 || g.MayLoseAtOnce != 1 {
		t.Errorf("1x3: got %+v", g)
	}
}
