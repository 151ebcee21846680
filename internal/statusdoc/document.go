package statusdoc

import (
	"slices"
	"time"

	"rondb-tui/engine"
)

// Schema is the version of the document. Fields are added without raising it.
const Schema = 1

// Document is the state of a cluster as scripts read it. A nil pointer is null:
// not known, or there is none. Lists are never null.
type Document struct {
	Schema              int             `json:"schema"`
	Cluster             string          `json:"cluster"`
	Driver              string          `json:"driver"`
	Simulated           bool            `json:"simulated"`
	Revision            engine.Revision `json:"revision"`
	ReconciliationState string          `json:"reconciliation_state"`
	Health              string          `json:"health"`
	Versions            []string        `json:"versions"`
	NodeGroups          []NodeGroup     `json:"node_groups"`
	Nodes               []Node          `json:"nodes"`
	SQLEndpoints        []string        `json:"sql_endpoints"`
	Workload            Workload        `json:"workload"`
	Plan                Plan            `json:"plan"`
}

// NodeGroup is the redundancy of one node group.
type NodeGroup struct {
	ID            engine.GroupID  `json:"id"`
	MayLose       int             `json:"may_lose"`
	MayLoseAtOnce int             `json:"may_lose_at_once"`
	Nodes         []engine.NodeID `json:"nodes"`
}

// Node is one node that exists or is wanted.
type Node struct {
	ID         engine.NodeID   `json:"id"`
	Kind       string          `json:"kind"`
	Status     string          `json:"status"`
	StartPhase *int            `json:"start_phase"`
	NodeGroup  *engine.GroupID `json:"node_group"`
	Version    *string         `json:"version"`
	President  bool            `json:"president"`
	Arbitrator bool            `json:"arbitrator"`
	LastCopy   bool            `json:"last_copy"`
	Address    *string         `json:"address"`
	Container  *string         `json:"container"`
	Error      *string         `json:"error"`
}

// Workload is the load and its ledger.
type Workload struct {
	Running            bool     `json:"running"`
	Acked              *uint64  `json:"acked"`
	Verified           *uint64  `json:"verified"`
	Unknown            *uint64  `json:"unknown"`
	Failed             *uint64  `json:"failed"`
	Lost               *uint64  `json:"lost"`
	RolledBackByDesign *uint64  `json:"rolled_back_by_design"`
	OpsPerSecond       *float64 `json:"ops_per_second"`
	P50MS              *float64 `json:"p50_ms"`
	P99MS              *float64 `json:"p99_ms"`
	MaxMS              *float64 `json:"max_ms"`
	LastBlackoutMS     *float64 `json:"last_blackout_ms"`
}

// Plan is the plan that runs, or the last that ran.
type Plan struct {
	Steps      *int     `json:"steps"`
	Done       *int     `json:"done"`
	WhyWaiting []string `json:"why_waiting"`
}

// noWorkload is the name of the workload that is none.
const noWorkload = "none"

// From makes the document of a snapshot. It keeps nothing of it that can change.
func From(s *engine.Snapshot) Document {
	c := &s.Cluster
	d := Document{
		Schema: Schema, Cluster: string(c.Name), Driver: c.Driver, Simulated: c.Simulated,
		Revision: c.Revision, ReconciliationState: string(c.State), Health: string(c.Health),
		Versions: []string{}, NodeGroups: []NodeGroup{}, Nodes: []Node{}, SQLEndpoints: []string{},
		Workload: workloadOf(&s.Load),
		Plan:     planOf(c),
	}
	for _, g := range c.Groups {
		d.NodeGroups = append(d.NodeGroups, NodeGroup{
			ID: g.ID, MayLose: g.MayLose, MayLoseAtOnce: g.MayLoseAtOnce, Nodes: append([]engine.NodeID{}, g.Nodes...),
		})
	}
	for i := range c.Observed.Nodes {
		n := &c.Observed.Nodes[i]
		if n.Status == engine.StatusAbsent && !c.Spec.Fills(n.Slot) {
			continue
		}
		d.Nodes = append(d.Nodes, nodeOf(&c.Observed, n))
		if n.Status.Running() && n.Version != "" && !slices.Contains(d.Versions, n.Version) {
			d.Versions = append(d.Versions, n.Version)
		}
		if n.Kind == engine.KindMySQL && n.Status == engine.StatusStarted && n.Address != "" {
			d.SQLEndpoints = append(d.SQLEndpoints, n.Address)
		}
	}
	slices.Sort(d.Versions)
	return d
}

func nodeOf(o *engine.Observed, n *engine.NodeObservation) Node {
	out := Node{
		ID: n.ID, Kind: n.Kind.String(), Status: n.Status.String(),
		Version: known(n.Version), President: n.President, Arbitrator: n.Arbitrator,
		Address: known(n.Address), Container: known(n.Container), Error: known(n.Err),
	}
	if n.Status == engine.StatusStarting {
		out.StartPhase = pointer(n.StartPhase)
	}
	if n.Kind == engine.KindData {
		out.NodeGroup = pointer(n.Group)
		out.LastCopy = n.Status == engine.StatusStarted && o.StartedIn(n.Group, n.ID) == 0
	}
	return out
}

// workloadOf tells no counts where no ledger is kept, and no latency before
// anything was measured.
func workloadOf(l *engine.LoadView) Workload {
	if l.Workload == "" || l.Workload == noWorkload {
		return Workload{Running: l.Running}
	}
	w := Workload{
		Running: l.Running,
		Acked:   pointer(l.Ledger.Acked), Verified: pointer(l.Ledger.Verified),
		Unknown: pointer(l.Ledger.Unknown), Failed: pointer(l.Ledger.Failed),
		Lost: pointer(l.Ledger.Lost), RolledBackByDesign: pointer(l.Ledger.RolledBack),
		OpsPerSecond: pointer(l.OpsPerSecond),
		P50MS:        measured(l.P50), P99MS: measured(l.P99), MaxMS: measured(l.Max),
	}
	if slices.ContainsFunc(l.Incidents, func(i engine.Incident) bool { return i.Measured }) {
		w.LastBlackoutMS = pointer(milliseconds(l.LastBlackout))
	}
	return w
}

func planOf(c *engine.ClusterView) Plan {
	p := Plan{WhyWaiting: append([]string{}, c.Waiting...)}
	if len(p.WhyWaiting) == 0 && c.State != engine.AtDesiredState && c.Reason != "" {
		p.WhyWaiting = append(p.WhyWaiting, c.Reason)
	}
	if !c.Run.Started.IsZero() {
		p.Steps, p.Done = pointer(len(c.Run.Plan.Steps)), pointer(c.Run.Done)
	}
	return p
}

func pointer[T any](v T) *T { return &v }

// known is nil for a text that is not there.
func known(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// measured is nil for a latency of which there is no measurement: a real one
// takes time.
func measured(d time.Duration) *float64 {
	if d <= 0 {
		return nil
	}
	return pointer(milliseconds(d))
}

// milliseconds with three decimals.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
