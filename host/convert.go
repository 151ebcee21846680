package host

import (
	"rondb-tui/engine"
	"rondb-tui/workload"
)

// viewOf puts the load's statistics into the engine's vocabulary.
func viewOf(s workload.Stats) engine.LoadView {
	view := engine.LoadView{
		Workload: string(s.Kind), Running: s.Running, Reason: s.Reason, Rate: s.Rate, Clients: s.Clients,
		OpsPerSecond: s.OpsPerSecond, P50: s.P50, P95: s.P95, P99: s.P99, Max: s.Max,
		Ledger: ledgerOf(s.Ledger), Errors: errorsOf(s.Errors), LastBlackout: s.LastBlackout,
		Servers:   make([]engine.ServerLoad, len(s.Servers)),
		Samples:   make([]engine.LoadSample, len(s.Samples)),
		Incidents: make([]engine.Incident, len(s.Incidents)),
	}
	for i, one := range s.Servers {
		view.Servers[i] = engine.ServerLoad{Node: engine.NodeID(one.Node), Up: one.Up, OpsPerSecond: one.OpsPerSecond, Errors: one.Errors}
	}
	for i, one := range s.Samples {
		view.Samples[i] = engine.LoadSample(one)
	}
	for i := range s.Incidents {
		view.Incidents[i] = incidentOf(&s.Incidents[i])
	}
	return view
}

func ledgerOf(l workload.LedgerStats) engine.LedgerView {
	return engine.LedgerView{
		Acked: l.Acked, Verified: l.Verified, SelfVerified: l.SelfVerified, Failed: l.Failed,
		Unknown: l.Unknown, UnknownPresent: l.UnknownPresent, UnknownAbsent: l.UnknownAbsent, NotSent: l.NotSent,
		Lost: l.Lost, RolledBack: l.RolledBack, Duplicated: l.Duplicated, Torn: l.Torn, Resurrected: l.Resurrected,
		Total: l.Total, TotalWanted: l.TotalWanted, Audits: l.Audits, LastAudit: l.LastAudit,
		Verdict: engine.LedgerVerdict(l.Verdict),
	}
}

func errorsOf(e workload.Errors) engine.LoadErrors { return engine.LoadErrors(e) }

func incidentOf(one *workload.Incident) engine.Incident {
	nodes := make([]engine.NodeID, len(one.Nodes))
	for i, n := range one.Nodes {
		nodes[i] = engine.NodeID(n)
	}
	return engine.Incident{
		ID: one.ID, Fault: one.Fault, Nodes: nodes, At: one.At, Blackout: one.Blackout, Brownout: one.Brownout,
		Errors: errorsOf(one.Errors), Acked: one.Acked, Lost: one.Lost, RolledBack: one.RolledBack, Measured: one.Measured, Overlaps: one.Overlaps, Open: one.Open,
	}
}
