package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Restart says what it takes for a changed parameter to take effect.
type Restart uint8

// The restarts, from the least to the most.
const (
	RestartNode          Restart = iota // a rolling restart
	RestartNodeInitial                  // a rolling restart, each node with --initial
	RestartSystem                       // all data nodes down at once
	RestartSystemInitial                // as that, with --initial: the data is gone, restore a backup
)

func (r Restart) String() string {
	names := [...]string{"node restart", "initial node restart", "system restart", "initial system restart"}
	if int(r) < len(names) {
		return names[r]
	}
	return fmt.Sprintf("restart(%d)", uint8(r))
}

// Info is a parameter of config.ini that a person may set. Low and High bound a
// number, in Unit, or an amount of memory, in bytes.
type Info struct {
	Name      string
	Restart   Restart
	Unit      string // of a number, for people: "milliseconds"
	Memory    bool   // an amount in RonDB's notation: "200M"
	Words     []string
	Low, High int64
	// MaxFactor is by how much the value may grow or shrink in one rolling
	// restart, while nodes with the old and the new one run together; 0: any.
	MaxFactor int
}

// maxNumber is RonDB's largest 32-bit value; what is above means "no value".
const maxNumber = 0xfffffeff

// Parameters lists what a person may set, sorted by name. All of them belong to
// the data nodes. One that asks for more than a rolling restart has no place here
// before the planner knows how to do that.
func Parameters() []Info {
	const maxMemory = MaxTotalMemory
	millis := func(name string, low, high int64) Info {
		return Info{Name: name, Unit: "milliseconds", Low: low, High: high}
	}
	memory := func(name string, low int64) Info {
		return Info{Name: name, Memory: true, Low: low, High: maxMemory}
	}
	list := []Info{
		{Name: "Arbitration", Words: []string{"Default", "Disabled", "WaitExternal"}},
		millis("ArbitrationTimeout", 10, maxNumber),
		memory("DataMemory", 1*mib),
		memory("DiskPageBufferMemory", 4*mib),
		millis("HeartbeatIntervalDbApi", 100, maxNumber),
		millis("HeartbeatIntervalDbDb", 10, maxNumber),
		memory("SharedGlobalMemory", 0),
		millis("TimeBetweenEpochs", 0, 32000),
		millis("TimeBetweenGlobalCheckpoints", 20, 32000),
		{Name: "TimeBetweenLocalCheckpoints", Unit: "(base-2 logarithm of 4-byte words)", Low: 0, High: 31},
		millis("TransactionDeadlockDetectionTimeout", 50, maxNumber),
		millis("TransactionInactiveTimeout", 0, maxNumber),
		memory("TransactionMemory", 0),
	}
	for i := range list {
		if list[i].Name == "HeartbeatIntervalDbDb" {
			list[i].MaxFactor = 2 // a faster sender's partner would be declared dead
		}
	}
	return list
}

// Parameter finds a parameter that a person may set. If there is none of that
// name, the info is that of the nearest name, for the message.
func Parameter(name string) (info Info, known bool) {
	list := Parameters()
	best := math.MaxInt
	for _, p := range list {
		if p.Name == name {
			return p, true
		}
		if d := distance(strings.ToLower(clip(name)), strings.ToLower(p.Name)); d < best {
			info, best = p, d
		}
	}
	return info, false
}

// Value checks a value and returns it as config.ini shall have it.
func (p *Info) Value(text string) (string, error) {
	if p.Words != nil {
		if !slices.Contains(p.Words, text) {
			return "", fmt.Errorf("%s is %q; it takes one of %s", p.Name, clip(text), strings.Join(p.Words, ", "))
		}
		return text, nil
	}
	if p.Memory {
		bytes, err := ParseMemory(text)
		if err != nil || bytes < p.Low || bytes > p.High {
			return "", fmt.Errorf("%s is %q; it takes an amount of memory from %s to %s",
				p.Name, clip(text), FormatMemory(p.Low), FormatMemory(p.High))
		}
		return FormatMemory(bytes), nil
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number < p.Low || number > p.High {
		return "", fmt.Errorf("%s is %q; it takes a whole number from %d to %d %s",
			p.Name, clip(text), p.Low, p.High, p.Unit)
	}
	return strconv.FormatInt(number, 10), nil
}

// distance is how many letters must be put, dropped or changed to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
