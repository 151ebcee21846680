package simdrv

import "fmt"

// Row is one row: column values in the table's order, nil for NULL. A row is
// never changed after it was handed to the cluster or by it.
type Row []any

// TableID numbers tables over the life of the cluster's data.
type TableID int

// Table is an entry of the cluster's dictionary. It lives in the data nodes: it
// is there for every MySQL server, and gone when the data is gone.
type Table struct {
	ID       TableID
	Database string
	Name     string
	// Definition is the SQL front's own immutable description: columns, types,
	// defaults. The data nodes only keep it.
	Definition any
}

// LockMode says how a read locks the rows it finds.
type LockMode uint8

// The lock modes. LockNone reads the last committed version.
const (
	LockNone LockMode = iota
	LockShared
	LockExclusive
)

// Outcome says what is known of the transaction that an error ended.
type Outcome uint8

// What can be known.
const (
	OutcomeFailed  Outcome = iota // surely not applied
	OutcomeUnknown                // the reply to a commit was lost: both are possible
)

// NDBError is an error of the data nodes in the form a MySQL server gives it:
// a MySQL error number around an NDB error code.
type NDBError struct {
	MySQL   int // 1297 temporary, 1296 permanent, 1205 lock wait
	NDB     int // 286, 4010, 266, 4009, ...
	Text    string
	Outcome Outcome
}

// Error words it as a MySQL server does.
func (e *NDBError) Error() string {
	switch e.MySQL {
	case 1205:
		return "Lock wait timeout exceeded; try restarting transaction"
	case 1297:
		return fmt.Sprintf("Got temporary error %d '%s' from NDBCLUSTER", e.NDB, e.Text)
	default:
		return fmt.Sprintf("Got error %d '%s' from NDBCLUSTER", e.NDB, e.Text)
	}
}

// Temporary says that the transaction was rolled back and may be tried again.
func (e *NDBError) Temporary() bool { return e.MySQL == 1297 || e.MySQL == 1205 }
