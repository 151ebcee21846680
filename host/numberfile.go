package host

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"rondb-tui/engine"
)

// numberFile keeps the number of the newest event in as many bytes at any time: a
// disk that is full takes no new event, but lets these bytes be overwritten. So
// the next engine does not give numbers again that were given to events it cannot
// know of. A nil one keeps nothing.
type numberFile struct{ file *os.File }

// numberFormat has room for the largest number.
const (
	numberFormat = "%020d\n"
	numberSize   = 21
)

// openNumber opens or makes the file, and gives the number in it; 0 if there is
// none.
func openNumber(path string) (*numberFile, uint64, error) {
	const op = "open the last event's number"
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	text, err := io.ReadAll(io.NewSectionReader(file, 0, numberSize))
	if err != nil {
		return nil, 0, engine.Errorf(engine.KindTerminal, op, 0, "%w", errors.Join(err, file.Close()))
	}
	n := &numberFile{file: file}
	number, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	if err == nil && len(text) == numberSize {
		return n, number, nil
	}
	return n, 0, n.set(0) // takes its place on the disk
}

// set overwrites the number.
func (n *numberFile) set(number uint64) error {
	if n == nil {
		return nil
	}
	if _, err := n.file.WriteAt(fmt.Appendf(nil, numberFormat, number), 0); err != nil {
		return engine.Errorf(engine.KindTerminal, "keep the last event's number", 0, "%w", err)
	}
	return nil
}

func (n *numberFile) close() error {
	if n == nil {
		return nil
	}
	return n.file.Close()
}
