package agent

import (
	"context"
	"time"

	"google.golang.org/grpc"

	"rondb-tui/agentproto"
)

// Limits of calls.
const (
	maxConfig          = 1 << 20 // bytes of config.ini
	maxLease           = time.Hour
	heartbeat          = time.Second
	maxSendEvents      = 200 // of one message
	maxSendLines       = 500 // of one message
	statusQuiet        = 20 * time.Millisecond
	opStart            = "start"
	opWrite            = "write the configuration"
	opPause            = "pause"
	opHello            = "greet"
	initialisePatience = 5 * time.Minute // of a data directory
)

// Hello implements agentproto.AgentServer. An older epoch is told the highest; it
// is calls that change something that it cannot make.
func (a *Agent) Hello(_ context.Context, r *agentproto.AgentHelloRequest) (*agentproto.AgentHelloReply, error) {
	if r.GetProtocol() != agentproto.AgentProtocol {
		return nil, failure(kindUnsupported, opHello, a.node.id,
			"the engine %.40q speaks protocol %d, this agent %q speaks %d", r.GetVersion(), r.GetProtocol(), a.options.Version, agentproto.AgentProtocol)
	}
	return &agentproto.AgentHelloReply{
		Protocol: agentproto.AgentProtocol, Version: a.options.Version, Session: a.session, Epoch: a.guard.seen(r.GetEpoch()),
		Cluster: a.bundle.Cluster, Node: a.node.id, Kind: a.node.kind,
		Flavour: a.program.flavour, DatabaseVersion: a.program.version,
	}, nil
}

// Status implements agentproto.AgentServer.
func (a *Agent) Status(_ *agentproto.StatusRequest, stream grpc.ServerStreamingServer[agentproto.AgentStatus]) error {
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	quiet := time.NewTimer(0)
	defer quiet.Stop()
	var seen uint64
	for {
		process := a.supervisor.bell.wait()
		var cluster <-chan struct{}
		now := &agentproto.AgentStatus{Process: a.supervisor.status()}
		if a.follower != nil {
			cluster = a.follower.bell.wait()
			now.Cluster, now.Events = a.clusterStatus(now.GetProcess()), a.follower.events.after(seen, maxSendEvents)
		}
		if n := len(now.GetEvents()); n > 0 {
			seen = now.GetEvents()[n-1].GetSeq()
		}
		if err := stream.Send(now); err != nil {
			return err //nolint:wrapcheck // gRPC's own
		}
		quiet.Reset(statusQuiet)
		select { // many changes at once are one message
		case <-quiet.C:
		case <-stream.Context().Done():
		case <-a.supervisor.over:
		}
		select {
		case <-process:
		case <-cluster:
		case <-ticker.C:
		case <-a.supervisor.over:
			return failure(kindTransient, "follow the status", a.node.id, "the agent is ending")
		case <-stream.Context().Done():
			return nil
		}
	}
}

// clusterStatus is what the management server knows, as long as it runs.
func (a *Agent) clusterStatus(p *agentproto.ProcessStatus) *agentproto.ClusterStatus {
	if p.GetState() != agentproto.ProcessState_PROCESS_RUNNING || !p.GetServing() {
		return nil
	}
	return a.follower.view.Load()
}

// Logs implements agentproto.AgentServer.
func (a *Agent) Logs(r *agentproto.AgentLogsRequest, stream grpc.ServerStreamingServer[agentproto.AgentLogs]) error {
	limit := int(r.GetLimit())
	if limit <= 0 || limit > maxLogLines {
		limit = maxLogLines
	}
	seen := r.GetAfter()
	for {
		added := a.book.bell.wait()
		lines := a.book.after(seen, limit)
		for len(lines) > 0 {
			n := min(len(lines), maxSendLines)
			if err := stream.Send(&agentproto.AgentLogs{Lines: lines[:n]}); err != nil {
				return err //nolint:wrapcheck // gRPC's own
			}
			seen, lines = lines[n-1].GetSeq(), lines[n:]
		}
		if !r.GetFollow() {
			return nil
		}
		limit = maxLogLines // the first look alone was limited
		select {
		case <-added:
		case <-a.supervisor.over:
			return failure(kindTransient, "follow the log", a.node.id, "the agent is ending")
		case <-stream.Context().Done():
			return nil
		}
	}
}

// done is the reply of a call that has none.
func done(err error) (*agentproto.Done, error) {
	if err != nil {
		return nil, err
	}
	return &agentproto.Done{}, nil
}

// WriteConfig implements agentproto.AgentServer.
func (a *Agent) WriteConfig(ctx context.Context, r *agentproto.WriteConfigRequest) (*agentproto.Done, error) {
	return once(ctx, a.guard, r.GetCall(), r, func(context.Context) (*agentproto.Done, error) {
		var path string
		switch r.GetFile() {
		case agentproto.ConfigFile_CONFIG_INI:
			path = a.node.layout.ConfigIni
		case agentproto.ConfigFile_MY_CNF:
			path = a.node.layout.MyCnf
		default:
			return nil, failure(kindInvalid, opWrite, a.node.id, "file %d is not known", r.GetFile())
		}
		if n := len(r.GetContent()); n == 0 || n > maxConfig {
			return nil, failure(kindInvalid, opWrite, a.node.id, "%d bytes are not between 1 and %d", n, maxConfig)
		}
		return done(asFailure(opWrite, a.node.id, writeWhole(path, r.GetContent())))
	})
}

// Kill implements agentproto.AgentServer.
func (a *Agent) Kill(ctx context.Context, r *agentproto.KillRequest) (*agentproto.Done, error) {
	return once(ctx, a.guard, r.GetCall(), r, func(ctx context.Context) (*agentproto.Done, error) {
		process, err := a.supervisor.kill(ctx)
		if err != nil {
			return nil, asFailure("kill", a.node.id, err)
		}
		select {
		case <-process.Ended():
			return done(a.settled(ctx))
		case <-ctx.Done():
			return nil, failure(kindTransient, "kill", a.node.id, "%v", ctx.Err())
		}
	})
}

// Pause implements agentproto.AgentServer.
func (a *Agent) Pause(ctx context.Context, r *agentproto.PauseRequest) (*agentproto.Done, error) {
	return once(ctx, a.guard, r.GetCall(), r, func(ctx context.Context) (*agentproto.Done, error) {
		if ms := r.GetLeaseMs(); ms <= 0 || ms > maxLease.Milliseconds() {
			return nil, failure(kindInvalid, opPause, a.node.id, "a lease of %d ms is not above 0 and at most %s", ms, maxLease)
		}
		return done(a.supervisor.pause(ctx, time.Duration(r.GetLeaseMs())*time.Millisecond))
	})
}

// Resume implements agentproto.AgentServer.
func (a *Agent) Resume(ctx context.Context, r *agentproto.ResumeRequest) (*agentproto.Done, error) {
	return once(ctx, a.guard, r.GetCall(), r, func(ctx context.Context) (*agentproto.Done, error) {
		return done(a.supervisor.resume(ctx))
	})
}

// StopProcess implements agentproto.AgentServer.
func (a *Agent) StopProcess(ctx context.Context, r *agentproto.StopProcessRequest) (*agentproto.Done, error) {
	return once(ctx, a.guard, r.GetCall(), r, func(ctx context.Context) (*agentproto.Done, error) {
		return done(a.stopProcess(ctx))
	})
}

// Mgm implements agentproto.AgentServer.
func (a *Agent) Mgm(ctx context.Context, r *agentproto.MgmRequest) (*agentproto.MgmReply, error) {
	return once(ctx, a.guard, r.GetCall(), r, func(ctx context.Context) (*agentproto.MgmReply, error) {
		if a.follower == nil {
			return nil, failure(kindInvalid, "run a management command", a.node.id, "no management server is beside this agent")
		}
		reply, err := a.node.manage(ctx, r)
		select {
		case a.follower.again <- struct{}{}: // what it changed is news
		default:
		}
		if err != nil {
			return nil, err
		}
		return reply, nil
	})
}

// CollectCrash implements agentproto.AgentServer.
func (a *Agent) CollectCrash(context.Context, *agentproto.CollectCrashRequest) (*agentproto.CollectCrashReply, error) {
	reply, err := a.node.crashFiles()
	return reply, asFailure("collect the crash files", a.node.id, err)
}
