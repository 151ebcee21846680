package mgm

import (
	"context"
	"fmt"
	"strings"
)

const opConfig = "read the configuration"

// Version asks what the server is.
func (c *Client) Version(ctx context.Context) (ServerVersion, error) {
	var v ServerVersion
	err := c.call(ctx, "ask for the version", c.options.Patience, newRequest("get version"), func(n *conn) error {
		b, err := n.plain("version")
		if err != nil {
			return err
		}
		v, err = parseVersion(b)
		return err
	})
	return v, err
}

// plain reads a header and a block that has no result.
func (c *conn) plain(header string) (block, error) {
	if err := c.header(header); err != nil {
		return nil, err
	}
	return c.block()
}

// Status asks for the configured nodes of some types, of all without any. They
// are sorted by id.
func (c *Client) Status(ctx context.Context, types ...NodeType) ([]NodeStatus, error) {
	r := newRequest("get status")
	if len(types) > 0 {
		words := make([]string, len(types))
		for i, t := range types {
			words[i] = t.String()
		}
		r = r.with("types", strings.Join(words, " "))
	}
	var nodes []NodeStatus
	err := c.call(ctx, "ask for the status", c.options.Patience, r, func(n *conn) error {
		b, err := n.plain("node status")
		if err != nil {
			return err
		}
		nodes, err = parseStatus(b)
		return err
	})
	return nodes, err
}

// ConfigFilter narrows a configuration down; zero values do not.
type ConfigFilter struct {
	Section string // "SYSTEM", "TCP"; what others are called depends on the version
	Node    NodeID
	Name    string // a parameter's exact name; ask for one node at a time then
}

// ShowConfig asks for the configuration. Without a filter it has a section for
// each pair of nodes: ask for nodes one by one in a large cluster.
func (c *Client) ShowConfig(ctx context.Context, filter ConfigFilter) (Config, error) {
	r := newRequest("show config")
	if filter.Section != "" {
		r = r.with("Section", filter.Section)
	}
	if filter.Node != 0 {
		r = r.number("NodeId", int64(filter.Node))
	}
	if filter.Name != "" {
		r = r.with("Name", filter.Name)
	}
	var config Config
	err := c.call(ctx, opConfig, max(ConfigPatience, c.options.Patience), r, func(n *conn) error {
		if err := n.header("show config reply"); err != nil {
			return err
		}
		lines, err := n.rest()
		if err != nil {
			return err
		}
		config, err = parseConfig(lines)
		return err
	})
	return config, err
}

// Parameter asks for one parameter of a node; false if the node has none of that
// name.
func (c *Client) Parameter(ctx context.Context, node NodeID, name string) (string, bool, error) {
	config, err := c.ShowConfig(ctx, ConfigFilter{Node: node, Name: name})
	if err != nil {
		return "", false, err
	}
	for _, section := range config.Sections {
		if value, ok := section.Get(name); ok {
			return value, true, nil
		}
	}
	return "", false, nil
}

// ServerID asks which node the server is.
func (c *Client) ServerID(ctx context.Context) (NodeID, error) {
	var id NodeID
	err := c.call(ctx, "ask for the node id", c.options.Patience, newRequest("get mgmd nodeid"), func(n *conn) error {
		b, err := n.plain("get mgmd nodeid reply")
		if err != nil {
			return err
		}
		text, _ := b.get("nodeid")
		id, err = parseID(text)
		return err
	})
	return id, err
}

// Check asks for nothing but an answer.
func (c *Client) Check(ctx context.Context) error {
	return c.simple(ctx, "check the connection", newRequest("check connection"), "check connection reply")
}

// ReloadOptions say what the server reads its configuration from; zero: the file
// it was started with.
type ReloadOptions struct {
	Path  string // on the server's machine
	MyCnf bool   // from my.cnf
	Force bool
}

// ReloadConfig has the server read its configuration file again. Nodes use what is
// new once they are restarted.
func (c *Client) ReloadConfig(ctx context.Context, o ReloadOptions) error {
	r := newRequest("reload config")
	if o.Path != "" {
		r = r.with("config_filename", o.Path)
	}
	if o.MyCnf {
		r = r.flag("mycnf", true)
	}
	if o.Force {
		r = r.flag("force", true)
	}
	_, err := c.ask(ctx, "reload the configuration", max(ConfigPatience, c.options.Patience), r, "reload config reply")
	return err
}

// Variables asks for the server's own settings, by name.
func (c *Client) Variables(ctx context.Context) (map[string]string, error) {
	all := map[string]string{}
	err := c.call(ctx, "ask for the variables", c.options.Patience, newRequest("show variables"), func(n *conn) error {
		b, err := n.plain("show variables reply")
		for _, f := range b {
			all[f.name] = f.value
		}
		return err
	})
	return all, err
}

// Category is a kind of events.
type Category int

// The categories. Warnings have none of their own.
const (
	CategoryStartup Category = iota + 250
	CategoryShutdown
	CategoryStatistics
	CategoryCheckpoint
	CategoryNodeRestart
	CategoryConnection
	CategoryInfo
	CategoryWarning
	CategoryError
	CategoryCongestion
	CategoryDebug
	CategoryBackup
	CategorySchema
)

// MaxLevel is the level at which every event of a category is told.
const MaxLevel = 15

// SetLogLevel sets what a data node writes on its standard output.
func (c *Client) SetLogLevel(ctx context.Context, node NodeID, category Category, level int) error {
	return c.setLevel(ctx, "set loglevel", node, category, level)
}

// SetClusterLogLevel sets what goes from a node into the cluster log. It does not
// concern streams.
func (c *Client) SetClusterLogLevel(ctx context.Context, node NodeID, category Category, level int) error {
	return c.setLevel(ctx, "set cluster loglevel", node, category, level)
}

func (c *Client) setLevel(ctx context.Context, command string, node NodeID, category Category, level int) error {
	op := fmt.Sprintf("%s of node %d", command, node)
	r := newRequest(command).number("node", int64(node)).number("category", int64(category)).number("level", int64(level))
	return c.simple(ctx, op, r, command+" reply")
}

// LogFilter says which severities the cluster log has.
type LogFilter struct{ Enabled, Debug, Info, Warning, Error, Critical, Alert bool }

// ClusterLogInfo asks which severities the cluster log has.
func (c *Client) ClusterLogInfo(ctx context.Context) (LogFilter, error) {
	var filter LogFilter
	err := c.call(ctx, "ask for the log filter", c.options.Patience, newRequest("get info clusterlog"), func(n *conn) error {
		b, err := n.plain("clusterlog")
		if err != nil {
			return err
		}
		for name, to := range map[string]*bool{
			"enabled": &filter.Enabled, "debug": &filter.Debug, "info": &filter.Info, "warning": &filter.Warning,
			"error": &filter.Error, "critical": &filter.Critical, "alert": &filter.Alert,
		} {
			value, err := b.number(name)
			if err != nil {
				return err
			}
			*to = value != 0
		}
		return nil
	})
	return filter, err
}
