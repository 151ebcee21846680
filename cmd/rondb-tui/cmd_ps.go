package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rondb-tui/engine"
	"rondb-tui/host/owner"
	"rondb-tui/host/paths"
)

// psLimit bounds how long one engine may take to answer.
const psLimit = time.Second

// psRow is one cluster of this person on this machine.
type psRow struct {
	Name     string  `json:"name"`
	Engine   string  `json:"engine"` // "running", "stopped", "silent", "ended"
	PID      int     `json:"pid,omitempty"`
	Since    string  `json:"since,omitempty"` // RFC 3339
	Driver   string  `json:"driver,omitempty"`
	State    string  `json:"reconciliation_state,omitempty"`
	Health   string  `json:"health,omitempty"`
	Revision int64   `json:"revision,omitempty"`
	Lost     *uint64 `json:"lost,omitempty"`
}

func newPs(p *program) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "ps",
		Short: "List the clusters of this user on this machine",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("output", output, "table", "json"); err != nil {
				return err
			}
			rows, err := p.clusters(cmd.Context())
			if err != nil {
				return err
			}
			if output == "json" {
				return printJSON(p, rows)
			}
			return p.printClusters(rows)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "table", "table or json")
	return cmd
}

// clusters looks at every cluster that has a state directory.
func (p *program) clusters(ctx context.Context) ([]psRow, error) {
	roots, err := paths.Find()
	if err != nil {
		return nil, withCode(exitPreflight, err)
	}
	names, err := roots.Clusters()
	if err != nil {
		return nil, err
	}
	rows := make([]psRow, 0, len(names))
	for _, name := range names {
		place, err := roots.Cluster(name)
		if err != nil {
			continue // a folder that is no cluster of ours
		}
		row, err := p.lookAt(ctx, place)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (p *program) lookAt(ctx context.Context, place paths.Cluster) (psRow, error) {
	row := psRow{Name: string(place.Name), Engine: "ended"}
	o, held, err := owner.Look(place.Lock)
	if err != nil || !held {
		return row, err
	}
	row.PID, row.Since = o.PID, o.Since.UTC().Format(time.RFC3339)
	if o.State() == owner.Stopped {
		row.Engine = "stopped"
		return row, nil
	}
	ctx, cancel := context.WithTimeout(ctx, psLimit)
	defer cancel()
	client, err := p.connectTo(ctx, place)
	if err != nil {
		row.Engine = "silent"
		return row, nil //nolint:nilerr // that it does not answer is the answer
	}
	defer closing(client)
	s := client.Latest()
	row.Engine, row.Driver = "running", client.Info().Driver
	row.State, row.Health = string(s.Cluster.State), string(s.Cluster.Health)
	row.Revision = int64(s.Cluster.Revision)
	if s.Load.Workload != noWorkload {
		row.Lost = &s.Load.Ledger.Lost
	}
	return row, nil
}

func (p *program) printClusters(rows []psRow) error {
	if len(rows) == 0 {
		p.say("no cluster; `rondb-tui up` starts one")
		return nil
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "NAME\tENGINE\tPID\tDRIVER\tSTATE\tHEALTH\tREVISION\tLOST")
	for i := range rows {
		r := &rows[i]
		cells := []string{r.Name, r.Engine, number(r.PID), word(r.Driver), word(r.State), word(r.Health), number(int(r.Revision)), "-"}
		if r.Lost != nil {
			cells[len(cells)-1] = fmt.Sprint(*r.Lost)
		}
		_, _ = fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	return w.Flush()
}

func number(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

func word(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func printJSON(p *program, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return engine.Errorf(engine.KindInternal, "write JSON", 0, "%w", err)
	}
	p.print("%s", text)
	return nil
}
