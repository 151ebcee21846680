package spec

import (
	"encoding/json"
	"io"

	"rondb-tui/engine"
)

// Write writes a desired state in its canonical form: indented JSON, the fields
// in the order of engine.Spec, keys of maps sorted, optional fields only where
// they are set. Read gives the same state back, with empty lists and maps as
// nil. The error is of KindTerminal: the writer failed.
func Write(w io.Writer, s engine.Spec) error {
	s = s.Clone()
	for i := range s.OnDemandBackups {
		withoutNull(&s.OnDemandBackups[i])
	}
	if s.RestoreFromBackup != nil {
		withoutNull(s.RestoreFromBackup)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	if err := encoder.Encode(s); err != nil {
		return engine.Errorf(engine.KindTerminal, "write the desired state", 0, "%w", err)
	}
	return nil
}

// withoutNull keeps a missing map from being written as null, which Read refuses.
func withoutNull(backup *engine.BackupSpec) {
	if backup.SinkParameters == nil {
		backup.SinkParameters = map[string]string{}
	}
}
