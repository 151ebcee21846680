package sqlfront

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"

	"rondb-tui/engine"
)

const (
	ndbinfoName = "ndbinfo"
	// pageSize is the unit of NDB's memory, in bytes.
	pageSize = 32 << 10
	// noGeneration is the configuration generation of a cluster that sets none.
	noGeneration = 0
)

// ndbinfo is the read-only database in which data nodes tell about themselves.
// Its rows are computed from one look at the cluster.
type ndbinfo struct{ server *server }

var _ sql.ReadOnlyDatabase = (*ndbinfo)(nil)

// infoTable is a table of ndbinfo: one row, or a few, for each live data node.
type infoTable struct {
	server  *server
	name    string
	columns []column
	rows    func(o *engine.Observed, live []*engine.NodeObservation) []sql.Row
}

type column struct {
	name string
	typ  sql.Type
}

var (
	_ sql.Table          = (*infoTable)(nil)
	_ sql.TemporaryTable = (*infoTable)(nil)
)

// infoTables lists the tables by name; the names of their columns are NDB's.
func infoTables() []infoTable {
	number, text := types.Int64, types.Text
	return []infoTable{
		{name: "membership", rows: membershipRows, columns: []column{
			{"node_id", number}, {"group_id", number}, {"left_node", number}, {"right_node", number},
			{"president", number}, {"successor", number}, {"succession_order", number}, {"Conf_HB_order", number},
			{"arbitrator", number}, {"arb_ticket", text}, {"arb_state", text}, {"arb_connected", text},
			{"connected_rank1_arbs", text}, {"connected_rank2_arbs", text},
		}},
		{name: "memoryusage", rows: memoryRows, columns: []column{
			{"node_id", number}, {"memory_type", text}, {"used", number},
			{"used_pages", number}, {"total", number}, {"total_pages", number},
		}},
		{name: "nodes", rows: nodesRows, columns: []column{
			{"node_id", number}, {"uptime", number}, {"status", text}, {"start_phase", number}, {"config_generation", number},
		}},
	}
}

// Name implements sql.Database.
func (n *ndbinfo) Name() string { return ndbinfoName }

// IsReadOnly implements sql.ReadOnlyDatabase.
func (n *ndbinfo) IsReadOnly() bool { return true }

// GetTableInsensitive implements sql.Database.
func (n *ndbinfo) GetTableInsensitive(_ *sql.Context, name string) (sql.Table, bool, error) {
	for _, t := range infoTables() {
		if strings.EqualFold(t.name, name) {
			t.server = n.server
			return &t, true, nil
		}
	}
	return nil, false, nil
}

// GetTableNames implements sql.Database.
func (n *ndbinfo) GetTableNames(*sql.Context) ([]string, error) {
	var names []string
	for _, t := range infoTables() {
		names = append(names, t.name)
	}
	return names, nil
}

// Name implements sql.Table.
func (t *infoTable) Name() string { return t.name }

// String implements sql.Table.
func (t *infoTable) String() string { return t.name }

// Schema implements sql.Table.
func (t *infoTable) Schema() sql.Schema {
	schema := make(sql.Schema, 0, len(t.columns))
	for _, c := range t.columns {
		schema = append(schema, &sql.Column{
			Name: c.name, Type: c.typ, Nullable: true, Source: t.name, DatabaseSource: ndbinfoName,
		})
	}
	return schema
}

// Collation implements sql.Table.
func (t *infoTable) Collation() sql.CollationID { return sql.Collation_Default }

// IsTemporary implements sql.TemporaryTable.
func (t *infoTable) IsTemporary() bool { return false }

// Partitions implements sql.Table.
func (t *infoTable) Partitions(*sql.Context) (sql.PartitionIter, error) {
	return sql.PartitionsToPartitionIter(wholeTable{}), nil
}

// PartitionRows implements sql.Table.
func (t *infoTable) PartitionRows(ctx *sql.Context, _ sql.Partition) (sql.RowIter, error) {
	o, err := t.server.opts.Observe(ctx)
	if err != nil {
		return nil, answer(err)
	}
	return sql.RowsToRowIter(t.rows(&o, liveDataNodes(&o))...), nil
}

// liveDataNodes are those that can answer, in the order of their ids.
func liveDataNodes(o *engine.Observed) []*engine.NodeObservation {
	var live []*engine.NodeObservation
	for i := range o.Nodes {
		n := &o.Nodes[i]
		if n.Kind == engine.KindData && n.Status.Running() && n.Status != engine.StatusPaused {
			live = append(live, n)
		}
	}
	return live
}

func nodesRows(o *engine.Observed, live []*engine.NodeObservation) []sql.Row {
	var rows []sql.Row
	for _, n := range live {
		uptime := int64(max(0, o.At.Sub(n.StartedAt).Seconds()))
		status, phase := strings.ToUpper(n.Status.String()), int64(n.StartPhase)
		if n.Status == engine.StatusStarted {
			phase = 0
		}
		if n.Status == engine.StatusStopping {
			status = "STOPPING_1"
		}
		rows = append(rows, sql.Row{int64(n.ID), uptime, status, phase, int64(noGeneration)})
	}
	return rows
}

// membershipRows shows the heartbeat ring, the succession and the arbitration as
// each started node sees them; in the simulated cluster they agree.
func membershipRows(o *engine.Observed, live []*engine.NodeObservation) []sql.Row {
	ring := slices.DeleteFunc(slices.Clone(live), func(n *engine.NodeObservation) bool {
		return n.Status != engine.StatusStarted
	})
	line := slices.Clone(ring)
	slices.SortStableFunc(line, func(a, b *engine.NodeObservation) int {
		if a.President != b.President {
			if a.President {
				return -1
			}
			return 1
		}
		return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.ID, b.ID))
	})
	var successor engine.NodeID
	if len(line) > 1 {
		successor = line[1].ID
	}
	ticket, state, connected := arbitration(o)
	var rows []sql.Row
	for i, n := range ring {
		left, right := ring[(i+len(ring)-1)%len(ring)].ID, ring[(i+1)%len(ring)].ID
		order := slices.Index(line, n)
		rows = append(rows, sql.Row{
			int64(n.ID), int64(n.Group), int64(left), int64(right), int64(o.President),
			int64(successor), int64(order), int64(0), int64(o.Arbitrator), ticket, state, connected,
			startedIDs(o, engine.KindManagement), startedIDs(o, engine.KindMySQL),
		})
	}
	return rows
}

// arbitration tells of the arbitrator, with the ticket that the cluster log names.
func arbitration(o *engine.Observed) (ticket, state, connected string) {
	switch {
	case o.Arbitrator == 0:
		return fmt.Sprintf("%016x", 0), "ARBIT_FIND", "No"
	case o.ArbitrationReady:
		state, connected = "ARBIT_RUN", "Yes"
	default:
		state, connected = "ARBIT_PREP1", "No"
	}
	return fmt.Sprintf("%016x", o.Ticket), state, connected
}

// startedIDs lists the nodes of a kind that could arbitrate.
func startedIDs(o *engine.Observed, kind engine.NodeKind) string {
	var ids []string
	for i := range o.Nodes {
		if n := &o.Nodes[i]; n.Kind == kind && n.Status == engine.StatusStarted && !n.Isolated {
			ids = append(ids, n.ID.String())
		}
	}
	return strings.Join(ids, ", ")
}

func memoryRows(_ *engine.Observed, live []*engine.NodeObservation) []sql.Row {
	var rows []sql.Row
	for _, n := range live {
		used, total := n.MemoryUsed, n.MemoryTotal
		rows = append(rows, sql.Row{int64(n.ID), "Data memory", used, used / pageSize, total, total / pageSize})
	}
	return rows
}
