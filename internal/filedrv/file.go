package filedrv

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"

	"rondb-tui/engine"
)

// maxFile is the longest a file may get, in bytes.
const maxFile = 64 << 20

// Read gives the effects in a file without changing it; a last line that was cut
// off is left out. A missing file keeps its fs error.
func Read(path string) ([]Effect, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, engine.Errorf(engine.KindTerminal, "open world", 0, "%w", err)
	}
	effects, _, err := read(file)
	return effects, errors.Join(err, file.Close())
}

// read also gives how many bytes the whole lines have.
func read(file io.Reader) (effects []Effect, whole int64, err error) {
	const op = "read world"
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	switch {
	case err != nil:
		return nil, 0, engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	case len(text) > maxFile:
		return nil, 0, engine.Errorf(engine.KindInvalid, op, 0, "it is larger than %d bytes", maxFile)
	}
	for {
		line, rest, found := bytes.Cut(text, []byte("\n"))
		if !found {
			return effects, whole, nil
		}
		var effect Effect
		if err := json.Unmarshal(line, &effect); err != nil {
			return nil, 0, engine.Errorf(engine.KindInvalid, op, 0, "line %d: %w", len(effects)+1, err)
		}
		effects = append(effects, effect)
		text, whole = rest, whole+int64(len(line))+1
	}
}

// Replay gives the world after effects.
func Replay(effects []Effect) (*World, error) {
	world := &World{}
	for _, effect := range effects {
		if err := world.Apply(effect); err != nil {
			return nil, err
		}
	}
	return world, nil
}

// openFile opens a file for appending, creating it if it is missing, and cuts off
// a last line that was not finished.
func openFile(path string) (*os.File, *World, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, engine.Errorf(engine.KindTerminal, "open world", 0, "%w", err)
	}
	world, err := resume(file)
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, world, nil
}

// resume reads a file and leaves it so that the next line can be written.
func resume(file *os.File) (*World, error) {
	effects, whole, err := read(file)
	if err != nil {
		return nil, err
	}
	world, err := Replay(effects)
	if err != nil {
		return nil, err
	}
	if err := file.Truncate(whole); err != nil {
		return nil, engine.Errorf(engine.KindTerminal, "cut world", 0, "%w", err)
	}
	if _, err := file.Seek(whole, io.SeekStart); err != nil {
		return nil, engine.Errorf(engine.KindTerminal, "cut world", 0, "%w", err)
	}
	return world, nil
}

// write makes a line durable.
func write(file *os.File, effect Effect) error {
	line, err := json.Marshal(effect)
	if err != nil {
		return err
	}
	if _, err := file.Write(append(line, '\n')); err != nil {
		return err
	}
	return file.Sync()
}
