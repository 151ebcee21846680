package sqlfront

import (
	"context"
	"time"

	sqle "github.com/dolthub/go-mysql-server"
	gmsserver "github.com/dolthub/go-mysql-server/server"
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/vitess/go/mysql"

	"rondb-tui/engine"
)

const (
	// stopLimit bounds how long the end of a server waits for its statements.
	stopLimit = 5 * time.Second
	// mysqlVersion is the MySQL server that RonDB 22.10 and 24.10 are built on.
	mysqlVersion   = "8.0.35"
	unknownVersion = "unknown"
	versionComment = "RonDB, SIMULATED: rows live in the memory of one process"
)

// server is one MySQL server while its process lives.
type server struct {
	id       engine.NodeID
	opts     Options
	version  string
	listener *listener
	engine   *sqle.Engine

	// alive ends with the server and is the context of every statement, because the
	// library gives statements one that nobody can cancel.
	alive    context.Context
	end      context.CancelFunc
	accepted chan struct{} // closed when nothing is accepted any more

	statements *statements
	// schemaReads has room for one statement that reads information_schema: the
	// library writes to a shared object while it plans those.
	schemaReads chan struct{}
}

func startServer(ctx context.Context, id engine.NodeID, opts Options, address string) (*server, error) {
	l, err := listen(address)
	if err != nil {
		return nil, engine.Errorf(engine.KindTransient, "listen for MySQL server", id, "%w", err)
	}
	s := &server{
		id: id, opts: opts, listener: l, version: serverVersion(ctx, opts),
		accepted: make(chan struct{}), statements: newStatements(), schemaReads: make(chan struct{}, 1),
	}
	s.alive, s.end = context.WithCancel(context.WithoutCancel(ctx))
	s.engine = sqle.New(analyzer.NewBuilder(&provider{server: s}).Build(), &sqle.Config{})
	config := gmsserver.Config{Listener: l, Address: l.Addr().String(), Protocol: "tcp", Version: s.version}
	front, err := gmsserver.NewServerWithHandler(config, s.engine, sql.NewContext, s.newSession, nil, s.wrap)
	if err != nil {
		s.end()
		l.cut()
		return nil, engine.Errorf(engine.KindInternal, "start MySQL server", id, "%w", err)
	}
	go func() {
		defer close(s.accepted)
		_ = front.Start() // returns nil when the listener closes
	}()
	return s, nil
}

func serverVersion(ctx context.Context, opts Options) string {
	rondb := unknownVersion
	if o, err := opts.Observe(ctx); err == nil && o.Config != nil && o.Config.Version != "" {
		rondb = o.Config.Version
	}
	return mysqlVersion + "-rondb-" + rondb
}

func (s *server) address() string { return s.listener.Addr().String() }

// stop cuts the clients off first, so that none of them is told how its
// statement ended: a process that dies tells nobody.
func (s *server) stop() {
	limit := time.NewTimer(stopLimit)
	defer limit.Stop()
	s.listener.cut()
	s.end()
	for _, ended := range []<-chan struct{}{s.accepted, s.listener.empty} {
		select {
		case <-ended:
		case <-limit.C:
			return
		}
	}
	_ = s.engine.Close()
}

// newSession is the library's SessionBuilder: it runs once for each connection,
// and again when a connection is reset.
func (s *server) newSession(ctx context.Context, c *mysql.Conn, addr string) (sql.Session, error) {
	stored, err := s.opts.Sessions(s.id)
	if err != nil {
		return nil, noSession(err, c.Close)
	}
	client := sql.Client{Address: c.RemoteAddr().String(), User: c.User, Capabilities: c.Capabilities}
	made := &session{
		BaseSession: sql.NewBaseSessionWithClientServer(addr, client, c.ConnectionID),
		stored:      stored,
		server:      s,
		hangUp:      c.Close,
	}
	sctx := sql.NewContext(ctx, sql.WithSession(made))
	for name, value := range map[string]string{"version": s.version, "version_comment": versionComment} {
		if err := made.InitSessionVariable(sctx, name, value); err != nil {
			stored.Close()
			return nil, err
		}
	}
	if accepted, ok := c.Conn.(*conn); ok {
		accepted.session = made
	}
	return made, nil
}

// noSession is the answer to a client whom the world takes no session from. A
// server that does not serve any more says nothing.
func noSession(err error, hangUp func()) error {
	if engine.KindOf(err) == engine.KindDenied {
		return mysql.NewSQLError(mysql.ERConCount, mysql.SSNetError, tooMany)
	}
	hangUp()
	return answer(err)
}
