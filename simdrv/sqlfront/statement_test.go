package sqlfront

import (
	"fmt"
	"testing"

	"rondb-tui/simdrv"
)

func TestLocksAreReadFromTheText(t *testing.T) {
	m := newStatements()
	for text, want := range map[string]simdrv.LockMode{
		"SELECT * FROM t":                                                    simdrv.LockNone,
		"SELECT * FROM t FOR UPDATE":                                         simdrv.LockExclusive,
		"select * from t where a = ?\n for  update":                          simdrv.LockExclusive,
		"SELECT * FROM t LOCK IN SHARE MODE":                                 simdrv.LockShared,
		"SELECT 'for update' FROM t":                                         simdrv.LockNone,
		"SELECT * FROM t -- for update":                                      simdrv.LockNone,
		"SELECT a FROM t UNION SELECT b FROM u FOR UPDATE":                   simdrv.LockExclusive,
		"INSERT INTO t SELECT * FROM u FOR UPDATE":                           simdrv.LockExclusive,
		"SELECT * FROM (SELECT * FROM t LOCK IN SHARE MODE) x FOR UPDATE":    simdrv.LockExclusive,
		"SELECT * FROM t FOR UPDATE; SELECT * FROM u":                        simdrv.LockExclusive,
		"UPDATE t SET v = 'create' WHERE a = 1":                              simdrv.LockNone,
		"EXECUTE prepared":                                                   simdrv.LockExclusive,
		"SELECT this does not parse FOR UPDATE FOR UPDATE for the engine to": simdrv.LockNone,
	} {
		for range 2 { // the second time from memory
			if got := m.inspect(t.Context(), text); got.lock != want || got.refusal != nil {
				t.Errorf("%s: lock %d, refusal %v; want lock %d", text, got.lock, got.refusal, want)
			}
		}
	}
}

func TestKnownStatementsAreBounded(t *testing.T) {
	m := newStatements()
	for i := range 2 * maxKnownStatements {
		m.inspect(t.Context(), fmt.Sprintf("SELECT %d FROM t FOR UPDATE", i))
	}
	if len(m.known) > maxKnownStatements {
		t.Errorf("%d texts are remembered, at most %d", len(m.known), maxKnownStatements)
	}
}

func TestWhatWorksWithoutDataNodes(t *testing.T) {
	for text, want := range map[string]bool{
		"ROLLBACK":                                    true,
		"SELECT @@version, 1 + 1":                     true,
		"SELECT * FROM ndbinfo.nodes":                 true,
		"SELECT * FROM NDBINFO.nodes n":               true,
		"SET autocommit = 0":                          true,
		"SHOW VARIABLES":                              true,
		"SELECT * FROM d.t":                           false,
		"SELECT * FROM ndbinfo.nodes n, d.t":          false,
		"SELECT (SELECT v FROM t) FROM ndbinfo.nodes": false,
		"SELECT * FROM nodes":                         false,
		"COMMIT":                                      false,
		"INSERT INTO t VALUES (1)":                    false,
		"SHOW CREATE TABLE t":                         false,
		"CREATE DATABASE d":                           false,
	} {
		if got := needsNoCluster(t.Context(), text); got != want {
			t.Errorf("%s: needs no data nodes: %v, want %v", text, got, want)
		}
	}
}
