package validate

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"rondb-tui/engine"
)

// parameter is one configuration parameter that Parameters may set. Every one
// here takes effect with a rolling restart of the data nodes; one that asks for
// an initial or a whole restart has no place in this table before a pass knows
// how to do that. The bounds are RonDB's own.
type parameter struct {
	name      string
	unit      string   // of the number, for the message: "milliseconds"
	low, high int64    // bounds of the number
	memory    bool     // the number is in RonDB's notation, "200M"
	words     []string // not nil: the value is one of these, not a number
}

const noUpperBound = math.MaxUint32

func parameters() []parameter {
	return []parameter{
		{name: "Arbitration", words: []string{"Default", "Disabled", "WaitExternal"}},
		{name: "ArbitrationTimeout", unit: "milliseconds", low: 10, high: noUpperBound},
		{name: "DataMemory", memory: true, low: 1 << 20, high: maxTotalMemory},
		{name: "DiskPageBufferMemory", memory: true, low: 4 << 20, high: maxTotalMemory},
		{name: "HeartbeatIntervalDbApi", unit: "milliseconds", low: 100, high: noUpperBound},
		{name: "HeartbeatIntervalDbDb", unit: "milliseconds", low: 10, high: noUpperBound},
		{name: "SharedGlobalMemory", memory: true, low: 0, high: maxTotalMemory},
		{name: "TimeBetweenEpochs", unit: "milliseconds", low: 0, high: 32000},
		{name: "TimeBetweenGlobalCheckpoints", unit: "milliseconds", low: 20, high: 32000},
		{name: "TimeBetweenLocalCheckpoints", unit: "(base-2 logarithm of 4-byte words)", low: 0, high: 31},
		{name: "TransactionDeadlockDetectionTimeout", unit: "milliseconds", low: 50, high: noUpperBound},
		{name: "TransactionInactiveTimeout", unit: "milliseconds", low: 0, high: noUpperBound},
		{name: "TransactionMemory", memory: true, low: 0, high: maxTotalMemory},
	}
}

func (c *checker) parameters(set map[string]string) {
	allowed := parameters()
	for _, name := range slices.Sorted(maps.Keys(set)) {
		path := fmt.Sprintf("Parameters[%q]", name)
		i := slices.IndexFunc(allowed, func(p parameter) bool { return p.name == name })
		if i < 0 {
			names := make([]string, len(allowed))
			for i := range allowed {
				names[i] = allowed[i].name
			}
			c.refuse(path, "parameter-known", "Remove it; what can be set is "+strings.Join(names, ", ")+".",
				"%q is not a parameter that can be set here.", clip(name))
			continue
		}
		if p := &allowed[i]; !p.takes(set[name]) {
			c.refuse(path, "parameter-value", p.fix(), "%s is %q, which it does not take.", name, clip(set[name]))
		}
	}
}

// takes says whether a value is legal for the parameter.
func (p *parameter) takes(value string) bool {
	if p.words != nil {
		return slices.Contains(p.words, value)
	}
	if p.memory {
		bytes, ok := parseMemory(value)
		return ok && bytes >= p.low && bytes <= p.high
	}
	number, err := strconv.ParseInt(value, 10, 64)
	return err == nil && number >= p.low && number <= p.high
}

func (p *parameter) fix() string {
	switch {
	case p.words != nil:
		return "Choose one of " + strings.Join(p.words, ", ") + "."
	case p.memory:
		return fmt.Sprintf("Write an amount of memory from %dM to %dT.", p.low>>20, p.high>>40)
	default:
		return fmt.Sprintf("Write a whole number from %d to %d %s.", p.low, p.high, p.unit)
	}
}

// Bounds of what backups may be listed: NDB numbers them with 32 bits.
const (
	maxBackups  = 256
	maxBackupID = math.MaxUint32 - 1
)

func (c *checker) backups(s *engine.Spec) {
	if len(s.OnDemandBackups) > maxBackups {
		c.refuse("OnDemandBackups", "backups-limit", fmt.Sprintf("List at most %d.", maxBackups),
			"There are %d backups.", len(s.OnDemandBackups))
		return
	}
	seen := make(map[int64]bool, len(s.OnDemandBackups))
	for i := range s.OnDemandBackups {
		path := fmt.Sprintf("OnDemandBackups[%d]", i)
		backup := &s.OnDemandBackups[i]
		if c.backup(path, backup) && seen[backup.ID] {
			c.refuse(path+".Id", "backup-id-unique", "Give every backup an id of its own.",
				"The backup %d is listed twice.", backup.ID)
		}
		seen[backup.ID] = true
	}
	if s.RestoreFromBackup != nil {
		c.backup("RestoreFromBackup", s.RestoreFromBackup)
	}
}

// backup checks one entry; false means that its id is not one.
func (c *checker) backup(path string, backup *engine.BackupSpec) bool {
	switch backup.SinkType {
	case "", "docker", "local": // "" is the host's own, as "local"
	default:
		c.refuse(path+".SinkType", "backup-sink-known", `Choose "docker" or "local".`,
			"The sink type is %q, and there is no such type.", clip(backup.SinkType))
	}
	if backup.ID < 1 || backup.ID > maxBackupID {
		c.refuse(path+".Id", "backup-id-range", fmt.Sprintf("Set it to a number from 1 to %d.", int64(maxBackupID)),
			"The backup's id is %d.", backup.ID)
		return false
	}
	return true
}
