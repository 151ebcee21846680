package mgm

import "encoding/binary"

// GlobalCheckpoint is a global checkpoint that began or is done.
type GlobalCheckpoint struct{ GCI uint32 }

func (b *GlobalCheckpoint) values(v *values) { v.u32("gci", &b.GCI) }

// LocalCheckpoint is a local checkpoint that began.
type LocalCheckpoint struct{ LCI, KeepGCI, RestoreGCI uint32 }

func (b *LocalCheckpoint) values(v *values) {
	v.u32("lci", &b.LCI)
	v.u32("keep_gci", &b.KeepGCI)
	v.u32("restore_gci", &b.RestoreGCI)
}

// LocalCheckpointDone is a local checkpoint that is done.
type LocalCheckpointDone struct{ LCI uint32 }

func (b *LocalCheckpointDone) values(v *values) { v.u32("lci", &b.LCI) }

// Fragment is a fragment that a node checkpointed.
type Fragment struct {
	Node            NodeID
	Table, Fragment uint32
}

func (b *Fragment) values(v *values) {
	v.node("node", &b.Node)
	v.u32("table_id", &b.Table)
	v.u32("fragment_id", &b.Fragment)
}

// CopyTo is a starting node that data is copied to.
type CopyTo struct{ Node NodeID }

func (b *CopyTo) values(v *values) { v.node("dest_node", &b.Node) }

// CopiedFragment is a fragment that a starting node has got.
type CopiedFragment struct {
	Node            NodeID
	Table, Fragment uint32
}

func (b *CopiedFragment) values(v *values) {
	v.node("dest_node", &b.Node)
	v.u32("table_id", &b.Table)
	v.u32("fragment_id", &b.Fragment)
}

// RedoStarted is a starting node that begins to run its redo log.
type RedoStarted struct {
	Node                                NodeID
	KeepGCI, CompletedGCI, RestoringGCI uint32
}

func (b *RedoStarted) values(v *values) {
	v.node("node", &b.Node)
	v.u32("keep_gci", &b.KeepGCI)
	v.u32("completed_gci", &b.CompletedGCI)
	v.u32("restorable_gci", &b.RestoringGCI)
}

// RedoPart is a part of the redo log that is run.
type RedoPart struct{ Part, StartMB, StopMB, GCI uint32 }

func (b *RedoPart) values(v *values) {
	v.u32("log_part", &b.Part)
	v.u32("start_mb", &b.StartMB)
	v.u32("stop_mb", &b.StopMB)
	v.u32("gci", &b.GCI)
}

// RedoFiles says how far the files of the redo log are made.
type RedoFiles struct{ Reference, Files, FilesDone, MB, MBDone uint32 }

func (b *RedoFiles) values(v *values) {
	v.u32("node_id", &b.Reference)
	v.u32("total_files", &b.Files)
	v.u32("file_done", &b.FilesDone)
	v.u32("total_mbytes", &b.MB)
	v.u32("mbytes_done", &b.MBDone)
}

// RedoStatus is how full a part of the redo log is.
type RedoStatus struct {
	Part, HeadFile, HeadMB, TailFile, TailMB uint32
	Total, Free                              uint64 // bytes
	Files, FileSize                          uint32
}

func (b *RedoStatus) values(v *values) {
	v.u32("log_part", &b.Part)
	v.u32("head_file_no", &b.HeadFile)
	v.u32("head_mbyte", &b.HeadMB)
	v.u32("tail_file_no", &b.TailFile)
	v.u32("tail_mbyte", &b.TailMB)
	v.high("total_hi", &b.Total)
	v.low("total_lo", &b.Total)
	v.high("free_hi", &b.Free)
	v.low("free_lo", &b.Free)
	v.u32("no_logfiles", &b.Files)
	v.u32("logfilesize", &b.FileSize)
}

// Transactions are the counters of a coordinator since its last report.
type Transactions struct {
	Transactions, Commits, Reads, SimpleReads, Writes uint32
	AttributeInfo, Operations, Aborts                 uint32
	Scans, RangeScans                                 uint32
}

func (b *Transactions) values(v *values) {
	v.u32("trans_count", &b.Transactions)
	v.u32("commit_count", &b.Commits)
	v.u32("read_count", &b.Reads)
	v.u32("simple_read_count", &b.SimpleReads)
	v.u32("write_count", &b.Writes)
	v.u32("attrinfo_count", &b.AttributeInfo)
	v.u32("conc_op_count", &b.Operations)
	v.u32("abort_count", &b.Aborts)
	v.u32("scan_count", &b.Scans)
	v.u32("range_scan_count", &b.RangeScans)
}

// Operations are a local query handler's since its last report.
type Operations struct{ Count uint32 }

func (b *Operations) values(v *values) { v.u32("ops", &b.Count) }

// The blocks of MemoryUsage.
const (
	BlockIndexMemory = 248
	BlockDataMemory  = 249
)

// MemoryUsage is how full a memory of the source is.
type MemoryUsage struct {
	Crossed  int32  // a threshold upwards (above 0) or downwards (below), 0 on request
	PageSize uint32 // bytes
	Used     uint32 // pages
	Total    uint32 // pages
	Block    uint32
}

func (b *MemoryUsage) values(v *values) {
	v.i32("gth", &b.Crossed)
	v.u32("page_size_bytes", &b.PageSize)
	v.u32("pages_used", &b.Used)
	v.u32("pages_total", &b.Total)
	v.u32("block", &b.Block)
}

// EventBuffer says how far an API node is behind with the changes it subscribed to.
type EventBuffer struct {
	Used, Allocated, Max uint32 // bytes
	Applied, Latest      uint64 // epochs
}

func (b *EventBuffer) values(v *values) {
	v.u32("usage", &b.Used)
	v.u32("alloc", &b.Allocated)
	v.u32("max", &b.Max)
	v.low("apply_gci_l", &b.Applied)
	v.high("apply_gci_h", &b.Applied)
	v.low("latest_gci_l", &b.Latest)
	v.high("latest_gci_h", &b.Latest)
}

// Message is a text for people, four characters a word.
type Message struct{ Data []uint32 }

func (b *Message) values(v *values) { v.words(&b.Data) }

// NewMessage packs a text.
func NewMessage(text string) *Message {
	bytes := append([]byte(text), 0)
	for len(bytes)%4 != 0 {
		bytes = append(bytes, 0)
	}
	m := &Message{}
	for ; len(bytes) > 0; bytes = bytes[4:] {
		m.Data = append(m.Data, binary.LittleEndian.Uint32(bytes))
	}
	return m
}

// Text unpacks it. What comes after its end is left over from other signals.
func (b *Message) Text() string {
	var bytes []byte
	for _, word := range b.Data {
		for range 4 {
			if word&0xff == 0 {
				return string(bytes)
			}
			bytes = append(bytes, byte(word&0xff))
			word >>= 8
		}
	}
	return string(bytes)
}

// StartReport says what a starting cluster waits for.
type StartReport struct {
	Kind      uint32 // 1 initial start, 2 and 3 waiting, 4 to 7 not to be partitioned; from 0x8000 what is done
	Seconds   int32  // left to wait, -1 without limit
	All       []NodeID
	Connected []NodeID
	NoWait    []NodeID
	Waiting   []NodeID
}

// StartReportOf reads the body of an EventStartReport; false if it is of another
// shape.
func StartReportOf(e Event) (StartReport, bool) {
	words, ok := e.Body.(*Words)
	if !ok || e.Type != EventStartReport || len(words.Data) < 3 {
		return StartReport{}, false
	}
	size := int(words.Data[2])
	masks := words.Data[3:]
	if size < 1 || size > 64 || len(masks) < 4*size {
		return StartReport{}, false
	}
	return StartReport{
		Kind: words.Data[0], Seconds: int32(words.Data[1]), //nolint:gosec // the same bits
		All: nodesOf(masks[:size]), Connected: nodesOf(masks[size : 2*size]),
		NoWait: nodesOf(masks[2*size : 3*size]), Waiting: nodesOf(masks[3*size : 4*size]),
	}, true
}

// nodesOf reads a mask of nodes.
func nodesOf(mask []uint32) []NodeID {
	var ids []NodeID
	for i, word := range mask {
		for bit := range 32 {
			if word>>bit&1 != 0 {
				ids = append(ids, NodeID(32*i+bit))
			}
		}
	}
	return ids
}
