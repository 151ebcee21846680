package crash

import "strings"

// Kind is what a line of the cluster log reports.
type Kind string

// The kinds that are told apart; a line of no such kind has the empty one.
const (
	Connected             Kind = "connected"
	Disconnected          Kind = "disconnected"
	CommunicationClosed   Kind = "communication closed"
	CommunicationOpened   Kind = "communication opened"
	StartInitiated        Kind = "start initiated"
	StartPhaseCompleted   Kind = "start phase completed"
	Started               Kind = "started"
	ShutdownInitiated     Kind = "shutdown initiated"
	ClusterShutdown       Kind = "cluster shutdown initiated"
	ShutdownCompleted     Kind = "shutdown completed"
	ShutdownAborted       Kind = "shutdown aborted"
	ForcedShutdown        Kind = "forced shutdown"
	NodeFailed            Kind = "node failed"
	FailureHandled        Kind = "failure handled"
	MissedHeartbeat       Kind = "missed heartbeat"
	DeclaredDead          Kind = "declared dead"
	ArbitrationRequired   Kind = "arbitration required"
	ArbitrationWon        Kind = "arbitration won"
	ArbitrationLost       Kind = "arbitration lost"
	NoArbitrator          Kind = "no arbitrator"
	ArbitrationRestarted  Kind = "arbitration restarted"
	ArbitratorPrepared    Kind = "arbitrator prepared"
	ArbitratorReceived    Kind = "arbitrator received"
	ArbitratorStarted     Kind = "arbitrator started"
	ArbitratorLost        Kind = "arbitrator lost"
	President             Kind = "president"
	MemoryUsage           Kind = "memory usage"
	BackupStarted         Kind = "backup started"
	BackupCompleted       Kind = "backup completed"
	BackupAborted         Kind = "backup aborted"
	BackupRefused         Kind = "backup refused"
	WaitingForNodes       Kind = "waiting for nodes"
	StartMaybePartitioned Kind = "start potentially partitioned"
	NodeIDReserved        Kind = "node id reserved"
	NodeIDFreed           Kind = "node id freed"
	CheckpointStarted     Kind = "local checkpoint started"
	CheckpointCompleted   Kind = "local checkpoint completed"
)

// Event is what a line says. Which fields are set depends on the kind.
type Event struct {
	Kind   Kind
	Node   int    // whom it is about: who is dead, who arbitrates, whose id it is
	Number int    // start phase, heartbeats missed, backup id, per cent, seconds, checkpoint
	Code   int    // error code of a forced shutdown, or of a backup
	Signal int    // that ended the process
	Phase  int    // of the start in which the node was shut down; -1 if none
	Detail string // start type, ticket, address, the rest of the words
}

// pattern maps a text to an event. Each "#" or "*" of it is, in their order, one
// of the letters of fields: n node, i number, e code, s signal, d detail, - nothing.
type pattern struct {
	text   string
	fields string
	kind   Kind
}

func patterns() []pattern {
	return []pattern{
		{"Node # Connected", "n", Connected},
		{"Node # Disconnected", "n", Disconnected},
		{"Communication to Node # closed", "n", CommunicationClosed},
		{"Communication to Node # opened", "n", CommunicationOpened},
		{"Start initiated (*)", "d", StartInitiated},
		{"Start phase # completed (*)", "id", StartPhaseCompleted},
		{"Start phase # completed", "i", StartPhaseCompleted},
		{"Started (*)", "d", Started},
		{"Node shutdown initiated", "", ShutdownInitiated},
		{"Cluster shutdown initiated", "", ClusterShutdown},
		{"Node shutdown aborted", "", ShutdownAborted},
		{"Node shutdown completed*", "d", ShutdownCompleted},
		{"Forced node shutdown completed*", "d", ForcedShutdown},
		{"Node # has failed. The Node state at failure was *", "nd", NodeFailed},
		{"All nodes completed failure of Node #", "n", FailureHandled},
		{"Node # missed heartbeat #", "ni", MissedHeartbeat},
		{"Node # declared dead due to missed heartbeat", "n", DeclaredDead},
		{"Network partitioning - arbitration required", "", ArbitrationRequired},
		{"Network partitioning - no arbitrator *", "d", NoArbitrator},
		{"Arbitration won - positive reply from node #", "n", ArbitrationWon},
		{"Arbitration check won - *", "d", ArbitrationWon},
		{"Arbitration lost - negative reply from node #", "n", ArbitrationLost},
		{"Arbitration check lost - *", "d", ArbitrationLost},
		{"President restarts arbitration thread [state=#]", "i", ArbitrationRestarted},
		{"Prepare arbitrator node # [ticket=*]", "nd", ArbitratorPrepared},
		{"Receive arbitrator node # [ticket=*]", "nd", ArbitratorReceived},
		{"Started arbitrator node # [ticket=*]", "nd", ArbitratorStarted},
		{"Lost arbitrator node # - *", "nd", ArbitratorLost},
		{"CM_REGCONF president = #, own Node = #, our dynamic id = *", "n-d", President},
		{"Data usage is #%(*", "id", MemoryUsage},
		{"Data usage increased to #%(*", "id", MemoryUsage},
		{"Data usage decreased to #%(*", "id", MemoryUsage},
		{"Backup # started from node # completed. *", "ind", BackupCompleted},
		{"Backup # started from node #", "in", BackupStarted},
		{"Backup # started from # has been aborted. Error: #", "ine", BackupAborted},
		{"Backup request from # failed to start. Error: #", "ne", BackupRefused},
		{"Waiting # sec for nodes *", "id", WaitingForNodes},
		{"Initial start, waiting for *", "d", WaitingForNodes},
		{"Start potentially partitioned with nodes *", "d", StartMaybePartitioned},
		{"Mgmt server state: nodeid # reserved for ip *, m_reserved_nodes *", "nd-", NodeIDReserved},
		{"Mgmt server state: nodeid # freed, m_reserved_nodes *", "n-", NodeIDFreed},
		{"Local checkpoint # started. *", "id", CheckpointStarted},
		{"Local checkpoint # completed", "i", CheckpointCompleted},
	}
}

// parseEvent finds what a message says.
func parseEvent(text string) Event {
	event := Event{Phase: -1}
	for _, p := range patterns() {
		found, ok := match(text, p.text)
		if !ok {
			continue
		}
		event.Kind = p.kind
		for i, value := range found {
			switch p.fields[i] {
			case 'n':
				event.Node = number(value)
			case 'i':
				event.Number = number(value)
			case 'e':
				event.Code = number(value)
			case 'd':
				event.Detail = strings.Trim(value, " ,.")
			}
		}
		break
	}
	if event.Kind == ForcedShutdown || event.Kind == ShutdownCompleted {
		event.shutdown()
	}
	return event
}

// shutdown reads the half-sentences that follow a shutdown, in any order. Old
// versions write "Occured".
func (e *Event) shutdown() {
	for _, phase := range []string{"Occured during startphase ", "Occurred during startphase "} {
		if text := after(e.Detail, phase); digits(text) != "" {
			e.Phase = number(text)
		}
	}
	e.Code = number(after(e.Detail, "Caused by error "))
	e.Signal = number(after(e.Detail, "Initiated by signal "))
}
