package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"rondb-tui/agentproto"
)

// Flavours, as AgentHelloReply has them.
const (
	flavourRonDB = "rondb"
	flavourNDB   = "ndb"
	flavourStub  = "stub"
)

// searchPath is where images have the programs, PATH first.
func searchPath() []string {
	folders := filepath.SplitList(os.Getenv("PATH"))
	folders = append(folders, "/srv/hops/mysql/bin", "/usr/sbin", "/usr/bin", "/usr/libexec",
		"/usr/local/mysql/bin", "/usr/local/mysql/libexec", "/usr/local/bin", "/usr/local/sbin")
	for _, pattern := range []string{"/opt/*/bin", "/opt/*/sbin", "/opt/*/*/bin", "/usr/local/mysql*/bin"} {
		found, err := filepath.Glob(pattern)
		if err == nil {
			folders = append(folders, found...)
		}
	}
	return folders
}

// program is one that was found, and what it said of itself.
type program struct {
	path    string
	flavour string // "rondb", "ndb", or "" for a MySQL server without a cluster
	version string // of RonDB or NDB; of MySQL where it says no other
	mysql   [2]int // the MySQL server's major and minor version; zero if not said
}

// findProgram looks for the first of some names.
func findProgram(folders []string, names ...string) (string, error) {
	for _, name := range names {
		for _, folder := range folders {
			path := filepath.Join(folder, name)
			info, err := os.Stat(path)
			if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0 {
				return path, nil
			}
		}
	}
	return "", fmt.Errorf("the image has no %s in any of %s", strings.Join(names, " or "), strings.Join(folders, ", "))
}

// programsOf are the names of a kind's program, the best first.
func programsOf(kind string) []string {
	switch kind {
	case agentproto.KindDataNode:
		return []string{"ndbmtd", "ndbd"}
	case agentproto.KindManagementServer:
		return []string{"ndb_mgmd"}
	default:
		return []string{"mysqld"}
	}
}

// identify asks a program for its version.
func identify(ctx context.Context, starter Starter, path string) (program, error) {
	var mutex sync.Mutex
	var said strings.Builder
	process, err := starter.Start(Command{Path: path, Args: []string{"--version"}, Dir: "/", Env: environment("/"), Line: func(line string) {
		mutex.Lock()
		defer mutex.Unlock()
		if said.Len() < maxLine {
			_, _ = said.WriteString(line + "\n")
		}
	}})
	if err != nil {
		return program{}, fmt.Errorf("ask for the version: %w", err)
	}
	select {
	case <-process.Ended():
	case <-ctx.Done():
		return program{}, fmt.Errorf("ask %s for the version: %w", path, errors.Join(ctx.Err(), process.Signal(Kill)))
	}
	mutex.Lock()
	defer mutex.Unlock()
	if process.ExitCode() != 0 {
		return program{}, fmt.Errorf("ask %s for the version: exit code %d: %.200s", path, process.ExitCode(), said.String())
	}
	p := parseVersion(said.String())
	p.path = path
	return p, nil
}

// parseVersion reads what --version printed: "MySQL distrib mysql-5.6.27 ndb-7.2.1, for
// Linux", "mysqld  Ver 8.0.34-cluster for Linux", "RonDB-24.10.17".
func parseVersion(text string) program {
	number := func(pattern string) string {
		if found := regexp.MustCompile(`(?i)` + pattern).FindStringSubmatch(text); found != nil {
			return found[1]
		}
		return ""
	}
	p := program{}
	mysql := number(`\bVer (\d+\.\d+\.\d+)`)
	if mysql == "" {
		mysql = number(`\bmysql-(\d+\.\d+\.\d+)`)
	}
	if _, err := fmt.Sscanf(mysql, "%d.%d.", &p.mysql[0], &p.mysql[1]); err != nil {
		p.mysql = [2]int{}
	}
	rondb, ndb := number(`\brondb[- ]v?(\d+\.\d+\.\d+)`), number(`\bndb-(\d+\.\d+\.\d+)`)
	switch {
	case rondb != "":
		p.flavour, p.version = flavourRonDB, rondb
	case strings.Contains(strings.ToLower(text), "rondb"):
		p.flavour, p.version = flavourRonDB, ndb
	case ndb != "":
		p.flavour, p.version = flavourNDB, ndb
	case mysql != "" && strings.Contains(text, mysql+"-cluster"):
		p.flavour, p.version = flavourNDB, mysql
	default:
		p.version = mysql
	}
	return p
}

// environment is all that a process gets of ours.
func environment(home string) []string {
	env := []string{"HOME=" + home, "LANG=C", "TZ=UTC", "PATH=" + os.Getenv("PATH")}
	if libraries := os.Getenv("LD_LIBRARY_PATH"); libraries != "" {
		env = append(env, "LD_LIBRARY_PATH="+libraries)
	}
	return env
}
