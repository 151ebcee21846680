package mgmtest

// argument is one that a command knows.
type argument struct {
	name      string
	number    bool
	mandatory bool
}

// command is a request that the server knows.
type command struct {
	name      string
	rondb     bool // RonDB only
	arguments []argument
	run       func(*session, arguments) []byte
}

func (c command) find(name string) (argument, bool) {
	for _, a := range c.arguments {
		if a.name == name {
			return a, true
		}
	}
	return argument{}, false
}

// must, may: mandatory and optional arguments that are numbers; text is a text.
func must(name string) argument { return argument{name: name, number: true, mandatory: true} }

func may(name string) argument { return argument{name: name, number: true} }

func text(name string, mandatory bool) argument { return argument{name: name, mandatory: mandatory} }

func findCommand(name string) (command, bool) {
	for _, c := range commands() {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

// commands are all that the server knows, with a real one's arguments.
func commands() []command {
	level := []argument{must("node"), must("category"), must("level")}
	return []command{
		{name: "get version", run: (*session).version},
		{name: "get status", arguments: []argument{text("types", false)}, run: (*session).status},
		{name: "show config", arguments: []argument{text("Section", false), may("NodeId"), text("Name", false)}, run: (*session).config},
		{name: "get mgmd nodeid", run: (*session).nodeID},
		{name: "check connection", run: (*session).check},
		{name: "reload config", arguments: []argument{text("config_filename", false), may("mycnf"), may("force")}, run: (*session).reload},
		{name: "show variables", run: (*session).variables},
		{name: "list sessions", run: (*session).list},
		{name: "get session id", run: (*session).sessionID},
		{name: "end session", run: (*session).end},
		{name: "bye", run: (*session).bye},
		{name: "purge stale sessions", run: (*session).purge},
		{name: "get info clusterlog", run: (*session).logInfo},
		{name: "set loglevel", arguments: level, run: (*session).logLevel},
		{name: "set cluster loglevel", arguments: level, run: (*session).clusterLogLevel},
		{name: "start", arguments: []argument{must("node")}, run: (*session).start},
		{name: "start all", run: (*session).startAll},
		{name: "stop v2", arguments: []argument{text("node", true), must("abort"), may("force")}, run: (*session).stop},
		{name: "stop all", arguments: []argument{must("abort"), text("stop", false)}, run: (*session).stopAll},
		{
			name: "restart node v2", run: (*session).restart,
			arguments: []argument{text("node", true), may("abort"), may("initialstart"), may("nostart"), may("force")},
		},
		{name: "restart all", arguments: []argument{may("abort"), may("initialstart"), may("nostart")}, run: (*session).restartAll},
		{name: "enter single user", arguments: []argument{must("nodeId")}, run: (*session).enterSingle},
		{name: "exit single user", run: (*session).exitSingle},
		{name: "start backup", arguments: []argument{may("completed"), may("backupid"), may("backuppoint")}, run: (*session).startBackup},
		{name: "abort backup", arguments: []argument{must("id")}, run: (*session).abortBackup},
		{name: "create nodegroup", arguments: []argument{text("nodes", true)}, run: (*session).createGroup},
		{name: "drop nodegroup", arguments: []argument{must("ng")}, run: (*session).dropGroup},
		{name: "dump events", arguments: []argument{must("type"), text("nodes", false)}, run: (*session).dump},
		{name: "listen event", arguments: []argument{may("node"), may("parsable"), text("filter", true)}, run: (*session).listen},
		{name: "activate", rondb: true, arguments: []argument{must("node")}, run: (*session).activate},
		{name: "deactivate", rondb: true, arguments: []argument{must("node")}, run: (*session).deactivate},
		{name: "set_hostname", rondb: true, arguments: []argument{must("node"), text("new_hostname", true)}, run: (*session).setHost},
	}
}
