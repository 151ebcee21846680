package sqlfront

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	vitess "github.com/dolthub/vitess/go/mysql"

	"rondb-tui/simdrv"
)

func TestErrorsHaveMySQLsNumbers(t *testing.T) {
	_, db := withTable(t, "CREATE TABLE t (a INT PRIMARY KEY, v VARCHAR(3) NOT NULL, n TINYINT)", "INSERT INTO t VALUES (2, 'x', 1)")
	for _, tc := range []struct {
		query  string
		number uint16
		state  string
		says   string
	}{
		{"INSERT INTO t VALUES (2, 'y', 1)", 1062, "23000", "Duplicate entry '2' for key 't.PRIMARY'"},
		{"SELEC 1", 1064, "42000", "syntax"},
		{"SELECT * FROM missing", 1146, "42S02", "Table 'missing' doesn't exist"},
		{"SELECT missing FROM t", 1054, "42S22", "missing"},
		{"USE missing", 1049, "42000", "missing"},
		{"CREATE DATABASE d", 1007, "HY000", "exists"},
		{"CREATE TABLE t (a INT PRIMARY KEY)", 1050, "42S01", "exists"},
		{"INSERT INTO t VALUES (3, NULL, 1)", 1048, "23000", "v"},
		{"INSERT INTO t (a) VALUES (3)", 1364, "HY000", "default"},
		{"INSERT INTO t VALUES (3, 'much too long a text', 1)", 1406, "22001", "too long"},
		{"INSERT INTO t VALUES (3, 'x', 1000)", 1264, "22003", "Out of range"},
		{"INSERT INTO t VALUES (3, 'x')", 1136, "21S01", ""},
	} {
		state, text := expectError(t, db, tc.query, tc.number)
		if state != tc.state || !strings.Contains(text, tc.says) {
			t.Errorf("%s: SQL state %s, text %q; want %s and %q", tc.query, state, text, tc.state, tc.says)
		}
	}
	expectError(t, db, "SELECT * FROM missing WHERE a = ?", 1146, 1)
	expectError(t, db, "INSERT INTO t VALUES (?, 'y', 1)", 1062, 2)
}

// TestDataNodeErrorsAsClientsSeeThem covers those that a quiet cluster does not
// give.
func TestDataNodeErrorsAsClientsSeeThem(t *testing.T) {
	for _, tc := range []struct {
		err     error
		number  int
		state   string
		text    string
		unknown bool
	}{
		{&simdrv.NDBError{MySQL: 1297, NDB: 4010, Text: "Node failure caused abort of transaction"}, 1297, "HY000",
			"Got temporary error 4010 'Node failure caused abort of transaction' from NDBCLUSTER", false},
		{fmt.Errorf("read: %w", &simdrv.NDBError{MySQL: 1296, NDB: 4009, Text: "Cluster Failure"}), 1296, "HY000",
			"Got error 4009 'Cluster Failure' from NDBCLUSTER", false},
		{&simdrv.NDBError{MySQL: 1296, NDB: 4009, Text: "100%", Outcome: simdrv.OutcomeUnknown}, 1296, "HY000",
			"Got error 4009 '100%' from NDBCLUSTER", true},
		{&simdrv.KilledError{Outcome: simdrv.OutcomeUnknown}, 1053, "08S01", "Server shutdown in progress", true},
		{context.Canceled, 1317, "70100", "Query execution was interrupted", false},
		{errors.New("100% odd"), 1105, "HY000", "100% odd", false},
	} {
		var told *vitess.SQLError
		if !errors.As(answer(tc.err), &told) || told.Num != tc.number || told.State != tc.state || told.Message != tc.text {
			t.Errorf("%v became %v", tc.err, answer(tc.err))
		}
		if unknownOutcome(tc.err) != tc.unknown {
			t.Errorf("%v: unknown outcome is %v", tc.err, !tc.unknown)
		}
	}
}

// TestUnknownOutcomeHangsUp holds that a client never hears a guess about its
// commit.
func TestUnknownOutcomeHangsUp(t *testing.T) {
	for _, tc := range []struct {
		err     error
		hangsUp bool
	}{
		{&simdrv.NDBError{MySQL: 1297, NDB: 286}, false},
		{&simdrv.NDBError{MySQL: 1296, NDB: 4009}, false},
		{&simdrv.NDBError{MySQL: 1296, NDB: 4012, Outcome: simdrv.OutcomeUnknown}, true},
		{&simdrv.KilledError{}, true},
	} {
		hungUp := false
		s := &session{hangUp: func() { hungUp = true }}
		if err := s.fail(tc.err); err == nil || hungUp != tc.hangsUp {
			t.Errorf("%v: answered %v, hung up %v", tc.err, err, hungUp)
		}
	}
}
