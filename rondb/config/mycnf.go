package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// waitSetup is in seconds: how long a MySQL server holds its clients until the
// cluster is there.
const waitSetup = 900

// MyCnf writes my.cnf for the MySQL server whose ids begin with id. There is no
// password in it: accounts are made over the socket.
func (c *Cluster) MyCnf(id int) ([]byte, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(c.MySQL, func(s Slot) bool { return s.IDs[0] == id && c.written(s.Active) })
	if i < 0 {
		return nil, &RefusedError{Problems: []Problem{{"MySQL", fmt.Sprintf("no MySQL server has the node id %d", id)}}}
	}
	connect := strings.Join(c.connectHosts(), ",")
	version := c.Release.mysql()
	f := &file{}
	_, _ = fmt.Fprintf(f, "# Written by rondb-tui for %s. Changes made here are overwritten.\n", c.Release)
	f.section("mysqld")
	_, _ = fmt.Fprintln(f, "ndbcluster")
	line := func(name string, value any) { _, _ = fmt.Fprintf(f, "%s=%v\n", name, value) }
	line("ndb-connectstring", connect)
	c.connections(c.MySQL[i].IDs, line)
	line("ndb-wait-setup", waitSetup)
	line("server-id", id)
	line("port", c.Ports.MySQL)
	line("bind-address", "0.0.0.0") // the container's own; Docker publishes it on 127.0.0.1
	line("socket", c.Directories.Socket)
	line("datadir", c.Directories.MySQL)
	line("pid-file", c.Directories.MySQL+"/mysqld.pid")
	_, _ = fmt.Fprintln(f, "skip-name-resolve")
	line("max-connections", 500)

	// What a client could misuse, and what nobody here uses.
	line("local-infile", 0)
	if version.Before(Version{8, 0, 0}) {
		line("symbolic-links", 0) // later ones have it off, and warn of the line
	}
	if !version.Before(Version{5, 7, 16}) {
		line("secure-file-priv", "NULL") // older ones know only a directory
	}
	if !version.Before(Version{8, 0, 0}) {
		_, _ = fmt.Fprintln(f, "skip-log-bin") // nobody replicates from here, and it fills the volume
		line("loose-mysqlx", "OFF")
	}
	f.section("mysql_cluster")
	line("ndb-connectstring", connect)
	f.section("client")
	line("socket", c.Directories.Socket)
	line("port", c.Ports.MySQL)
	return f.Bytes(), nil
}

// connections names the node ids of a MySQL server. Before 7.5.7 the ids of a
// pool cannot be listed: the first is asked for, the others follow by host.
func (c *Cluster) connections(ids []int, line func(name string, value any)) {
	ids = slices.Sorted(slices.Values(ids))
	if len(ids) == 1 {
		line("ndb-nodeid", ids[0])
		return
	}
	line("ndb-cluster-connection-pool", len(ids))
	if c.Release.Flavour == NDB && c.Release.Version.Before(Version{7, 5, 7}) {
		line("ndb-nodeid", ids[0])
		return
	}
	var list []string
	for _, id := range ids {
		list = append(list, strconv.Itoa(id))
	}
	line("ndb-cluster-connection-pool-nodeids", strings.Join(list, ","))
}
