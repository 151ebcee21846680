package mgm

import "fmt"

// EventType is the number of a kind of event.
type EventType int

// maxEventType is far beyond what any version knows.
const maxEventType = 1 << 16

// The types of events that are decoded. Others come with a Raw body.
const (
	EventConnected               EventType = 0  // *Connection
	EventDisconnected            EventType = 1  // *Connection
	EventCommunicationClosed     EventType = 2  // *Connection
	EventCommunicationOpened     EventType = 3  // *Connection
	EventGlobalCheckpointStarted EventType = 4  // *GlobalCheckpoint
	EventGlobalCheckpointDone    EventType = 5  // *GlobalCheckpoint
	EventLocalCheckpointStarted  EventType = 6  // *LocalCheckpoint
	EventLocalCheckpointDone     EventType = 7  // *LocalCheckpointDone
	EventRedoTailStuck           EventType = 8  // *Words; the redo log's tail cannot be cut
	EventFragmentCheckpointed    EventType = 9  // *Fragment
	EventStartStarted            EventType = 10 // *NodeVersion
	EventStartCompleted          EventType = 11 // *NodeVersion
	EventStartPhaseCompleted     EventType = 13 // *StartPhase
	EventRingJoined              EventType = 14 // *RingJoined
	EventRingRefused             EventType = 15 // *RingRefused
	EventNeighbours              EventType = 16 // *Neighbours
	EventStopStarted             EventType = 17 // *StopStarted
	EventStopAborted             EventType = 18 // *Words
	EventRedoStarted             EventType = 19 // *RedoStarted
	EventRedoPart                EventType = 20 // *RedoPart
	EventCopyDictionary          EventType = 22 // *Words
	EventCopyDistribution        EventType = 23 // *Words
	EventCopyStarted             EventType = 24 // *CopyTo
	EventCopyFragmentDone        EventType = 25 // *CopiedFragment
	EventCopyCompleted           EventType = 26 // *CopyTo
	EventNodeFailCompleted       EventType = 27 // *NodeFailCompleted
	EventNodeFailed              EventType = 28 // *NodeFailed
	EventArbitrationState        EventType = 29 // *Arbitration
	EventArbitrationResult       EventType = 30 // *Arbitration
	EventGCPTakeoverStarted      EventType = 31 // *Words
	EventGCPTakeoverCompleted    EventType = 32 // *Words
	EventLCPTakeoverStarted      EventType = 33 // *Words
	EventLCPTakeoverCompleted    EventType = 34 // *Takeover
	EventTransactions            EventType = 35 // *Transactions
	EventOperations              EventType = 36 // *Operations
	EventTransporterError        EventType = 42 // *Transporter
	EventTransporterWarning      EventType = 43 // *Transporter
	EventMissedHeartbeat         EventType = 44 // *MissedHeartbeat
	EventDeadByHeartbeat         EventType = 45 // *Connection
	EventWarning                 EventType = 46 // *Message
	EventInfo                    EventType = 49 // *Message
	EventMemoryUsage             EventType = 50 // *MemoryUsage
	EventAPIVersion              EventType = 51 // *APIVersion
	EventSingleUser              EventType = 52 // *SingleUser
	EventStopCompleted           EventType = 53 // *StopCompleted
	EventBackupStarted           EventType = 54 // *BackupStarted
	EventBackupFailedToStart     EventType = 55 // *BackupFailedToStart
	EventBackupCompleted         EventType = 56 // *BackupCompleted
	EventBackupAborted           EventType = 57 // *BackupAborted
	EventEventBuffer             EventType = 58 // *EventBuffer
	EventStopForced              EventType = 59 // *StopForced
	EventStartReport             EventType = 60 // *Words, see StartReportOf
	EventBackupStatus            EventType = 62 // *BackupStatus
	EventRestoreMetaData         EventType = 63 // *RestoreMetaData
	EventRestoreData             EventType = 64 // *RestoreProgress
	EventRestoreLog              EventType = 65 // *RestoreProgress
	EventRestoreStarted          EventType = 66 // *Restore
	EventRestoreCompleted        EventType = 67 // *Restore
	EventSubscription            EventType = 69 // *Words
	EventRedoFilesProgress       EventType = 71 // *RedoFiles
	EventRedoFilesDone           EventType = 72 // *Words
	EventRedoStatus              EventType = 73 // *RedoStatus, or *Words
	EventSchemaCreated           EventType = 74 // *Words
	EventSchemaAltered           EventType = 75 // *Words
	EventSchemaDropped           EventType = 76 // *Words
	EventReadCheckpoint          EventType = 77 // *Words
	EventReadCheckpointDone      EventType = 78 // *Words
	EventRunRedo                 EventType = 79 // *Words
	EventRebuildIndex            EventType = 80 // *Words
	EventSaved                   EventType = 81 // *Words
	EventConnectCheckStarted     EventType = 82 // *Words
	EventConnectCheckCompleted   EventType = 83 // *Words
	EventNodeFailRejected        EventType = 84 // *Words
)

// eventNames are the field's words for them.
func eventNames() map[EventType]string {
	return map[EventType]string{
		EventConnected: "Connected", EventDisconnected: "Disconnected",
		EventCommunicationClosed: "CommunicationClosed", EventCommunicationOpened: "CommunicationOpened",
		EventGlobalCheckpointStarted: "GlobalCheckpointStarted", EventGlobalCheckpointDone: "GlobalCheckpointCompleted",
		EventLocalCheckpointStarted: "LocalCheckpointStarted", EventLocalCheckpointDone: "LocalCheckpointCompleted",
		EventRedoTailStuck: "LCPStoppedInCalcKeepGci", EventFragmentCheckpointed: "LCPFragmentCompleted",
		EventStartStarted: "NDBStartStarted", EventStartCompleted: "NDBStartCompleted",
		EventStartPhaseCompleted: "StartPhaseCompleted", EventRingJoined: "CM_REGCONF", EventRingRefused: "CM_REGREF",
		EventNeighbours: "FIND_NEIGHBOURS", EventStopStarted: "NDBStopStarted", EventStopAborted: "NDBStopAborted",
		EventRedoStarted: "StartREDOLog", EventRedoPart: "StartLog",
		EventCopyDictionary: "NR_CopyDict", EventCopyDistribution: "NR_CopyDistr", EventCopyStarted: "NR_CopyFragsStarted",
		EventCopyFragmentDone: "NR_CopyFragDone", EventCopyCompleted: "NR_CopyFragsCompleted",
		EventNodeFailCompleted: "NodeFailCompleted", EventNodeFailed: "NODE_FAILREP",
		EventArbitrationState: "ArbitState", EventArbitrationResult: "ArbitResult",
		EventGCPTakeoverStarted: "GCP_TakeoverStarted", EventGCPTakeoverCompleted: "GCP_TakeoverCompleted",
		EventLCPTakeoverStarted: "LCP_TakeoverStarted", EventLCPTakeoverCompleted: "LCP_TakeoverCompleted",
		EventTransactions: "TransReportCounters", EventOperations: "OperationReportCounters",
		EventTransporterError: "TransporterError", EventTransporterWarning: "TransporterWarning",
		EventMissedHeartbeat: "MissedHeartbeat", EventDeadByHeartbeat: "DeadDueToHeartbeat",
		EventWarning: "WarningEvent", EventInfo: "InfoEvent", EventMemoryUsage: "MemoryUsage",
		EventAPIVersion: "ConnectedApiVersion", EventSingleUser: "SingleUser", EventStopCompleted: "NDBStopCompleted",
		EventBackupStarted: "BackupStarted", EventBackupFailedToStart: "BackupFailedToStart",
		EventBackupCompleted: "BackupCompleted", EventBackupAborted: "BackupAborted", EventBackupStatus: "BackupStatus",
		EventEventBuffer: "EventBufferStatus", EventStopForced: "NDBStopForced", EventStartReport: "StartReport",
		EventRestoreMetaData: "RestoreMetaData", EventRestoreData: "RestoreData", EventRestoreLog: "RestoreLog",
		EventRestoreStarted: "RestoreStarted", EventRestoreCompleted: "RestoreCompleted",
		EventSubscription: "SubscriptionStatus", EventRedoFilesProgress: "LogFileInitStatus", EventRedoFilesDone: "LogFileInitCompStatus",
		EventRedoStatus: "RedoStatus", EventSchemaCreated: "CreateSchemaObject", EventSchemaAltered: "AlterSchemaObject",
		EventSchemaDropped: "DropSchemaObject", EventReadCheckpoint: "StartReadLCP", EventReadCheckpointDone: "ReadLCPComplete",
		EventRunRedo: "RunRedo", EventRebuildIndex: "RebuildIndex", EventSaved: "SavedEvent",
		EventConnectCheckStarted: "ConnectCheckStarted", EventConnectCheckCompleted: "ConnectCheckCompleted",
		EventNodeFailRejected: "NodeFailRejected",
	}
}

// String is the field's word for it.
func (t EventType) String() string {
	if name, ok := eventNames()[t]; ok {
		return name
	}
	return fmt.Sprintf("event type(%d)", int(t))
}

// newBody makes the empty body of a type, nil for a type we do not know.
func newBody(t EventType) Body {
	switch t {
	case EventConnected, EventDisconnected, EventCommunicationClosed, EventCommunicationOpened, EventDeadByHeartbeat:
		return &Connection{}
	case EventAPIVersion:
		return &APIVersion{}
	case EventStartStarted, EventStartCompleted:
		return &NodeVersion{}
	case EventArbitrationState, EventArbitrationResult:
		return &Arbitration{}
	case EventCopyStarted, EventCopyCompleted:
		return &CopyTo{}
	case EventTransporterError, EventTransporterWarning:
		return &Transporter{}
	case EventWarning, EventInfo:
		return &Message{}
	case EventRedoTailStuck, EventStopAborted, EventCopyDictionary, EventCopyDistribution,
		EventGCPTakeoverStarted, EventGCPTakeoverCompleted, EventLCPTakeoverStarted,
		EventStartReport, EventSubscription, EventRedoFilesDone,
		EventSchemaCreated, EventSchemaAltered, EventSchemaDropped,
		EventReadCheckpoint, EventReadCheckpointDone, EventRunRedo, EventRebuildIndex,
		EventSaved, EventConnectCheckStarted, EventConnectCheckCompleted, EventNodeFailRejected:
		return &Words{}
	case EventRestoreData, EventRestoreLog:
		return &RestoreProgress{}
	case EventRestoreStarted, EventRestoreCompleted:
		return &Restore{}
	default:
		return newNodeBody(t)
	}
}

// newNodeBody has the bodies about nodes that one type of event uses.
func newNodeBody(t EventType) Body {
	switch t {
	case EventStartPhaseCompleted:
		return &StartPhase{}
	case EventRingJoined:
		return &RingJoined{}
	case EventRingRefused:
		return &RingRefused{}
	case EventNeighbours:
		return &Neighbours{}
	case EventStopStarted:
		return &StopStarted{}
	case EventStopCompleted:
		return &StopCompleted{}
	case EventStopForced:
		return &StopForced{}
	case EventNodeFailCompleted:
		return &NodeFailCompleted{}
	case EventNodeFailed:
		return &NodeFailed{}
	case EventLCPTakeoverCompleted:
		return &Takeover{}
	case EventMissedHeartbeat:
		return &MissedHeartbeat{}
	case EventSingleUser:
		return &SingleUser{}
	default:
		return newDataBody(t)
	}
}

// newDataBody has the bodies about data that one type of event uses.
func newDataBody(t EventType) Body {
	switch t {
	case EventGlobalCheckpointStarted, EventGlobalCheckpointDone:
		return &GlobalCheckpoint{}
	case EventLocalCheckpointStarted:
		return &LocalCheckpoint{}
	case EventLocalCheckpointDone:
		return &LocalCheckpointDone{}
	case EventFragmentCheckpointed:
		return &Fragment{}
	case EventRedoStarted:
		return &RedoStarted{}
	case EventRedoPart:
		return &RedoPart{}
	case EventRedoFilesProgress:
		return &RedoFiles{}
	case EventRedoStatus:
		return &RedoStatus{}
	case EventCopyFragmentDone:
		return &CopiedFragment{}
	case EventTransactions:
		return &Transactions{}
	case EventOperations:
		return &Operations{}
	case EventMemoryUsage:
		return &MemoryUsage{}
	case EventEventBuffer:
		return &EventBuffer{}
	case EventBackupStarted:
		return &BackupStarted{}
	case EventBackupFailedToStart:
		return &BackupFailedToStart{}
	case EventBackupCompleted:
		return &BackupCompleted{}
	case EventBackupAborted:
		return &BackupAborted{}
	case EventBackupStatus:
		return &BackupStatus{}
	case EventRestoreMetaData:
		return &RestoreMetaData{}
	default:
		return nil
	}
}
