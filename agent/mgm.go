package agent

import (
	"context"
	"errors"
	"slices"
	"time"

	"rondb-tui/agentproto"
	"rondb-tui/rondb/mgm"
)

// stopPatience bounds an orderly stop of data nodes.
const stopPatience = 5 * time.Minute

// manage runs one command of the management protocol beside the server.
func (n node) manage(ctx context.Context, r *agentproto.MgmRequest) (*agentproto.MgmReply, error) {
	const op = "reach the management server"
	client, err := mgm.Dial(ctx, n.management(), mgm.Options{})
	if err != nil {
		return nil, mgmFailure(op, n.id, err)
	}
	defer func() { _ = client.Close() }()
	reply := &agentproto.MgmReply{Result: "Ok"}
	switch c := r.GetCommand().(type) {
	case *agentproto.MgmRequest_Stop:
		return reply, n.stopNodes(ctx, client, c.Stop.GetNodes())
	case *agentproto.MgmRequest_Activate:
		return reply, mgmFailure("activate", c.Activate.GetNode(), client.Activate(ctx, mgm.NodeID(c.Activate.GetNode())))
	case *agentproto.MgmRequest_Deactivate:
		return reply, mgmFailure("deactivate", c.Deactivate.GetNode(), client.Deactivate(ctx, mgm.NodeID(c.Deactivate.GetNode())))
	case *agentproto.MgmRequest_StartBackup:
		id, err := client.StartBackup(ctx, mgm.BackupOptions{ID: c.StartBackup.GetId(), Wait: mgm.WaitStarted})
		reply.Backup = id
		return reply, mgmFailure("start a backup", 0, err)
	case *agentproto.MgmRequest_AbortBackup:
		return reply, mgmFailure("abort the backup", 0, client.AbortBackup(ctx, c.AbortBackup.GetId()))
	case *agentproto.MgmRequest_CreateNodegroup:
		group, err := client.CreateNodeGroup(ctx, idsOf(c.CreateNodegroup.GetNodes()))
		reply.NodeGroup = int32(group) //nolint:gosec // small
		return reply, mgmFailure("create a node group", 0, err)
	case *agentproto.MgmRequest_DropNodegroup:
		return reply, mgmFailure("drop a node group", 0, client.DropNodeGroup(ctx, int(c.DropNodegroup.GetNode())))
	default:
		return nil, failure(kindInvalid, "run a management command", n.id, "the request names none that this agent knows")
	}
}

func idsOf(nodes []int32) []mgm.NodeID {
	ids := make([]mgm.NodeID, len(nodes))
	for i, id := range nodes {
		ids[i] = mgm.NodeID(id)
	}
	return ids
}

// stopNodes stops data nodes one after the other, or all of them together.
func (n node) stopNodes(ctx context.Context, client *mgm.Client, nodes []int32) error {
	if len(nodes) == 0 {
		_, err := client.StopAll(ctx, mgm.StopAllOptions{})
		if mgm.CodeOf(err) == mgm.CodeNoDataNodes {
			err = nil // there is none to stop
		}
		return mgmFailure("stop all data nodes", 0, err)
	}
	for _, id := range idsOf(nodes) {
		if err := stopDataNode(ctx, client, id); err != nil {
			return err
		}
	}
	return nil
}

// stopDataNode stops a data node in order. One that has not started yet can only
// be aborted, which costs nobody anything: it serves nothing. One without contact
// is left to its own agent.
func stopDataNode(ctx context.Context, client *mgm.Client, id mgm.NodeID) error {
	const op = "stop data node"
	nodes, err := client.Status(ctx, mgm.DataNode)
	if err != nil {
		return mgmFailure(op, int32(id), err) //nolint:gosec // an id
	}
	i := slices.IndexFunc(nodes, func(s mgm.NodeStatus) bool { return s.ID == id })
	if i < 0 {
		return failure(kindNotFound, op, int32(id), "the configuration has no such data node") //nolint:gosec // an id
	}
	if !nodes[i].State.Up() {
		return failure(kindNotFound, op, int32(id), "the management server has no contact with it") //nolint:gosec // an id
	}
	starting := nodes[i].State == mgm.Starting || nodes[i].State == mgm.NotStarted || nodes[i].State == mgm.Unknown
	_, err = client.Stop(ctx, mgm.StopOptions{Nodes: []mgm.NodeID{id}, Abort: starting})
	return mgmFailure(op, int32(id), err) //nolint:gosec // an id
}

// mgmFailure is the error of a call for one of the management protocol, in the
// server's words where it said any. nil stays nil.
func mgmFailure(op string, node int32, err error) error {
	if err == nil {
		return nil
	}
	told := &mgm.Error{}
	text := err.Error()
	if errors.As(err, &told) && told.Text != "" {
		text = told.Text
	}
	return failure(kindOf(err), op, node, "%s", clip(text))
}

func kindOf(err error) string {
	kind, known := mgm.KindOf(err)
	if !known {
		return kindTerminal
	}
	switch kind {
	case mgm.KindLost, mgm.KindTimeout, mgm.KindCancelled, mgm.KindClosed:
		return kindTransient
	case mgm.KindUnsupported:
		return kindUnsupported
	case mgm.KindInvalid:
		return kindInvalid
	case mgm.KindRefused:
	default:
		return kindTerminal
	}
	switch mgm.CodeOf(err) {
	case mgm.CodeNoContact:
		return kindNotFound
	case mgm.CodeWouldCrash, mgm.CodeMultiNodeStop:
		return kindDenied
	case mgm.CodeBackupIDUsed, mgm.CodeSingleUser, mgm.CodeGroupSize, mgm.CodeGroupNodes, mgm.CodeGroupNoneStarted, mgm.CodeMixedVersions:
		return kindConflict
	default: // most often something else is going on: a start, a stop, a backup
		return kindTransient
	}
}
