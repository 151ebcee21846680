package tui

import (
	"fmt"

	"rondb-tui/engine"
)

// The bounds and steps of the load's keys; the engine's own limits still hold.
const (
	minRate, maxRate       = 10, 100_000
	minClients, maxClients = 1, 256
)

func loadCommands() []command {
	return []command{
		{
			binding: bind("t", "pause load", "t"), section: sectionLoad, foot: footScreen,
			about: "pause or resume the load", why: whyNoLoad, do: toggleLoad,
			label: func(s *engine.Snapshot, _ *ui) string {
				if s.Load.Running {
					return "pause load"
				}
				return "resume load"
			},
		},
		{
			binding: bind("{", "slower", "{"), section: sectionLoad, foot: footLoad,
			about: "half the rate", why: whyNoLoad, do: changeRate(func(rate int) int { return rate / 2 }),
		},
		{
			binding: bind("}", "faster", "}"), section: sectionLoad, foot: footLoad,
			about: "twice the rate", why: whyNoLoad, do: changeRate(func(rate int) int { return rate * 2 }),
		},
		{
			binding: bind("(", "fewer clients", "("), section: sectionLoad, foot: footLoad,
			about: "half the clients", why: whyNoLoad, do: changeClients(func(n int) int { return n / 2 }),
		},
		{
			binding: bind(")", "more clients", ")"), section: sectionLoad, foot: footLoad,
			about: "twice the clients", why: whyNoLoad, do: changeClients(func(n int) int { return n * 2 }),
		},
		{
			binding: bind("a", "audit", "a"), section: sectionLoad, foot: footScreen,
			about: "audit the whole ledger now", why: whyNoLoad,
			do: func(*engine.Snapshot, *ui) action { return submitNow{engine.AuditLoad{}, "audit asked for"} },
		},
	}
}

func whyNoLoad(s *engine.Snapshot, _ *ui) string {
	if s.Load.Workload == "" || s.Load.Workload == "none" {
		return "this cluster has no workload"
	}
	return ""
}

func toggleLoad(s *engine.Snapshot, _ *ui) action {
	running := !s.Load.Running
	said := "load paused"
	if running {
		said = "load resumed"
	}
	return submitNow{engine.SetLoad{Running: &running}, said}
}

func changeRate(by func(int) int) func(*engine.Snapshot, *ui) action {
	return func(s *engine.Snapshot, _ *ui) action {
		rate := min(max(by(s.Load.Rate), minRate), maxRate)
		if rate == s.Load.Rate {
			return say{fmt.Sprintf("the rate stays at %d operations/s: the keys go no further", rate)}
		}
		return submitNow{engine.SetLoad{Rate: &rate}, fmt.Sprintf("rate %d operations/s", rate)}
	}
}

func changeClients(by func(int) int) func(*engine.Snapshot, *ui) action {
	return func(s *engine.Snapshot, _ *ui) action {
		clients := min(max(by(s.Load.Clients), minClients), maxClients)
		if clients == s.Load.Clients {
			return say{fmt.Sprintf("%d clients stay: the keys go no further", clients)}
		}
		return submitNow{engine.SetLoad{Clients: &clients}, fmt.Sprintf("%d clients", clients)}
	}
}
