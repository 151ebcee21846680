package dockerdrv_test

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"rondb-tui/agentproto"
	"rondb-tui/engine"
)

func (a *agent) Hello(_ context.Context, r *agentproto.AgentHelloRequest) (*agentproto.AgentHelloReply, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.GetEpoch() < a.epoch {
		return nil, status.Errorf(codes.FailedPrecondition, "epoch %d is over, %d is known", r.GetEpoch(), a.epoch)
	}
	a.epoch = r.GetEpoch()
	return &agentproto.AgentHelloReply{
		Protocol: agentproto.AgentProtocol, Session: a.session, Epoch: a.epoch, Cluster: a.bundle.Cluster, Node: a.bundle.Node,
		Kind: a.bundle.Kind, Flavour: "stub", DatabaseVersion: "24.10.0",
	}, nil
}

func (a *agent) Status(_ *agentproto.StatusRequest, stream grpc.ServerStreamingServer[agentproto.AgentStatus]) error {
	a.mu.Lock()
	a.told = 0
	a.mu.Unlock()
	for {
		a.f.mu.Lock()
		changed := a.f.changed
		a.f.mu.Unlock()
		if err := stream.Send(a.status()); err != nil {
			return err
		}
		select {
		case <-changed:
		case <-stream.Context().Done():
			return nil
		case <-a.ended:
			return status.Error(codes.Unavailable, "the agent ends")
		}
	}
}

func (a *agent) status() *agentproto.AgentStatus {
	a.f.mu.Lock()
	o, base := a.f.seen, a.f.base[a.slot.ID]
	a.f.mu.Unlock()
	n, _ := o.Node(a.slot.ID)
	p := &agentproto.ProcessStatus{
		Incarnation: n.Incarnation - base, Serving: n.Status == engine.StatusStarted, HasData: n.HasData,
		MemoryUsed: n.MemoryUsed, MemoryLimit: 1 << 30, Version: n.Version, Error: n.Err,
	}
	if !n.StartedAt.IsZero() {
		p.StartedUnixMs = n.StartedAt.UnixMilli()
	}
	switch n.Status {
	case engine.StatusStarting, engine.StatusStarted:
		p.State = agentproto.ProcessState_PROCESS_RUNNING
	case engine.StatusStopping:
		p.State = agentproto.ProcessState_PROCESS_STOPPING
	case engine.StatusDead:
		p.State, p.ExitCode = agentproto.ProcessState_PROCESS_DEAD, -9
	case engine.StatusPaused:
		p.State = agentproto.ProcessState_PROCESS_PAUSED
		if n.Lease != nil {
			p.PauseUntilUnixMs = n.Lease.Until.UnixMilli()
		}
	default:
		if p.GetIncarnation() > 0 {
			p.State = agentproto.ProcessState_PROCESS_STOPPED
		}
	}
	message := &agentproto.AgentStatus{Process: p}
	if a.slot.Kind == engine.KindManagement && n.Status == engine.StatusStarted {
		message.Cluster = clusterStatus(&o)
		a.mu.Lock()
		for _, e := range a.f.world.EventsSince(a.told) {
			a.told = e.Seq
			message.Events = append(message.Events, &agentproto.ClusterEvent{
				Seq: e.Seq, UnixMs: e.At.UnixMilli(), Node: int32(e.Node), Severity: int32(e.Severity), Text: e.Text,
			})
		}
		a.mu.Unlock()
	}
	return message
}

// clusterStatus is what a management server knows of the world.
func clusterStatus(o *engine.Observed) *agentproto.ClusterStatus {
	c := &agentproto.ClusterStatus{
		President: int32(o.President), Arbitrator: int32(o.Arbitrator), ArbitrationReady: o.ArbitrationReady, Ticket: o.Ticket,
		Checkpoint: o.Checkpoint, RestoredCheckpoint: o.RestoredCheckpoint, SystemRestarts: int32(o.SystemRestarts), Formed: o.Formed,
	}
	if !o.RestoredAt.IsZero() {
		c.RestoredUnixMs = o.RestoredAt.UnixMilli()
	}
	for i := range o.Nodes {
		n := &o.Nodes[i]
		s := &agentproto.NodeState{
			Node: int32(n.ID), Status: "NO_CONTACT", NodeGroup: int32(n.Group), Version: n.Version, Active: n.Active,
			FailureHandled: n.FailureHandled, StartPhase: int32(n.StartPhase), Doing: n.Doing,
		}
		switch n.Status {
		case engine.StatusStarted, engine.StatusPaused:
			s.Status, s.Connected = "STARTED", true
		case engine.StatusStarting:
			s.Status, s.Connected = "STARTING", true
		case engine.StatusStopping:
			s.Status, s.Connected = "SHUTTING_DOWN", true
		default:
		}
		c.Nodes = append(c.Nodes, s)
	}
	return c
}

// act performs an action of the world for a call.
func (a *agent) act(ctx context.Context, call *agentproto.Call, actions ...engine.Action) (*agentproto.Done, error) {
	if err := a.fenced(call); err != nil {
		return nil, err
	}
	for _, action := range actions {
		if err := a.f.do(ctx, action); err != nil {
			return nil, coded(err)
		}
	}
	a.f.look()
	return &agentproto.Done{}, nil
}

func (a *agent) WriteConfig(_ context.Context, r *agentproto.WriteConfigRequest) (*agentproto.Done, error) {
	if err := a.fenced(r.GetCall()); err != nil {
		return nil, err
	}
	if !strings.Contains(string(r.GetContent()), "=") {
		return nil, status.Error(codes.InvalidArgument, "a configuration without a setting")
	}
	return &agentproto.Done{}, nil
}

func (a *agent) StartManagementServer(ctx context.Context, r *agentproto.StartManagementServerRequest) (*agentproto.Done, error) {
	return a.act(ctx, r.GetCall(), engine.StartNode{Slot: a.slot})
}

func (a *agent) StartDataNode(ctx context.Context, r *agentproto.StartDataNodeRequest) (*agentproto.Done, error) {
	return a.act(ctx, r.GetCall(), engine.StartNode{Slot: a.slot, Initial: r.GetInitial()})
}

func (a *agent) StartMySQLServer(ctx context.Context, r *agentproto.StartMySQLServerRequest) (*agentproto.Done, error) {
	return a.act(ctx, r.GetCall(), engine.StartNode{Slot: a.slot})
}

func (a *agent) StopProcess(ctx context.Context, r *agentproto.StopProcessRequest) (*agentproto.Done, error) {
	return a.act(ctx, r.GetCall(), engine.StopNode{Slot: a.slot}, engine.AwaitDown{Slot: a.slot})
}

func (a *agent) Kill(ctx context.Context, r *agentproto.KillRequest) (*agentproto.Done, error) {
	if err := a.fenced(r.GetCall()); err != nil {
		return nil, err
	}
	err := a.f.sim.Kill(ctx, []engine.NodeID{a.slot.ID})
	a.f.look()
	return &agentproto.Done{}, coded(err)
}

func (a *agent) Pause(ctx context.Context, r *agentproto.PauseRequest) (*agentproto.Done, error) {
	if err := a.fenced(r.GetCall()); err != nil {
		return nil, err
	}
	err := a.f.sim.Pause(ctx, a.slot.ID, time.Duration(r.GetLeaseMs())*time.Millisecond)
	a.f.look()
	return &agentproto.Done{}, coded(err)
}

func (a *agent) Resume(ctx context.Context, r *agentproto.ResumeRequest) (*agentproto.Done, error) {
	if err := a.fenced(r.GetCall()); err != nil {
		return nil, err
	}
	err := a.f.sim.Resume(ctx, a.slot.ID)
	a.f.look()
	return &agentproto.Done{}, coded(err)
}

func (a *agent) Mgm(ctx context.Context, r *agentproto.MgmRequest) (*agentproto.MgmReply, error) {
	slot := func(id int32) engine.Slot { return a.f.node(engine.NodeID(id)).Slot }
	var action engine.Action
	switch c := r.GetCommand().(type) {
	case *agentproto.MgmRequest_Stop:
		action = engine.StopAllDataNodes{}
		if nodes := c.Stop.GetNodes(); len(nodes) == 1 {
			action = engine.StopNode{Slot: slot(nodes[0])}
		}
	case *agentproto.MgmRequest_Activate:
		action = engine.ActivateNode{Slot: slot(c.Activate.GetNode())}
	case *agentproto.MgmRequest_Deactivate:
		action = engine.DeactivateNode{Slot: slot(c.Deactivate.GetNode())}
	default:
		return nil, status.Error(codes.Unimplemented, "the fake has no such command")
	}
	if _, err := a.act(ctx, r.GetCall(), action); err != nil {
		return nil, err
	}
	return &agentproto.MgmReply{Result: "Ok"}, nil
}

func (a *agent) Logs(r *agentproto.AgentLogsRequest, stream grpc.ServerStreamingServer[agentproto.AgentLogs]) error {
	lines, err := a.f.world.Logs(a.slot.ID, r.GetAfter(), int(r.GetLimit()))
	if err != nil {
		return coded(err)
	}
	message := &agentproto.AgentLogs{}
	for _, line := range lines {
		message.Lines = append(message.Lines, &agentproto.AgentLogLine{
			Seq: line.Seq, UnixMs: line.At.UnixMilli(), Severity: int32(line.Severity), Text: line.Text,
		})
	}
	return stream.Send(message)
}
