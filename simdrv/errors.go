package simdrv

import (
	"errors"

	"rondb-tui/engine"
)

// ErrServerKilled is met by everything that was under way in a MySQL server when
// its process ended; see KilledError.
var ErrServerKilled = errors.New("the MySQL server is gone")

// KilledError is what a session of a MySQL server gets once that has ended:
// errors.Is(err, ErrServerKilled).
type KilledError struct {
	Outcome Outcome // of the transaction it ended
}

func (e *KilledError) Error() string { return ErrServerKilled.Error() }

// Is makes it an ErrServerKilled.
func (e *KilledError) Is(target error) bool { return target == ErrServerKilled }

// The errors of the data nodes, by their numbers.

func nodeFailure(touched bool) *NDBError {
	if touched {
		return &NDBError{MySQL: 1297, NDB: 286, Text: "Node failure caused abort of transaction"}
	}
	return &NDBError{MySQL: 1297, NDB: 4010, Text: "Node failure caused abort of transaction"}
}

func clusterFailure(outcome Outcome) *NDBError {
	return &NDBError{MySQL: 1296, NDB: 4009, Text: "Cluster Failure", Outcome: outcome}
}

func lockTimeout() *NDBError {
	return &NDBError{MySQL: 1205, NDB: 266, Text: "Time-out in NDB, probably caused by deadlock"}
}

func requestTimeout(outcome Outcome) *NDBError {
	return &NDBError{MySQL: 1296, NDB: 4012, Text: "Request ndbd time-out, maybe due to high load or communication problems", Outcome: outcome}
}

func noSuchTable() *NDBError {
	return &NDBError{MySQL: 1296, NDB: 723, Text: "No such table existed"}
}

func outOfOperations() *NDBError {
	return &NDBError{MySQL: 1297, NDB: 233, Text: "Out of operation records in transaction coordinator (increase MaxNoOfConcurrentOperations)"}
}

func outOfMemory() *NDBError {
	return &NDBError{MySQL: 1296, NDB: 827, Text: "Out of memory in Ndb Kernel, table data (increase DataMemory)"}
}

// misuse is a call that a front must never make.
func misuse(what string) error {
	return engine.Errorf(engine.KindInternal, "use transaction", 0, "%s", what)
}
