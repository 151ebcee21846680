package mgm

// Connection is about a node that the event's source connected to, or lost.
type Connection struct{ Node NodeID }

func (b *Connection) values(v *values) { v.node("node", &b.Node) }

// APIVersion is a node that connected, with its version.
type APIVersion struct {
	Node    NodeID
	Version Version
}

func (b *APIVersion) values(v *values) {
	v.node("node", &b.Node)
	v.u32("version", (*uint32)(&b.Version))
}

// NodeVersion is the version of the event's source, whose start began or ended.
type NodeVersion struct{ Version Version }

func (b *NodeVersion) values(v *values) { v.u32("version", (*uint32)(&b.Version)) }

// StartType is a way of starting.
type StartType uint32

// The ways of starting. They are known from phase 2 on.
const (
	InitialStart       StartType = iota
	SystemRestart                // all together, from their disks
	NodeRestart                  // one, from its disk and its peers
	InitialNodeRestart           // one, from its peers
	UnknownStart
)

func (t StartType) String() string {
	names := [...]string{"initial start", "system restart", "node restart", "initial node restart"}
	if int(t) < len(names) {
		return names[t]
	}
	return "start"
}

// StartPhase is a phase that the event's source completed: 0 to 9, 100, 101.
type StartPhase struct {
	Phase uint32
	Type  StartType
}

func (b *StartPhase) values(v *values) {
	v.u32("phase", &b.Phase)
	v.u32("starttype", (*uint32)(&b.Type))
}

// RingJoined is a node that was let into the heartbeat ring.
type RingJoined struct {
	Own, President NodeID
	DynamicID      uint32 // the low 16 bits tell the order
}

func (b *RingJoined) values(v *values) {
	v.node("own_id", &b.Own)
	v.node("president_id", &b.President)
	v.u32("dynamic_id", &b.DynamicID)
}

// RingRefused is a node that was not.
type RingRefused struct {
	Own, Other NodeID
	Cause      uint32
}

func (b *RingRefused) values(v *values) {
	v.node("own_id", &b.Own)
	v.node("other_id", &b.Other)
	v.u32("cause", &b.Cause)
}

// Neighbours are who a node exchanges heartbeats with. NDB 7.2 shows the right one
// on both sides; 65535 is nobody.
type Neighbours struct {
	Own         NodeID
	Left, Right uint32
	DynamicID   uint32
}

func (b *Neighbours) values(v *values) {
	v.node("own_id", &b.Own)
	v.u32("left_id", &b.Left)
	v.u32("right_id", &b.Right)
	v.u32("dynamic_id", &b.DynamicID)
}

// StopStarted is a data node that begins to stop in order.
type StopStarted struct{ Kind uint32 } // 1: the whole cluster stops

func (b *StopStarted) values(v *values) { v.u32("stoptype", &b.Kind) }

// WholeCluster says that every data node stops.
func (b *StopStarted) WholeCluster() bool { return b.Kind == 1 }

// StopAction says what a node does after it stopped.
type StopAction uint32

// Restarts says that it starts again.
func (a StopAction) Restarts() bool { return a&1 != 0 }

// NoStart says that it then waits for a start request.
func (a StopAction) NoStart() bool { return a&2 != 0 }

// Initial says that it empties its file system.
func (a StopAction) Initial() bool { return a&4 != 0 }

// StopCompleted is a data node that stopped in order.
type StopCompleted struct {
	Action StopAction
	Signal uint32 // that asked it to, 0 if none
}

func (b *StopCompleted) values(v *values) {
	v.u32("action", (*uint32)(&b.Action))
	v.u32("signum", &b.Signal)
}

// NotStarting is the phase of a StopForced outside of a start.
const NotStarting = 255

// StopForced is a data node that crashed.
type StopForced struct {
	Action StopAction
	Signal uint32
	Error  uint32 // the exit code, as in the error log
	Phase  uint32 // of the start, NotStarting outside of it
	Extra  uint32
}

func (b *StopForced) values(v *values) {
	v.u32("action", (*uint32)(&b.Action))
	v.u32("signum", &b.Signal)
	v.u32("error", &b.Error)
	v.u32("sphase", &b.Phase)
	v.u32("extra", &b.Extra)
}

// NodeFailed is a data node that another one found dead.
type NodeFailed struct {
	Node  NodeID
	State uint32
}

func (b *NodeFailed) values(v *values) {
	v.node("failed_node", &b.Node)
	v.u32("failure_state", &b.State)
}

// NodeFailCompleted is a block of the source, or of all nodes, that is done with
// handling a node's failure.
type NodeFailCompleted struct {
	Block      uint32 // 0: all
	Failed     NodeID
	Completing uint32 // 0: all nodes, where Block is 0
}

func (b *NodeFailCompleted) values(v *values) {
	v.u32("block", &b.Block)
	v.node("failed_node", &b.Failed)
	v.u32("completing_node", &b.Completing)
}

// Everywhere says that every node is done, so that the failed one may start.
func (b *NodeFailCompleted) Everywhere() bool { return b.Block == 0 && b.Completing == 0 }

// MissedHeartbeat is a node that has been silent for some intervals.
type MissedHeartbeat struct {
	Node  NodeID
	Count uint32
}

func (b *MissedHeartbeat) values(v *values) {
	v.node("node", &b.Node)
	v.u32("count", &b.Count)
}

// Transporter is a connection with trouble.
type Transporter struct {
	Node NodeID
	Code uint32
}

func (b *Transporter) values(v *values) {
	v.node("to_node", &b.Node)
	v.u32("code", &b.Code)
}

// SingleUserStep says how far a change of the single user mode is.
type SingleUserStep uint32

// The steps.
const (
	SingleUserEntering SingleUserStep = iota
	SingleUserEntered
	SingleUserExiting
)

// SingleUser is a change of the single user mode.
type SingleUser struct {
	Step SingleUserStep
	Node NodeID
}

func (b *SingleUser) values(v *values) {
	v.u32("type", (*uint32)(&b.Step))
	v.node("node_id", &b.Node)
}

// Arbitration is a state of the arbitration, or its result.
type Arbitration struct {
	Code    uint32 // the low half is an ArbitrationCode, the high half a state
	Arbiter NodeID
	Ticket0 uint32
	Ticket1 uint32
}

func (b *Arbitration) values(v *values) {
	v.u32("code", &b.Code)
	v.node("arbit_node", &b.Arbiter)
	v.u32("ticket_0", &b.Ticket0)
	v.u32("ticket_1", &b.Ticket1)
}

// ArbitrationCode is what the arbitration says.
type ArbitrationCode uint32

// The codes: states up to 35, results from 41, errors from 91.
const (
	ArbitrationThread         ArbitrationCode = 11 // a thread began
	ArbitratorPrepared        ArbitrationCode = 22
	ArbitratorReceived        ArbitrationCode = 23
	ArbitratorStarted         ArbitrationCode = 31 // arbitration is ready
	ArbitratorLostFailed      ArbitrationCode = 32
	ArbitratorLostExit        ArbitrationCode = 33
	ArbitrationLostLess       ArbitrationCode = 41 // less than half of the nodes are left
	ArbitrationWonMore        ArbitrationCode = 42
	ArbitrationWonGroup       ArbitrationCode = 43 // a whole node group is left
	ArbitrationLostGroup      ArbitrationCode = 44 // a node group is missing
	ArbitrationRequired       ArbitrationCode = 45
	ArbitrationWon            ArbitrationCode = 46 // by the arbitrator
	ArbitrationLost           ArbitrationCode = 47 // by the arbitrator
	ArbitrationNoneAvailable  ArbitrationCode = 48
	ArbitrationNoneConfigured ArbitrationCode = 49
	ArbitrationWaited         ArbitrationCode = 50 // the wait for an external one is over
)

// What is the code without the state.
func (b *Arbitration) What() ArbitrationCode { return ArbitrationCode(b.Code & 0xffff) }

// Takeover is a president that took a duty over.
type Takeover struct{ State uint32 }

func (b *Takeover) values(v *values) { v.u32("state", &b.State) }
