package simdrv

import (
	"time"

	"rondb-tui/engine"
)

// Limits of the simulated cluster.
const (
	maxLoggedEvents  = 2000
	maxNodeLog       = engine.MaxLogLines
	maxFaults        = 64
	maxSessions      = 1024    // for one MySQL server
	maxTxOperations  = 100_000 // rows locked, and writes, of one transaction
	maxTables        = 2000
	maxDatabases     = 1000
	maxMissedBeats   = 4 // heartbeats missed before a node is declared dead
	fragmentsByGroup = 2 // fragments of a table in each node group
)

// Config is what a World is made of.
type Config struct {
	Seed    uint64
	Profile Profile // the zero Profile means DemoProfile
	// Base is the wall-clock time of the world's birth, for stamping. A Driver
	// takes its clock instead.
	Base   time.Time
	Faults Faults
	// Trace, if set, gets one line for everything that is decided. It is called
	// under the world's lock and must not call back.
	Trace func(line string)
}

// Faults are the chances, 0 to 1, that something goes wrong by itself. They are
// drawn from the seed.
type Faults struct {
	DoFails      float64 // an order is lost before it takes effect
	ReplyLost    float64 // an order takes effect, its reply is lost
	CrashInPhase float64 // a data node dies at the end of a start phase
	VolumeLost   float64 // a killed data node loses its volume, if a started replica is left
}

// Profile says how long things take, in virtual time. Heartbeats are intervals,
// the rest are durations of one such event. A profile of one's own is a changed
// DemoProfile or MeasuredProfile.
type Profile struct {
	Name string

	Heartbeat          time.Duration // between data nodes
	APIHeartbeat       time.Duration // between data nodes and MySQL servers
	DetectMin          time.Duration // until a closed socket is noticed
	DetectMax          time.Duration
	FailureHandling    time.Duration // until a failure is handled by all
	ArbitrationTimeout time.Duration // an arbitrator that does not answer
	Election           time.Duration // of an arbitrator

	GlobalCheckpoint time.Duration // interval
	LockWait         time.Duration // TransactionDeadlockDetectionTimeout
	CommitMin        time.Duration
	CommitMax        time.Duration

	ManagementStart time.Duration
	ServerStart     time.Duration // MySQL server or API node, once data nodes serve
	Reconnect       time.Duration // of a MySQL server to a cluster that came back
	Allocate        time.Duration // getting a node id from a management server
	InitialPhase    time.Duration // one start phase of an initial start
	SystemPhase     time.Duration // of a system restart
	NodePhase       time.Duration // of a node restart
	InitialFiles    time.Duration // added to an initial node restart: new files
	CopyFragment    time.Duration // copying an empty fragment to a starting node
	CopyRow         time.Duration // added for each row
	StartPartial    time.Duration // StartPartialTimeout
	Stop            time.Duration // an orderly stop
}

// DemoProfile is quick enough to watch and short of patience.
func DemoProfile() Profile {
	return Profile{
		Name:      "demo",
		Heartbeat: 500 * time.Millisecond, APIHeartbeat: 500 * time.Millisecond,
		DetectMin: 60 * time.Millisecond, DetectMax: 130 * time.Millisecond,
		FailureHandling: 30 * time.Millisecond, ArbitrationTimeout: time.Second,
		Election:         200 * time.Millisecond,
		GlobalCheckpoint: 2 * time.Second, LockWait: 1200 * time.Millisecond,
		CommitMin: 200 * time.Microsecond, CommitMax: 400 * time.Microsecond,
		ManagementStart: 150 * time.Millisecond, ServerStart: 300 * time.Millisecond,
		Reconnect: 200 * time.Millisecond, Allocate: 90 * time.Millisecond,
		InitialPhase: 90 * time.Millisecond, SystemPhase: 150 * time.Millisecond,
		NodePhase: 260 * time.Millisecond, InitialFiles: 600 * time.Millisecond,
		CopyFragment: 10 * time.Millisecond, CopyRow: 20 * time.Microsecond,
		StartPartial: 5 * time.Second, Stop: 150 * time.Millisecond,
	}
}

// MeasuredProfile has the figures measured on a small real cluster with default
// settings.
func MeasuredProfile() Profile {
	p := DemoProfile()
	p.Name = "measured"
	p.Heartbeat, p.APIHeartbeat = 5*time.Second, 1500*time.Millisecond
	p.ArbitrationTimeout = 7500 * time.Millisecond
	p.ManagementStart, p.ServerStart, p.Reconnect = time.Second, 1200*time.Millisecond, time.Second
	p.Allocate = 500 * time.Millisecond
	p.InitialPhase, p.SystemPhase, p.NodePhase = 600*time.Millisecond, 1150*time.Millisecond, 1250*time.Millisecond
	p.InitialFiles = 5 * time.Second
	p.StartPartial, p.Stop = 30*time.Second, time.Second
	return p
}
