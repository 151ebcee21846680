package sqlfront

import (
	"encoding/binary"
	"errors"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"rondb-tui/engine"
)

// TestKillCutsLockWaits holds that clients of a killed server lose their
// connection at once, that a statement that waited for a lock has no effect
// later, and that the locks of the dead server's clients are free.
func TestKillCutsLockWaits(t *testing.T) {
	c := start(t, patientLocks)
	db := c.fill(t, "CREATE TABLE t (a INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 0), (2, 0)")
	other := c.dial(t, serverB, "d", "")
	holder, waiter, neighbour := connection(t, other), connection(t, db), connection(t, db)
	run(t, holder, "BEGIN", "UPDATE t SET v = 1 WHERE a = 1")
	run(t, neighbour, "BEGIN", "UPDATE t SET v = 7 WHERE a = 2")
	failed := make(chan error, 1)
	go func() {
		_, err := waiter.ExecContext(t.Context(), "UPDATE t SET v = 100 WHERE a = 1")
		failed <- err
	}()
	eventually(t, "the statement", func() bool {
		return strings.Contains(read(t, db, "SHOW PROCESSLIST"), "v = 100")
	})
	c.kill(t, serverA)
	err := <-failed
	var told *mysql.MySQLError
	if err == nil || errors.As(err, &told) {
		t.Errorf("a client of the killed server got %v, not a lost connection", err)
	}
	run(t, holder, "COMMIT")
	run(t, other, "UPDATE t SET v = v + 1 WHERE a = 2")
	expect(t, other, "SELECT a, v FROM t ORDER BY a", "1,1;2,1")
}

func TestRestartKeepsThePort(t *testing.T) {
	c, db := withTable(t, "CREATE TABLE t (a INT PRIMARY KEY)", "INSERT INTO t VALUES (1)")
	address := c.address(t, serverA)
	c.kill(t, serverA)
	if conn, err := net.DialTimeout("tcp", address, time.Second); err == nil {
		_ = conn.Close()
		t.Error("the killed server's port still accepts")
	}
	c.do(t, engine.StartNode{Slot: c.slot(serverA)})
	c.do(t, engine.AwaitStarted{Slot: c.slot(serverA)})
	if now := c.address(t, serverA); now != address {
		t.Errorf("restarted on %s, was on %s", now, address)
	}
	expect(t, db, "SELECT a FROM t", "1")
}

// TestCyclesLeaveNoGoroutine kills and opens a server with busy clients again
// and again.
func TestCyclesLeaveNoGoroutine(t *testing.T) {
	c, _ := withTable(t, "CREATE TABLE t (a INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 0)")
	before := runtime.NumGoroutine()
	for range 10 {
		db := c.dial(t, serverA, "d", "")
		failed := make(chan error, 3)
		for _, query := range []string{"SELECT SLEEP(30)", "SELECT SLEEP(30), v FROM t FOR UPDATE", "SELECT v FROM t"} {
			conn := connection(t, db)
			go func() {
				_, err := conn.ExecContext(t.Context(), query)
				_ = conn.Close()
				failed <- err
			}()
		}
		if err := <-failed; err != nil {
			t.Fatal(err)
		}
		c.front.Kill(serverA)
		for range 2 {
			if err := <-failed; err == nil {
				t.Error("a statement outlived its server")
			}
		}
		_ = db.Close()
		if _, err := c.front.Open(t.Context(), serverA); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the end of all goroutines", func() bool { return runtime.NumGoroutine() <= before })
}

func TestCloseEndsEverything(t *testing.T) {
	c := start(t)
	db := c.dial(t, serverA, "", "")
	run(t, db, "SELECT 1")
	c.front.Close()
	if err := db.PingContext(t.Context()); err == nil {
		t.Error("a closed front still answers")
	}
	if _, err := c.front.Open(t.Context(), serverA); engine.KindOf(err) != engine.KindTerminal {
		t.Errorf("Open after Close: %v", err)
	}
	c.front.Kill(serverA)
}

func TestKillStatement(t *testing.T) {
	db := start(t, patientLocks).fill(t, "CREATE TABLE t (a INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 0)")
	holder, victim := connection(t, db), connection(t, db)
	run(t, holder, "BEGIN", "UPDATE t SET v = 1")
	id := read(t, victim, "SELECT CONNECTION_ID()")
	failed := make(chan error, 1)
	go func() {
		_, err := victim.ExecContext(t.Context(), "UPDATE t SET v = 2")
		failed <- err
	}()
	eventually(t, "the statement", func() bool { return strings.Contains(read(t, db, "SHOW PROCESSLIST"), "v = 2") })
	run(t, db, "KILL QUERY "+id)
	var told *mysql.MySQLError
	if err := <-failed; !errors.As(err, &told) || told.Number != 1317 || string(told.SQLState[:]) != "70100" {
		t.Errorf("the killed statement ended with %v", err)
	}
	run(t, holder, "COMMIT")
	expect(t, victim, "SELECT v FROM t", "1")
}

func TestOneConnectionTooMany(t *testing.T) {
	c := start(t)
	c.front.mu.Lock()
	l := c.front.servers[serverA].listener
	c.front.mu.Unlock()
	var fill []*conn
	l.mu.Lock()
	for range maxConnections {
		extra := &conn{}
		fill = append(fill, extra)
		l.conns[extra] = struct{}{}
	}
	l.mu.Unlock()
	db := c.dial(t, serverA, "", "")
	expectError(t, db, "SELECT 1", 1040)
	for _, extra := range fill {
		l.forget(extra)
	}
	expect(t, db, "SELECT 1", "1")
}

// TestHandshakeError reads the packet itself: no SQL state before the handshake.
func TestHandshakeError(t *testing.T) {
	packet := tooManyConnections()
	if int(packet[0]) != len(packet)-4 || packet[4] != 0xff || binary.LittleEndian.Uint16(packet[5:]) != 1040 {
		t.Errorf("packet %x", packet)
	}
}

// TestPortIsTaken holds that a server does not move to another port when its own
// is in use: clients know it by its port.
func TestPortIsTaken(t *testing.T) {
	c := start(t)
	address := c.address(t, serverA)
	c.front.Kill(serverA)
	thief, err := net.Listen("tcp", address)
	if err != nil {
		t.Skip("the port was taken by somebody else")
	}
	if _, err := c.front.Open(t.Context(), serverA); engine.KindOf(err) != engine.KindTransient {
		t.Errorf("Open on a taken port: %v", err)
	}
	_ = thief.Close()
	if again, err := c.front.Open(t.Context(), serverA); err != nil || again != address {
		t.Errorf("Open on the free port: %s, %v", again, err)
	}
}
