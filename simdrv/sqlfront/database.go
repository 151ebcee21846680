package sqlfront

import (
	"errors"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/vitess/go/mysql"

	"rondb-tui/simdrv"
)

// Limits of NDB tables.
const (
	maxColumns    = 512
	maxKeyColumns = 32
)

// database is one database of the cluster's dictionary.
type database struct{ name string }

var (
	_ sql.TableCreator = (*database)(nil)
	_ sql.TableDropper = (*database)(nil)
)

// Name implements sql.Database.
func (d *database) Name() string { return d.name }

// GetTableInsensitive implements sql.Database.
func (d *database) GetTableInsensitive(ctx *sql.Context, name string) (sql.Table, bool, error) {
	s, err := sessionOf(ctx)
	if err != nil {
		return nil, false, err
	}
	stored, found := s.stored.Table(d.name, name)
	if !found {
		stored, found = d.otherCase(s, name)
	}
	if !found {
		return nil, false, s.fail(s.stored.Err())
	}
	definition, ok := stored.Definition.(*definition)
	if !ok {
		return nil, false, internal("open table", "table %s.%s was not made by a MySQL server", d.name, name)
	}
	return &table{definition: definition, stored: stored}, true, nil
}

// otherCase finds a table whose name differs in upper and lower case only.
func (d *database) otherCase(s *session, name string) (*simdrv.Table, bool) {
	for _, t := range s.stored.Tables(d.name) {
		if strings.EqualFold(t.Name, name) {
			return t, true
		}
	}
	return nil, false
}

// GetTableNames implements sql.Database.
func (d *database) GetTableNames(ctx *sql.Context) ([]string, error) {
	s, err := sessionOf(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, t := range s.stored.Tables(d.name) {
		names = append(names, t.Name)
	}
	return names, nil
}

// CreateTable implements sql.TableCreator.
func (d *database) CreateTable(ctx *sql.Context, name string, schema sql.PrimaryKeySchema, collation sql.CollationID, comment string) error {
	s, err := sessionOf(ctx)
	if err != nil {
		return err
	}
	switch columns, keys := len(schema.Schema), len(schema.PkOrdinals); {
	case keys == 0:
		return mysql.NewSQLError(mysql.ERRequiresPrimaryKey, mysql.SSClientError, "Table '%s' needs a primary key", name)
	case columns > maxColumns:
		return mysql.NewSQLError(mysql.ERTooManyFields, mysql.SSClientError, "Too many columns: %d, at most %d", columns, maxColumns)
	case keys > maxKeyColumns:
		return mysql.NewSQLError(mysql.ERTooManyKeyParts, mysql.SSClientError, "Too many key parts specified; max %d parts allowed", maxKeyColumns)
	}
	if _, exists, err := d.GetTableInsensitive(ctx, name); err != nil {
		return err
	} else if exists {
		return sql.ErrTableAlreadyExists.New(name)
	}
	made := newDefinition(d.name, name, schema, collation, comment)
	_, err = s.stored.CreateTable(ctx, simdrv.Table{Database: d.name, Name: name, Definition: made})
	switch {
	case errors.Is(err, simdrv.ErrExists):
		return sql.ErrTableAlreadyExists.New(name)
	case errors.Is(err, simdrv.ErrNotFound):
		return sql.ErrDatabaseNotFound.New(d.name)
	}
	return s.fail(err)
}

// DropTable implements sql.TableDropper.
func (d *database) DropTable(ctx *sql.Context, name string) error {
	s, err := sessionOf(ctx)
	if err != nil {
		return err
	}
	found, exists, err := d.GetTableInsensitive(ctx, name)
	if err != nil {
		return err
	}
	if !exists {
		return sql.ErrTableNotFound.New(name)
	}
	err = s.stored.DropTable(ctx, d.name, found.Name())
	if errors.Is(err, simdrv.ErrNotFound) {
		return sql.ErrTableNotFound.New(name)
	}
	return s.fail(err)
}
