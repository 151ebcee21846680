package dockerdrv

import (
	"context"
	"fmt"
	"strings"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
	"rondb-tui/rondb/config"
)

// startNode starts the process of a slot, and its container first if that has
// ended.
func (d *Driver) startNode(ctx context.Context, c *cluster, a engine.StartNode) error {
	op, slot := "start "+a.Slot.Kind.Words(), a.Slot
	box, boxed := d.board.container(slot.ID)
	n := d.observed(slot.ID)
	switch {
	case !boxed:
		return refuse(engine.KindNotFound, a, "it has no container")
	case n.Status == engine.StatusStopping:
		return refuse(engine.KindTransient, a, "it is stopping")
	case n.Status.Running():
		return nil
	case slot.Kind == engine.KindData && !n.Active:
		return refuse(engine.KindDenied, a, "its slot is not active in the configuration")
	case n.Stale && !a.Initial:
		return refuse(engine.KindDenied, a, "its data is from before a deactivation: only a start with --initial may use the volume")
	}
	if slot.Kind == engine.KindAPI {
		return d.startAPI(ctx, c, slot, box)
	}
	l, err := d.wake(ctx, c, slot, op)
	if err != nil {
		return err
	}
	if err := d.forgotten(ctx, slot); err != nil {
		return err
	}
	before := d.board.process(slot.ID).GetIncarnation()
	first := !c.store.meta().Nodes[slot.ID].Started
	err = d.record(ctx, c, slot.ID, func(r *Record) {
		r.Started, r.Incarnation = true, r.Base+before+1
	})
	if err != nil {
		return err
	}
	if a.Initial {
		d.board.mu.Lock()
		d.board.node(slot.ID).emptied = before + 1
		d.board.mu.Unlock()
	}
	if err := d.launch(ctx, c, l, a, first); err != nil {
		return err
	}
	return d.happened(ctx, op, slot.ID, func(p *agentproto.ProcessStatus) bool { return p.GetIncarnation() > before })
}

// startAPI starts an API node, which is its container.
func (d *Driver) startAPI(ctx context.Context, c *cluster, slot engine.Slot, box boxed) error {
	err := d.record(ctx, c, slot.ID, func(r *Record) {
		r.Started = true
		r.Incarnation++
	})
	if err != nil {
		return err
	}
	if _, err := d.ready(ctx, c); err != nil {
		return err
	}
	if err := d.startContainer(ctx, c, slot, box.id); err != nil {
		return err
	}
	return d.relist(ctx)
}

// forgotten waits until the management servers do not count on the last process
// of a node any more: before that, its id is taken, and what they say of it is old.
func (d *Driver) forgotten(ctx context.Context, slot engine.Slot) error {
	if slot.Kind != engine.KindData {
		return nil
	}
	err := d.until(ctx, func() bool {
		s := d.board.view.of(slot.ID)
		return d.board.view.from == 0 || s == nil || !isStarted(s) && !s.GetConnected()
	})
	if err != nil {
		return engine.Errorf(engine.KindTransient, "start data node", slot.ID, "the others still count on its last process: %w", err)
	}
	return nil
}

// launch writes the process's configuration and starts it.
func (d *Driver) launch(ctx context.Context, c *cluster, l *link, a engine.StartNode, first bool) error {
	op := "start " + a.Slot.Kind.Words()
	var err error
	switch a.Slot.Kind {
	case engine.KindManagement:
		err = d.writeConfig(ctx, c, l, agentproto.ConfigFile_CONFIG_INI)
		if err == nil {
			_, err = l.client.StartManagementServer(ctx, &agentproto.StartManagementServerRequest{
				Call: d.call(c), Initial: first, Nowait: d.absentServers(c, a.Slot.ID),
			})
		}
	case engine.KindData:
		_, err = l.client.StartDataNode(ctx, &agentproto.StartDataNodeRequest{
			Call: d.call(c), Initial: a.Initial, Connect: d.connectString(c),
		})
	case engine.KindMySQL:
		err = d.writeConfig(ctx, c, l, agentproto.ConfigFile_MY_CNF)
		if err == nil {
			_, err = l.client.StartMySQLServer(ctx, &agentproto.StartMySQLServerRequest{
				Call: d.call(c), Connect: d.connectString(c), Accounts: accountsOf(c.store.meta()),
			})
		}
	case engine.KindAPI:
	}
	return refused(op, a.Slot.ID, err)
}

func accountsOf(m *Meta) []*agentproto.Account {
	accounts := make([]*agentproto.Account, len(m.Accounts))
	for i, a := range m.Accounts {
		accounts[i] = &agentproto.Account{User: a.User, Host: a.Host, Password: string(a.Password), Grants: a.Grants}
	}
	return accounts
}

// servers are the management servers that have a container.
func (d *Driver) servers(c *cluster) (present, absent []engine.Slot) {
	for _, slot := range c.store.meta().slots() {
		if slot.Kind != engine.KindManagement {
			continue
		}
		if _, found := d.board.container(slot.ID); found {
			present = append(present, slot)
		} else {
			absent = append(absent, slot)
		}
	}
	return present, absent
}

// connectString names the management servers that are there.
func (d *Driver) connectString(c *cluster) string {
	m := c.store.meta()
	present, absent := d.servers(c)
	if len(present) == 0 {
		present = absent
	}
	hosts := make([]string, len(present))
	for i, slot := range present {
		hosts[i] = fmt.Sprintf("%s:%d", addressOf(m.Network, slot.ID), m.Config.ManagementPort)
	}
	return strings.Join(hosts, ",")
}

// absentServers are those that a management server must not wait for: all others
// that do not run.
func (d *Driver) absentServers(c *cluster, but engine.NodeID) []int32 {
	var ids []int32
	for _, slot := range c.store.meta().slots() {
		if slot.Kind == engine.KindManagement && slot.ID != but && !d.observed(slot.ID).Status.Running() {
			ids = append(ids, int32(slot.ID)) //nolint:gosec // G115: at most 255
		}
	}
	return ids
}

// writeConfig gives an agent its process's configuration.
func (d *Driver) writeConfig(ctx context.Context, c *cluster, l *link, file agentproto.ConfigFile) error {
	files, err := d.clusterFiles(c, l)
	if err != nil {
		return err
	}
	var content []byte
	if file == agentproto.ConfigFile_CONFIG_INI {
		content, err = files.INI()
	} else {
		content, err = files.MyCnf(int(l.node))
	}
	if err != nil {
		return engine.Errorf(engine.KindInvalid, "write the configuration", l.node, "%w", err)
	}
	_, err = l.client.WriteConfig(ctx, &agentproto.WriteConfigRequest{Call: d.call(c), File: file, Content: content})
	return err
}

// clusterFiles is the cluster in the words of rondb/config.
func (d *Driver) clusterFiles(c *cluster, l *link) (*config.Cluster, error) {
	const op = "write the configuration"
	m := c.store.meta()
	release, err := releaseOf(m, l.hello)
	if err != nil {
		return nil, engine.Errorf(engine.KindInvalid, op, l.node, "%w", err)
	}
	memory, err := config.ParseMemory(m.Config.TotalMemory)
	if err != nil {
		memory = 0 // the size's
	}
	layout := agentproto.LayoutOf(agentproto.DefaultDir)
	files := &config.Cluster{
		Name: string(m.Name), Release: release, MaxReplicas: m.Config.MaxReplicas,
		Ports: config.Ports{Management: m.Config.ManagementPort, Data: m.Config.DataNodePort, MySQL: m.Config.MySQLPort},
		Directories: config.Directories{
			Data: layout.Log, FileSystem: layout.FileSystem, DiskData: layout.DiskData, Backup: layout.Backup,
			Management: layout.Management, MySQL: layout.MySQL, Socket: layout.Socket,
		},
		Size: d.opts.Size, TotalMemory: memory, Heartbeats: d.opts.Heartbeats, Parameters: d.opts.Parameters,
	}
	if m.Image == StubImage {
		files.Size, _ = config.SizeNamed(config.RonDB, "small") // nobody uses it
		files.TotalMemory = 0
	}
	present, _ := d.servers(c)
	for _, slot := range m.slots() {
		host := addressOf(m.Network, slot.ID).String()
		switch slot.Kind {
		case engine.KindData:
			files.Data = append(files.Data, config.DataSlot{
				ID: int(slot.ID), Group: int(slot.Group), Host: host, Active: m.Nodes[slot.ID].Active,
			})
		case engine.KindManagement:
			files.Management = append(files.Management, config.Slot{IDs: []int{int(slot.ID)}, Host: host, Active: has(present, slot)})
		case engine.KindMySQL:
			files.MySQL = append(files.MySQL, config.Slot{IDs: ids(slot.ID, m.Config.MysqldSlotsPer), Host: host, Active: true})
		case engine.KindAPI:
			files.API = append(files.API, config.Slot{IDs: ids(slot.ID, m.Config.APISlotsPer), Host: host, Active: true})
		}
	}
	return files, nil
}

func has(slots []engine.Slot, slot engine.Slot) bool {
	for _, s := range slots {
		if s == slot {
			return true
		}
	}
	return false
}

// ids are the ids that a slot takes.
func ids(first engine.NodeID, count int) []int {
	list := make([]int, max(count, 1))
	for i := range list {
		list[i] = int(first) + i
	}
	return list
}

// releaseOf is what the programs said they are.
func releaseOf(m *Meta, hello *agentproto.AgentHelloReply) (config.Release, error) {
	text := hello.GetDatabaseVersion()
	if text == "" {
		text = m.Config.Version
	}
	version, err := config.ParseVersion(text)
	flavour := config.RonDB // what the stand-ins stand in for
	if hello.GetFlavour() == "ndb" {
		flavour = config.NDB
	}
	return config.Release{Flavour: flavour, Version: version}, err
}

// happened waits until an agent tells that what it was asked for has happened.
func (d *Driver) happened(ctx context.Context, op string, node engine.NodeID, seen func(p *agentproto.ProcessStatus) bool) error {
	gone := false
	err := d.until(ctx, func() bool {
		n := d.board.node(node)
		box, boxed := d.board.stock.containers[node]
		gone = !boxed || !box.running()
		return gone || n.link != nil && n.link.up && seen(n.last)
	})
	if err != nil {
		return engine.Errorf(engine.KindTransient, op, node, "its agent has not told the effect: %w", err)
	}
	if gone {
		return engine.Errorf(engine.KindConflict, op, node, "its container has ended")
	}
	return nil
}
