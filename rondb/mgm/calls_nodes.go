package mgm

import (
	"context"
	"errors"
	"fmt"
)

// withOp is for what is found wrong in a reply after its call.
func withOp(err error, op string) error {
	known := &Error{}
	if !errors.As(err, &known) {
		return err
	}
	out := *known
	out.Op, out.Sent = op, true
	return &out
}

// StartNode starts a data node that is NotStarted.
func (c *Client) StartNode(ctx context.Context, node NodeID) error {
	return c.simple(ctx, fmt.Sprintf("start node %d", node), newRequest("start").number("node", int64(node)), "start reply")
}

// StartAll starts every data node that is NotStarted and says how many these were.
func (c *Client) StartAll(ctx context.Context) (int, error) {
	const op = "start all nodes"
	b, err := c.ask(ctx, op, c.options.Patience, newRequest("start all"), "start reply")
	if err != nil {
		return 0, err
	}
	started, err := b.count("started")
	if err != nil {
		return 0, withOp(err, op)
	}
	return started, nil
}

// Stopped is what a stop or a restart did.
type Stopped struct {
	Count int // nodes
	// Disconnect: the server we talk to is among them, go on with another one.
	Disconnect bool
}

// StopOptions say what to stop, and how.
type StopOptions struct {
	Nodes []NodeID // required; data nodes one a call
	// Abort ends a data node at once, whatever its group has left: look first.
	Abort bool
	// Force also stops while others start, and stops every data node if the rest
	// could not serve. No automation should set it.
	Force bool
}

// Stop stops nodes in order, and waits until they have left.
func (c *Client) Stop(ctx context.Context, o StopOptions) (Stopped, error) {
	r := newRequest("stop v2").nodes("node", o.Nodes).flag("abort", o.Abort).flag("force", o.Force)
	return c.leave(ctx, "stop node "+joinIDs(o.Nodes), len(o.Nodes), r, "stop reply", "stopped")
}

// StopAllOptions say how much of the cluster to stop.
type StopAllOptions struct {
	Servers bool // management servers as well, the one we talk to last
	Abort   bool
}

// StopAll stops every data node together, which loses no committed transaction
// unless it is an abort. MySQL servers go on and wait.
func (c *Client) StopAll(ctx context.Context, o StopAllOptions) (Stopped, error) {
	r := newRequest("stop all").flag("abort", o.Abort)
	if o.Servers {
		r = r.with("stop", "mgm,db")
	} else {
		r = r.with("stop", "db")
	}
	return c.leave(ctx, "stop all nodes", 1, r, "stop reply", "stopped")
}

// RestartOptions say what to restart, and how.
type RestartOptions struct {
	Nodes   []NodeID // required
	Initial bool     // on an empty file system
	NoStart bool     // and wait for StartNode
	Abort   bool     // see StopOptions
	Force   bool     // see StopOptions
}

// Restart stops nodes in order and starts them again: the same program, from its
// angel process. It returns before they are Started.
func (c *Client) Restart(ctx context.Context, o RestartOptions) (Stopped, error) {
	r := newRequest("restart node v2").nodes("node", o.Nodes).flag("abort", o.Abort).
		flag("initialstart", o.Initial).flag("nostart", o.NoStart).flag("force", o.Force)
	return c.leave(ctx, "restart node "+joinIDs(o.Nodes), len(o.Nodes), r, "restart reply", "restarted")
}

// RestartAllOptions say how to restart every data node.
type RestartAllOptions struct{ Initial, NoStart, Abort bool }

// RestartAll restarts every data node together: the cluster does not serve until
// they are started.
func (c *Client) RestartAll(ctx context.Context, o RestartAllOptions) (Stopped, error) {
	r := newRequest("restart all").flag("initialstart", o.Initial).flag("nostart", o.NoStart).flag("abort", o.Abort)
	return c.leave(ctx, "restart all nodes", 1, r, "restart reply", "restarted")
}

// leave is a call after which nodes have left. named is how many it is about.
func (c *Client) leave(ctx context.Context, op string, named int, r request, header, counter string) (Stopped, error) {
	if named == 0 || named > MaxNodes {
		return Stopped{}, &Error{Kind: KindInvalid, Op: op, Text: fmt.Sprintf("%d nodes are named", named)}
	}
	b, err := c.ask(ctx, op, max(StopPatience, c.options.Patience), r, header)
	if err != nil {
		return Stopped{}, err
	}
	count, err := b.count(counter)
	if err != nil {
		return Stopped{}, withOp(err, op)
	}
	disconnect, err := b.count("disconnect")
	if err != nil {
		return Stopped{}, withOp(err, op)
	}
	return Stopped{Count: count, Disconnect: disconnect != 0}, nil
}

// EnterSingleUser leaves the data nodes to one API node.
func (c *Client) EnterSingleUser(ctx context.Context, api NodeID) error {
	r := newRequest("enter single user").number("nodeId", int64(api))
	return c.simple(ctx, fmt.Sprintf("enter single user mode for node %d", api), r, "enter single user reply")
}

// ExitSingleUser lets all API nodes in again.
func (c *Client) ExitSingleUser(ctx context.Context) error {
	return c.simple(ctx, "exit single user mode", newRequest("exit single user"), "exit single user reply")
}

// Activate makes a slot take part while the cluster runs. RonDB only, and not
// durable: the configuration file must say so before.
func (c *Client) Activate(ctx context.Context, node NodeID) error {
	return c.slot(ctx, "activate", node)
}

// Deactivate takes a slot out while the cluster runs. A data node must be down
// already, and no check is made of what its group has left. RonDB only, and not
// durable: the configuration file must say so before.
func (c *Client) Deactivate(ctx context.Context, node NodeID) error {
	return c.slot(ctx, "deactivate", node)
}

func (c *Client) slot(ctx context.Context, command string, node NodeID) error {
	_, err := c.ask(ctx, fmt.Sprintf("%s node %d", command, node), max(ConfigPatience, c.options.Patience),
		newRequest(command).number("node", int64(node)), command+" reply")
	return err
}

// SetHostname changes the host of an inactive slot. RonDB only, and not durable.
func (c *Client) SetHostname(ctx context.Context, node NodeID, host string) error {
	r := newRequest("set_hostname").number("node", int64(node)).with("new_hostname", host)
	_, err := c.ask(ctx, fmt.Sprintf("set the host name of node %d", node), max(ConfigPatience, c.options.Patience), r, "set_hostname reply")
	return err
}

// CreateNodeGroup makes a node group of as many nodes as there are replicas, one
// of them started, and gives its number.
func (c *Client) CreateNodeGroup(ctx context.Context, nodes []NodeID) (int, error) {
	op := "create a node group of " + joinIDs(nodes)
	group := NoGroup
	err := c.call(ctx, op, max(GroupPatience, c.options.Patience), newRequest("create nodegroup").nodes("nodes", nodes), func(n *conn) error {
		b, err := n.reply("create nodegroup reply")
		var refused *Error
		if errors.As(err, &refused) && refused.Kind == KindRefused && refused.Code == 0 {
			refused.Code, _ = b.count("error_code") // its words count without it
		}
		if err != nil {
			return err
		}
		made, err := b.number("ng")
		if err == nil && (made < 0 || made >= MaxNodes) {
			err = protocolErrorf("%d is not a node group", made)
		}
		group = int(made)
		return err
	})
	if err != nil {
		return NoGroup, err
	}
	return group, nil
}

// DropNodeGroup removes a node group that no table has fragments in.
func (c *Client) DropNodeGroup(ctx context.Context, group int) error {
	_, err := c.ask(ctx, fmt.Sprintf("drop node group %d", group), max(GroupPatience, c.options.Patience),
		newRequest("drop nodegroup").number("ng", int64(group)), "drop nodegroup reply")
	return err
}
