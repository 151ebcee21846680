package stub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"rondb-tui/agentproto"
)

// The agent beside the stand-in belongs to the same group, and reads its files.
const (
	folderMode = 0o750
	fileMode   = 0o640
)

// dataNode is a stand-in of ndbmtd. One goroutine owns it.
type dataNode struct {
	options Options
	out     io.Writer
	board   *board
	report  report
	saved   uint64 // the checkpoint that the file has
}

// runDataNode runs until it is told to end, fails, or its context ends.
func runDataNode(ctx context.Context, o Options, out io.Writer) (int, error) {
	links, err := o.links()
	if err != nil {
		return 1, err
	}
	n := &dataNode{options: o, out: out}
	n.report = report{Node: o.Node, PID: os.Getpid(), Kind: o.Kind, State: stateWaiting, Address: o.Address}
	if o.Initial {
		if err := os.RemoveAll(n.fileSystem()); err != nil {
			return 1, fmt.Errorf("forget the data: %w", err)
		}
	}
	n.report.GCI, n.report.Data = n.recall()
	n.saved = n.report.GCI
	n.board = newBoard(n.report)
	say(out, "INFO", "Start initiated (version %s), waiting for the others", o.Version)
	ctx, cancel := context.WithCancel(ctx)
	told := make(chan order)
	var registered sync.WaitGroup
	defer registered.Wait()
	defer cancel()
	for _, address := range links {
		registered.Go(func() { register(ctx, address, n.board, told) })
	}
	return n.live(ctx, told)
}

// live does as it is told.
func (n *dataNode) live(ctx context.Context, told <-chan order) (int, error) {
	step := time.NewTimer(time.Hour)
	step.Stop()
	defer step.Stop()
	for {
		select {
		case <-ctx.Done():
			return 0, nil
		case <-step.C:
			if n.report.State == stateStopping {
				say(n.out, "INFO", "Node shutdown completed.")
				return 0, nil
			}
			if err := n.nextPhase(); err != nil {
				return 1, err
			}
			if n.report.State == stateStarting {
				step.Reset(phaseTime)
			}
		case o := <-told:
			over, code, err := n.obey(o)
			if over {
				return code, err
			}
			switch o.Do {
			case doStart, doStop:
				if n.report.State == stateStarting || n.report.State == stateStopping {
					step.Reset(phaseTime)
				}
			}
		}
	}
}

// obey carries an order out. over: the process ends.
func (n *dataNode) obey(o order) (over bool, code int, err error) {
	switch {
	case o.Do == doStart && n.report.State == stateWaiting:
		n.report.State, n.report.Phase, n.report.How = stateStarting, 0, o.How
		say(n.out, "INFO", "Start phase 0 completed (%s restart)", o.How)
	case o.Do == doStop && n.report.State != stateStopping:
		n.report.State, n.report.Phase = stateStopping, 1
		say(n.out, "INFO", "Node shutdown initiated")
	case o.Do == doAbort:
		return true, 0, nil
	case o.Do == doFail:
		return true, 0, n.fail(o)
	case o.Do == doRefuse:
		return true, 1, errors.New(o.Text)
	case o.Do == doTick && n.report.State == stateStarted:
		return false, 0, n.remember(o.GCI)
	default:
		return false, 0, nil
	}
	n.board.put(n.report)
	return false, 0, nil
}

func (n *dataNode) nextPhase() error {
	if n.report.Phase < lastPhase {
		n.report.Phase++
		n.board.put(n.report)
		say(n.out, "INFO", "Start phase %d completed (%s restart)", n.report.Phase, n.report.How)
		return nil
	}
	if err := n.remember(max(n.report.GCI, 1)); err != nil {
		return err
	}
	n.report.State, n.report.Phase, n.report.Data = stateStarted, 0, true
	n.board.put(n.report)
	say(n.out, "INFO", "Started (version %s)", n.options.Version)
	return nil
}

// fail leaves an error log, and ends as a data node that crashes does: with 0.
func (n *dataNode) fail(o order) error {
	say(n.out, "ALERT", "Forced node shutdown completed. Caused by error %d: '%s'.", o.Error, o.Text)
	name := filepath.Join(n.options.layout().Log, fmt.Sprintf("ndb_%d_error.log", n.options.Node))
	if err := os.MkdirAll(filepath.Dir(name), folderMode); err != nil {
		return fmt.Errorf("write the error log: %w", err)
	}
	if err := os.WriteFile(name, errorLog(o, n.options.Version, time.Now().UTC()), fileMode); err != nil {
		return fmt.Errorf("write the error log: %w", err)
	}
	return nil
}

// errorLog is of a node that failed once, in the form of the real one.
func errorLog(o order, version string, now time.Time) []byte {
	const record = 499
	text := fmt.Sprintf("Time: %s\nStatus: Temporary error, restart node\nMessage: %s (Arbitration error)\nError: %d\n"+
		"Error data: a stand-in was told to\nError object: stub\nProgram: stub ndbmtd\nPid: %d\nVersion: %s\nTrace: <no tracefile>\n***EOM***\n",
		now.Format("Monday 2 January 2006 - 15:04:05"), o.Text, o.Error, os.Getpid(), version)
	head := fmt.Sprintf("%-68s\n", fmt.Sprintf("Current byte-offset of file-pointer is: %d", 69+record))
	return fmt.Appendf([]byte(head), "%-*s\n", record-1, text)
}

func (n *dataNode) fileSystem() string {
	return filepath.Join(n.options.layout().FileSystem, fmt.Sprintf("ndb_%d_fs", n.options.Node))
}

func (n *dataNode) sysfile() string {
	return filepath.Join(n.fileSystem(), "D1", "DBDIH", "P0.sysfile")
}

// recall reads the checkpoint that the node has reached; false if it has no data.
func (n *dataNode) recall() (uint64, bool) {
	text, err := os.ReadFile(n.sysfile())
	if err != nil {
		return 0, false
	}
	gci := uint64(0)
	if json.Unmarshal(text, &gci) != nil {
		return 1, true
	}
	return gci, true
}

func (n *dataNode) remember(gci uint64) error {
	n.report.GCI = gci
	if gci == n.saved {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(n.sysfile()), folderMode); err != nil {
		return fmt.Errorf("keep the checkpoint: %w", err)
	}
	next := n.sysfile() + ".next"
	if err := os.WriteFile(next, fmt.Appendf(nil, "%d\n", gci), fileMode); err != nil {
		return fmt.Errorf("keep the checkpoint: %w", err)
	}
	if err := os.Rename(next, n.sysfile()); err != nil {
		return fmt.Errorf("keep the checkpoint: %w", err)
	}
	n.saved = gci
	n.board.put(n.report)
	return nil
}

// runAPI stands in for a MySQL server or an API node: it holds its place, and a
// MySQL server says to who connects what it is.
func runAPI(ctx context.Context, o Options, out io.Writer) (int, error) {
	links, err := o.links()
	if err != nil {
		return 1, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer cancel()
	told := make(chan order)
	b := newBoard(report{Node: o.Node, PID: os.Getpid(), Kind: o.Kind, State: stateRunning, Address: o.Address})
	for _, address := range links {
		parts.Go(func() { register(ctx, address, b, told) })
	}
	say(out, "INFO", "waiting for the cluster (version %s)", o.Version)
	for serving := false; ; {
		select {
		case <-ctx.Done():
			return 0, nil
		case order := <-told:
			switch {
			case order.Do == doRefuse:
				return 1, errors.New(order.Text)
			case order.Do == doTick && !serving && o.Kind == agentproto.KindMySQLServer:
				serving = true
				listener, err := listen(ctx, o)
				if err != nil {
					return 1, err
				}
				say(out, "INFO", "ready for connections, all of which are refused: there is no SQL here")
				parts.Go(func() { greet(ctx, listener, o) })
			}
		}
	}
}
