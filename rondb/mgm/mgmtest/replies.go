package mgmtest

import (
	"fmt"
	"strconv"
	"strings"

	"rondb-tui/rondb/mgm"
)

// lines makes a reply: its lines and the empty one that ends it.
func lines(all ...string) []byte { return []byte(strings.Join(all, "\n") + "\n\n") }

func key(name string, value any) string { return fmt.Sprintf("%s: %v", name, value) }

func (s *session) version(arguments) []byte {
	v := s.server.cluster.setup.Version
	return lines("version", key("id", uint32(v.Version)), key("major", v.Version.Major()), key("minor", v.Version.Minor()),
		key("build", v.Version.Build()), key("string", v.Text), key("mysql_major", v.MySQL.Major()),
		key("mysql_minor", v.MySQL.Minor()), key("mysql_build", v.MySQL.Build()))
}

func (s *session) status(a arguments) []byte {
	nodes := s.server.cluster.Status()
	if types, given := a["types"]; given {
		wanted := " " + types + " "
		kept := nodes[:0]
		for _, n := range nodes {
			if strings.Contains(wanted, " "+n.Type.String()+" ") {
				kept = append(kept, n)
			}
		}
		nodes = kept
	}
	return mgm.AppendStatus([]byte("node status\n"), nodes)
}

func (s *session) config(a arguments) []byte {
	var shown mgm.Config
	for _, section := range s.server.cluster.config().Sections {
		if name, given := a["Section"]; given && section.Name != name {
			continue
		}
		if _, given := a["NodeId"]; given && section.Node() != a.node("NodeId") {
			continue
		}
		if name, given := a["Name"]; given {
			value, has := section.Get(name)
			if !has {
				continue
			}
			section.Params = []mgm.Param{{Name: name, Value: value}}
		}
		shown.Sections = append(shown.Sections, section)
	}
	return mgm.AppendConfig([]byte("show config reply\n"), shown)
}

func (s *session) nodeID(arguments) []byte { // without a blank, as it is
	return lines("get mgmd nodeid reply", "nodeid:"+strconv.Itoa(int(s.server.cluster.setup.ID)))
}

func (s *session) check(arguments) []byte { return lines("check connection reply", "result: Ok") }

// reload finds what it was started with, and nothing else.
func (s *session) reload(a arguments) []byte {
	if path := a["config_filename"]; path != "" {
		return lines("reload config reply", key("result", "Could not load configuration from '"+path+"'"))
	}
	return lines("reload config reply", "result: Ok")
}

func (s *session) variables(arguments) []byte {
	return lines("show variables reply", key("nodeid", s.server.cluster.setup.ID), key("log_level_thread_sleep", s.server.ping.Milliseconds()))
}

func (s *session) list(arguments) []byte {
	var all []string
	add := func(id int64, node mgm.NodeID) {
		all = append(all, key("session", id))
		for _, f := range []struct {
			name  string
			value any
		}{
			{"m_stopSelf", 0},
			{"m_stop", 0},
			{"allocated.nodeid", node},
			{"parser.buffer.len", 0},
			{"parser.buffer", ""},
			{"parser.status", 0},
		} {
			all = append(all, key(fmt.Sprintf("session.%d.%s", id, f.name), f.value))
		}
	}
	ids := s.server.Sessions()
	for _, id := range ids {
		add(id, 0)
	}
	for i, node := range s.server.cluster.reservations() {
		add(ids[len(ids)-1]+int64(i)+1, node)
	}
	return lines(all...)
}

func (s *session) sessionID(arguments) []byte { return lines("get session id reply", key("id", s.id)) }

func (s *session) end(arguments) []byte { // and no empty line
	return []byte("end session reply\n")
}

func (s *session) bye(arguments) []byte {
	s.over = true
	return nil
}

func (s *session) purge(arguments) []byte {
	reply := []string{"purge stale sessions reply"}
	if freed := s.server.cluster.purge(); len(freed) > 0 {
		line := "purged:"
		for _, id := range freed {
			line += " " + strconv.Itoa(int(id))
		}
		reply = append(reply, line)
	}
	return lines(append(reply, "result: Ok")...)
}

func (s *session) logInfo(arguments) []byte {
	return lines("clusterlog", "enabled: 1", "debug: 0", "info: 1", "warning: 1", "error: 1", "critical: 1", "alert: 1")
}

func (s *session) logLevel(a arguments) []byte { return s.setLevel("set loglevel reply", a) }

func (s *session) clusterLogLevel(a arguments) []byte {
	return s.setLevel("set cluster loglevel reply", a)
}

func (s *session) setLevel(header string, a arguments) []byte {
	result := "Ok"
	switch category, level := a.number("category"), a.number("level"); {
	case category < int64(mgm.CategoryStartup) || category > int64(mgm.CategorySchema):
		result = fmt.Sprintf("Invalid category %d", category)
	case level > mgm.MaxLevel:
		result = fmt.Sprintf("Invalid loglevel %d", level)
	}
	return lines(header, key("result", result))
}

func (s *session) dump(a arguments) []byte {
	t := mgm.EventType(a.number("type"))
	ids, err := a.nodes("nodes")
	if err == nil && t != mgm.EventBackupStatus && t != mgm.EventMemoryUsage && t != mgm.EventSaved {
		err = fmt.Errorf("ndb_logevent_type %d not supported", t)
	}
	if err != nil {
		return lines("dump events reply", key("result", err))
	}
	events := s.server.cluster.report(t, ids)
	reply := lines("dump events reply", "result: Ok", key("events", len(events)))
	for _, e := range events {
		reply = mgm.AppendEvent(reply, e)
	}
	return reply
}

// listen turns the session into a stream; its reply is the stream's matter then.
func (s *session) listen(a arguments) []byte {
	f, err := parseFilter(a["filter"])
	if err != nil {
		return lines("listen event", "result: -1", key("msg", err))
	}
	s.stream(s.server.cluster.subscribe(f))
	s.over = true
	return nil
}
