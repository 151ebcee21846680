package workload

import "time"

// Limits of the load. Everything that can grow has its bound here.
const (
	DefaultRate    = 200 // operations per second
	DefaultClients = 8
	MaxRate        = 20_000
	MaxClients     = 64

	// ReceiptsPerWriter is how many receipts of a client the cluster and the
	// ledger hold; a client that is further ahead of its verification waits.
	ReceiptsPerWriter = 4096

	MaxSamples   = 600 // one a second
	MaxIncidents = 100
	MaxFindings  = 100

	bankAccounts   = 1000
	openingBalance = 1000
	maxAmount      = 100
	kvPairs        = 1000

	queueLimit   = 8192 // operations waiting for a client
	seedBatch    = 100  // rows in a transaction that seeds
	verifyBatch  = 128  // receipts in a transaction that verifies
	latencyRange = 60 * time.Second
	windowLength = 5 // seconds in the rolling percentiles
)

// Time limits of the load.
const (
	// sendLimit is how late an operation may be sent; after it, it is not sent.
	sendLimit      = 5 * time.Second
	connectTimeout = time.Second
	opTimeout      = 5 * time.Second
	verifyTimeout  = 2 * time.Second
	verifySlice    = 200 * time.Millisecond // of reading in one transaction
	auditTimeout   = 30 * time.Second
	finalTimeout   = 30 * time.Second

	scheduleGrain  = time.Millisecond // the scheduler's shortest sleep
	pickInterval   = 10 * time.Millisecond
	retryPause     = 20 * time.Millisecond // before the one retry, plus as much again at random
	verifyInterval = 20 * time.Millisecond
	probeInterval  = 50 * time.Millisecond // between attempts at a server that is down
	idleProbe      = time.Second           // the same while the load is stopped
	setupInterval  = 200 * time.Millisecond

	// confirmDelay is the time between the two reads that must both miss a
	// receipt before its absence counts.
	confirmDelay = 2 * time.Second
	// auditDelay is the same between the two complete reads of an audit.
	auditDelay = 500 * time.Millisecond
	// settleAge is how long before the newest acknowledgement a receipt must have
	// ended before its slot is used again. It is longer than what a system
	// restart rolls back with the default checkpoint interval.
	settleAge = 6 * time.Second
	// selfVerifyAfter is how long a server must be down before the only other
	// one verifies its own writes.
	selfVerifyAfter = 10 * time.Second
	// unsureAfter is how old the oldest unverified write may be before the
	// verdict is UNSURE.
	unsureAfter = 10 * time.Second

	defaultCheckpointInterval = 2 * time.Second
	checkpointMargin          = 500 * time.Millisecond
	// crashGrace is how long after the crash the last replies may still arrive.
	crashGrace = 500 * time.Millisecond

	// incidentQuiet is how long everything must have worked for an incident to be
	// over; incidentLimit ends the measuring anyway.
	incidentQuiet = 5 * time.Second
	incidentLimit = 5 * time.Minute
)
