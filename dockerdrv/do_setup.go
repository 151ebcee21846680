package dockerdrv

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"

	"github.com/moby/moby/client"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

// imageOnce finds the image once in a driver's life.
type imageOnce struct {
	mu      sync.Mutex
	found   bool
	image   image
	program []byte
	cpus    int // of the daemon's machine; 0: not known
}

// theImage finds the cluster's image, and makes it where it is the stub.
func (d *Driver) theImage(ctx context.Context) (image, error) {
	d.img.mu.Lock()
	defer d.img.mu.Unlock()
	if d.img.found {
		return d.img.image, nil
	}
	img, program, err := findImage(ctx, d.api, d.opts.Image, d.opts.Agent)
	if err != nil {
		return image{}, err
	}
	// Some daemons send an Info that cannot be read; what it is for can wait.
	if info, err := d.api.Info(ctx, client.InfoOptions{}); err == nil {
		d.img.cpus = info.Info.NCPU
	}
	d.img.image, d.img.program, d.img.found = img, program, true
	return img, nil
}

// ready is the image with the agent's program at hand.
func (d *Driver) ready(ctx context.Context, c *cluster) (image, error) {
	img, err := d.theImage(ctx)
	if err != nil || img.stub {
		return img, err
	}
	d.img.mu.Lock()
	defer d.img.mu.Unlock()
	if d.img.image.volume != "" {
		return d.img.image, nil
	}
	img, err = bringAgent(ctx, d.api, c.id, img, d.img.program)
	if err != nil {
		return img, err
	}
	d.img.image = img
	return img, nil
}

// configure writes the cluster's configuration. The first one makes the cluster:
// its meta volume and its network.
func (d *Driver) configure(ctx context.Context, config engine.ClusterConfig) error {
	const op = "write the cluster configuration"
	if config.NodeGroups < 1 || config.MaxReplicas < 1 || config.MaxReplicas > engine.MaxReplicas ||
		config.NodeGroups*config.MaxReplicas > engine.MaxDataNodes {
		return engine.Errorf(engine.KindInvalid, op, 0, "%d node groups of %d replicas", config.NodeGroups, config.MaxReplicas)
	}
	d.making.Lock()
	defer d.making.Unlock()
	c := d.found.Load()
	if c == nil {
		made, err := d.makeCluster(ctx)
		if err != nil {
			return err
		}
		c = made
	}
	if had := c.store.meta().Config; had != nil {
		if topology(*had) != topology(config) {
			return engine.Errorf(engine.KindUnsupported, op, 0, "the slots of a cluster cannot change")
		}
		if *had == config {
			return nil
		}
	}
	err := c.store.update(ctx, func(m *Meta) {
		first := m.Config == nil
		m.Config = &config
		if !first {
			return
		}
		m.Nodes = map[engine.NodeID]Record{}
		for _, slot := range slotsOf(config) {
			if slot.Kind == engine.KindData && slot.Replica < config.ReplicasAtStart {
				m.Nodes[slot.ID] = Record{Active: true}
			}
		}
	})
	if err != nil {
		return err
	}
	return d.relist(ctx)
}

// topology is the part of a configuration that decides the slots.
func topology(c engine.ClusterConfig) engine.ClusterConfig {
	return engine.ClusterConfig{
		NodeGroups: c.NodeGroups, MaxReplicas: c.MaxReplicas,
		MysqldSlots: c.MysqldSlots, MysqldSlotsPer: c.MysqldSlotsPer,
		APISlots: c.APISlots, APISlotsPer: c.APISlotsPer,
	}
}

// makeCluster makes what every cluster has. What an interrupted try left is found
// by its labels and used.
func (d *Driver) makeCluster(ctx context.Context) (*cluster, error) {
	const op = "make the cluster"
	img, err := d.theImage(ctx)
	if err != nil {
		return nil, err
	}
	uuid := d.board.leftover
	if uuid == "" {
		if uuid, err = d.drawUUID(); err != nil {
			return nil, err
		}
		d.board.leftover = uuid // a second try goes on with what the first one made
	}
	id := identity{uuid: uuid, name: d.opts.Name}
	network, err := makeNetwork(ctx, d.api, id, netip.Prefix{})
	if err != nil {
		return nil, err
	}
	authority, err := agentproto.NewAuthority(uuid, d.opts.Now())
	if err != nil {
		return nil, engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	accounts, err := d.drawAccounts()
	if err != nil {
		return nil, err
	}
	store, err := makeMeta(ctx, d.api, id, img.ref, &Meta{
		Format: metaFormat, Cluster: uuid, Name: d.opts.Name, Created: d.opts.Now(), Authority: authority,
		Network: network, Image: d.opts.Image, Accounts: accounts,
		Nodes: map[engine.NodeID]Record{}, Ports: map[engine.NodeID]int{},
	})
	if err != nil {
		return nil, err
	}
	if err := d.take(ctx, id, store); err != nil {
		return nil, err
	}
	return d.found.Load(), nil
}

func (d *Driver) drawUUID() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(d.opts.Random, b[:]); err != nil {
		return "", engine.Errorf(engine.KindTerminal, "draw a uuid", 0, "%w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80 // version 4
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

// AppUser is the MySQL account of the workload and of dsn.
const AppUser = "rondb_tui"

func (d *Driver) drawAccounts() ([]Account, error) {
	var b [16]byte
	if _, err := io.ReadFull(d.opts.Random, b[:]); err != nil {
		return nil, engine.Errorf(engine.KindTerminal, "draw a password", 0, "%w", err)
	}
	return []Account{{User: AppUser, Host: "%", Grants: "ALL ON *.*", Password: agentproto.Secret(hex.EncodeToString(b[:]))}}, nil
}

// firstPort and lastPort bound the MySQL ports that are tried on 127.0.0.1.
const (
	firstPort = 13306
	lastPort  = 29999
)

// freePort finds a port of this machine that nobody listens on and no MySQL
// server of the cluster has.
func (m *Meta) freePort(after int) int {
	taken := map[int]bool{}
	for _, port := range m.Ports {
		taken[port] = true
	}
	for port := max(firstPort, after+1); port <= lastPort; port++ {
		if taken[port] {
			continue
		}
		if l, err := net.Listen("tcp", hostPort(port)); err == nil { //nolint:noctx // it ends at once
			_ = l.Close()
			return port
		}
	}
	return 0
}
