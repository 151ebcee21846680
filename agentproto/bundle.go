package agentproto

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"path"
	"regexp"
	"slices"
)

// AgentProtocol is the version of agent.proto that this build speaks.
const AgentProtocol = 1

// MaxBundle is the most that an agent reads from its standard input, in bytes.
const MaxBundle = 64 << 10

// The kinds of nodes, by the names of their programs.
const (
	KindManagementServer = "ndb_mgmd"
	KindDataNode         = "ndbmtd"
	KindMySQLServer      = "mysqld"
	KindAPINode          = "api"
)

// Where things listen in a container unless the bundle says otherwise.
const (
	DefaultAgentPort      = 7600
	DefaultManagementPort = 1186
	DefaultMySQLPort      = 3306
)

// DefaultDir is where a container has the volume of its node.
const DefaultDir = "/var/lib/rondb-tui"

// Bundle is all that an agent is told before its first call: who it is, where it
// keeps what it has, and its keys. It comes as JSON on the agent's standard input,
// which is then closed; nothing of it is ever in an argument or the environment.
type Bundle struct {
	Protocol int    `json:"protocol"` // AgentProtocol
	Cluster  string `json:"cluster"`  // uuid
	Node     int32  `json:"node"`
	Kind     string `json:"kind"`  // one of the Kind constants
	Epoch    uint64 `json:"epoch"` // of the engine that starts the agent: lower ones are refused
	Dir      string `json:"dir"`   // the volume, absolute; see LayoutOf
	Listen   string `json:"listen"`

	// Address is the node's in the cluster's network, where its process listens.
	Address        string `json:"address"`
	ManagementPort int    `json:"management_port,omitempty"` // of all management servers; 0: 1186
	MySQLPort      int    `json:"mysql_port,omitempty"`      // 0: 3306

	// StubVersion, if set, has the agent run stand-ins that claim this version
	// instead of looking for real programs.
	StubVersion string `json:"stub_version,omitempty"`

	Credentials Credentials `json:"credentials"`
}

// NewBundle is a bundle with every default, for the caller to change.
func NewBundle(cluster string, node int32, kind, address string, epoch uint64, c Credentials) Bundle {
	return Bundle{
		Protocol: AgentProtocol, Cluster: cluster, Node: node, Kind: kind, Epoch: epoch,
		Dir: DefaultDir, Listen: fmt.Sprintf(":%d", DefaultAgentPort), Address: address,
		ManagementPort: DefaultManagementPort, MySQLPort: DefaultMySQLPort, Credentials: c,
	}
}

// Encode writes a bundle for ReadBundle.
func (b Bundle) Encode() ([]byte, error) {
	if err := b.Check(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("write the bundle: %w", err)
	}
	return append(text, '\n'), nil
}

// ReadBundle reads one bundle up to the end of its source. Errors quote nothing
// of what they read.
func ReadBundle(r io.Reader) (Bundle, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxBundle+1))
	if err != nil {
		return Bundle{}, fmt.Errorf("read the bundle: %w", err)
	}
	if len(text) == 0 {
		return Bundle{}, errors.New("read the bundle: standard input is empty; the engine writes it there before the start")
	}
	if len(text) > MaxBundle {
		return Bundle{}, fmt.Errorf("read the bundle: it has more than %d bytes", MaxBundle)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	b := Bundle{}
	if err := decoder.Decode(&b); err != nil {
		return Bundle{}, fmt.Errorf("read the bundle: it is not the JSON of one, at byte %d", decoder.InputOffset())
	}
	if decoder.More() {
		return Bundle{}, errors.New("read the bundle: something follows it")
	}
	if b.ManagementPort == 0 {
		b.ManagementPort = DefaultManagementPort
	}
	if b.MySQLPort == 0 {
		b.MySQLPort = DefaultMySQLPort
	}
	return b, b.Check()
}

// Check says what is wrong with a bundle, but for dates and signatures.
func (b Bundle) Check() error {
	kinds := []string{KindManagementServer, KindDataNode, KindMySQLServer, KindAPINode}
	_, _, listenErr := net.SplitHostPort(b.Listen)
	_, addressErr := netip.ParseAddr(b.Address)
	err := checkCluster(b.Cluster)
	switch {
	case b.Protocol != AgentProtocol:
		err = fmt.Errorf("it is for protocol %d, this agent speaks %d", b.Protocol, AgentProtocol)
	case err != nil:
	case b.Node < 1 || b.Node > 255:
		err = fmt.Errorf("node %d is not one of 1 to 255", b.Node)
	case !slices.Contains(kinds, b.Kind):
		err = fmt.Errorf("%.20q is not one of %v", b.Kind, kinds)
	case !path.IsAbs(b.Dir):
		err = errors.New("the directory is not absolute")
	case listenErr != nil:
		err = errors.New("where to listen is not host:port")
	case addressErr != nil:
		err = errors.New("the address is not an IP address")
	case !isPort(b.ManagementPort) || !isPort(b.MySQLPort):
		err = fmt.Errorf("a port is not one of 0 to 65535: %d, %d", b.ManagementPort, b.MySQLPort)
	case len(b.Credentials.CA) == 0 || len(b.Credentials.Certificate) == 0 || len(b.Credentials.Key) == 0:
		err = errors.New("it has no credentials")
	}
	if err != nil {
		return fmt.Errorf("check the bundle: %w", err)
	}
	return nil
}

func isPort(port int) bool { return port >= 0 && port < 1<<16 }

// checkCluster holds that a cluster's uuid can stand in a certificate's name.
func checkCluster(cluster string) error {
	if !regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`).MatchString(cluster) {
		return fmt.Errorf("%.80q is not a cluster's uuid", cluster)
	}
	return nil
}

// Layout is where a node has its files, all below Bundle.Dir. config.ini and
// my.cnf must name the same places.
type Layout struct {
	ConfigIni  string
	MyCnf      string
	Log        string // DataDir of data nodes: error log, traces
	FileSystem string // FileSystemPath of data nodes
	DiskData   string // FileSystemPathDD
	Backup     string // BackupDataDir
	Management string // DataDir and configuration cache of a management server
	MySQL      string // data directory of a MySQL server
	Socket     string // of a MySQL server, a file
	Crash      string // crash files of earlier runs, one folder a run
	State      string // what the agent remembers, a file
}

// LayoutOf is the layout below a directory.
func LayoutOf(dir string) Layout {
	at := func(name string) string { return path.Join(dir, name) }
	return Layout{
		ConfigIni: at("config.ini"), MyCnf: at("my.cnf"),
		Log: at("log"), FileSystem: at("data"), DiskData: at("disk"), Backup: at("backup"),
		Management: at("mgmd"), MySQL: at("mysql"), Socket: at("mysql.sock"),
		Crash: at("crash"), State: at("agent.json"),
	}
}
