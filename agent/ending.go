package agent

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"rondb-tui/agentproto"
	"rondb-tui/rondb/mgm"
)

// How long an end may take. Docker gives a container ten seconds before it kills
// it; an engine that stops a process has more patience.
const (
	lastManaged   = 5 * time.Second  // through the management protocol, when the agent ends
	lastTerminate = 3 * time.Second  // by SIGTERM
	stopTerminate = 45 * time.Second // by SIGTERM, when the engine asks
	dialPatience  = time.Second
)

// stopProcess ends the process in order and returns when it is gone. A data node
// that takes part is stopped through the management protocol; if that refuses, it
// stays, and so does the refusal.
func (a *Agent) stopProcess(ctx context.Context) error {
	if a.node.kind == agentproto.KindDataNode {
		managed, err := a.stopManaged(ctx)
		if managed || err != nil {
			return err
		}
	}
	return a.terminate(ctx, stopTerminate)
}

// terminate sends SIGTERM, and SIGKILL after a time.
func (a *Agent) terminate(ctx context.Context, patience time.Duration) error {
	process, err := a.supervisor.signalStop(ctx, Terminate)
	if err != nil || process == nil {
		return err
	}
	if wait(ctx, process.Ended(), patience) {
		return a.settled(ctx)
	}
	a.book.addAs(severityWarning, "agent: the process did not end on SIGTERM in time: SIGKILL")
	if err := process.Signal(Kill); err != nil {
		return failure(kindTerminal, "stop", a.node.id, "%v", err)
	}
	<-process.Ended()
	return a.settled(ctx)
}

// settled waits until the supervisor has taken note of an end.
func (a *Agent) settled(ctx context.Context) error {
	for {
		changed := a.supervisor.bell.wait()
		if process, err := a.supervisor.current(ctx); err != nil || process == nil || !isEnded(process) {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return failure(kindTransient, "stop", a.node.id, "%v", ctx.Err())
		}
	}
}

func isEnded(p Process) bool { return isClosed(p.Ended()) }

// stopManaged stops the data node beside us through a management server. false
// without an error: no server answers, or none has contact with the node.
func (a *Agent) stopManaged(ctx context.Context) (bool, error) {
	process, err := a.supervisor.current(ctx)
	connect := a.connect.Load()
	if err != nil || process == nil || connect == nil {
		return false, err
	}
	for _, server := range servers(*connect) {
		client, err := dial(ctx, server)
		if err != nil {
			continue
		}
		managed, err := a.stopThrough(ctx, client)
		_ = client.Close()
		if managed || err != nil {
			return managed, err
		}
	}
	return false, nil
}

func dial(ctx context.Context, server string) (*mgm.Client, error) {
	limited, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	return mgm.Dial(limited, server, mgm.Options{}) //nolint:wrapcheck // the next server is tried
}

func (a *Agent) stopThrough(ctx context.Context, client *mgm.Client) (bool, error) {
	process, err := a.supervisor.stopWith(ctx, func(Process) error { return nil })
	if err != nil || process == nil {
		return process == nil, err
	}
	err = stopDataNode(ctx, client, mgm.NodeID(a.node.id))
	if err != nil && !isEnded(process) {
		if stayed := a.supervisor.stayed(context.WithoutCancel(ctx), process); stayed != nil {
			return false, stayed
		}
		if code := status.Code(err); code == codes.NotFound || code == codes.Unavailable {
			return false, nil // no contact, or no answer: SIGTERM is what is left
		}
		return false, err
	}
	if !wait(ctx, process.Ended(), stopPatience) {
		return false, failure(kindTransient, "stop data node", a.node.id, "it is still on its way down")
	}
	return true, a.settled(ctx)
}

// end brings the process down when the agent itself must end: in order if it can
// be, within a bound in any case.
func (a *Agent) end(ctx context.Context) {
	if a.node.kind == agentproto.KindDataNode {
		limited, cancel := context.WithTimeout(ctx, lastManaged)
		managed, err := a.stopManaged(limited)
		cancel()
		if managed {
			return
		}
		if err != nil {
			a.log.Warn("the data node cannot be stopped in order", "error", err)
		}
	}
	if err := a.terminate(ctx, lastTerminate); err != nil {
		a.log.Error("the process did not end", "error", err)
	}
}

// wait says whether something was closed within a time.
func wait(ctx context.Context, ended <-chan struct{}, patience time.Duration) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return isClosed(ended)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
