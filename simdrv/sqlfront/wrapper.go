package sqlfront

import (
	"context"
	"regexp"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
)

// handler stands between the protocol and the library. It ends statements with
// their server, answers what the library cannot, and mends errors.
type handler struct {
	mysql.Handler
	server *server
}

func (s *server) wrap(inner mysql.Handler) (mysql.Handler, error) {
	return &handler{Handler: inner, server: s}, nil
}

// ConnectionClosed implements mysql.Handler. It is the last thing that happens
// to a connection, whatever ended it.
func (h *handler) ConnectionClosed(c *mysql.Conn) {
	h.Handler.ConnectionClosed(c)
	if accepted, ok := c.Conn.(*conn); ok {
		h.server.listener.forget(accepted)
	}
}

// ComInitDB implements mysql.Handler.
func (h *handler) ComInitDB(c *mysql.Conn, schema string) error {
	return mend(h.Handler.ComInitDB(c, schema))
}

// ComQuery implements mysql.Handler.
func (h *handler) ComQuery(_ context.Context, c *mysql.Conn, query string, callback mysql.ResultSpoolFn) error {
	if show := h.server.showFor(query); show != nil {
		return show(callback)
	}
	return h.run(c, query, callback, func(callback mysql.ResultSpoolFn) error {
		return h.Handler.ComQuery(h.server.alive, c, query, callback)
	})
}

// ComMultiQuery implements mysql.Handler for clients that may send several
// statements at once; the library takes them one by one.
func (h *handler) ComMultiQuery(_ context.Context, c *mysql.Conn, query string, callback mysql.ResultSpoolFn) (string, error) {
	if show := h.server.showFor(query); show != nil {
		return "", show(callback)
	}
	var rest string
	err := h.run(c, query, callback, func(callback mysql.ResultSpoolFn) (err error) {
		rest, err = h.Handler.ComMultiQuery(h.server.alive, c, query, callback)
		return err
	})
	return rest, err
}

// ComPrepare implements mysql.Handler.
func (h *handler) ComPrepare(_ context.Context, c *mysql.Conn, query string, prepare *mysql.PrepareData) ([]*querypb.Field, error) {
	var fields []*querypb.Field
	err := h.run(c, query, nil, func(mysql.ResultSpoolFn) (err error) {
		fields, err = h.Handler.ComPrepare(h.server.alive, c, query, prepare)
		return err
	})
	return fields, err
}

// ComStmtExecute implements mysql.Handler.
func (h *handler) ComStmtExecute(_ context.Context, c *mysql.Conn, prepare *mysql.PrepareData, callback func(*sqltypes.Result) error) error {
	spool := func(result *sqltypes.Result, _ bool) error { return callback(result) }
	return h.run(c, prepare.PrepareStmt, spool, func(spool mysql.ResultSpoolFn) error {
		return h.Handler.ComStmtExecute(h.server.alive, c, prepare, func(result *sqltypes.Result) error {
			return spool(result, false)
		})
	})
}

// namesSchema finds the statements that may read information_schema; many SHOW
// are rewritten to such a read.
var namesSchema = regexp.MustCompile(`(?i)information_schema|^\s*show\b|^\s*desc`)

func readsSchema(c *mysql.Conn, query string) bool {
	if mentions(query, "information_schema", "show", "desc") && namesSchema.MatchString(query) {
		return true
	}
	accepted, ok := c.Conn.(*conn)
	return ok && accepted.session != nil &&
		strings.EqualFold(accepted.session.GetCurrentDatabase(), sql.InformationSchemaDatabaseName)
}

// run runs a statement in the library: those that read information_schema one
// after another, and with the name of the storage engine put right.
func (h *handler) run(c *mysql.Conn, query string, callback mysql.ResultSpoolFn, do func(mysql.ResultSpoolFn) error) error {
	if !readsSchema(c, query) {
		return mend(do(callback))
	}
	select {
	case h.server.schemaReads <- struct{}{}:
		defer func() { <-h.server.schemaReads }()
	case <-h.server.alive.Done():
		return interrupted()
	}
	return mend(do(func(result *sqltypes.Result, more bool) error {
		renameEngine(result)
		return callback(result, more)
	}))
}
