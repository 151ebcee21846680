package dockerdrv

import (
	"context"
	"errors"
	"io"
	"time"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

// logPatience bounds reading a log.
const logPatience = 10 * time.Second

// Logs gives lines of a node's log. They are read from its agent, so a node whose
// container does not run has none.
func (d *Driver) Logs(ctx context.Context, node engine.NodeID, after uint64, limit int) ([]engine.LogLine, error) {
	const op = "read the log"
	if err := d.refresh(ctx); err != nil {
		return nil, err
	}
	if _, found := d.board.container(node); !found {
		return nil, engine.Errorf(engine.KindNotFound, op, node, "it has no container")
	}
	l := d.board.linkTo(node)
	if l == nil {
		return nil, engine.Errorf(engine.KindTransient, op, node, "its agent does not answer")
	}
	ctx, cancel := context.WithTimeout(ctx, logPatience)
	defer cancel()
	limit = min(max(limit, 0), engine.MaxLogLines)
	stream, err := l.client.Logs(ctx, &agentproto.AgentLogsRequest{After: after, Limit: int32(limit)})
	if err != nil {
		return nil, refused(op, node, err)
	}
	var lines []engine.LogLine
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return lines[max(0, len(lines)-limit):], nil
		}
		if err != nil {
			return nil, refused(op, node, err)
		}
		for _, line := range message.GetLines() {
			severity := engine.SeverityInfo
			if s := line.GetSeverity(); s > 0 && s <= int32(engine.SeverityAlert) {
				severity = engine.Severity(s)
			}
			lines = append(lines, engine.LogLine{
				Seq: line.GetSeq(), At: time.UnixMilli(line.GetUnixMs()), Node: node, Severity: severity, Text: line.GetText(),
			})
		}
		if len(lines) > 2*engine.MaxLogLines {
			lines = lines[len(lines)-engine.MaxLogLines:]
		}
	}
}

// Endpoints lists the MySQL servers that have a container.
func (d *Driver) Endpoints(ctx context.Context) ([]engine.Endpoint, error) {
	if err := d.refresh(ctx); err != nil {
		return nil, err
	}
	m := d.Meta()
	if m == nil {
		return nil, nil
	}
	d.board.mu.Lock()
	defer d.board.mu.Unlock()
	o := d.look()
	var list []engine.Endpoint
	for i := range o.Nodes {
		n := &o.Nodes[i]
		if n.Kind != engine.KindMySQL || n.Status == engine.StatusAbsent {
			continue
		}
		e := engine.Endpoint{Node: n.ID, Address: hostPort(m.Ports[n.ID]), Up: n.Status == engine.StatusStarted}
		if len(m.Accounts) > 0 {
			e.User, e.Password = m.Accounts[0].User, string(m.Accounts[0].Password)
		}
		list = append(list, e)
	}
	return list, nil
}
