package engine

import "time"

// Limits of the cluster (reference: NDB limits and managed RonDB) and of the
// engine. Everything that can grow has its bound here.
const (
	MaxDataNodes       = 144
	MaxNodeID          = 255
	MaxRevision        = 1 << 53 // what every JSON reader can hold
	MaxReplicas        = 3
	MaxManagement      = 2
	MaxPlanSteps       = 4096
	MaxSpecBytes       = 1 << 20
	MaxRecentEvents    = 2000
	MaxLoadSamples     = 600
	MaxIncidents       = 100
	MaxNotices         = 64
	MaxClusterNameSize = 40
)

// LastStartPhase is the highest start phase the console counts to; a data node
// is started after it (ndb.md §3.1).
const LastStartPhase = 9

// Time limits of the engine. They bound waiting on the world, never the work of
// a node that makes progress.
const (
	ObserveTimeout = 10 * time.Second
	EffectTimeout  = 60 * time.Second
	AwaitTimeout   = 10 * time.Minute
)

// MaxAttempts is how many runs in a row may fail before ERROR_STATE.
const MaxAttempts = 5

// The lease of a lasting fault: what it is if nobody says, and the longest.
const (
	DefaultLease = time.Minute
	MaxLease     = 10 * time.Minute
)

// MaxLogLines is how many lines one call of a LogReader gives at most.
const MaxLogLines = 1000

// MaxHistory is how many earlier desired states an engine keeps for Undo.
const MaxHistory = 32
