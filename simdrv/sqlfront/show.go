package sqlfront

import (
	"bytes"
	"fmt"
	"regexp"

	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/sqltypes"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"

	"rondb-tui/engine"
)

const storageEngine = "ndbcluster"

var (
	showEngines   = regexp.MustCompile(`(?i)^\s*show\s+(storage\s+)?engines\s*;?\s*$`)
	showNDBStatus = regexp.MustCompile(`(?i)^\s*show\s+engine\s+(ndb|ndbcluster)\s+status\s*;?\s*$`)
)

// showFor returns the answer to the SHOW statements that the library has no
// grammar for, or knows only InnoDB to answer with; nil for any other text.
func (s *server) showFor(query string) func(mysql.ResultSpoolFn) error {
	switch {
	case !mentions(query, "show"):
		return nil
	case showEngines.MatchString(query):
		return func(callback mysql.ResultSpoolFn) error { return callback(enginesResult(), false) }
	case showNDBStatus.MatchString(query):
		return func(callback mysql.ResultSpoolFn) error {
			o, err := s.opts.Observe(s.alive)
			if err != nil {
				return answer(err)
			}
			return callback(statusResult(s.id, &o), false)
		}
	default:
		return nil
	}
}

func enginesResult() *sqltypes.Result {
	return textResult([]string{"Engine", "Support", "Comment", "Transactions", "XA", "Savepoints"},
		[]string{storageEngine, "DEFAULT", "Clustered, fault-tolerant tables (simulated)", "YES", "NO", "YES"},
		[]string{"ndbinfo", "YES", "NDB Cluster system information storage engine (simulated)", "NO", "NO", "NO"})
}

// statusResult says what a MySQL server knows of its connection to the cluster.
func statusResult(id engine.NodeID, o *engine.Observed) *sqltypes.Result {
	nodes, ready := 0, 0
	for i := range o.Nodes {
		if n := &o.Nodes[i]; n.Kind == engine.KindData && n.Active {
			nodes++
			if n.Status == engine.StatusStarted {
				ready++
			}
		}
	}
	connection := fmt.Sprintf("cluster_node_id=%d, number_of_data_nodes=%d, number_of_ready_data_nodes=%d", id, nodes, ready)
	return textResult([]string{"Type", "Name", "Status"},
		[]string{storageEngine, "connection", connection},
		[]string{storageEngine, "epoch", fmt.Sprintf("latest_global_checkpoint=%d", o.Checkpoint)})
}

func textResult(names []string, rows ...[]string) *sqltypes.Result {
	result := &sqltypes.Result{}
	for _, name := range names {
		result.Fields = append(result.Fields, &querypb.Field{Name: name, Type: sqltypes.VarChar, Charset: mysql.CharacterSetUtf8})
	}
	for _, row := range rows {
		values := make([]sqltypes.Value, 0, len(row))
		for _, text := range row {
			values = append(values, sqltypes.NewVarChar(text))
		}
		result.Rows = append(result.Rows, values)
	}
	return result
}

// libraryEngine is the storage engine that the library says every table has.
const libraryEngine = "InnoDB"

// renameEngine puts the real storage engine into the answers about tables: as a
// value of its own, and at the end of SHOW CREATE TABLE.
func renameEngine(result *sqltypes.Result) {
	for _, row := range result.Rows {
		for i, value := range row {
			text := value.Raw()
			closing := bytes.LastIndex(text, []byte("\n) ENGINE="+libraryEngine))
			switch {
			case string(text) == libraryEngine:
				row[i] = sqltypes.NewVarChar(storageEngine)
			case closing >= 0:
				renamed := bytes.Replace(text[closing:], []byte(libraryEngine), []byte(storageEngine), 1)
				row[i] = sqltypes.MakeTrusted(value.Type(), append(bytes.Clone(text[:closing]), renamed...))
			}
		}
	}
}
