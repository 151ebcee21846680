package workload

// Receipts is the table of receipts: a ring of ReceiptsPerWriter rows for each
// writer. A row says which write of which run used the slot last, and what it
// added to one row of the data or two; a row number of -1 stands for none.
const tableReceipts = "receipts"

// Names of the tables of data and of the readiness check.
const (
	tableAccounts = "accounts"
	tablePairs    = "pairs"
	tableRuns     = "runs"
	tableProbes   = "probes"
)

func receiptsTable() TableSpec {
	return TableSpec{
		Name:    tableReceipts,
		Keys:    []string{"writer", "slot"},
		Columns: []string{"run", "seq", "row_a", "delta_a", "row_b", "delta_b"},
	}
}

// dataTable has a number and the count of its changes in each row.
func dataTable(name string) TableSpec {
	return TableSpec{Name: name, Keys: []string{"id"}, Columns: []string{"amount", "version"}}
}

// runsTable counts the runs of the load in its row 0, so that no run takes the
// receipts of an earlier one for its own.
func runsTable() TableSpec {
	return TableSpec{Name: tableRuns, Keys: []string{"id"}, Columns: []string{"last"}}
}

// probesTable has a counter for each MySQL server.
func probesTable() TableSpec {
	return TableSpec{Name: tableProbes, Keys: []string{"server"}, Columns: []string{"counter"}}
}

func allTables() []TableSpec {
	return []TableSpec{receiptsTable(), dataTable(tableAccounts), dataTable(tablePairs), runsTable(), probesTable()}
}

// noRow is the row number of an effect's second half where there is none.
const noRow = -1

// effect is what one write adds to the amounts of one row or two; each of them
// counts one change more.
type effect struct {
	rowA, deltaA int64
	rowB, deltaB int64
}

// side is one row's part of an effect.
type side struct{ row, delta int64 }

func (e effect) sides() []side {
	if e.rowB == noRow {
		return []side{{e.rowA, e.deltaA}}
	}
	return []side{{e.rowA, e.deltaA}, {e.rowB, e.deltaB}}
}

// ref names one receipt of this run.
type ref struct {
	writer int
	seq    int64
}

// key is the receipt's place in the ring.
func (r ref) key() Key { return Key{int64(r.writer), (r.seq - 1) % ReceiptsPerWriter} }

// receiptRow is a receipt as the cluster holds it.
type receiptRow struct {
	run, seq int64
	effect   effect
}

func (r receiptRow) values() Values {
	return Values{r.run, r.seq, r.effect.rowA, r.effect.deltaA, r.effect.rowB, r.effect.deltaB}
}

func receiptOf(v Values) receiptRow {
	return receiptRow{run: v[0], seq: v[1], effect: effect{rowA: v[2], deltaA: v[3], rowB: v[4], deltaB: v[5]}}
}
