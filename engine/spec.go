package engine

import (
	"maps"
	"slices"
)

// Spec is the desired state, in the vocabulary of managed RonDB. Package
// engine/spec reads and writes it; engine/validate says whether it is legal.
// Memory is in RonDB's notation ("2400M"), storage in GiB, ports are TCP ports.
type Spec struct {
	ID                   Revision `json:"Id,omitempty"`
	RonDBRunning         bool
	RonDBRunningSince    Revision `json:",omitempty"`
	RonDBVersion         string
	Image                string   `json:",omitempty"`
	RonDBDownloadLink    string   `json:",omitempty"`
	NdbAgentRunningSince Revision `json:",omitempty"`
	NdbAgentVersion      string   `json:",omitempty"`
	NdbAgentDownloadLink string   `json:",omitempty"`

	OnDemandBackups   []BackupSpec      `json:",omitempty"`
	RestoreFromBackup *BackupSpec       `json:",omitempty"`
	Parameters        map[string]string `json:",omitempty"`
	TotalMemoryConfig string

	ActiveReplicationFactor int
	MaxReplicationFactor    int
	NumNodeGroups           int

	NumTotalMysqldSlots int
	NumTotalApiSlots    int //nolint:revive // the published name of the field
	NumMysqldSlotsPerVm int //nolint:revive // the published name of the field
	NumApiSlotsPerVm    int //nolint:revive // the published name of the field

	AllowRequestingTemporaryVms bool
	Region                      string   `json:",omitempty"`
	AvailabilityZones           []string `json:",omitempty"`

	VmTypeMgmds   string `json:",omitempty"` //nolint:revive // the published name of the field
	VmTypeApis    string `json:",omitempty"` //nolint:revive // the published name of the field
	VmTypeMysqlds string `json:",omitempty"` //nolint:revive // the published name of the field
	VmTypeNdbds   string `json:",omitempty"` //nolint:revive // the published name of the field

	NumManagedMgmdVms   int
	NumManagedMysqldVms int
	NumManagedApiVms    int //nolint:revive // the published name of the field

	BlockStorageGiBPerMgmdVm   int `json:",omitempty"` //nolint:revive // the published name of the field
	BlockStorageGiBPerNdbdVm   int `json:",omitempty"` //nolint:revive // the published name of the field
	BlockStorageGiBPerMysqldVm int `json:",omitempty"` //nolint:revive // the published name of the field
	BlockStorageGiBPerApiVm    int `json:",omitempty"` //nolint:revive // the published name of the field

	DefaultMgmdPort   int
	DefaultNdbdPort   int
	DefaultMysqldPort int
}

// BackupSpec is one entry of OnDemandBackups, or what RestoreFromBackup names.
type BackupSpec struct {
	ID             int64  `json:"Id"`
	SinkType       string `json:",omitempty"`
	SinkParameters map[string]string
}

// DefaultSpec is the desired state of a cluster nobody has described: two node
// groups with two replicas, one management server and two MySQL servers
// (docs/decisions/0003-defaults.md).
func DefaultSpec() Spec {
	return Spec{
		RonDBRunning:            true,
		RonDBVersion:            "24.10.0",
		TotalMemoryConfig:       "2400M",
		ActiveReplicationFactor: 2,
		MaxReplicationFactor:    MaxReplicas,
		NumNodeGroups:           2,
		NumTotalMysqldSlots:     10,
		NumTotalApiSlots:        16,
		NumMysqldSlotsPerVm:     1,
		NumApiSlotsPerVm:        1,
		NumManagedMgmdVms:       1,
		NumManagedMysqldVms:     2,
		DefaultMgmdPort:         1186,
		DefaultNdbdPort:         11860,
		DefaultMysqldPort:       3306,
	}
}

// Clone returns a copy that shares nothing with s.
func (s Spec) Clone() Spec {
	s.OnDemandBackups = slices.Clone(s.OnDemandBackups)
	for i := range s.OnDemandBackups {
		s.OnDemandBackups[i].SinkParameters = maps.Clone(s.OnDemandBackups[i].SinkParameters)
	}
	if s.RestoreFromBackup != nil {
		restore := *s.RestoreFromBackup
		restore.SinkParameters = maps.Clone(restore.SinkParameters)
		s.RestoreFromBackup = &restore
	}
	s.Parameters = maps.Clone(s.Parameters)
	s.AvailabilityZones = slices.Clone(s.AvailabilityZones)
	return s
}

// Config is the configuration that the desired state writes when it creates a
// cluster.
func (s Spec) Config() ClusterConfig {
	return ClusterConfig{
		NodeGroups:      s.NumNodeGroups,
		MaxReplicas:     s.MaxReplicationFactor,
		MysqldSlots:     s.NumTotalMysqldSlots,
		APISlots:        s.NumTotalApiSlots,
		MysqldSlotsPer:  s.NumMysqldSlotsPerVm,
		APISlotsPer:     s.NumApiSlotsPerVm,
		ManagementPort:  s.DefaultMgmdPort,
		DataNodePort:    s.DefaultNdbdPort,
		MySQLPort:       s.DefaultMysqldPort,
		Version:         s.RonDBVersion,
		TotalMemory:     s.TotalMemoryConfig,
		ReplicasAtStart: s.ActiveReplicationFactor,
	}
}
