package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/go-sql-driver/mysql"
	"github.com/spf13/cobra"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// Limits of `sql`.
const (
	sqlDeadline    = 60 * time.Second // for all statements together
	sqlConnect     = 5 * time.Second
	maxSQLText     = 1 << 20  // bytes of statements
	maxRows        = 10_000   // of one result
	maxResultBytes = 16 << 20 // of one result
)

// sqlFlags is what the command line of `sql` says.
type sqlFlags struct {
	text   string
	output string
	node   int
}

func newSQL(p *program) *cobra.Command {
	var flags sqlFlags
	cmd := &cobra.Command{
		Use:   "sql [NAME] [-e SQL]",
		Short: "Run SQL statements on a MySQL server of the cluster",
		Long: "Run SQL statements on a MySQL server of the cluster, the first that is up. Several statements\n" +
			"with semicolons between run one after another in one session, until one fails; without -e they\n" +
			"are read from stdin.\n\n" +
			fmt.Sprintf("At most %d rows of each result are printed, and all has to end within %v. NULL is the word NULL\n", maxRows, sqlDeadline) +
			"in a table, null in JSON and \\N in CSV. Bytes that are no text are written as 0x and hexadecimal digits.",
		Example: "  rondb-tui sql demo -e 'SELECT * FROM ndbinfo.nodes'\n" +
			"  rondb-tui sql demo -o csv --node 68 < report.sql",
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", flags.output, outputTable, outputJSON, outputCSV); err != nil {
				return err
			}
			statements, err := p.readStatements(cmd.Flags().Changed("execute"), flags.text)
			if err != nil {
				return err
			}
			return p.with(cmd.Context(), nameArg(args), func(ctx context.Context, client *control.Client) error {
				return p.sql(ctx, client, statements, &flags)
			})
		},
	}
	f := cmd.Flags()
	f.StringVarP(&flags.text, "execute", "e", "", "statements, with semicolons between them")
	f.StringVarP(&flags.output, "output", "o", outputTable, "table, json or csv")
	f.IntVar(&flags.node, "node", 0, "node id of the MySQL server; else the first that is up")
	return cmd
}

// readStatements takes the statements of -e, else of stdin if that is no terminal.
func (p *program) readStatements(given bool, text string) ([]string, error) {
	if !given {
		if in, ok := p.stdin.(*os.File); ok && term.IsTerminal(in.Fd()) {
			return nil, withCode(exitUsage, errors.New("no statement is given; use -e SQL, or stdin"))
		}
		read, err := io.ReadAll(io.LimitReader(p.stdin, maxSQLText+1))
		if err != nil {
			return nil, fmt.Errorf("read the statements from stdin: %w", err)
		}
		text = string(read)
	}
	if len(text) > maxSQLText {
		return nil, withCode(exitUsage, fmt.Errorf("the statements are longer than %d KiB; run them in parts", maxSQLText>>10))
	}
	statements, err := splitSQL(text)
	if err != nil {
		return nil, withCode(exitUsage, err)
	}
	if len(statements) == 0 {
		return nil, withCode(exitUsage, errors.New("there is no statement; use -e SQL, or stdin"))
	}
	return statements, nil
}

// sql runs the statements in one session.
func (p *program) sql(ctx context.Context, client *control.Client, statements []string, flags *sqlFlags) error {
	endpoints, err := client.Endpoints(ctx)
	if err != nil {
		return err
	}
	server, err := chooseServer(endpoints, engine.NodeID(flags.node))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sqlDeadline)
	defer cancel()
	db, err := openServer(server)
	if err != nil {
		return err
	}
	err = p.runStatements(ctx, db, statements, flags.output)
	return errors.Join(sqlFailure(server.Node, err), db.Close())
}

// chooseServer finds the MySQL server that is named, else the first that is up.
func chooseServer(endpoints []engine.Endpoint, node engine.NodeID) (engine.Endpoint, error) {
	const op = "choose MySQL server"
	for _, e := range endpoints {
		switch {
		case node == 0 && e.Up, node == e.Node && e.Up:
			return e, nil
		case node == e.Node:
			return e, engine.Errorf(engine.KindNotFound, op, node, "it is not up")
		}
	}
	if node != 0 {
		return engine.Endpoint{}, engine.Errorf(engine.KindNotFound, op, node, "there is no such MySQL server")
	}
	return engine.Endpoint{}, engine.Errorf(engine.KindNotFound, op, 0, "none is up; `rondb-tui status` shows why")
}

// dataSource is how the Go driver reaches a MySQL server.
func dataSource(e engine.Endpoint) *mysql.Config {
	config := mysql.NewConfig()
	config.User, config.Passwd = e.User, e.Password
	config.Net, config.Addr = "tcp", e.Address
	return config
}

func openServer(e engine.Endpoint) (*sql.DB, error) {
	config := dataSource(e)
	config.Timeout = sqlConnect
	config.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, engine.Errorf(engine.KindInternal, "connect to MySQL server", e.Node, "%w", err)
	}
	return sql.OpenDB(connector), nil
}

func (p *program) runStatements(ctx context.Context, db *sql.DB, statements []string, output string) error {
	session, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	for _, one := range statements {
		if err := p.runStatement(ctx, session, one, output); err != nil {
			return errors.Join(err, session.Close())
		}
	}
	return session.Close()
}

// runStatement prints what one statement gives; nothing if it gives no rows.
func (p *program) runStatement(ctx context.Context, session *sql.Conn, statement, output string) error {
	rows, err := session.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	result, err := readResult(rows)
	if err = errors.Join(err, rows.Close()); err != nil {
		return err
	}
	if len(result.columns) == 0 {
		return nil
	}
	text, err := resultText(result, output)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(p.stdout, text); err != nil {
		return err
	}
	if result.cut {
		p.say("only the first %s are printed", counted(len(result.rows), "row"))
	}
	return nil
}

// sqlFailure words what a MySQL server answered: its number and its text.
func sqlFailure(node engine.NodeID, err error) error {
	var told *mysql.MySQLError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &told):
		return withCode(exitUnexpected, fmt.Errorf("MySQL server %d: error %d: %s", node, told.Number, present.Clean(told.Message)))
	case errors.Is(err, context.DeadlineExceeded):
		return withCode(exitTimeout, fmt.Errorf("MySQL server %d: the statements did not end within %v", node, sqlDeadline))
	}
	return withCode(exitUnexpected, fmt.Errorf("MySQL server %d: %w", node, err))
}

// readResult takes the rows of one result, as far as the limits allow.
func readResult(rows *sql.Rows) (sqlResult, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return sqlResult{}, err
	}
	result := sqlResult{columns: make([]sqlColumn, len(types))}
	raw, targets := make([]sql.RawBytes, len(types)), make([]any, len(types))
	for i, kind := range types {
		result.columns[i] = sqlColumn{name: kind.Name(), number: isNumber(kind.DatabaseTypeName())}
		targets[i] = &raw[i]
	}
	size := 0
	for rows.Next() {
		if len(result.rows) == maxRows || size > maxResultBytes {
			result.cut = true
			break
		}
		if err := rows.Scan(targets...); err != nil {
			return result, err
		}
		row := make([]sqlCell, len(raw))
		for i, value := range raw {
			row[i] = sqlCell{null: value == nil, text: string(value)}
			size += len(value)
		}
		result.rows = append(result.rows, row)
	}
	return result, rows.Err()
}
