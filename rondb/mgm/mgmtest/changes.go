package mgmtest

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"rondb-tui/rondb/mgm"
)

// Why a backup ends before it is done.
const (
	errAborted     = 1321 // by the user
	errNodeFailure = 1326
)

// startBackup begins a backup, and waits as it is asked to until done is closed.
func (c *Cluster) startBackup(id uint32, wait mgm.BackupWait, done <-chan struct{}) (uint32, error) {
	c.mu.Lock()
	if err := c.backupRefused(id); err != nil {
		c.mu.Unlock()
		return 0, err
	}
	if id == 0 {
		id = c.lastID + 1
	}
	c.backup, c.lastID = id, max(id, c.lastID)
	ended := c.ended
	c.send(c.president(), mgm.EventBackupStarted, &mgm.BackupStarted{By: c.setup.ID, ID: id})
	if !c.setup.HoldBackups {
		c.endBackup(0)
	}
	c.mu.Unlock()
	if wait == mgm.WaitCompleted {
		select {
		case <-ended:
		case <-done:
			return 0, errors.New("the server is going down")
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		return id, c.outcome
	}
	return id, nil
}

func (c *Cluster) backupRefused(id uint32) error {
	switch {
	case len(c.peers(0)) == 0:
		return errNoDataNodes()
	case c.backup != 0:
		return errBackup(mgm.CodeBackupRunning, "Backup failed: Backup already in progress (1302)")
	case id != 0 && id <= c.lastID:
		return errBackup(mgm.CodeBackupIDUsed, "Backup failed: file already exists (use 'START BACKUP <backup id>') (1350)")
	}
	return nil
}

// EndBackup ends the running backup: with an error, or completed with 0.
func (c *Cluster) EndBackup(code uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endBackup(code)
}

func (c *Cluster) endBackup(code uint32) {
	if c.backup == 0 {
		return
	}
	id := c.backup
	c.backup, c.outcome = 0, nil
	if code == 0 {
		c.send(c.president(), mgm.EventBackupCompleted, &mgm.BackupCompleted{
			By: c.setup.ID, ID: id, StartGCI: 89, StopGCI: 92, Bytes: 51344, Records: 2059,
		})
	} else {
		c.outcome = errBackup(int(code), fmt.Sprintf("Backup aborted: error %d", code))
		c.send(c.president(), mgm.EventBackupAborted, &mgm.BackupAborted{By: c.setup.ID, ID: id, Error: code})
	}
	close(c.ended)
	c.ended = make(chan struct{})
}

// abortBackup only passes the wish on, so that it refuses nothing.
func (c *Cluster) abortBackup(id uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id == c.backup {
		c.endBackup(errAborted)
	}
}

// createGroup makes a node group.
func (c *Cluster) createGroup(ids []mgm.NodeID) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.single != 0 {
		return 0, &refusal{mgm.CodeSingleUser, "Operation not allowed or aborted due to single user mode" + permanent}
	}
	started, next := false, 0
	for _, n := range c.status() {
		if n.Type == mgm.DataNode {
			next = max(next, n.Group+1)
		}
	}
	for _, id := range ids {
		n, ok := c.nodes[id]
		if !ok || n.Type != mgm.DataNode || n.Group != mgm.NoGroup {
			return 0, errGroupNodes()
		}
		started = started || n.State == mgm.Started
	}
	switch {
	case len(ids) != c.setup.Replicas:
		return 0, &refusal{mgm.CodeGroupSize, "Invalid no of nodes specified for new nodegroup" + permanent}
	case !started:
		return 0, &refusal{mgm.CodeGroupNoneStarted, "Invalid node(s) specified for new nodegroup, no node in nodegroup is started" + permanent}
	}
	for _, id := range ids {
		n := c.nodes[id]
		n.Group = next
		c.nodes[id] = n
	}
	return next, nil
}

// noSuchGroup is what a data node says to a group that cannot be dropped.
const noSuchGroup = -2

// dropGroup: the first group always has the tables.
func (c *Cluster) dropGroup(group int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	members := c.members(group)
	if group == 0 || len(members) == 0 {
		return fmt.Errorf("error: %d", noSuchGroup)
	}
	for _, id := range members {
		n := c.nodes[id]
		n.Group = mgm.NoGroup
		c.nodes[id] = n
	}
	return nil
}

func (c *Cluster) members(group int) []mgm.NodeID {
	var ids []mgm.NodeID
	for _, n := range c.status() {
		if n.Type == mgm.DataNode && n.Group == group {
			ids = append(ids, n.ID)
		}
	}
	return ids
}

// setActive changes whether a slot takes part.
func (c *Cluster) setActive(id mgm.NodeID, active bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, ok := c.nodes[id]
	switch {
	case !ok:
		return &refusal{0, fmt.Sprintf("No node defined with id=%d in config file.", id)}
	case active == !c.inactive[id]:
		return nil
	case !active && n.Type == mgm.DataNode && n.State.Up():
		return &refusal{0, fmt.Sprintf("Failed to deactivate node %d: it is still connected", id)}
	}
	c.inactive[id] = !active
	return nil
}

func (c *Cluster) setHost(id mgm.NodeID, host string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.nodes[id]; !ok {
		return &refusal{0, fmt.Sprintf("No node defined with id=%d in config file.", id)}
	}
	if !c.inactive[id] {
		return &refusal{0, fmt.Sprintf("Node %d is active, can only change hostname of a deactivated node", id)}
	}
	c.hosts[id] = host
	return nil
}

// purge frees the ids that no connected node has.
func (c *Cluster) purge() []mgm.NodeID {
	c.mu.Lock()
	defer c.mu.Unlock()
	var freed []mgm.NodeID
	for id := range c.reserved {
		if !c.nodes[id].State.Up() {
			freed = append(freed, id)
			delete(c.reserved, id)
		}
	}
	slices.Sort(freed)
	return freed
}

// reservations are the ids that sessions hold without a node, sorted.
func (c *Cluster) reservations() []mgm.NodeID {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(maps.Keys(c.reserved))
}

// Pages of the simulated memory, as a small cluster has them.
const (
	pageSize  = 32768
	pagesUsed = 26
	pagesAll  = 2048
)

// report is what dump events answers, in the order of the nodes.
func (c *Cluster) report(t mgm.EventType, ids []mgm.NodeID) []mgm.Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	var events []mgm.Event
	for _, n := range c.peers(0) {
		if len(ids) > 0 && !slices.Contains(ids, n.ID) {
			continue
		}
		switch t {
		case mgm.EventBackupStatus:
			status := &mgm.BackupStatus{}
			if c.backup != 0 {
				status = &mgm.BackupStatus{By: c.setup.ID, ID: c.backup, Bytes: 25672, Records: 1030}
			}
			events = append(events, mgm.Event{Type: t, Source: n.ID, Body: status})
		case mgm.EventMemoryUsage:
			events = append(events,
				mgm.Event{Type: t, Source: n.ID, Body: &mgm.MemoryUsage{PageSize: pageSize, Used: pagesUsed, Total: pagesAll, Block: mgm.BlockDataMemory}},
				mgm.Event{Type: t, Source: n.ID, Body: &mgm.MemoryUsage{PageSize: pageSize / 4, Used: 24, Total: 2080, Block: mgm.BlockIndexMemory}})
		default: // nothing was saved
		}
	}
	return events
}
