package validate

import (
	"fmt"
	"maps"

	"rondb-tui/engine"
)

// Facts is what a change of the desired state depends on besides the two states.
type Facts struct {
	// EverRan is true from the moment the configuration of the cluster's first
	// start was written: ids, slots and ports are fixed from then on.
	EverRan bool
	// PlainNDB is true where the nodes run NDB and not RonDB: it has no inactive
	// slots, so the number of replicas is fixed as well.
	PlainNDB bool
}

// Change lists everything that forbids to go from one desired state to another,
// nil if nothing does, and the notices for the new one. It does not repeat what
// Spec says about the new state by itself. Several changes at once are legal:
// the planner does them one after another.
func Change(old, next engine.Spec, facts Facts) (engine.Problems, []engine.Notice) {
	if !facts.EverRan {
		return nil, Notices(nil, next)
	}
	c := &checker{}
	c.restore(&old, &next)
	c.immutable(&old, &next)
	c.replicas(&old, &next, facts)
	c.nodeGroups(&old, &next)
	c.onlyGrow(&old, &next)
	return c.problems, Notices(&old, next)
}

// fixedFields are those that config.ini holds from the first start on.
func fixedFields(s *engine.Spec) []numberField {
	return []numberField{
		{"MaxReplicationFactor", s.MaxReplicationFactor},
		{"NumTotalMysqldSlots", s.NumTotalMysqldSlots},
		{"NumTotalApiSlots", s.NumTotalApiSlots},
		{"NumMysqldSlotsPerVm", s.NumMysqldSlotsPerVm},
		{"NumApiSlotsPerVm", s.NumApiSlotsPerVm},
		{"DefaultMgmdPort", s.DefaultMgmdPort},
		{"DefaultNdbdPort", s.DefaultNdbdPort},
		{"DefaultMysqldPort", s.DefaultMysqldPort},
	}
}

func (c *checker) immutable(old, next *engine.Spec) {
	after := fixedFields(next)
	for i, before := range fixedFields(old) {
		if before.value != after[i].value {
			c.refuse(before.path, "immutable",
				fmt.Sprintf("Put back %d, or create a new cluster with %d.", before.value, after[i].value),
				"%s cannot change from %d to %d: it is fixed since the cluster first started.",
				before.path, before.value, after[i].value)
		}
	}
}

func (c *checker) replicas(old, next *engine.Spec, facts Facts) {
	if facts.PlainNDB && old.ActiveReplicationFactor != next.ActiveReplicationFactor {
		c.refuse("ActiveReplicationFactor", "replicas-fixed-on-plain-ndb",
			fmt.Sprintf("Put back %d, or take a backup and restore it into a new cluster.", old.ActiveReplicationFactor),
			"Plain NDB cannot change the number of replicas of a cluster that has run, only RonDB can.")
	}
}

func (c *checker) nodeGroups(old, next *engine.Spec) {
	const path = "NumNodeGroups"
	if next.NumNodeGroups < old.NumNodeGroups {
		c.refuse(path, "node-groups-shrink",
			fmt.Sprintf("Put back %d. To have fewer: take a backup, create a new cluster with %d, restore into it.",
				old.NumNodeGroups, next.NumNodeGroups),
			"NumNodeGroups cannot go from %d to %d: every node group holds rows that no other one has.",
			old.NumNodeGroups, next.NumNodeGroups)
		return
	}
	// The ids after the data nodes' begin where the 64 ids kept for them end, and
	// move up only with more data nodes than that.
	grown := *old
	grown.NumNodeGroups = next.NumNodeGroups
	if grown.ManagementID(0) != old.ManagementID(0) {
		c.refuse(path, "node-ids-fixed",
			fmt.Sprintf("Set it to at most %d, or create a new cluster with %d and restore a backup into it.",
				max(int(old.ManagementID(0))-1, 0)/max(old.MaxReplicationFactor, 1), next.NumNodeGroups),
			"%d node groups of %d slots would take ids from %d on, which other nodes of the running cluster have.",
			next.NumNodeGroups, old.MaxReplicationFactor, old.ManagementID(0))
	}
}

// restore refuses to name another backup to restore once there is data. What the
// cluster was created from may stay, and may go.
func (c *checker) restore(old, next *engine.Spec) {
	if next.RestoreFromBackup == nil {
		return
	}
	was, is := old.RestoreFromBackup, next.RestoreFromBackup
	if was == nil || was.ID != is.ID || was.SinkType != is.SinkType || !maps.Equal(was.SinkParameters, is.SinkParameters) {
		c.refuse("RestoreFromBackup", "restore-before-first-run",
			"Remove it, and name it in the desired state of a new cluster.",
			"A backup can be restored only into a cluster that has never run.")
	}
}

// onlyGrow refuses smaller machines and disks: what runs there may not fit any
// more. Asking for no size counts as smaller than any.
func (c *checker) onlyGrow(old, next *engine.Spec) {
	oldTypes, oldStorage := machineFields(old)
	types, storage := machineFields(next)
	for i, before := range oldTypes {
		// An unknown type is Spec's to refuse.
		if after := vmRank(types[i].value); after >= 0 && after < vmRank(before.value) {
			c.refuse(before.path, "vm-type-only-grows", fmt.Sprintf("Put back %q, or choose a larger type.", before.value),
				"%s cannot shrink from %q to %q.", before.path, before.value, types[i].value)
		}
	}
	for i, before := range oldStorage {
		if after := storage[i].value; after >= 0 && after < before.value {
			c.refuse(before.path, "storage-only-grows", fmt.Sprintf("Put back %d, or choose more.", before.value),
				"%s cannot shrink from %d GiB to %d GiB.", before.path, before.value, after)
		}
	}
}
