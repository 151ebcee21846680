package sqlfront

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"

	"rondb-tui/engine"
)

func TestTransactions(t *testing.T) {
	c, db := withTable(t, "CREATE TABLE t (a INT PRIMARY KEY, v INT) ENGINE=NDB")
	other := c.dial(t, serverB, "d", "")
	one := connection(t, db)
	run(t, one, "BEGIN", "INSERT INTO t VALUES (1, 10)")
	expect(t, one, "SELECT v FROM t", "10")
	expect(t, other, "SELECT v FROM t", "")
	run(t, one, "COMMIT")
	expect(t, other, "SELECT v FROM t", "10")

	run(t, one, "START TRANSACTION", "UPDATE t SET v = 11", "ROLLBACK")
	expect(t, one, "SELECT v FROM t", "10")

	run(t, one, "BEGIN", "UPDATE t SET v = 20", "SAVEPOINT s", "UPDATE t SET v = 30", "INSERT INTO t VALUES (2, 2)", "ROLLBACK TO SAVEPOINT s")
	expect(t, one, "SELECT a, v FROM t", "1,20")
	run(t, one, "RELEASE SAVEPOINT s")
	expectError(t, one, "ROLLBACK TO SAVEPOINT s", 1305)
	run(t, one, "COMMIT")
	expect(t, other, "SELECT a, v FROM t", "1,20")

	run(t, one, "SET autocommit = 0", "UPDATE t SET v = 40")
	expect(t, other, "SELECT v FROM t", "20")
	run(t, one, "ROLLBACK", "UPDATE t SET v = 50", "SET autocommit = 1")
	expect(t, other, "SELECT v FROM t", "50")

	run(t, one, "START TRANSACTION READ ONLY")
	expectError(t, one, "UPDATE t SET v = 60", 1792)
	run(t, one, "ROLLBACK")
	expect(t, one, "SELECT v FROM t", "50")

	run(t, one, "BEGIN", "DELETE FROM t")
	expect(t, other, "SELECT v FROM t", "50")
	run(t, one, "ROLLBACK")
	expect(t, other, "SELECT v FROM t", "50")
}

// TestFailedStatementLeavesNothing holds that a failed statement outside BEGIN
// takes its earlier rows and its locks with it, and that one inside BEGIN takes
// its rows only.
func TestFailedStatementLeavesNothing(t *testing.T) {
	c, db := withTable(t, "CREATE TABLE t (a INT PRIMARY KEY, v INT)")
	other := c.dial(t, serverB, "d", "")
	run(t, db, "INSERT INTO t VALUES (3, 0)")
	one := connection(t, db)
	expectError(t, one, "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)", 1062)
	run(t, other, "INSERT INTO t VALUES (1, 100)")
	run(t, one, "INSERT INTO t VALUES (4, 4)")
	expect(t, other, "SELECT a, v FROM t ORDER BY a", "1,100;3,0;4,4")

	run(t, one, "BEGIN", "UPDATE t SET v = 5 WHERE a = 4")
	expectError(t, one, "INSERT INTO t VALUES (5, 5), (3, 3)", 1062)
	run(t, one, "COMMIT")
	expect(t, other, "SELECT a, v FROM t ORDER BY a", "1,100;3,0;4,5")
}

// TestLockingReads holds that FOR UPDATE and LOCK IN SHARE MODE lock, in plain
// and in prepared statements, on whichever server.
func TestLockingReads(t *testing.T) {
	c, db := withTable(t, "CREATE TABLE t (a INT PRIMARY KEY, v INT)")
	run(t, db, "INSERT INTO t VALUES (1, 0), (2, 0)")
	writer := connection(t, c.dial(t, serverB, "d", ""))
	for name, lock := range map[string]func(*sql.Conn){
		"text":     func(h *sql.Conn) { read(t, h, "SELECT v FROM t WHERE a = 1 FOR UPDATE") },
		"prepared": func(h *sql.Conn) { read(t, h, "SELECT v FROM t WHERE a = ? FOR UPDATE", 1) },
		"shared":   func(h *sql.Conn) { read(t, h, "SELECT v FROM t WHERE a = 1 LOCK IN SHARE MODE") },
		"scan":     func(h *sql.Conn) { read(t, h, "SELECT v FROM t FOR UPDATE") },
		"execute": func(h *sql.Conn) {
			run(t, h, "PREPARE s FROM 'SELECT v FROM t WHERE a = 1 FOR UPDATE'")
			read(t, h, "EXECUTE s")
		},
	} {
		t.Run(name, func(t *testing.T) {
			holder := connection(t, db)
			run(t, holder, "BEGIN")
			lock(holder)
			expectError(t, writer, "UPDATE t SET v = 1 WHERE a = 1", 1205)
			run(t, holder, "ROLLBACK")
			run(t, writer, "UPDATE t SET v = 0 WHERE a = 1", "UPDATE t SET v = 1 WHERE a = 1")
			run(t, writer, "UPDATE t SET v = 0 WHERE a = 1")
		})
	}
	t.Run("plain reads do not wait", func(t *testing.T) {
		run(t, writer, "BEGIN", "UPDATE t SET v = 9 WHERE a = 1")
		expect(t, db, "SELECT v FROM t WHERE a = 1", "0")
		run(t, writer, "ROLLBACK")
	})
}

// TestLostConnectionLosesItsLocks holds that a client that goes away in a
// transaction leaves neither rows nor locks.
func TestLostConnectionLosesItsLocks(t *testing.T) {
	c, db := withTable(t, "CREATE TABLE t (a INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 0)")
	leaver := c.dial(t, serverA, "d", "")
	run(t, connection(t, leaver), "BEGIN", "UPDATE t SET v = 5")
	gone := connection(t, leaver)
	run(t, gone, "BEGIN", "INSERT INTO t VALUES (2, 5)")
	others := read(t, db, "SELECT GROUP_CONCAT(id) FROM information_schema.processlist WHERE id <> CONNECTION_ID()")
	for id := range strings.SplitSeq(others, ",") {
		run(t, db, "KILL "+id)
	}
	eventually(t, "the release of the locks", func() bool {
		_, err := db.ExecContext(t.Context(), "UPDATE t SET v = v + 1")
		return err == nil
	})
	expect(t, db, "SELECT a, v FROM t", "1,1")
}

// TestLockWaitTimeoutEndsTheTransaction holds that, as on NDB, the transaction
// is gone with the error, and that what follows does not become half of it.
func TestLockWaitTimeoutEndsTheTransaction(t *testing.T) {
	c, db := withTable(t, "CREATE TABLE t (a INT PRIMARY KEY, v INT)")
	run(t, db, "INSERT INTO t VALUES (1, 0), (2, 0)")
	holder, victim := connection(t, db), connection(t, c.dial(t, serverB, "d", ""))
	run(t, holder, "BEGIN", "UPDATE t SET v = 1 WHERE a = 1")
	run(t, victim, "BEGIN", "UPDATE t SET v = 1 WHERE a = 2")
	if state, text := expectError(t, victim, "UPDATE t SET v = 1 WHERE a = 1", 1205); state != "HY000" || text == "" {
		t.Errorf("SQL state %s, text %q", state, text)
	}
	expect(t, db, "SELECT v FROM t WHERE a = 2 FOR UPDATE", "0")
	run(t, victim, "COMMIT")
	run(t, holder, "COMMIT")
	expect(t, victim, "SELECT a, v FROM t ORDER BY a", "1,1;2,0")
}

// retry repeats a transaction that meets a temporary error, as any client of NDB
// has to.
func retry(ctx context.Context, db *sql.DB, do func(tx *sql.Tx) error) error {
	for {
		err := transact(ctx, db, do)
		var told *mysql.MySQLError
		if err == nil || !errors.As(err, &told) || (told.Number != 1297 && told.Number != 1205) {
			return err
		}
	}
}

func transact(ctx context.Context, db *sql.DB, do func(tx *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// together runs workers at the same time and reports their first error.
func together(t *testing.T, workers int, work func(worker int) error) {
	t.Helper()
	var wg sync.WaitGroup
	failures := make(chan error, workers)
	for w := range workers {
		wg.Go(func() { failures <- work(w) })
	}
	wg.Wait()
	for range workers {
		if err := <-failures; err != nil {
			t.Fatal(err)
		}
	}
}

const accounts = 8

// bank starts a cluster with the accounts in it.
func bank(t *testing.T) *cluster {
	t.Helper()
	c, db := withTable(t, "CREATE TABLE account (id INT PRIMARY KEY, balance BIGINT NOT NULL) ENGINE=NDB")
	for id := range accounts {
		run(t, db, "INSERT INTO account VALUES ("+strconv.Itoa(id)+", 1000)")
	}
	return c
}

// work makes random transfers until it is told to stop.
func work(t *testing.T, pool *sql.DB, seed uint64, more func() bool) error {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	for more() {
		from, to := rng.IntN(accounts), rng.IntN(accounts)
		if from == to {
			continue
		}
		if err := retry(t.Context(), pool, func(tx *sql.Tx) error {
			return transfer(t.Context(), tx, from, to, rng.IntN(50))
		}); err != nil {
			return err
		}
	}
	return nil
}

func TestBankKeepsItsTotal(t *testing.T) {
	const workers, transfers = 6, 25
	c := bank(t)
	pools := []*sql.DB{c.dial(t, serverA, "d", "interpolateParams=true"), c.dial(t, serverB, "d", "")}
	together(t, workers, func(w int) error {
		left := transfers
		return work(t, pools[w%len(pools)], uint64(w), func() bool { left--; return left >= 0 })
	})
	for _, pool := range pools {
		expect(t, pool, "SELECT SUM(balance), COUNT(*) FROM account", "8000,8")
	}
}

// TestBankThroughFailures kills a data node and a MySQL server under load:
// through the other server work goes on, and no transfer is torn, not even one
// whose client lost its connection around the commit.
func TestBankThroughFailures(t *testing.T) {
	const workers, transfers, faults = 6, 40, 10
	c := bank(t)
	pools := []*sql.DB{c.dial(t, serverA, "d", ""), c.dial(t, serverB, "d", "interpolateParams=true")}
	var done atomic.Int64
	together(t, workers+1, func(w int) error {
		if w == workers {
			eventually(t, "work", func() bool { return done.Load() >= faults })
			return c.driver.Kill(t.Context(), []engine.NodeID{2, serverA})
		}
		left := transfers
		err := work(t, pools[w%len(pools)], uint64(w), func() bool { left--; done.Add(1); return left >= 0 })
		if w%len(pools) == 0 {
			return nil // its server is killed: it may end in any way
		}
		return err
	})
	expect(t, pools[1], "SELECT SUM(balance), COUNT(*) FROM account FOR UPDATE", "8000,8")
}

// transfer reads under locks and writes what it computed itself.
func transfer(ctx context.Context, tx *sql.Tx, from, to, amount int) error {
	balances := map[int]int{}
	for _, id := range []int{min(from, to), max(from, to)} {
		var balance int
		if err := tx.QueryRowContext(ctx, "SELECT balance FROM account WHERE id = ? FOR UPDATE", id).Scan(&balance); err != nil {
			return err
		}
		balances[id] = balance
	}
	balances[from] -= amount
	balances[to] += amount
	for id, balance := range balances {
		if _, err := tx.ExecContext(ctx, "UPDATE account SET balance = ? WHERE id = ?", balance, id); err != nil {
			return err
		}
	}
	return nil
}

func TestNoUpdateIsLost(t *testing.T) {
	const workers, rounds = 6, 20
	c, db := withTable(t, "CREATE TABLE n (id INT PRIMARY KEY, v INT)", "INSERT INTO n VALUES (1, 0)")
	pools := []*sql.DB{db, c.dial(t, serverB, "d", "")}
	forms := []string{
		"UPDATE n SET v = v + 1 WHERE id = 1",
		"UPDATE n SET v = v + 1",
		"INSERT INTO n VALUES (1, 0) ON DUPLICATE KEY UPDATE v = v + 1",
	}
	together(t, workers, func(w int) error {
		for range rounds {
			if err := retry(t.Context(), pools[w%len(pools)], func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), forms[w%len(forms)])
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	})
	expect(t, db, "SELECT v FROM n", strconv.Itoa(workers*rounds))
}
