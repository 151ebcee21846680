package simdrv

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"rondb-tui/engine"
)

// nodeLog is what the processes of a slot wrote: the last maxNodeLog lines. Its
// numbers go on when the container is made anew, so that a reader who follows by
// number misses nothing.
type nodeLog struct {
	lines []engine.LogLine
	last  uint64 // number of the newest line ever
}

func (l *nodeLog) add(line engine.LogLine) {
	l.last++
	line.Seq = l.last
	l.lines = append(l.lines, line)
	if len(l.lines) >= 2*maxNodeLog {
		l.lines = slices.Clone(l.lines[len(l.lines)-maxNodeLog:])
	}
}

// since copies the newest lines above a number, at most limit of them.
func (l *nodeLog) since(after uint64, limit int) []engine.LogLine {
	kept := l.lines[max(0, len(l.lines)-min(limit, maxNodeLog)):]
	first := slices.IndexFunc(kept, func(line engine.LogLine) bool { return line.Seq > after })
	if first < 0 {
		return nil
	}
	return slices.Clone(kept[first:])
}

// write lets a process write a line. One that is frozen, gone or about to be
// killed writes nothing.
func (w *World) write(n *node, severity engine.Severity, text string) {
	if n.responsive() && !n.dying {
		n.log.add(engine.LogLine{At: w.stamp(w.now), Node: n.ID, Severity: severity, Text: text})
	}
}

// record writes an event into the logs: management servers keep the cluster log,
// as far as the event reaches them. Who reports it writes it too, except MySQL
// servers, whose log has words of its own.
func (w *World) record(e *engine.Event, text string) {
	from := w.node(e.Node)
	for _, n := range w.nodes {
		if n.Kind == engine.KindManagement && n.started() && (from == nil || !w.apart(n, from)) {
			w.write(n, e.Severity, e.Text)
		}
	}
	if from != nil && (from.Kind == engine.KindData || from.Kind == engine.KindAPI) {
		w.write(from, e.Severity, text)
	}
}

// writeLaunch is the first line of a process.
func (w *World) writeLaunch(n *node, initial bool) {
	var text string
	switch {
	case n.Kind == engine.KindManagement:
		text = "NDB Cluster Management Server. RonDB-" + w.config.Version
	case n.Kind == engine.KindData && initial:
		text = "Initial start of data node, ignoring any info on disk"
	case n.Kind == engine.KindData:
		text = "Normal start of data node using checkpoint and log info if existing"
	case n.Kind == engine.KindMySQL:
		text = "mysqld (mysqld " + w.config.Version + ") starting as process 1"
	default:
		return
	}
	w.write(n, engine.SeverityInfo, text)
}

// writeReady is what a server says when it begins to serve.
func (w *World) writeReady(n *node) {
	switch n.Kind {
	case engine.KindManagement:
		w.write(n, engine.SeverityInfo, "Id: "+n.ID.String()+", Command port: *:"+strconv.Itoa(w.config.ManagementPort))
	case engine.KindMySQL:
		port := strconv.Itoa(w.config.MySQLPort)
		if i := strings.LastIndexByte(n.client.address, ':'); i >= 0 {
			port = n.client.address[i+1:]
		}
		w.write(n, engine.SeverityInfo, "mysqld: ready for connections. Version: '"+w.config.Version+"'  port: "+port)
	case engine.KindData, engine.KindAPI:
	}
}

// writeConnected is what a MySQL server says when it has found the data nodes.
func (w *World) writeConnected(n *node) {
	if n.Kind != engine.KindMySQL {
		return
	}
	which := "all"
	if len(w.dataNodes(func(m *node) bool { return m.replica.active && !m.replica.member })) > 0 {
		which = "some"
	}
	w.write(n, engine.SeverityInfo, "NDB[0]: NodeID: "+n.ID.String()+", "+which+" storage nodes connected")
}

// writeStop is what a server says when it is asked to stop.
func (w *World) writeStop(n *node) {
	switch n.Kind {
	case engine.KindManagement:
		w.write(n, engine.SeverityInfo, "Shutting down server...")
	case engine.KindMySQL:
		w.write(n, engine.SeverityInfo, "Received SHUTDOWN from user <via user signal>. Shutting down mysqld (Version: "+w.config.Version+").")
	case engine.KindData, engine.KindAPI:
	}
}

// writeStopped is the last line of a server that stopped in order.
func (w *World) writeStopped(n *node) {
	switch n.Kind {
	case engine.KindManagement:
		w.write(n, engine.SeverityInfo, "Shutdown complete")
	case engine.KindMySQL:
		w.write(n, engine.SeverityInfo, "mysqld: Shutdown complete (mysqld "+w.config.Version+").")
	case engine.KindData, engine.KindAPI:
	}
}

// Logs gives lines of a node's log with a number above after, oldest first: the
// newest limit of them. A node without a container has no log: KindNotFound.
func (w *World) Logs(id engine.NodeID, after uint64, limit int) ([]engine.LogLine, error) {
	w.enter()
	defer w.leave()
	n := w.node(id)
	if n == nil || !n.container {
		return nil, engine.Errorf(engine.KindNotFound, "read the log of node", id, "there is no such node, so it has no log")
	}
	return n.log.since(after, max(limit, 0)), nil
}

// Logs reads what the processes of a node wrote; see World.Logs.
func (d *Driver) Logs(ctx context.Context, node engine.NodeID, after uint64, limit int) ([]engine.LogLine, error) {
	if err := ctx.Err(); err != nil {
		return nil, engine.Errorf(engine.KindTransient, "read the log of node", node, "%w", err)
	}
	return d.w.Logs(node, after, limit)
}

var _ engine.LogReader = (*Driver)(nil)
