package agent

import (
	"context"

	"rondb-tui/agentproto"
)

// StartManagementServer implements agentproto.AgentServer.
func (a *Agent) StartManagementServer(ctx context.Context, r *agentproto.StartManagementServerRequest) (*agentproto.Done, error) {
	return once(ctx, a.guard, r.GetCall(), r, func(ctx context.Context) (*agentproto.Done, error) {
		return a.start(ctx, agentproto.KindManagementServer, nil, func(context.Context) (Command, func(), error) {
			if !exists(a.node.layout.ConfigIni) {
				return Command{}, nil, failure(kindConflict, opStart, a.node.id, "config.ini was not written yet")
			}
			args := a.node.managementServer(r)
			if a.node.stub != "" {
				args = a.node.standIn(a.node.kind, "")
			}
			return a.node.command(a.program.path, args, a.book), nil, nil
		})
	})
}

// StartDataNode implements agentproto.AgentServer.
func (a *Agent) StartDataNode(ctx context.Context, r *agentproto.StartDataNodeRequest) (*agentproto.Done, error) {
	return once(ctx, a.guard, r.GetCall(), r, func(ctx context.Context) (*agentproto.Done, error) {
		if err := checkConnect(r.GetConnect()); err != nil {
			return nil, failure(kindInvalid, opStart, a.node.id, "%v", err)
		}
		connect := r.GetConnect()
		return a.start(ctx, agentproto.KindDataNode, &connect, func(context.Context) (Command, func(), error) {
			if err := a.node.setAside(a.supervisor.view.Load().GetIncarnation()); err != nil {
				return Command{}, nil, err
			}
			args := a.node.dataNode(r)
			if a.node.stub != "" {
				args = a.node.standIn(a.node.kind, connect)
				if r.GetInitial() {
					args = append(args, "--initial")
				}
			}
			return a.node.command(a.program.path, args, a.book), nil, nil
		})
	})
}

// StartMySQLServer implements agentproto.AgentServer. Beside an API node it starts
// the stand-in that holds the node's place.
func (a *Agent) StartMySQLServer(ctx context.Context, r *agentproto.StartMySQLServerRequest) (*agentproto.Done, error) {
	return once(ctx, a.guard, r.GetCall(), r, func(ctx context.Context) (*agentproto.Done, error) {
		if err := checkConnect(r.GetConnect()); err != nil {
			return nil, failure(kindInvalid, opStart, a.node.id, "%v", err)
		}
		kind, connect := agentproto.KindMySQLServer, r.GetConnect()
		if a.node.kind == agentproto.KindAPINode {
			kind = agentproto.KindAPINode
		}
		return a.start(ctx, kind, &connect, func(ctx context.Context) (Command, func(), error) {
			if a.program.flavour == flavourStub {
				return a.node.command(a.program.path, a.node.standIn(kind, connect), a.book), nil, nil
			}
			return a.mysqlServer(ctx, r)
		})
	})
}

// mysqlServer makes ready what mysqld needs. The file with the accounts goes as soon
// as the server answers or ends.
func (a *Agent) mysqlServer(ctx context.Context, r *agentproto.StartMySQLServerRequest) (Command, func(), error) {
	if !exists(a.node.layout.MyCnf) {
		return Command{}, nil, failure(kindConflict, opStart, a.node.id, "my.cnf was not written yet")
	}
	accounts, err := statements(r.GetAccounts(), a.program.modern())
	if err != nil {
		return Command{}, nil, failure(kindInvalid, opStart, a.node.id, "%v", err)
	}
	limited, cancel := context.WithTimeout(ctx, initialisePatience)
	defer cancel()
	if err := a.node.initialise(limited, a.options.Starter, a.program, a.book); err != nil {
		return Command{}, nil, err
	}
	file := ""
	if len(accounts) > 0 {
		file = a.node.initFile()
		if err := writeWhole(file, accounts); err != nil {
			return Command{}, nil, err
		}
	}
	remove := func() {
		if err := a.node.removeInitFile(); err != nil {
			a.log.Error("a file with passwords is left", "error", err)
		}
	}
	return a.node.command(a.program.path, a.node.mysqlServer(r.GetConnect(), file), a.book), remove, nil
}

// start starts the node's process unless it runs. prepare makes ready what it needs;
// served is called once it answers or ends. One start happens at a time.
func (a *Agent) start(
	ctx context.Context, kind string, connect *string, prepare func(context.Context) (c Command, served func(), err error),
) (*agentproto.Done, error) {
	if kind != a.node.kind {
		return nil, failure(kindInvalid, opStart, a.node.id, "this is the agent of a %s, not of a %s", a.node.kind, kind)
	}
	if a.missing != nil {
		return nil, failure(kindTerminal, opStart, a.node.id, "%v", a.missing)
	}
	select {
	case a.starts <- struct{}{}:
		defer func() { <-a.starts }()
	case <-ctx.Done():
		return nil, failure(kindTransient, opStart, a.node.id, "%v", ctx.Err())
	}
	process, err := a.supervisor.current(ctx)
	if err != nil {
		return nil, err
	}
	if process != nil && a.supervisor.view.Load().GetState() != agentproto.ProcessState_PROCESS_STOPPING {
		return done(nil) // it runs: what was asked for is so
	}
	if process != nil {
		return nil, failure(kindTransient, opStart, a.node.id, "the process before is still stopping")
	}
	command, served, err := prepare(ctx)
	if err != nil {
		return nil, asFailure(opStart, a.node.id, err)
	}
	if connect != nil {
		a.connect.Store(connect)
	}
	err = a.supervisor.start(ctx, a.options.Starter, command, a.program.version, served)
	if err != nil && served != nil {
		served()
	}
	return done(err)
}
