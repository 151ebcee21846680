// Package workload loads a RonDB cluster through its MySQL servers and keeps the
// ledger that says whether one acknowledged write was lost.
//
// It sees a cluster as any client does, through the small Connector port: SQL
// (NewSQLConnector) or the simulated world directly. A Runner is made by New and
// works inside Run, which owns every goroutine: a scheduler that hands out
// operations at their intended times, clients that perform them, one reader for
// each MySQL server that verifies the writes of the others, and a sampler. All
// other methods may be called from any goroutine at any time; only Audit,
// FinalAudit and CheckEveryServer do I/O and block. Each of ledger, paths, meter
// and incidents guards its own state with a lock that is never held while
// waiting, so everything runs inside a testing/synctest bubble.
//
// What the ledger promises. Every attempt to write is a receipt (writer, seq)
// that is a row in the same transaction. It ends acknowledged, surely failed,
// unknown (the reply to COMMIT was lost: both results are legal) or not sent.
// Two complete reads through different MySQL servers, apart in time, must miss
// an acknowledged receipt before it is called LOST; one that the second finds is
// late. A surely failed one that is found is resurrected. An audit recomputes
// every row from the receipts and names what does not add up: a receipt whose
// effects were applied twice is DUPLICATED, one applied in part is TORN. After a
// reported system restart, receipts that were acknowledged after the restored
// checkpoint and are no hole in what came back are rolled back by design. No more is
// claimed than READ COMMITTED allows: totals are compared only while the
// clients stand still, and what does not add up has to be seen twice.
//
// Receipts live in a ring of ReceiptsPerWriter rows a client, in the cluster and
// in memory: a slot is used again only when its receipt is settled, and its
// effects then become part of the base from which audits compute.
package workload
