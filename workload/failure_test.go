package workload

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/go-sql-driver/mysql"
)

func TestErrorsOfTheDriverAreClassified(t *testing.T) {
	reply := func(number uint16, text string) error { return &mysql.MySQLError{Number: number, Message: text} }
	clusterFailure := reply(1296, "Got error 4009 'Cluster Failure' from NDBCLUSTER")
	cases := []struct {
		name string
		err  error
		at   phase
		want Class
		lost bool
	}{
		{"refused", &net.OpError{Op: "dial", Err: errors.New("connection refused")}, connecting, Refused, true},
		{"dial timeout", context.DeadlineExceeded, connecting, Refused, true},
		{"too many connections", reply(1040, "Too many connections"), connecting, Refused, true},
		{"access denied", reply(1045, "Access denied"), connecting, Permanent, true},
		{"node failure", reply(1297, "Got temporary error 4010 'Node failure caused abort' from NDBCLUSTER"), working, Temporary, false},
		{"node failure at commit", reply(1297, "Got temporary error 286 'Node failure' from NDBCLUSTER"), committing, Temporary, false},
		{"lock wait", reply(1205, "Lock wait timeout exceeded"), working, Temporary, false},
		{"lock wait at commit", reply(1205, "Lock wait timeout exceeded"), committing, Temporary, false},
		{"deadlock", reply(1213, "Deadlock found"), working, Temporary, false},
		{"cluster failure", clusterFailure, working, Temporary, false},
		{"cluster failure at commit", clusterFailure, committing, Unknown, true},
		{"no reply at commit", reply(1296, "Got error 4008 'Receive from NDB failed' from NDBCLUSTER"), committing, Unknown, true},
		{"time-out at commit", reply(1297, "Got temporary error 4012 'Request ndbd time-out' from NDBCLUSTER"), committing, Unknown, true},
		{"tuple exists at commit", reply(1296, "Got error 630 'Tuple already existed' from NDBCLUSTER"), committing, Permanent, false},
		{"duplicate key", reply(1062, "Duplicate entry"), working, Permanent, false},
		{"unheard-of refusal of commit", reply(1180, "Got error during COMMIT"), committing, Unknown, true},
		{"server shutdown", reply(1053, "Server shutdown in progress"), working, Temporary, true},
		{"server shutdown at commit", reply(1053, "Server shutdown in progress"), committing, Unknown, true},
		{"connection lost", mysql.ErrInvalidConn, working, Temporary, true},
		{"connection lost at commit", mysql.ErrInvalidConn, committing, Unknown, true},
		{"end of stream at commit", io.ErrUnexpectedEOF, committing, Unknown, true},
		{"time-out of ours", context.DeadlineExceeded, working, Temporary, true},
		{"time-out of ours at commit", context.DeadlineExceeded, committing, Unknown, true},
		{"commit not sent", driver.ErrBadConn, committing, Temporary, true},
	}
	for _, c := range cases {
		got := classify("do", c.at, c.err)
		if got.Class != c.want || got.Lost != c.lost {
			t.Errorf("%s: %s, lost %v; want %s, lost %v", c.name, got.Class, got.Lost, c.want, c.lost)
		}
		if !errors.Is(got, c.err) {
			t.Errorf("%s: the cause is gone", c.name)
		}
	}
}

func TestAConnectorThatBreaksItsContractIsNotTrusted(t *testing.T) {
	if f := failureOf(io.EOF, true); f.Class != Unknown || !f.Lost {
		t.Errorf("at commit: %v", f)
	}
	if f := failureOf(io.EOF, false); f.Class != Temporary || !f.Lost {
		t.Errorf("before it: %v", f)
	}
}

func TestStatementsUsePlaceholdersOnly(t *testing.T) {
	got := statementsFor(receiptsTable())
	want := statements{
		create: "CREATE TABLE IF NOT EXISTS rondb_tui.receipts (writer BIGINT NOT NULL, slot BIGINT NOT NULL, run BIGINT NOT NULL, " +
			"seq BIGINT NOT NULL, row_a BIGINT NOT NULL, delta_a BIGINT NOT NULL, row_b BIGINT NOT NULL, delta_b BIGINT NOT NULL, " +
			"PRIMARY KEY (writer, slot)) ENGINE=NDB",
		read: "SELECT run, seq, row_a, delta_a, row_b, delta_b FROM rondb_tui.receipts WHERE writer = ? AND slot = ?",
		lock: "SELECT run, seq, row_a, delta_a, row_b, delta_b FROM rondb_tui.receipts WHERE writer = ? AND slot = ? FOR UPDATE",
		put: "REPLACE INTO rondb_tui.receipts (writer, slot, run, seq, row_a, delta_a, row_b, delta_b) " +
			"VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		scan:    "SELECT writer, slot, run, seq, row_a, delta_a, row_b, delta_b FROM rondb_tui.receipts LIMIT ?",
		columns: 8,
		keys:    2,
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
