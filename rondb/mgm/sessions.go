package mgm

import (
	"context"
	"strings"
)

// MaxSessions is how many sessions of a server we look at.
const MaxSessions = 4096

// Session is a connection to the management server.
type Session struct {
	ID       int64
	Node     NodeID // whose id the session holds, 0 if none
	Stopping bool
}

// Sessions asks for the server's connections, ours among them.
func (c *Client) Sessions(ctx context.Context) ([]Session, error) {
	var all []Session
	err := c.call(ctx, "list the sessions", c.options.Patience, newRequest("list sessions"), func(n *conn) error {
		b, err := n.headless()
		if err != nil {
			return err
		}
		all, err = parseSessions(b)
		return err
	})
	return all, err
}

// headless reads the reply that has no header: there is one session at least.
func (c *conn) headless() (block, error) {
	for {
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		name, value, ok := strings.Cut(line, ":")
		switch {
		case line == "":
			continue
		case !ok || name != "session":
			return nil, c.otherHeader("session", line)
		}
		rest, err := c.block()
		return append(block{{name, strings.TrimSpace(value)}}, rest...), err
	}
}

func parseSessions(b block) ([]Session, error) {
	var all []Session
	for _, f := range b {
		if f.name == "session" {
			id, err := block{f}.number("session")
			if err != nil {
				return nil, err
			}
			if len(all) == MaxSessions {
				return nil, protocolErrorf("more than %d sessions", MaxSessions)
			}
			all = append(all, Session{ID: id})
			continue
		}
		if len(all) == 0 {
			return nil, protocolErrorf("%.80q belongs to no session", f.name)
		}
		last := &all[len(all)-1]
		switch {
		case strings.HasSuffix(f.name, ".allocated.nodeid") && f.value != "0":
			id, err := parseID(f.value)
			if err != nil {
				return nil, err
			}
			last.Node = id
		case strings.HasSuffix(f.name, ".m_stop") && f.value != "0", strings.HasSuffix(f.name, ".m_stopSelf") && f.value != "0":
			last.Stopping = true
		}
	}
	return all, nil
}

// SessionID asks which session we are.
func (c *Client) SessionID(ctx context.Context) (int64, error) {
	var id int64
	err := c.call(ctx, "ask for the session", c.options.Patience, newRequest("get session id"), func(n *conn) error {
		b, err := n.plain("get session id reply")
		if err != nil {
			return err
		}
		id, err = b.number("id")
		return err
	})
	return id, err
}

// EndSession takes leave and gives the connection up.
func (c *Client) EndSession(ctx context.Context) error {
	return c.call(ctx, "end the session", c.options.Patience, newRequest("end session"), func(n *conn) error {
		n.over = true
		return n.header("end session reply") // no empty line follows
	})
}

// PurgeStaleSessions frees the ids that sessions hold whose node is not connected,
// and gives them. It mends "Id N already allocated" where nothing runs.
func (c *Client) PurgeStaleSessions(ctx context.Context) ([]NodeID, error) {
	const command = "purge stale sessions"
	b, err := c.ask(ctx, command, c.options.Patience, newRequest(command), command+" reply")
	if err != nil {
		return nil, err
	}
	purged, _ := b.get("purged")
	ids, err := parseIDs(purged)
	if err != nil {
		return nil, withOp(err, command)
	}
	return ids, nil
}
