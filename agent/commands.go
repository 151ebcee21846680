package agent

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"rondb-tui/agentproto"
)

// command is how a program of ours runs in the node's volume.
func (n node) command(path string, args []string, book *logbook) Command {
	home := filepath.Dir(n.layout.State)
	return Command{Path: path, Args: args, Dir: home, Env: environment(home), Line: book.add}
}

// standIn is how a stand-in runs: the same program as the agent.
func (n node) standIn(what, connect string, more ...string) []string {
	args := []string{"stub", what,
		fmt.Sprintf("--node=%d", n.id), "--dir=" + filepath.Dir(n.layout.State), "--address=" + n.address, "--version=" + n.stub,
		fmt.Sprintf("--management-port=%d", n.managementPort), fmt.Sprintf("--mysql-port=%d", n.mysqlPort)}
	if connect != "" {
		args = append(args, "--connect="+connect)
	}
	return append(args, more...)
}

// managementServer are the arguments of ndb_mgmd. Without a configuration of an
// earlier start there is only config.ini to read; with one, naming the file is an
// error unless it is read anew.
func (n node) managementServer(r *agentproto.StartManagementServerRequest) []string {
	args := []string{"--no-defaults", "--nodaemon", fmt.Sprintf("--ndb-nodeid=%d", n.id), "--configdir=" + n.layout.Management}
	cached, err := filepath.Glob(filepath.Join(n.layout.Management, fmt.Sprintf("ndb_%d_config.bin.*", n.id)))
	if r.GetInitial() || err != nil || len(cached) == 0 {
		args = append(args, "--initial", "--config-file="+n.layout.ConfigIni)
	}
	if others := r.GetNowait(); len(others) > 0 {
		words := make([]string, len(others))
		for i, id := range others {
			words[i] = strconv.Itoa(int(id))
		}
		args = append(args, "--nowait-nodes="+strings.Join(words, ","))
	}
	return args
}

// dataNode are the arguments of ndbmtd. It keeps its angel, which tells the
// others how it ended.
func (n node) dataNode(r *agentproto.StartDataNodeRequest) []string {
	args := []string{"--no-defaults", "--nodaemon", fmt.Sprintf("--ndb-nodeid=%d", n.id), "--ndb-connectstring=" + r.GetConnect()}
	if r.GetInitial() {
		args = append(args, "--initial")
	}
	return args
}

// mysqlServer are the arguments of mysqld.
func (n node) mysqlServer(connect, initFile string) []string {
	args := []string{"--defaults-file=" + n.layout.MyCnf}
	if initFile != "" {
		args = append(args, "--init-file="+initFile)
	}
	if connect != "" {
		args = append(args, "--ndb-connectstring="+connect)
	}
	return args
}

// checkConnect holds that a connect string is a list of hosts and ports, so that
// nothing else gets onto a command line.
func checkConnect(connect string) error {
	if connect == "" {
		return fmt.Errorf("the connect string is empty")
	}
	for _, c := range connect {
		known := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune(".:,-_[]", c)
		if !known {
			return fmt.Errorf("the connect string %.100q is not a list of host:port", connect)
		}
	}
	if len(connect) > maxConnect || strings.HasPrefix(connect, "-") {
		return fmt.Errorf("the connect string is too long, or begins with a dash")
	}
	return nil
}

const maxConnect = 1024

// servers are the addresses of a connect string.
func servers(connect string) []string { return strings.Split(connect, ",") }
