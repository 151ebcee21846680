package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"rondb-tui/agentproto"
)

// maxAccounts is how many accounts a start makes at most.
const maxAccounts = 32

// initFile is the file of statements that a MySQL server runs at its start. It
// holds passwords: it is removed once the server answers, when it ends, and when
// the agent starts.
func (n node) initFile() string { return filepath.Join(filepath.Dir(n.layout.State), "accounts.sql") }

func (n node) removeInitFile() error {
	if err := os.Remove(n.initFile()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove the file of accounts: %w", err)
	}
	return nil
}

// statements make the accounts, or set their passwords: one statement a line, as
// the oldest servers want it. modern servers have CREATE USER IF NOT EXISTS.
func statements(accounts []*agentproto.Account, modern bool) ([]byte, error) {
	if len(accounts) > maxAccounts {
		return nil, fmt.Errorf("make accounts: more than %d", maxAccounts)
	}
	var b strings.Builder
	rootNamed := false
	for i, a := range accounts {
		if err := checkAccount(a); err != nil {
			return nil, fmt.Errorf("make account %d: %w", i+1, err)
		}
		who := quote(a.GetUser()) + "@" + quote(a.GetHost())
		rootNamed = rootNamed || (a.GetUser() == "root" && a.GetHost() == "localhost")
		if modern {
			_, _ = fmt.Fprintf(&b, "CREATE USER IF NOT EXISTS %s IDENTIFIED BY %s;\n", who, quote(a.GetPassword()))
			_, _ = fmt.Fprintf(&b, "ALTER USER %s IDENTIFIED BY %s;\n", who, quote(a.GetPassword()))
		} else {
			_, _ = fmt.Fprintf(&b, "GRANT USAGE ON *.* TO %s IDENTIFIED BY %s;\n", who, quote(a.GetPassword()))
		}
		if a.GetGrants() != "" {
			privileges, option := a.GetGrants(), ""
			if base, with := strings.CutSuffix(privileges, " WITH GRANT OPTION"); with {
				privileges, option = base, " WITH GRANT OPTION"
			}
			_, _ = fmt.Fprintf(&b, "GRANT %s TO %s%s;\n", privileges, who, option)
		}
	}
	if modern && !rootNamed {
		_, _ = b.WriteString("ALTER USER 'root'@'localhost' ACCOUNT LOCK;\n") // it was made without a password
	}
	return []byte(b.String()), nil
}

// checkAccount lets nothing into a statement that could end it.
func checkAccount(a *agentproto.Account) error {
	grants := regexp.MustCompile("^[A-Za-z_, ]{2,400} ON [A-Za-z0-9_*`]{1,80}\\.[A-Za-z0-9_*`]{1,80}( WITH GRANT OPTION)?$")
	switch {
	case a.GetUser() == "" || len(a.GetUser()) > 32:
		return errors.New("the user's name must have 1 to 32 bytes")
	case a.GetHost() == "" || len(a.GetHost()) > 255:
		return errors.New("the host must have 1 to 255 bytes")
	case a.GetPassword() == "":
		return errors.New("there is no password")
	case strings.ContainsAny(a.GetUser()+a.GetHost()+a.GetPassword(), "\x00\r\n"):
		return errors.New("a line break is in it")
	case a.GetGrants() != "" && !grants.MatchString(a.GetGrants()):
		return errors.New("the grants are not of the form \"SELECT ON db.*\"")
	}
	return nil
}

// quote writes a string of SQL. A server at its start reads backslashes as escapes.
func quote(text string) string {
	text = strings.ReplaceAll(text, `\`, `\\`)
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// initialise makes the data directory of a MySQL server unless it has one. What a
// broken attempt left is removed first.
func (n node) initialise(ctx context.Context, starter Starter, p program, book *logbook) error {
	mark := n.layout.MySQL + ".making" // stands while the directory is not whole
	if n.hasData() && !exists(mark) {
		return nil
	}
	if err := writeWhole(mark, nil); err != nil {
		return fmt.Errorf("initialise the data directory: %w", err)
	}
	if err := n.removeData(ctx, starter, book); err != nil {
		return fmt.Errorf("initialise the data directory: %w", err)
	}
	if err := os.Mkdir(n.layout.MySQL, folderMode); err != nil {
		return fmt.Errorf("initialise the data directory: %w", err)
	}
	if err := os.Chmod(n.layout.MySQL, folderMode); err != nil {
		return fmt.Errorf("initialise the data directory: %w", err)
	}
	c := n.command(p.path, []string{"--no-defaults", "--initialize-insecure", "--datadir=" + n.layout.MySQL}, book)
	if !p.modern() {
		var err error
		if c, err = n.bootstrap(p, book); err != nil {
			return fmt.Errorf("initialise the data directory: %w", err)
		}
		defer func() { _ = os.Remove(c.Input) }()
	}
	if err := runToEnd(ctx, starter, c); err != nil {
		return fmt.Errorf("initialise the data directory: %w%s", err, lastComplaint(book))
	}
	if err := os.Remove(mark); err != nil {
		return fmt.Errorf("initialise the data directory: %w", err)
	}
	return nil
}

// removeData removes what a broken attempt left. It belongs to the processes' user,
// so that a root without its capabilities has to ask that user.
func (n node) removeData(ctx context.Context, starter Starter, book *logbook) error {
	err := os.RemoveAll(n.layout.MySQL)
	if errors.Is(err, os.ErrPermission) {
		err = runToEnd(ctx, starter, n.command(n.self, []string{"remove", n.layout.MySQL}, book))
	}
	return err //nolint:wrapcheck // the caller words it
}

// modern says whether a MySQL server can initialise itself: since 5.7.
func (p program) modern() bool {
	return p.mysql == [2]int{} || p.mysql[0] > 5 || (p.mysql[0] == 5 && p.mysql[1] >= 7)
}

// bootstrap is how servers before 5.7 get their system tables: from files of SQL
// beside the program, run without a network.
func (n node) bootstrap(p program, book *logbook) (Command, error) {
	share := ""
	for _, place := range []string{"../share", "../share/mysql", "../../share/mysql", "../scripts"} {
		folder := filepath.Join(filepath.Dir(p.path), place)
		if exists(filepath.Join(folder, "mysql_system_tables.sql")) {
			share = folder
			break
		}
	}
	if share == "" {
		return Command{}, errors.New("the image has no mysql_system_tables.sql beside mysqld")
	}
	if err := os.MkdirAll(filepath.Join(n.layout.MySQL, "mysql"), folderMode); err != nil {
		return Command{}, fmt.Errorf("make the system database: %w", err)
	}
	if err := os.Chmod(filepath.Join(n.layout.MySQL, "mysql"), folderMode); err != nil {
		return Command{}, fmt.Errorf("make the system database: %w", err)
	}
	script := []byte("use mysql;\n")
	for _, name := range []string{"mysql_system_tables.sql", "mysql_system_tables_data.sql"} {
		text, err := os.ReadFile(filepath.Join(share, name))
		if err != nil {
			return Command{}, fmt.Errorf("read the system tables: %w", err)
		}
		script = append(append(script, text...), '\n')
	}
	script = append(script, "DELETE FROM user WHERE user='' OR host NOT IN ('localhost');\n"...)
	path := n.layout.MySQL + ".sql"
	if err := writeWhole(path, script); err != nil {
		return Command{}, err
	}
	c := n.command(p.path, []string{"--no-defaults", "--bootstrap", "--datadir=" + n.layout.MySQL,
		"--lc-messages-dir=" + filepath.Join(filepath.Dir(share), "share"), "--skip-ndbcluster", "--max_allowed_packet=8M"}, book)
	c.Input = path
	return c, nil
}

// runToEnd runs a program that must end with 0.
func runToEnd(ctx context.Context, starter Starter, c Command) error {
	process, err := starter.Start(c)
	if err != nil {
		return fmt.Errorf("run %s: %w", filepath.Base(c.Path), err)
	}
	select {
	case <-process.Ended():
	case <-ctx.Done():
		err := errors.Join(ctx.Err(), process.Signal(Kill))
		<-process.Ended()
		return fmt.Errorf("run %s: %w", filepath.Base(c.Path), err)
	}
	if code := process.ExitCode(); code != 0 {
		return fmt.Errorf("run %s: it %s", filepath.Base(c.Path), describeExit(code))
	}
	return nil
}
