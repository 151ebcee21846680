package stub

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"rondb-tui/agentproto"
)

// The pace of the stand-ins.
const (
	phaseTime   = 100 * time.Millisecond // of a start phase
	beatTime    = 100 * time.Millisecond // between two messages of a node
	decideTime  = 50 * time.Millisecond  // between two looks of a management server
	silenceTime = 2 * time.Second        // without a message: dead
	retryTime   = 100 * time.Millisecond // between two attempts to connect
	partialTime = 3 * time.Second        // what a system restart waits for the last nodes
	lastPhase   = 9
)

// Options are what a stand-in is told on its command line.
type Options struct {
	Kind           string // one of agentproto's kinds
	Node           int
	Dir            string // of the node, laid out as agentproto.LayoutOf says
	Address        string // where to listen
	Connect        string // the management servers, as host:port with commas
	Version        string // that it claims
	Initial        bool   // a data node forgets what it has
	ManagementPort int
	MySQLPort      int
}

// Parse reads the command line after "stub".
func Parse(args []string) (Options, error) {
	o := Options{}
	if len(args) == 0 {
		return o, errors.New("stub: name what to stand in for: ndb_mgmd, ndbmtd, mysqld or api")
	}
	o.Kind = args[0]
	flags := flag.NewFlagSet("stub "+o.Kind, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&o.Node, "node", 0, "the node's id")
	flags.StringVar(&o.Dir, "dir", "", "the node's directory")
	flags.StringVar(&o.Address, "address", "127.0.0.1", "where to listen")
	flags.StringVar(&o.Connect, "connect", "", "the management servers, host:port with commas")
	flags.StringVar(&o.Version, "version", "24.10.0", "the version to claim")
	flags.BoolVar(&o.Initial, "initial", false, "forget what the node has")
	flags.IntVar(&o.ManagementPort, "management-port", agentproto.DefaultManagementPort, "of management servers")
	flags.IntVar(&o.MySQLPort, "mysql-port", agentproto.DefaultMySQLPort, "of a MySQL server")
	if err := flags.Parse(args[1:]); err != nil {
		return o, fmt.Errorf("stub %s: %w", o.Kind, err)
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("stub %s: %q is too much", o.Kind, flags.Arg(0))
	case o.Node < 1 || o.Node > 255 || o.Dir == "":
		return o, fmt.Errorf("stub %s: --node (1 to 255) and --dir are needed", o.Kind)
	case o.Kind != agentproto.KindManagementServer && o.Connect == "":
		return o, fmt.Errorf("stub %s: --connect is needed", o.Kind)
	}
	return o, nil
}

// Run stands in for a program until its context ends, and gives its exit code.
// What it logs goes to out.
func Run(ctx context.Context, o Options, out io.Writer) int {
	var err error
	code := 0
	switch o.Kind {
	case agentproto.KindManagementServer:
		err = runManagement(ctx, o, out)
	case agentproto.KindDataNode:
		code, err = runDataNode(ctx, o, out)
	case agentproto.KindMySQLServer, agentproto.KindAPINode:
		code, err = runAPI(ctx, o, out)
	default:
		err = fmt.Errorf("%q is not one of ndb_mgmd, ndbmtd, mysqld, api", o.Kind)
	}
	if err != nil {
		say(out, "ERROR", "%v", err)
		return max(code, 1)
	}
	return code
}

// say logs a line as the real programs do.
func say(out io.Writer, severity, format string, args ...any) {
	_, _ = fmt.Fprintf(out, "%s [stub] %-8s -- %s\n", time.Now().UTC().Format(time.DateTime), severity, fmt.Sprintf(format, args...))
}

// layout is where the node has its files.
func (o Options) layout() agentproto.Layout { return agentproto.LayoutOf(filepath.ToSlash(o.Dir)) }

// links are where the management servers take registrations.
func (o Options) links() ([]string, error) {
	var links []string
	for server := range strings.SplitSeq(o.Connect, ",") {
		host, port, err := net.SplitHostPort(server)
		if err != nil {
			return nil, fmt.Errorf("read the connect string: %w", err)
		}
		number, err := strconv.Atoi(port)
		if err != nil {
			return nil, fmt.Errorf("read the connect string: %w", err)
		}
		links = append(links, linkAddress(host, number))
	}
	return links, nil
}

// linkAddress is where the management server that answers on a port takes
// registrations.
func linkAddress(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port+1)) }
