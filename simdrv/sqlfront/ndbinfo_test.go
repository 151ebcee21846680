package sqlfront

import (
	"slices"
	"strings"
	"testing"

	"rondb-tui/engine"
)

func TestNdbinfo(t *testing.T) {
	c := start(t)
	db := c.dial(t, serverA, "ndbinfo", "")
	expect(t, db, "SHOW TABLES", "membership;memoryusage;nodes")
	expect(t, db, "SELECT node_id, status, start_phase, config_generation FROM nodes WHERE uptime >= 0",
		"1,STARTED,0,0;2,STARTED,0,0;4,STARTED,0,0;5,STARTED,0,0")
	expect(t, db, "SELECT node_id, group_id, left_node, right_node FROM membership", "1,0,5,2;2,0,1,4;4,1,2,5;5,1,4,1")
	expect(t, db, "SELECT DISTINCT president, arbitrator, arb_state, arb_connected, connected_rank1_arbs FROM ndbinfo.membership", "1,65,ARBIT_RUN,Yes,65")
	expect(t, db, "SELECT COUNT(DISTINCT arb_ticket), COUNT(DISTINCT successor), SUM(succession_order) FROM membership", "1,1,6")
	var ticket string
	if err := db.QueryRowContext(t.Context(), "SELECT DISTINCT arb_ticket FROM membership").Scan(&ticket); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(c.world.EventsSince(0), func(e engine.Event) bool { return strings.Contains(e.Text, "[ticket="+ticket+"]") }) {
		t.Errorf("the cluster log never named the ticket %s", ticket)
	}
	expect(t, db, "SELECT COUNT(*) FROM memoryusage WHERE memory_type = 'Data memory' AND total_pages = total DIV 32768 AND total > 0 AND used <= total", "4")
	expectError(t, db, "INSERT INTO ndbinfo.nodes VALUES (9, 9, 'x', 9, 9)", 1105)
	expectError(t, db, "SELECT * FROM ndbinfo.nothing", 1146)
}

// TestWithoutDataNodes holds what a MySQL server answers when its cluster is
// gone: 4009 to everything that needs rows, the truth about itself and the nodes
// otherwise; and that the same connections work again afterwards.
func TestWithoutDataNodes(t *testing.T) {
	c, db := withTable(t, "CREATE TABLE t (a INT PRIMARY KEY, v INT) ENGINE=NDB", "INSERT INTO t VALUES (1, 1)")
	idle, busy := connection(t, db), connection(t, db)
	run(t, idle, "SELECT 1")
	run(t, busy, "BEGIN", "UPDATE t SET v = 2")
	c.kill(t, 1, 2, 4, 5)
	eventually(t, "the loss of the cluster", func() bool {
		_, err := idle.ExecContext(t.Context(), "SELECT v FROM t")
		return err != nil
	})
	for _, query := range []string{"SELECT v FROM t", "INSERT INTO t VALUES (2, 2)", "CREATE DATABASE e", "BEGIN", "SHOW TABLES"} {
		if state, text := expectError(t, idle, query, 1296); state != "HY000" || !strings.Contains(text, "4009") {
			t.Errorf("%s: SQL state %s, text %q", query, state, text)
		}
	}
	expect(t, idle, "SELECT @@version_comment = '' OR 1", "1")
	expect(t, idle, "SELECT node_id FROM ndbinfo.nodes WHERE status = 'STARTED'", "")
	run(t, idle, "SET NAMES utf8mb4", "ROLLBACK")
	expectError(t, busy, "COMMIT", 1296)

	c.startAll(t, engine.KindData)
	eventually(t, "the return of the cluster", func() bool {
		_, err := idle.ExecContext(t.Context(), "SELECT 1 FROM t")
		return err == nil
	})
	run(t, busy, "COMMIT", "UPDATE t SET v = 3 WHERE a = 99")
}
