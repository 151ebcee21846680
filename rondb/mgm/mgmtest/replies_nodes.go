package mgmtest

import "rondb-tui/rondb/mgm"

func (s *session) start(a arguments) []byte {
	_, err := s.server.cluster.start(a.node("node"))
	return lines("start reply", key("result", resultOf(err)))
}

func (s *session) startAll(arguments) []byte {
	count, err := s.server.cluster.start(0)
	return lines("start reply", key("result", resultOf(err)), key("started", count))
}

func (s *session) stop(a arguments) []byte {
	ids, err := a.nodes("node")
	var count int
	var self bool
	action := Action{Kind: ActStop, Abort: a.on("abort")}
	if err == nil {
		count, self, err = s.server.cluster.leave(ids, action, a.on("force"))
	}
	return s.leaving(self, action, lines("stop reply", key("result", resultOf(err)), key("stopped", count), disconnect(self)))
}

func (s *session) stopAll(a arguments) []byte {
	action := Action{Kind: ActStop, Abort: a.on("abort")}
	count, self, err := s.server.cluster.leaveAll(action, a["stop"] != "db")
	return s.leaving(self, action, lines("stop reply", key("result", resultOf(err)), key("stopped", count), disconnect(self)))
}

func (s *session) restart(a arguments) []byte {
	ids, err := a.nodes("node")
	var count int
	var self bool
	action := restartAction(a)
	if err == nil {
		count, self, err = s.server.cluster.leave(ids, action, a.on("force"))
	}
	return s.leaving(self, action, lines("restart reply", key("result", codedResultOf(err)), key("restarted", count), disconnect(self)))
}

func (s *session) restartAll(a arguments) []byte {
	count, _, err := s.server.cluster.leaveAll(restartAction(a), false)
	return lines("restart reply", key("result", codedResultOf(err)), key("restarted", count))
}

func restartAction(a arguments) Action {
	return Action{Kind: ActRestart, Abort: a.on("abort"), Initial: a.on("initialstart"), NoStart: a.on("nostart")}
}

func disconnect(self bool) string {
	if self {
		return "disconnect: 1"
	}
	return "disconnect: 0"
}

// leaving answers, and then stops the server itself if it is among the nodes.
func (s *session) leaving(self bool, a Action, reply []byte) []byte {
	if !self {
		return reply
	}
	s.over = true
	s.send(s.server.fault("stop"), reply)
	s.server.cluster.stopSelf(a)
	return nil
}

func (s *session) enterSingle(a arguments) []byte {
	err := s.server.cluster.enterSingleUser(a.node("nodeId"))
	return lines("enter single user reply", key("result", resultOf(err)))
}

func (s *session) exitSingle(arguments) []byte {
	return lines("exit single user reply", key("result", resultOf(s.server.cluster.exitSingleUser())))
}

func (s *session) startBackup(a arguments) []byte {
	wait := mgm.WaitCompleted
	if _, given := a["completed"]; given {
		wait = mgm.BackupWait(min(a.number("completed"), int64(mgm.WaitCompleted))) //nolint:gosec // at most 2
	}
	id, err := s.server.cluster.startBackup(uint32(a.number("backupid")), wait, s.ctx.Done()) //nolint:gosec // 32 bits, it was looked at
	reply := []string{"start backup reply", key("result", resultOf(err))}
	if wait != mgm.WaitNot && err == nil {
		reply = append(reply, key("id", id))
	}
	return lines(reply...)
}

func (s *session) abortBackup(a arguments) []byte {
	s.server.cluster.abortBackup(uint32(a.number("id"))) //nolint:gosec // 32 bits, it was looked at
	return lines("abort backup reply", "result: Ok")
}

func (s *session) createGroup(a arguments) []byte {
	ids, err := a.nodes("nodes")
	group := 0
	if err == nil {
		group, err = s.server.cluster.createGroup(ids)
	}
	if err != nil {
		return lines("create nodegroup reply", "ng: -1", key("error_code", codeOf(err)), key("result", codedResultOf(err)))
	}
	return lines("create nodegroup reply", key("ng", group), "result: Ok")
}

func (s *session) dropGroup(a arguments) []byte {
	return lines("drop nodegroup reply", key("result", resultOf(s.server.cluster.dropGroup(int(a.number("ng"))))))
}

func (s *session) activate(a arguments) []byte {
	return lines("activate reply", key("result", resultOf(s.server.cluster.setActive(a.node("node"), true))))
}

func (s *session) deactivate(a arguments) []byte {
	return lines("deactivate reply", key("result", resultOf(s.server.cluster.setActive(a.node("node"), false))))
}

func (s *session) setHost(a arguments) []byte {
	return lines("set_hostname reply", key("result", resultOf(s.server.cluster.setHost(a.node("node"), a["new_hostname"]))))
}
