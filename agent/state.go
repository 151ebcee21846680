package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// memory is what outlives a restart of the container.
type memory struct {
	Incarnation uint64 `json:"incarnation"` // starts of the process in this volume
	Running     bool   `json:"running"`     // as far as was written: true after a crash of the container
	Stopped     bool   `json:"stopped"`     // the last end was asked for
	Formed      bool   `json:"formed"`      // an initial start of the data nodes has completed
	ExitCode    int    `json:"exit_code"`
	Error       string `json:"error,omitempty"` // what the last end left behind
}

const maxMemory = 16 << 10

// recall reads the memory; a volume without one was never used. One that cannot
// be read counts as used: what it said is lost, not what the volume holds.
func recall(path string) (memory, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return memory{}, nil
	}
	if err != nil {
		return memory{}, fmt.Errorf("read the agent's memory: %w", err)
	}
	defer func() { _ = file.Close() }()
	text := make([]byte, maxMemory)
	n, err := file.Read(text)
	if err != nil {
		return memory{Incarnation: 1}, nil // an empty file: torn by a crash of the machine
	}
	var m memory
	if json.Unmarshal(text[:n], &m) != nil {
		return memory{Incarnation: 1}, nil
	}
	return m, nil
}

func (m memory) keep(path string) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write the agent's memory: %w", err)
	}
	return writeWhole(path, append(text, '\n'))
}

// writeWhole replaces a file by another, whole or not at all, and synced. Its group,
// which the processes belong to, may read it.
func writeWhole(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	name := file.Name()
	_, err = file.Write(content)
	err = errors.Join(err, file.Chmod(0o640), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(name, path)
	}
	if err != nil {
		_ = os.Remove(name)
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes the names in a folder durable, where the system can.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync %s: %w", filepath.Base(path), err)
	}
	_ = folder.Sync() // not every file system can
	if err := folder.Close(); err != nil {
		return fmt.Errorf("sync %s: %w", filepath.Base(path), err)
	}
	return nil
}
