package sqlfront

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"log"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"rondb-tui/engine"
	"rondb-tui/simdrv"
)

const (
	serverA engine.NodeID = 67
	serverB engine.NodeID = 68
	// testSpeed runs the world faster than the clock, so that starts and lock waits
	// take milliseconds.
	testSpeed = 10
	// patience bounds what a test waits for; nothing should come near it.
	patience = 10 * time.Second
)

func TestMain(m *testing.M) {
	if err := mysql.SetLogger(log.New(io.Discard, "", 0)); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// cluster is the default simulated cluster, started, with its SQL front.
type cluster struct {
	world  *simdrv.World
	driver *simdrv.Driver
	front  *Front
	spec   engine.Spec
}

func start(t *testing.T, change ...func(*simdrv.Profile)) *cluster {
	t.Helper()
	c := &cluster{spec: engine.DefaultSpec()}
	profile := simdrv.DemoProfile()
	for _, apply := range change {
		apply(&profile)
	}
	world := simdrv.New(simdrv.Config{Seed: 1, Profile: profile, Base: time.Now()})
	c.world = world
	c.front = New(Options{
		Sessions: world.OpenSession,
		Observe:  func(context.Context) (engine.Observed, error) { return world.Observe(), nil },
	})
	c.driver = simdrv.NewDriver(world, simdrv.Options{Speed: testSpeed, Front: c.front})
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.driver.Run(ctx)
	}()
	t.Cleanup(func() {
		c.front.Close()
		cancel()
		<-ended
	})
	c.do(t, engine.WriteConfig{Config: c.spec.Config()})
	for _, slot := range c.filled() {
		c.do(t, engine.CreateNode{Slot: slot})
	}
	for _, kind := range []engine.NodeKind{engine.KindManagement, engine.KindData, engine.KindMySQL} {
		c.startAll(t, kind)
	}
	return c
}

func (c *cluster) filled() []engine.Slot {
	var filled []engine.Slot
	for _, slot := range c.spec.Slots() {
		if c.spec.Fills(slot) {
			filled = append(filled, slot)
		}
	}
	return filled
}

func (c *cluster) slot(id engine.NodeID) engine.Slot {
	for _, slot := range c.filled() {
		if slot.ID == id {
			return slot
		}
	}
	return engine.Slot{}
}

func (c *cluster) do(t *testing.T, action engine.Action) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := c.driver.Do(ctx, engine.Step{ID: 1, Action: action, Cause: "test"}); err != nil {
		t.Fatalf("%s: %v", action, err)
	}
}

// startAll starts every node of a kind at the same time and waits for all.
func (c *cluster) startAll(t *testing.T, kind engine.NodeKind) {
	t.Helper()
	for _, then := range []func(engine.Slot) engine.Action{
		func(s engine.Slot) engine.Action { return engine.StartNode{Slot: s} },
		func(s engine.Slot) engine.Action { return engine.AwaitStarted{Slot: s} },
	} {
		for _, slot := range c.filled() {
			if slot.Kind == kind {
				c.do(t, then(slot))
			}
		}
	}
}

func (c *cluster) kill(t *testing.T, nodes ...engine.NodeID) {
	t.Helper()
	if err := c.driver.Kill(t.Context(), nodes); err != nil {
		t.Fatalf("kill %v: %v", nodes, err)
	}
}

func (c *cluster) address(t *testing.T, id engine.NodeID) string {
	t.Helper()
	c.front.mu.Lock()
	defer c.front.mu.Unlock()
	s, open := c.front.servers[id]
	if !open {
		t.Fatalf("MySQL server %d is not open", id)
	}
	return s.address()
}

// dial opens a pool on a server; options are those of the driver's DSN.
func (c *cluster) dial(t *testing.T, id engine.NodeID, database, options string) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", "root@tcp("+c.address(t, id)+")/"+database+"?"+options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// patientLocks lets lock waits last longer than any test.
func patientLocks(p *simdrv.Profile) { p.LockWait = 2 * patience * testSpeed }

// withTable starts a cluster with a database d and the given tables in it.
func withTable(t *testing.T, ddl ...string) (*cluster, *sql.DB) {
	t.Helper()
	c := start(t)
	return c, c.fill(t, ddl...)
}

func (c *cluster) fill(t *testing.T, ddl ...string) *sql.DB {
	t.Helper()
	run(t, c.dial(t, serverA, "", ""), "CREATE DATABASE d")
	db := c.dial(t, serverA, "d", "")
	run(t, db, ddl...)
	return db
}

// runner is a pool, a connection or a transaction.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func run(t *testing.T, db runner, queries ...string) {
	t.Helper()
	for _, query := range queries {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
}

// read gives a result as text: columns by comma, rows by semicolon, NULL as "-".
func read(t *testing.T, db runner, query string, args ...any) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, v := range values {
			if !v.Valid {
				v.String = "-"
			}
			texts = append(texts, v.String)
		}
		lines = append(lines, strings.Join(texts, ","))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return strings.Join(lines, ";")
}

func expect(t *testing.T, db runner, query, want string, args ...any) {
	t.Helper()
	if got := read(t, db, query, args...); got != want {
		t.Errorf("%s\n got %s\nwant %s", query, got, want)
	}
}

// expectError runs a statement that must fail with a MySQL error number, and
// returns the error's SQL state and text.
func expectError(t *testing.T, db runner, query string, number uint16, args ...any) (state, text string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), query, args...)
	var told *mysql.MySQLError
	if !errors.As(err, &told) || told.Number != number {
		t.Errorf("%s\n got %v\nwant error %d", query, err, number)
		return "", ""
	}
	return string(told.SQLState[:]), told.Message
}

// connection takes one connection out of a pool.
func connection(t *testing.T, db *sql.DB) *sql.Conn {
	t.Helper()
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// eventually waits for a condition that other goroutines bring about.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not happen within %s", what, patience)
		}
	}
}
