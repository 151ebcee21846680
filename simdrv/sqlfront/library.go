package sqlfront

import (
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/variables"
	"github.com/sirupsen/logrus"
)

// tameLibrary takes over what go-mysql-server shares between all servers of a
// process: the standard logger, to which it reports every failed statement, the
// status variables, and the permission to read and write this machine's files,
// which it gives to everybody who can connect.
//
//nolint:gochecknoglobals // it guards what the library keeps in globals
var tameLibrary = sync.OnceValue(func() error {
	logrus.SetOutput(io.Discard)
	logrus.SetLevel(logrus.PanicLevel)
	variables.InitStatusVariables()
	sql.StatusVariables = keptStatus{sql.StatusVariables}
	// A directory that cannot exist: LOAD DATA, INTO OUTFILE and LOAD_FILE fail.
	nowhere := filepath.Join(os.DevNull, "nowhere")
	return sql.SystemVariables.AssignValues(map[string]any{"secure_file_priv": nowhere})
})

// keptStatus refuses to set status variables. The only one who would is the
// start of another server, which resets them all to zero while the running ones
// read them.
type keptStatus struct{ sql.StatusVariableRegistry }

// SetGlobal implements sql.StatusVariableRegistry by doing nothing.
func (keptStatus) SetGlobal(string, any) error { return nil }
