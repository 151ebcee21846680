package simtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"rondb-tui/engine"
	"rondb-tui/engine/plan"
	"rondb-tui/simdrv"
)

// ScenarioVersion is written into every corpus file.
const ScenarioVersion = 1

// Limits of a scenario: how long its faults last and how long healing may take,
// in virtual time.
const (
	bootLimit    = 2 * time.Minute
	healLimit    = 5 * time.Minute
	staysFor     = 5 * time.Second
	noticed      = 3 * time.Second // more than four heartbeats
	maxActions   = 12
	maxGap       = 4 * time.Second
	longestLease = 5 * time.Second
)

// Scenario is one run: a world, the faults it may throw by itself, and what is
// done to it. It holds everything needed to repeat the run.
type Scenario struct {
	Version   int
	Seed      uint64
	Invariant string `json:",omitempty"` // what it once broke
	Why       string `json:",omitempty"` // and the cause that was found
	Groups    int
	Replicas  int
	MySQL     int
	Mgmds     int
	Faults    simdrv.Faults
	Actions   []Action
}

// Action is one thing done to the cluster, After the one before it.
type Action struct {
	After time.Duration
	Do    string          // kill, pause, isolate, scale, restart, stop, start
	Nodes []engine.NodeID `json:",omitempty"`
	What  engine.ScaleTarget
	Delta int           `json:",omitempty"`
	Lease time.Duration `json:",omitempty"`
}

// Draw makes the scenario of a seed: a swarm, each run with its own topology and
// its own few kinds of faults.
func Draw(seed uint64) Scenario {
	random := rand.New(rand.NewPCG(seed, 0x5eed))
	s := Scenario{Version: ScenarioVersion, Seed: seed,
		Groups: 1 + random.IntN(2), Replicas: 1 + random.IntN(3), MySQL: 1 + random.IntN(2), Mgmds: 1 + random.IntN(2)}
	for _, fault := range []*float64{&s.Faults.DoFails, &s.Faults.ReplyLost, &s.Faults.CrashInPhase, &s.Faults.VolumeLost} {
		if random.IntN(3) == 0 {
			*fault = random.Float64() * 0.15
		}
	}
	for range random.IntN(maxActions) {
		s.Actions = append(s.Actions, s.draw(random))
	}
	return s
}

func (s *Scenario) draw(random *rand.Rand) Action {
	a := Action{After: time.Duration(random.Int64N(int64(maxGap)))}
	spec := s.spec()
	drawn := func() engine.NodeID {
		switch random.IntN(6) {
		case 0:
			return spec.ManagementID(random.IntN(s.Mgmds))
		case 1:
			return spec.MySQLID(random.IntN(s.MySQL))
		default:
			return spec.DataNodeID(engine.GroupID(random.IntN(s.Groups)), random.IntN(s.Replicas))
		}
	}
	switch a.Do = []string{"kill", "kill", "kill", "pause", "isolate", "scale", "scale", "restart", "stop", "start"}[random.IntN(10)]; a.Do {
	case "kill":
		for range 1 + random.IntN(2) {
			a.Nodes = append(a.Nodes, drawn())
		}
	case "pause", "isolate":
		a.Nodes, a.Lease = []engine.NodeID{drawn()}, 1+time.Duration(random.Int64N(int64(longestLease)))
	case "restart":
		a.Nodes = []engine.NodeID{drawn()}
	case "scale":
		a.What = []engine.ScaleTarget{engine.ScaleReplicas, engine.ScaleMySQL, engine.ScaleManagement, engine.ScaleAPI}[random.IntN(4)]
		a.Delta = 1 - 2*random.IntN(2)
	}
	return a
}

func (s *Scenario) spec() engine.Spec {
	wanted := engine.DefaultSpec()
	wanted.NumNodeGroups, wanted.ActiveReplicationFactor = s.Groups, s.Replicas
	wanted.NumManagedMysqldVms, wanted.NumManagedMgmdVms = s.MySQL, s.Mgmds
	return wanted
}

// Run plays the scenario: start, faults with the safety properties checked
// before every effect, then no new faults and the demand that the engine comes
// to rest at the desired state and stays there.
func (s *Scenario) Run() error {
	base := time.Unix(0, 0).UTC()
	world := simdrv.New(simdrv.Config{Seed: s.Seed, Profile: simdrv.DemoProfile(), Base: base})
	rig, err := NewRig(world, base, s.spec())
	if err != nil {
		return err
	}
	rig.BeforeEffect = Safety
	if err := rig.RunUntil("started", bootLimit, atRest); err != nil {
		return err
	}
	world.SetFaults(s.Faults)
	for i, action := range s.Actions {
		if err := rig.RunFor(action.After); err != nil {
			return fmt.Errorf("waiting for action %d: %w", i, err)
		}
		if err := s.do(rig, action); err != nil {
			return fmt.Errorf("action %d (%s): %w", i, action.Do, err)
		}
	}
	world.SetFaults(simdrv.Faults{})
	world.Heal()
	return s.converge(rig)
}

// do performs an action. A refusal is an answer, not a failure.
func (s *Scenario) do(rig *Rig, a Action) error {
	var err error
	switch a.Do {
	case "kill":
		err = rig.Ask(engine.KillNode{Targets: a.Nodes, LastCopy: true})
	case "pause":
		_ = rig.World.Pause(a.Nodes[0], a.Lease)
	case "isolate":
		_ = rig.World.Isolate(a.Nodes[0], a.Lease)
	case "restart":
		err = rig.Ask(engine.RestartNode{Target: a.Nodes[0]})
	case "scale":
		err = rig.Ask(engine.Scale{Target: a.What, Delta: a.Delta})
	case "stop", "start":
		wanted := rig.View().Spec.Clone()
		wanted.RonDBRunning = a.Do == "start"
		err = rig.Ask(engine.SetSpec{Spec: wanted, Source: a.Do})
	}
	switch engine.KindOf(err) {
	case engine.KindDenied, engine.KindNotFound, engine.KindConflict, engine.KindInvalid:
		return rig.broken
	default:
		return err
	}
}

func (s *Scenario) converge(rig *Rig) error {
	// What was done last has to be noticed before its end can be waited for.
	if err := rig.RunFor(noticed); err != nil {
		return err
	}
	// Faults in a row may have ended in ERROR_STATE, which a person leaves (C6).
	if rig.View().State == engine.ErrorState {
		if err := rig.Ask(engine.RetryNow{}); err != nil {
			return fmt.Errorf("retry from ERROR_STATE: %w", err)
		}
	}
	err := rig.RunUntil("at the desired state (C2)", healLimit, func(v *engine.ClusterView) bool { return atRest(v) || hopeless(v) })
	if err != nil {
		return err
	}
	if hopeless(rig.View()) {
		return s.explained(rig)
	}
	before := len(rig.Entries())
	if err := rig.RunFor(staysFor); err != nil {
		return err
	}
	v := rig.View()
	switch {
	case !atRest(v):
		return fmt.Errorf("it did not stay at the desired state (C2): %s, %s", v.State, v.Reason)
	case len(rig.Entries()) != before:
		return errors.New("the journal was written at the fixpoint (S1)")
	case !plan.Satisfied(plan.Input{Spec: v.Spec, Revision: v.Revision, Observed: v.Observed, Now: v.Observed.At}):
		return errors.New("AT_DESIRED_STATE, but the observation does not satisfy the desired state (C1)")
	}
	if v.Spec.RonDBRunning {
		return rig.World.CheckReplicas()
	}
	return nil
}

// hopeless is a cluster that lost every copy of a node group: nothing but a
// restore can help, and the engine has to say so instead of trying for ever.
func hopeless(v *engine.ClusterView) bool {
	o := &v.Observed
	if !o.Formed || o.Config == nil || !v.Spec.RonDBRunning || v.State == engine.AtDesiredState {
		return false
	}
	for g := range o.Config.NodeGroups {
		copies := 0
		for i := range o.Nodes {
			if n := &o.Nodes[i]; n.Kind == engine.KindData && int(n.Group) == g && n.HasData && !n.Stale {
				copies++
			}
		}
		if copies == 0 {
			return true
		}
	}
	return false
}

func (s *Scenario) explained(rig *Rig) error {
	if err := rig.RunFor(staysFor); err != nil {
		return err
	}
	if v := rig.View(); len(v.Waiting) == 0 {
		return fmt.Errorf("all copies of a node group are gone and nothing says so: %s, %s", v.State, v.Reason)
	}
	return nil
}

func atRest(v *engine.ClusterView) bool { return v.State == engine.AtDesiredState && !v.Run.Active }

// Shrink drops actions and faults as long as the scenario still fails.
func (s Scenario) Shrink() Scenario {
	for smaller := true; smaller; {
		smaller = false
		for i := range s.Actions {
			trial := s
			trial.Actions = append(append([]Action(nil), s.Actions[:i]...), s.Actions[i+1:]...)
			if trial.Run() != nil {
				s, smaller = trial, true
				break
			}
		}
	}
	for _, fault := range []func(*Scenario) *float64{
		func(s *Scenario) *float64 { return &s.Faults.DoFails }, func(s *Scenario) *float64 { return &s.Faults.ReplyLost },
		func(s *Scenario) *float64 { return &s.Faults.CrashInPhase }, func(s *Scenario) *float64 { return &s.Faults.VolumeLost },
	} {
		trial := s
		if *fault(&trial) = 0; *fault(&s) != 0 && trial.Run() != nil {
			s = trial
		}
	}
	return s
}
