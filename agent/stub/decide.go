package stub

import (
	"time"

	"rondb-tui/rondb/mgm"
)

// Exit codes of data nodes that are told to fail.
const (
	errorPartitioned = 2305 // a node group is missing
	errorOtherFailed = 2308 // another node failed during the start
	errorDead        = 2315 // declared dead
)

// member is a data node as the decision sees it.
type member struct {
	id     int
	group  int // mgm.NoGroup if none
	active bool
	state  string // "" if not registered
	how    string // of a start
	data   bool
}

// decision is an order and whom it is for.
type decision struct {
	node  int
	order order
}

// decide says what the data nodes are to do. unchanged is how long the set of
// those that wait has been the same.
func decide(members []member, unchanged time.Duration) []decision {
	started, starting := groupsOf(members, stateStarted), groupsOf(members, stateStarting)
	if count(started) > 0 {
		if missing(members, started) {
			return failAll(members, errorPartitioned, "Network partitioning - missing node group")
		}
		return nodeRestarts(members, started, starting)
	}
	if count(starting) > 0 {
		return brokenStart(members)
	}
	return wholeStart(members, unchanged)
}

// groupsOf counts the nodes of each group that are in a state.
func groupsOf(members []member, state string) map[int]int {
	groups := map[int]int{}
	for _, m := range members {
		if m.state == state {
			groups[m.group]++
		}
	}
	return groups
}

func count(groups map[int]int) int {
	sum := 0
	for _, n := range groups {
		sum += n
	}
	return sum
}

// missing says whether a node group has nobody who serves, though its slots are
// active. Those who stop in order are not missing: their stop was looked at.
func missing(members []member, started map[int]int) bool {
	stopping := groupsOf(members, stateStopping)
	for _, m := range members {
		if m.active && m.group != mgm.NoGroup && started[m.group] == 0 && stopping[m.group] == 0 && count(stopping) == 0 {
			return true
		}
	}
	return false
}

func failAll(members []member, code int, text string) []decision {
	var all []decision
	for _, m := range members {
		if m.state == stateStarted || m.state == stateStarting {
			all = append(all, decision{m.id, order{Do: doFail, Error: code, Text: text}})
		}
	}
	return all
}

// nodeRestarts: with a started peer, or before the node is in a group; one of each
// group at a time.
func nodeRestarts(members []member, started, starting map[int]int) []decision {
	var all []decision
	for _, m := range members {
		if m.state != stateWaiting || !m.active {
			continue
		}
		if m.group != mgm.NoGroup && (started[m.group] == 0 || starting[m.group] > 0) {
			continue
		}
		how := howNode
		if !m.data {
			how = howInitialNode
		}
		starting[m.group]++
		all = append(all, decision{m.id, order{Do: doStart, How: how}})
	}
	return all
}

// brokenStart: who starts together starts to its end together. A node that was
// restarting is lost with the cluster that it wanted to join.
func brokenStart(members []member) []decision {
	const text = "Another node failed during system restart, please investigate error(s) on other node(s)"
	for _, m := range members {
		alone := m.state == stateStarting && (m.how == howNode || m.how == howInitialNode)
		if alone {
			return failAll(members, errorOtherFailed, text)
		}
	}
	starting := groupsOf(members, stateStarting)
	for _, m := range members {
		if m.active && m.group != mgm.NoGroup && starting[m.group] == 0 {
			return failAll(members, errorOtherFailed, text)
		}
	}
	return nil
}

// wholeStart is an initial start, or a system restart from what the nodes have.
func wholeStart(members []member, unchanged time.Duration) []decision {
	active, waiting, data, formed := 0, 0, map[int]int{}, false
	for _, m := range members {
		if !m.active || m.group == mgm.NoGroup {
			continue
		}
		active++
		data[m.group] += 0
		if m.state == stateWaiting {
			waiting++
			if m.data {
				data[m.group]++
				formed = true
			}
		}
	}
	all := active > 0 && waiting == active
	if !formed {
		if !all {
			return nil
		}
		return startAll(members, howInitial, false)
	}
	for _, n := range data {
		if n == 0 {
			return nil // its data may be with a node that is still to come
		}
	}
	if all || (2*waiting > active && unchanged >= partialTime) {
		return startAll(members, howSystem, true)
	}
	return nil
}

// startAll starts those that wait; without data they wait for a node restart.
func startAll(members []member, how string, withData bool) []decision {
	var all []decision
	for _, m := range members {
		if m.state == stateWaiting && m.active && m.group != mgm.NoGroup && (m.data || !withData) {
			all = append(all, decision{m.id, order{Do: doStart, How: how}})
		}
	}
	return all
}
