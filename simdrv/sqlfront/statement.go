package sqlfront

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"rondb-tui/simdrv"
)

const (
	// maxKnownStatements bounds the texts whose inspection is remembered. Only texts
	// that could matter are inspected at all.
	maxKnownStatements = 1024
	// maxKnownText keeps long texts, which hardly come twice, out of the memory.
	maxKnownText = 4096
)

// statement is what a text asks of the storage that no interface of the library
// carries: the planner drops FOR UPDATE, and tells nobody about ENGINE.
type statement struct {
	lock    simdrv.LockMode
	refusal error // why the statement cannot work here
}

// mayMatter finds the texts that are worth parsing: those that could ask for
// locks, and those that could be refused. EXECUTE hides the text it runs.
var mayMatter = regexp.MustCompile(`(?i)for\s+update|in\s+share\s+mode|\b(create|alter|call)\b|^\s*execute\b`)

// mentions says whether a text has one of some lower-case words, in any case and
// anywhere. It is the cheap question before a regular expression, which would
// cost every statement more than its share.
func mentions(text string, words ...string) bool {
	lower := strings.ToLower(text)
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(lower, word) })
}

// statements remembers inspected texts; clients repeat theirs.
type statements struct {
	mu    sync.Mutex
	known map[string]statement
}

func newStatements() *statements { return &statements{known: map[string]statement{}} }

// inspect looks at a statement's text; of several statements in one packet at
// the first. A text that does not parse asks for nothing: the engine will say
// what is wrong with it.
func (m *statements) inspect(ctx context.Context, text string) statement {
	if !mentions(text, "for", "share", "create", "alter", "call", "execute") {
		return statement{}
	}
	m.mu.Lock()
	known, found := m.known[text]
	m.mu.Unlock()
	if found {
		return known
	}
	if !mayMatter.MatchString(text) {
		return statement{}
	}
	parsed, _, err := sqlparser.ParseOne(ctx, text)
	if err != nil {
		return statement{}
	}
	made := inspectParsed(parsed)
	if len(text) <= maxKnownText {
		m.mu.Lock()
		defer m.mu.Unlock()
		if len(m.known) >= maxKnownStatements {
			clear(m.known)
		}
		m.known[text] = made
	}
	return made
}

func inspectParsed(parsed sqlparser.Statement) statement {
	switch node := parsed.(type) {
	case *sqlparser.DDL:
		return statement{refusal: refuseCreate(node)}
	case *sqlparser.AlterTable:
		return statement{refusal: refuseAlter(node)}
	case *sqlparser.Call:
		// There are none, and the library panics at a name it does not know.
		return statement{refusal: refused("stored procedures")}
	case *sqlparser.Execute:
		// Its text may say FOR UPDATE: locking too much is safe, too little is not.
		return statement{lock: simdrv.LockExclusive}
	}
	made := statement{}
	_ = sqlparser.Walk(func(node sqlparser.SQLNode) (bool, error) {
		switch n := node.(type) {
		case *sqlparser.Select:
			made.ask(n.Lock)
		case *sqlparser.SetOp:
			made.ask(n.Lock)
		}
		return true, nil
	}, parsed)
	return made
}

// ask adds the locking clause of one SELECT; the strongest one of a statement
// holds for all its tables.
func (s *statement) ask(clause string) {
	switch clause {
	case "":
	case sqlparser.ForUpdateStr:
		s.lock = simdrv.LockExclusive
	case sqlparser.ShareModeStr:
		s.lock = max(s.lock, simdrv.LockShared)
	default:
		s.refusal = refused("'%s'", strings.TrimSpace(clause))
	}
}

// refuseAlter refuses every ALTER TABLE but that of AUTO_INCREMENT: the library
// accepts some that it then does not carry out.
func refuseAlter(alter *sqlparser.AlterTable) error {
	for _, change := range alter.Statements {
		if change.AutoIncSpec == nil {
			return refused("ALTER TABLE, but for AUTO_INCREMENT")
		}
	}
	return nil
}

// refuseCreate refuses a CREATE TABLE that the library would carry out in part, or
// otherwise than it reads.
func refuseCreate(ddl *sqlparser.DDL) error {
	if ddl.Action != sqlparser.CreateStr {
		return nil
	}
	if ddl.ViewSpec != nil {
		return refused("views")
	}
	if ddl.TableSpec == nil {
		return nil
	}
	for _, option := range ddl.TableSpec.TableOpts {
		if strings.EqualFold(option.Name, "engine") {
			if err := refuseEngine(option.Value); err != nil {
				return err
			}
		}
	}
	for _, index := range ddl.TableSpec.Indexes {
		if !index.Info.Primary {
			return refused("indexes other than the primary key (%s)", index.Info.Name)
		}
	}
	if len(ddl.TableSpec.Constraints) > 0 {
		return refused("foreign keys and checks")
	}
	for _, column := range ddl.TableSpec.Columns {
		if err := refuseColumn(column); err != nil {
			return err
		}
	}
	return nil
}

func refuseEngine(name string) error {
	switch strings.ToLower(strings.Trim(name, "'\"`")) {
	case "ndb", "ndbcluster":
		return nil
	default:
		return mysql.NewSQLError(erUnknownStorageEngine, mysql.SSClientError,
			"Unknown storage engine '%s': tables of this cluster live in its data nodes, use ENGINE=NDB", name)
	}
}

// keyWords are the column options that ask for an index of their own. The parser
// keeps them in a type whose values it does not export; their text is public.
var keyWords = regexp.MustCompile(`(?i)\b(unique|fulltext|spatial)\b`)

func refuseColumn(column *sqlparser.ColumnDefinition) error {
	typ := column.Type
	switch {
	case typ.ForeignKeyDef != nil, typ.Constraint != nil:
		return refused("foreign keys and checks (column %s)", column.Name)
	case typ.GeneratedExpr != nil:
		return refused("generated columns (column %s)", column.Name)
	}
	bare := sqlparser.ColumnType{Type: typ.Type, KeyOpt: typ.KeyOpt}
	if word := keyWords.FindString(sqlparser.String(bare)); word != "" {
		return refused("indexes other than the primary key (column %s)", column.Name)
	}
	return nil
}

// needsNoCluster says whether a statement works while the data nodes are gone:
// it is about the session only, or reads only what the management of the cluster
// knows.
func needsNoCluster(ctx context.Context, text string) bool {
	parsed, _, err := sqlparser.ParseOne(ctx, text)
	if err != nil {
		return true // the engine will refuse it with the better message
	}
	switch node := parsed.(type) {
	case *sqlparser.Rollback, *sqlparser.Set, *sqlparser.Use, *sqlparser.Kill:
		return true
	case *sqlparser.Show:
		return !showsDictionary.MatchString(node.Type)
	case *sqlparser.Select:
		return readsOnlyNdbinfo(node)
	default:
		return false
	}
}

// showsDictionary finds the SHOW statements that need the cluster's dictionary.
var showsDictionary = regexp.MustCompile(`(?i)table|column|field|index|key|create|trigger|event`)

// readsOnlyNdbinfo says whether every table of a SELECT is named with ndbinfo.
// One without a table passes too: it can only ask for variables.
func readsOnlyNdbinfo(s *sqlparser.Select) bool {
	only := true
	_ = sqlparser.Walk(func(node sqlparser.SQLNode) (bool, error) {
		if aliased, ok := node.(*sqlparser.AliasedTableExpr); ok {
			if name, ok := aliased.Expr.(sqlparser.TableName); ok {
				dual := name.Name.String() == "dual" && name.DbQualifier.IsEmpty()
				only = only && (dual || strings.EqualFold(name.DbQualifier.String(), ndbinfoName))
			}
		}
		return true, nil
	}, s)
	return only
}

// endsTransaction finds ROLLBACK, which a client may send to a transaction that
// is lost already.
func endsTransaction(ctx context.Context, text string) bool {
	parsed, _, err := sqlparser.ParseOne(ctx, text)
	_, rollback := parsed.(*sqlparser.Rollback)
	return err == nil && rollback
}
