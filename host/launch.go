package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rondb-tui/engine"
	"rondb-tui/workload"
)

// Launch is what an engine is started with. It crosses a pipe to the engine's
// process as JSON, and all but the desired state is kept beside the journal, so
// that the same cluster comes up again without being described again.
type Launch struct {
	Cluster  engine.ClusterName
	Driver   string  // "sim"
	Seed     uint64  // of the simulated world; 0 draws one
	Speed    float64 // of simulated time; 0 means 1
	Workload string  // "bank", "kv" or "none"
	Rate     int     // operations per second, intended
	Clients  int

	// Spec is a new desired state, from Source; nil goes on with the recorded one.
	Spec   *engine.Spec `json:",omitempty"`
	Source string       `json:",omitempty"`
}

// ReadLaunch reads what the cluster was last started with; false if that is not
// recorded.
func ReadLaunch(path string) (Launch, bool, error) {
	const op = "read the last launch"
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Launch{}, false, nil
	}
	if err != nil {
		return Launch{}, false, engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	var l Launch
	if err := json.Unmarshal(text, &l); err != nil {
		return Launch{}, false, engine.Errorf(engine.KindInvalid, op, 0, "%s: %w; remove the file to start with the defaults", path, err)
	}
	if what := l.wrong(); what != "" {
		return Launch{}, false, engine.Errorf(engine.KindInvalid, op, 0, "%s: %s; remove the file to start with the defaults", path, what)
	}
	return l, true, nil
}

// wrong names what no `up` would have recorded, "" if there is nothing.
func (l *Launch) wrong() string {
	switch {
	case l.Driver != DriverSim:
		return fmt.Sprintf("Driver %q is not known", l.Driver)
	case l.Workload != "bank" && l.Workload != "kv" && l.Workload != "none":
		return fmt.Sprintf("Workload %q is not known", l.Workload)
	case l.Rate < 1 || l.Rate > workload.MaxRate:
		return fmt.Sprintf("Rate %d is out of range", l.Rate)
	case l.Clients < 1 || l.Clients > workload.MaxClients:
		return fmt.Sprintf("Clients %d is out of range", l.Clients)
	case l.Speed <= 0:
		return fmt.Sprintf("Speed %v is out of range", l.Speed)
	}
	return ""
}

// save records the launch: written beside, then moved into place, so that a full
// disk leaves the old one.
func (l Launch) save(path string) error {
	const op = "record the launch"
	l.Spec, l.Source = nil, "" // the journal has it
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return engine.Errorf(engine.KindInternal, op, 0, "%w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".launch-*")
	if err != nil {
		return engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	_, err = temporary.Write(append(text, '\n'))
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return engine.Errorf(engine.KindTerminal, op, 0, "%w", errors.Join(err, os.Remove(temporary.Name())))
	}
	return nil
}
