package simdrv

import (
	"context"
	"slices"

	"rondb-tui/engine"
)

// Session is one client's connection to a MySQL server.
type Session struct {
	w      *World
	server *node
	killed bool // its server's process has ended
}

// OpenSession connects to a MySQL server. It fails with KindNotFound where there
// is none, with KindTransient where it does not serve, and with KindDenied where
// it has too many connections.
func (w *World) OpenSession(server engine.NodeID) (*Session, error) {
	w.enter()
	defer w.leave()
	const op = "connect to MySQL server"
	n := w.node(server)
	switch {
	case n == nil || n.Kind != engine.KindMySQL:
		return nil, engine.Errorf(engine.KindNotFound, op, server, "there is no such MySQL server")
	case n.status == engine.StatusStarting && n.client.connected, n.started():
	default:
		return nil, engine.Errorf(engine.KindTransient, op, server, "it is %s", w.statusOf(n))
	}
	if len(n.client.sessions) >= maxSessions {
		return nil, engine.Errorf(engine.KindDenied, op, server, "too many connections")
	}
	s := &Session{w: w, server: n}
	n.client.sessions = append(n.client.sessions, s)
	return s, nil
}

// Server is the MySQL server's node id.
func (s *Session) Server() engine.NodeID { return s.server.ID }

// Err says why the session cannot work: a KilledError once its server has ended,
// an NDBError while the cluster is gone, nil otherwise.
func (s *Session) Err() error {
	s.w.enter()
	defer s.w.leave()
	return s.broken()
}

func (s *Session) broken() error {
	switch {
	case s.killed:
		return &KilledError{}
	case !s.w.cluster.serving || !s.server.client.connected:
		return clusterFailure(OutcomeFailed)
	}
	return nil
}

// Close ends the session and rolls back what it has open.
func (s *Session) Close() {
	s.w.enter()
	defer s.w.leave()
	for _, x := range slices.Clone(s.w.txs) {
		if x.s == s && x.state == txActive {
			s.w.abort(x, misuse("the session was closed"))
		}
	}
	sessions := &s.server.client.sessions
	*sessions = slices.DeleteFunc(*sessions, func(other *Session) bool { return other == s })
}

// Begin opens a transaction. It needs nobody; the first operation does.
func (s *Session) Begin() *Tx {
	s.w.enter()
	defer s.w.leave()
	s.w.txSeq++
	x := &Tx{w: s.w, s: s, id: s.w.txSeq}
	if !s.killed {
		s.w.txs = append(s.w.txs, x)
	}
	return x
}

// Databases lists the databases by name.
func (s *Session) Databases() []string {
	s.w.enter()
	defer s.w.leave()
	names := make([]string, 0, len(s.w.data.databases))
	for name := range s.w.data.databases {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// CreateDatabase makes a database; ErrExists if it is there.
func (s *Session) CreateDatabase(name string) error {
	s.w.enter()
	defer s.w.leave()
	if err := s.broken(); err != nil {
		return err
	}
	return s.w.createDatabase(name)
}

// DropDatabase removes a database and its tables; ErrNotFound if it is not there.
func (s *Session) DropDatabase(name string) error {
	s.w.enter()
	defer s.w.leave()
	if err := s.broken(); err != nil {
		return err
	}
	return s.w.dropDatabase(name)
}

// Tables lists the tables of a database by name.
func (s *Session) Tables(database string) []*Table {
	s.w.enter()
	defer s.w.leave()
	return s.w.data.tablesOf(database)
}

// Table finds a table.
func (s *Session) Table(database, name string) (*Table, bool) {
	s.w.enter()
	defer s.w.leave()
	entry := s.w.data.tables[tableName{database, name}]
	if entry == nil {
		return nil, false
	}
	return &entry.table, true
}

// CreateTable makes a table in every data node and gives it its number. It waits
// while a data node does not answer. ErrExists and ErrNotFound (the database)
// are its own errors.
func (s *Session) CreateTable(ctx context.Context, t Table) (made *Table, err error) {
	err = s.w.perform(ctx, nil, func() (bool, error) {
		if ready, err := s.dictionaryReady(); !ready {
			return err != nil, err
		}
		made, err = s.w.createTable(t)
		return true, err
	})
	return made, err
}

// DropTable removes a table with its rows. It waits while a data node does not
// answer.
func (s *Session) DropTable(ctx context.Context, database, name string) error {
	return s.w.perform(ctx, nil, func() (bool, error) {
		if ready, err := s.dictionaryReady(); !ready {
			return err != nil, err
		}
		entry := s.w.data.tables[tableName{database, name}]
		if entry == nil {
			return true, ErrNotFound
		}
		s.w.dropTable(entry.table.ID)
		return true, nil
	})
}

// dictionaryReady says whether every started data node can take part in a change
// of the dictionary.
func (s *Session) dictionaryReady() (ready bool, err error) {
	if err := s.broken(); err != nil {
		return false, err
	}
	if s.server.frozen {
		return false, nil
	}
	lead := s.w.president()
	for _, n := range s.w.nodes {
		if n.replica.member && !s.w.reach(lead, n) {
			return false, nil
		}
	}
	return s.w.reach(s.server, lead), nil
}

// NextAutoIncrement reserves n consecutive values of a table's auto-increment
// and gives the first. Values are never given twice; unused ones are gone.
func (s *Session) NextAutoIncrement(t *Table, n uint64) (first uint64, err error) {
	s.w.enter()
	defer s.w.leave()
	entry, err := s.autoIncrement(t)
	if err != nil {
		return 0, err
	}
	first = entry.next
	entry.next += n
	return first, nil
}

// SetAutoIncrement makes next the next value, if that is not behind already.
func (s *Session) SetAutoIncrement(t *Table, next uint64) error {
	s.w.enter()
	defer s.w.leave()
	entry, err := s.autoIncrement(t)
	if err != nil {
		return err
	}
	entry.next = max(entry.next, next)
	return nil
}

func (s *Session) autoIncrement(t *Table) (*tableEntry, error) {
	if err := s.broken(); err != nil {
		return nil, err
	}
	entry := s.w.data.byID[t.ID]
	if entry == nil {
		return nil, noSuchTable()
	}
	return entry, nil
}
