package sqlfront

import (
	"io"
	"sync"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/variables"
	"github.com/sirupsen/logrus"
)

// quietLibrary takes over what go-mysql-server shares between all servers of a
// process: the standard logger, to which it reports every failed statement, and
// the status variables.
var quietLibrary = sync.OnceFunc(func() {
	logrus.SetOutput(io.Discard)
	logrus.SetLevel(logrus.PanicLevel)
	variables.InitStatusVariables()
	sql.StatusVariables = keptStatus{sql.StatusVariables}
})

// keptStatus refuses to set status variables. The only one who would is the
// start of another server, which resets them all to zero while the running ones
// read them.
type keptStatus struct{ sql.StatusVariableRegistry }

// SetGlobal implements sql.StatusVariableRegistry by doing nothing.
func (keptStatus) SetGlobal(string, any) error { return nil }
