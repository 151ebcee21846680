package dockerdrv

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"time"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

// metaFormat counts the incompatible versions of Meta.
const metaFormat = 1

// MaxMeta is the most that a meta file may have, in bytes.
const MaxMeta = 4 << 20

// Meta is the truth about a cluster that lives with the cluster, in its meta
// volume. It has secrets: the authority's key and passwords.
type Meta struct {
	Format  int
	Seq     uint64 // counts the writes
	Cluster string // uuid
	Name    engine.ClusterName
	Created time.Time
	Epoch   uint64 // of the newest engine that opened the cluster

	Authority *agentproto.Authority
	Network   netip.Prefix
	Image     string // as it was asked for
	Accounts  []Account

	Config *engine.ClusterConfig `json:",omitempty"`
	Formed bool                  `json:",omitempty"`
	Nodes  map[engine.NodeID]Record
	Ports  map[engine.NodeID]int // of MySQL servers on 127.0.0.1

	Revision engine.Revision `json:",omitempty"`
	Desired  json.RawMessage `json:",omitempty"` // the desired state of that revision
}

// Account is a MySQL account of a cluster.
type Account struct {
	User, Host, Grants string
	Password           agentproto.Secret
}

// Record is what has to be known about a node also while it has no container.
type Record struct {
	Active bool `json:",omitempty"` // data nodes: active in the configuration
	// Started: a start was asked for in this volume, so it may hold something.
	Started bool `json:",omitempty"`
	// Base is how often it was started in volumes that are gone, Incarnation how
	// often in all when that was last written.
	Base        uint64 `json:",omitempty"`
	Incarnation uint64 `json:",omitempty"`
	// StaleAt: data of this incarnation or an earlier one is from before a
	// deactivation. RestedAt: that this incarnation is over is what was asked for.
	StaleAt  uint64 `json:",omitempty"`
	RestedAt uint64 `json:",omitempty"`
}

// metaFile is a meta as it is written: with a sum, so that a half-written one is
// known as such.
type metaFile struct {
	Sum  string
	Meta json.RawMessage
}

func encodeMeta(m *Meta) ([]byte, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write the meta data: %w", err)
	}
	sum := sha256.Sum256(text)
	file, err := json.Marshal(metaFile{Sum: hex.EncodeToString(sum[:]), Meta: text})
	if err != nil {
		return nil, fmt.Errorf("write the meta data: %w", err)
	}
	if len(file) > MaxMeta {
		return nil, fmt.Errorf("write the meta data: it has %d bytes, at most %d", len(file), MaxMeta)
	}
	return file, nil
}

func decodeMeta(text []byte) (*Meta, error) {
	var file metaFile
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, errors.New("read the meta data: it is not whole")
	}
	sum := sha256.Sum256(file.Meta)
	if file.Sum != hex.EncodeToString(sum[:]) {
		return nil, errors.New("read the meta data: its sum is wrong")
	}
	m := &Meta{}
	if err := json.Unmarshal(file.Meta, m); err != nil {
		return nil, fmt.Errorf("read the meta data: %w", err)
	}
	if m.Format > metaFormat {
		return nil, engine.Errorf(engine.KindUnsupported, "read the meta data", 0,
			"the cluster was made by a newer version of this program (format %d, this one knows %d)", m.Format, metaFormat)
	}
	return m, nil
}

// clone copies what a holder may change.
func (m *Meta) clone() *Meta {
	c := *m
	c.Nodes, c.Ports = maps.Clone(m.Nodes), maps.Clone(m.Ports)
	if m.Config != nil {
		config := *m.Config
		c.Config = &config
	}
	return &c
}

// slots lists the slots of the configuration, in the order of the ids.
func (m *Meta) slots() []engine.Slot {
	if m == nil || m.Config == nil {
		return nil
	}
	return slotsOf(*m.Config)
}

func slotsOf(c engine.ClusterConfig) []engine.Slot {
	spec := engine.Spec{
		NumNodeGroups: c.NodeGroups, MaxReplicationFactor: c.MaxReplicas,
		NumTotalMysqldSlots: c.MysqldSlots, NumMysqldSlotsPerVm: c.MysqldSlotsPer,
		NumTotalApiSlots: c.APISlots, NumApiSlotsPerVm: c.APISlotsPer,
	}
	return spec.Slots()
}

// slot finds a slot of the configuration.
func (m *Meta) slot(id engine.NodeID) (engine.Slot, bool) {
	for _, s := range m.slots() {
		if s.ID == id {
			return s, true
		}
	}
	return engine.Slot{}, false
}
