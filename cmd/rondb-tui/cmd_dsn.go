package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"rondb-tui/control"
	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// Forms in which `dsn` writes an address.
const (
	dsnURL   = "url"
	dsnGo    = "go"
	dsnJDBC  = "jdbc"
	dsnShell = "shell"
)

func newDSN(p *program) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "dsn [NAME]",
		Short: "Print how clients reach the MySQL servers",
		Long: "Print how clients reach the MySQL servers that are up, one a line: as a URL, a data source name\n" +
			"of the Go driver, a JDBC URL, a command line of the mysql client, or JSON.",
		Example: "  rondb-tui dsn demo\n" +
			"  $(rondb-tui dsn demo --format shell | head -1) -e 'SHOW DATABASES'",
		Args: usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, dsnURL, dsnGo, dsnJDBC, dsnShell, outputJSON); err != nil {
				return err
			}
			return p.with(cmd.Context(), nameArg(args), func(ctx context.Context, client *control.Client) error {
				return p.dsn(ctx, client, format)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", dsnURL, "url, go, jdbc, shell or json")
	return cmd
}

func (p *program) dsn(ctx context.Context, client *control.Client, format string) error {
	endpoints, err := client.Endpoints(ctx)
	if err != nil {
		return err
	}
	if _, err := chooseServer(endpoints, 0); err != nil {
		return err
	}
	for _, e := range endpoints {
		if !e.Up {
			continue
		}
		line, err := dsnLine(e, format)
		if err != nil {
			return err
		}
		p.print("%s", present.Clean(line))
	}
	return nil
}

// dsnServer is a MySQL server as `dsn --format json` writes it.
type dsnServer struct {
	Node     engine.NodeID `json:"node"`
	Host     string        `json:"host"`
	Port     string        `json:"port"`
	User     string        `json:"user"`
	Password string        `json:"password"`
}

func dsnLine(e engine.Endpoint, format string) (string, error) {
	host, port, err := net.SplitHostPort(e.Address)
	if err != nil {
		return "", engine.Errorf(engine.KindInternal, "write address of MySQL server", e.Node, "%w", err)
	}
	switch format {
	case dsnGo:
		return dataSource(e).FormatDSN(), nil
	case dsnJDBC:
		login := url.Values{"user": {e.User}}
		if e.Password != "" {
			login.Set("password", e.Password)
		}
		return "jdbc:mysql://" + e.Address + "/?" + login.Encode(), nil
	case dsnShell:
		line := fmt.Sprintf("mysql --protocol=tcp -h %s -P %s -u %s", shellWord(host), shellWord(port), shellWord(e.User))
		if e.Password != "" { // not as an argument, which others can see
			line = "env MYSQL_PWD=" + shellWord(e.Password) + " " + line
		}
		return line, nil
	case outputJSON:
		line, err := jsonLine(dsnServer{Node: e.Node, Host: host, Port: port, User: e.User, Password: e.Password})
		return strings.TrimSuffix(string(line), "\n"), err
	}
	login := url.User(e.User)
	if e.Password != "" {
		login = url.UserPassword(e.User, e.Password)
	}
	return (&url.URL{Scheme: "mysql", User: login, Host: e.Address, Path: "/"}).String(), nil
}

// shellWord quotes a word for a POSIX shell where it needs that.
func shellWord(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:_-"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
