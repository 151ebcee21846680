package workload

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"github.com/go-sql-driver/mysql"
)

// Class says what an error means for the transaction that met it.
type Class uint8

// The classes.
const (
	Temporary Class = iota + 1 // surely not applied; worth another try
	Permanent                  // surely not applied; another try cannot help
	Unknown                    // the reply to COMMIT was lost: applied or not
	Refused                    // no connection: nothing was sent
)

func (c Class) String() string {
	names := [...]string{"none", "temporary", "permanent", "unknown", "refused"}
	if int(c) < len(names) {
		return names[c]
	}
	return fmt.Sprintf("class(%d)", uint8(c))
}

// Failure is the error of the Connector port.
type Failure struct { //nolint:errname // a failed operation and its class, not only an error
	Class Class
	Lost  bool   // the connection is of no further use
	Op    string // the sub-operation: "commit", "read accounts"
	Err   error
}

func (f *Failure) Error() string { return fmt.Sprintf("%s (%s): %v", f.Op, f.Class, f.Err) }

func (f *Failure) Unwrap() error { return f.Err }

// failureOf finds the Failure in an error. An error that is none comes from a
// connector that broke its contract: nothing is known then once COMMIT was sent.
func failureOf(err error, committing bool) *Failure {
	var f *Failure
	switch {
	case errors.As(err, &f):
		return f
	case committing:
		return &Failure{Class: Unknown, Lost: true, Op: "commit", Err: err}
	default:
		return &Failure{Class: Temporary, Lost: true, Op: "use connection", Err: err}
	}
}

// phase is how far a transaction is when an error meets it.
type phase uint8

const (
	connecting phase = iota // nothing was sent
	working                 // statements were sent, COMMIT was not
	committing              // COMMIT was sent
)

// MySQL error numbers that decide.
const (
	errTooManyConnections = 1040
	errShutdown           = 1053
	errLockWait           = 1205
	errDeadlock           = 1213
	errNDB                = 1296 // permanent, or its result is not known
	errNDBTemporary       = 1297
)

// unknownResult lists NDB errors after which a commit may have happened: no
// reply, cluster failure, time-outs waiting for the data nodes, no connection.
func unknownResult(ndb int) bool { return slices.Contains([]int{157, 4008, 4009, 4012, 4013}, ndb) }

// ndbCode finds the NDB error that a MySQL server wraps, 0 if none.
func ndbCode(text string) int {
	var code int
	for _, format := range []string{"Got error %d", "Got temporary error %d"} {
		if n, _ := fmt.Sscanf(text, format, &code); n == 1 {
			return code
		}
	}
	return 0
}

// classify turns an error of the MySQL driver into a Failure.
func classify(op string, at phase, err error) *Failure {
	f := &Failure{Op: op, Err: err}
	var reply *mysql.MySQLError
	if errors.As(err, &reply) {
		f.Class, f.Lost = classifyReply(at, reply)
		return f
	}
	f.Lost = true
	switch {
	case at == connecting:
		f.Class = Refused
	case at == working, errors.Is(err, driver.ErrBadConn): // ErrBadConn: not a byte was sent
		f.Class = Temporary
	default:
		f.Class = Unknown
	}
	return f
}

// classifyReply judges an error the server sent; lost is true if it also ends
// the connection.
func classifyReply(at phase, reply *mysql.MySQLError) (class Class, lost bool) {
	code := ndbCode(reply.Message)
	switch {
	case at == connecting && (reply.Number == errTooManyConnections || reply.Number == errShutdown):
		return Refused, true
	case at == connecting:
		return Permanent, true
	case at == committing && (unknownResult(code) || reply.Number == errShutdown):
		return Unknown, true
	case reply.Number == errShutdown:
		return Temporary, true
	case reply.Number == errNDBTemporary, reply.Number == errLockWait, reply.Number == errDeadlock:
		return Temporary, false
	case reply.Number == errNDB && unknownResult(code):
		return Temporary, false
	case at == committing && code == 0: // a refusal of COMMIT that nobody documents
		return Unknown, true
	default:
		return Permanent, false
	}
}
