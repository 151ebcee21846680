package agent_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// helper is what this binary does under the name of a program of the database;
// false under its own.
func helper(args []string) (int, bool) {
	name := filepath.Base(args[0])
	if len(args) > 1 && args[1] == "--version" {
		versions := map[string]string{
			"ndb_mgmd": "RonDB-24.10.17, for Linux (x86_64)",
			"ndbmtd":   "MySQL distrib mysql-5.6.27 ndb-7.2.1, for Linux (x86_64)",
			"mysqld":   "/usr/sbin/mysqld  Ver 8.0.34-rondb-22.10.1 for Linux on x86_64 (Source distribution)",
		}
		text, known := versions[name]
		_, _ = fmt.Println(text) //nolint:forbidigo // it is a program here
		return 0, known
	}
	switch name {
	case "ndbmtd":
		return fakeDataNode(args[1:]), true
	case "mysqld":
		return fakeMySQL(args[1:]), true
	default:
		return 0, false
	}
}

// record leaves the arguments of a run in the volume.
func record(name string, args []string) {
	_ = os.WriteFile(name+".args", []byte(strings.Join(args, "\n")), 0o600)
}

// fakeDataNode crashes with an error log if the volume has a file "crash.log", else
// stays until it is killed.
func fakeDataNode(args []string) int {
	record("ndbmtd", args)
	_, _ = fmt.Println("2026-03-01 12:00:00 [ndbd] ERROR    -- a line of the data node") //nolint:forbidigo // it is a program here
	if text, err := os.ReadFile("crash.log"); err == nil {
		if os.WriteFile("log/ndb_2_error.log", text, 0o600) != nil {
			return 1
		}
		return 0
	}
	select {}
}

// fakeMySQL makes a data directory, or serves in it: it keeps what it was told to
// run, and greets once the volume has a file "open".
func fakeMySQL(args []string) int {
	value := func(name string) string {
		for _, arg := range args {
			if text, ok := strings.CutPrefix(arg, "--"+name+"="); ok {
				return text
			}
		}
		return ""
	}
	if strings.Contains(strings.Join(args, " "), "--initialize-insecure") {
		record("initialize", args)
		for ticker := time.NewTicker(10 * time.Millisecond); isFile("slow"); { // until the test says so
			<-ticker.C
		}
		if _, err := os.Stat("broken"); err == nil {
			_ = os.Mkdir(filepath.Join(value("datadir"), "half"), 0o700)
			_, _ = fmt.Println("2026-03-01T12:00:00Z 0 [ERROR] no space left") //nolint:forbidigo // it is a program here
			return 1
		}
		return boolCode(os.Mkdir(filepath.Join(value("datadir"), "mysql"), 0o700))
	}
	record("mysqld", args)
	text, err := os.ReadFile(value("init-file"))
	if err != nil || os.WriteFile("ran.sql", text, 0o600) != nil {
		return 1
	}
	for ticker := time.NewTicker(10 * time.Millisecond); !isFile("open"); { // the test says when
		<-ticker.C
	}
	address, err := os.ReadFile("open")
	if err != nil {
		return 1
	}
	listener, err := net.Listen("tcp", string(address))
	if err != nil {
		return 1
	}
	for {
		socket, err := listener.Accept()
		if err != nil {
			return 1
		}
		_, _ = socket.Write([]byte{1, 0, 0, 0, 0x0a})
		_ = socket.Close()
	}
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func boolCode(err error) int {
	if err != nil {
		return 1
	}
	return 0
}

// programs makes a folder in which this binary has the names of programs.
func programs(t *testing.T, names ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, name := range names {
		if err := os.Symlink(self, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}
