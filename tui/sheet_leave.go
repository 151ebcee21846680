package tui

import (
	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// cluster is what there is to know of a cluster that is left.
type cluster struct {
	name      engine.ClusterName // "" if not known: then nothing can be destroyed
	simulated bool
	stopped   bool // it is to be stopped already
}

// left says which cluster the console is about to leave.
func (m *Model) left() cluster {
	c := cluster{name: m.name}
	if m.snap != nil {
		view := &m.snap.Cluster
		c.simulated, c.stopped = view.Simulated, !view.Spec.RonDBRunning
		if c.name == "" {
			c.name = view.Name
		}
	}
	return c
}

// askLeaving opens the leave sheet. Who only watches has nothing to decide.
func (m *Model) askLeaving() action {
	if m.readOnly {
		return leave{ExitKeep}
	}
	return openSheet{&sheet{kind: sheetLeave, about: m.left()}}
}

// newDestroySheet asks for the cluster's name.
func newDestroySheet(c cluster) *sheet {
	return &sheet{kind: sheetDestroy, about: c, needed: string(c.name)}
}

// choice is an answer to the leave sheet, what it leads to, and the way back.
type choice struct {
	button
	about, back string
}

// choices are the ways out, the one that changes nothing first.
func (c cluster) choices() []choice {
	name := present.Clean(string(c.name))
	keep := choice{
		button{"Keep running", present.Plain, leave{ExitKeep}},
		"This console closes; the cluster and the load go on.", "come back: rondb-tui attach " + name,
	}
	kept := "the data is kept"
	if c.simulated {
		kept = "the data is kept in the engine's process, which stays"
	}
	stop := choice{
		button{"Stop", present.Warn, leave{ExitStop}},
		"The desired state becomes \"not running\": the cluster stops in order; " + kept + ".", "run it again: rondb-tui start " + name,
	}
	destroy := choice{
		button{"Destroy", present.Bad, openSheet{newDestroySheet(c)}},
		c.gone() + " Its name has to be typed.", "",
	}
	stay := choice{button{"Stay", present.Plain, closeSheet{}}, "This sheet closes; nothing happens.", ""}
	switch {
	case c.stopped:
		keep.label = "Keep it stopped"
		keep.about = "This console closes; the engine and the data of the stopped cluster stay."
		return []choice{keep, destroy, stay}
	case c.name == "":
		return []choice{keep, stop, stay} // there is no name to type
	}
	return []choice{keep, stop, destroy, stay}
}

// leaveButtons are the answers to the leave sheet.
func (c cluster) leaveButtons() []button {
	var all []button
	for _, one := range c.choices() {
		all = append(all, one.button)
	}
	return all
}

// gone says what is lost with the cluster.
func (c cluster) gone() string {
	if c.simulated {
		return "The cluster, its data, the ledger and the engine's process end: nothing is left."
	}
	return "The cluster is removed with all its data, its history and its engine: nothing is left."
}

// leaveRows says what each answer leads to, in rows of w columns; with little
// room only the one that has the focus.
func (sh *sheet) leaveRows(w int, little bool) []present.Line {
	const indent = "  "
	var rows []present.Line
	for i, one := range sh.about.choices() {
		if little && i != sh.focus {
			continue
		}
		if !little {
			rows = append(rows, present.Words(one.role, one.label))
		}
		for _, about := range []string{one.about, one.back} {
			for _, text := range present.Wrap(about, max(w-len(indent), 1)) {
				rows = append(rows, present.Words(present.Plain, indent+text))
			}
		}
	}
	return rows
}

// destroyRows says once more what is lost.
func (sh *sheet) destroyRows(w int) []present.Line {
	var rows []present.Line
	for _, text := range present.Wrap(sh.about.gone(), w) {
		rows = append(rows, present.Words(present.Bad, text))
	}
	return rows
}
