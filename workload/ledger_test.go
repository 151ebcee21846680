package workload

import (
	"testing"
	"time"
)

// TestTheLedgerIsBounded writes and verifies a million receipts.
func TestTheLedgerIsBounded(t *testing.T) {
	k, err := kindOf(Bank)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	l := newLedger(k, now)
	rows := map[int64]dataRow{}
	for id := range k.rows {
		rows[id] = dataRow{amount: k.opening}
	}
	l.begin(1, rows)
	const total = 1_000_000
	for n := range total {
		now = now.Add(time.Millisecond)
		id, ok := l.open(n%DefaultClients, 67, now)
		if !ok {
			t.Fatalf("receipt %d was refused", n)
		}
		row := l.describe(id, effect{rowA: 1, deltaA: -1, rowB: 2, deltaB: 1})
		l.complete(id, acked, now)
		if n%100 == 99 {
			b := l.take(68, false, now)
			answers := make([]answer, len(b.ids))
			for i, id := range b.ids {
				row.seq = id.seq
				answers[i] = answer{id: id, row: row, there: true}
			}
			l.resolve(68, b, answers, now)
		}
	}
	held := 0
	for _, w := range l.writers {
		held += cap(w.ring)
	}
	if limit := 2 * DefaultClients * ReceiptsPerWriter; held > limit {
		t.Errorf("the ledger holds room for %d receipts, at most %d", held, limit)
	}
	s, _ := l.snapshot(now)
	if s.Acked != total || s.Verified != total {
		t.Errorf("%d acknowledged, %d verified of %d", s.Acked, s.Verified, total)
	}
	folded := total - DefaultClients*ReceiptsPerWriter
	if want := (dataRow{openingBalance - int64(folded), int64(folded)}); l.base[1] != want {
		t.Errorf("the base is %+v, want %+v", l.base[1], want)
	}
}

func TestAnUnverifiedReceiptIsNeverForgotten(t *testing.T) {
	k, err := kindOf(KV)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	l := newLedger(k, now)
	for n := range ReceiptsPerWriter + 1 {
		now = now.Add(time.Second)
		id, ok := l.open(0, 67, now)
		if ok != (n < ReceiptsPerWriter) {
			t.Fatalf("receipt %d: %v", n, ok)
		}
		if ok {
			l.complete(id, acked, now)
		}
	}
	if !l.isBehind(now) {
		t.Error("nothing says that verification is behind")
	}
	if s, _ := l.snapshot(now); s.Verdict != Unsure {
		t.Errorf("verdict %s with receipts unverified for an hour", s.Verdict)
	}
}

// TestAnAuditNeedsTwoReadsThatAgree: what only one of them shows is not named.
func TestAnAuditNeedsTwoReadsThatAgree(t *testing.T) {
	k, err := kindOf(Bank)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	l := newLedger(k, now)
	l.begin(1, nil)
	whole := image{server: 67, receipts: map[slot]receiptRow{}}
	for i := range 2 {
		id, _ := l.open(i, 67, now)
		row := l.describe(id, effect{rowA: 5, deltaA: 0, rowB: noRow})
		l.complete(id, acked, now)
		whole.receipts[slot{int64(i), 0}] = row
	}
	without := func(server int, writer, off int64) image {
		img := image{server: server, rows: map[int64]dataRow{5: {version: 1}, off: {amount: 7}}, receipts: map[slot]receiptRow{}}
		for at, row := range whole.receipts {
			if at.writer != writer {
				img.receipts[at] = row
			}
		}
		return img
	}
	s := l.examine(without(68, 0, 1), now)
	if s.clean() {
		t.Fatal("nothing was suspected")
	}
	l.confirm(s, without(69, 1, 2), now)
	if got, findings := l.snapshot(now); got.Lost != 0 || got.Torn != 0 || len(findings) != 1 || findings[0].Name != Late {
		t.Errorf("%+v, %v", got, findings)
	}
}

// TestReadersGoOnWhereAnAuditCannot: what a single complete read misses is read
// again, even if it was verified before.
func TestReadersGoOnWhereAnAuditCannot(t *testing.T) {
	k, err := kindOf(Bank)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	l := newLedger(k, now)
	id, _ := l.open(0, 67, now)
	l.complete(id, acked, now)
	b := l.take(68, false, now)
	l.resolve(68, b, []answer{{id: id, there: true, row: receiptRow{seq: id.seq}}}, now)
	if s, _ := l.snapshot(now); s.Verified != 1 || l.isOpen() {
		t.Fatalf("%+v", s)
	}
	l.examine(image{server: 68}, now)
	if s, _ := l.snapshot(now); s.Suspects != 1 || !l.isOpen() {
		t.Errorf("%+v", s)
	}
	now = now.Add(confirmDelay)
	if b = l.take(67, false, now); len(b.ids) != 1 {
		t.Fatal("nobody reads it again")
	}
	l.resolve(67, b, []answer{{id: id}}, now)
	if s, _ := l.snapshot(now); s.Lost != 1 || s.Verified != 0 {
		t.Errorf("%+v", s)
	}
}

func TestFindingsAndCardsAreBounded(t *testing.T) {
	k, err := kindOf(KV)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	l, cards, m := newLedger(k, now), newIncidents(), newMeter()
	for n := range 2 * MaxSamples {
		l.name(Late, 0, int64(n), now, "late")
		cards.begin("kill", nil, true, totals{}, now)
		m.rotate(now)
	}
	var s Stats
	cards.fill(&s)
	m.fill(&s)
	_, findings := l.snapshot(now)
	if len(findings) != MaxFindings || findings[MaxFindings-1].Seq != 2*MaxSamples-1 {
		t.Errorf("%d findings", len(findings))
	}
	if len(s.Incidents) != MaxIncidents || s.Incidents[MaxIncidents-1].ID != 2*MaxSamples {
		t.Errorf("%d cards", len(s.Incidents))
	}
	if len(s.Samples) != MaxSamples {
		t.Errorf("%d samples", len(s.Samples))
	}
}

// TestOneMissIsNoLoss: only a second read, later and through another server, may
// call an acknowledged write lost.
func TestOneMissIsNoLoss(t *testing.T) {
	k, err := kindOf(Bank)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	l := newLedger(k, now)
	id, _ := l.open(0, 67, now)
	l.complete(id, acked, now)
	if b := l.take(67, false, now); len(b.ids) != 0 {
		t.Error("the writer's own server was asked first")
	}
	miss := func(server int) {
		b := l.take(server, false, now)
		if len(b.ids) != 1 {
			t.Fatalf("server %d got %v to read", server, b.ids)
		}
		l.resolve(server, b, []answer{{id: id}}, now)
	}
	miss(68)
	s, _ := l.snapshot(now)
	if s.Lost != 0 || s.Suspects != 1 || s.Verdict != Unsure {
		t.Errorf("after one miss: %+v", s)
	}
	if b := l.take(69, false, now); len(b.ids) != 0 {
		t.Error("the second read came at once")
	}
	now = now.Add(confirmDelay)
	if b := l.take(68, false, now); len(b.ids) != 0 {
		t.Error("the second read went through the same server")
	}
	miss(69)
	if s, _ = l.snapshot(now); s.Lost != 1 || s.Suspects != 0 || s.Verdict != Fail {
		t.Errorf("after two: %+v", s)
	}
}
