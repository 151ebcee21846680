package sqlfront

import (
	"errors"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"

	"rondb-tui/simdrv"
)

// provider tells the library which databases there are: those of the cluster's
// dictionary, which all MySQL servers share, and ndbinfo.
type provider struct{ server *server }

var _ sql.MutableDatabaseProvider = (*provider)(nil)

// Database implements sql.DatabaseProvider. Without data nodes nobody knows
// which databases there are; that is not the same as a database that is missing.
func (p *provider) Database(ctx *sql.Context, name string) (sql.Database, error) {
	if strings.EqualFold(name, ndbinfoName) {
		return &ndbinfo{server: p.server}, nil
	}
	s, err := sessionOf(ctx)
	if err != nil {
		return nil, err
	}
	for _, known := range s.stored.Databases() {
		if strings.EqualFold(known, name) {
			return &database{name: known}, nil
		}
	}
	if err := s.stored.Err(); err != nil {
		return nil, s.fail(err)
	}
	return nil, sql.ErrDatabaseNotFound.New(name)
}

// HasDatabase implements sql.DatabaseProvider.
func (p *provider) HasDatabase(ctx *sql.Context, name string) bool {
	_, err := p.Database(ctx, name)
	return err == nil
}

// AllDatabases implements sql.DatabaseProvider.
func (p *provider) AllDatabases(ctx *sql.Context) []sql.Database {
	all := []sql.Database{&ndbinfo{server: p.server}}
	s, err := sessionOf(ctx)
	if err != nil {
		return all
	}
	for _, name := range s.stored.Databases() {
		all = append(all, &database{name: name})
	}
	return all
}

// CreateDatabase implements sql.MutableDatabaseProvider.
func (p *provider) CreateDatabase(ctx *sql.Context, name string) error {
	s, err := sessionOf(ctx)
	if err != nil {
		return err
	}
	if p.HasDatabase(ctx, name) {
		return sql.ErrDatabaseExists.New(name)
	}
	if err := s.stored.CreateDatabase(name); errors.Is(err, simdrv.ErrExists) {
		return sql.ErrDatabaseExists.New(name)
	} else if err != nil {
		return s.fail(err)
	}
	return nil
}

// DropDatabase implements sql.MutableDatabaseProvider.
func (p *provider) DropDatabase(ctx *sql.Context, name string) error {
	s, err := sessionOf(ctx)
	if err != nil {
		return err
	}
	db, err := p.Database(ctx, name)
	if err != nil {
		return err
	}
	if err := s.stored.DropDatabase(db.Name()); errors.Is(err, simdrv.ErrNotFound) {
		return sql.ErrDatabaseNotFound.New(name)
	} else if err != nil {
		return s.fail(err)
	}
	return nil
}
