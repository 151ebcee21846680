package workload

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Audit holds the clients back, reads everything through one server and, if that
// leaves a question, once more through another, and recomputes every row from
// the receipts. An error means that no complete read was possible: then nothing
// is claimed. It waits for running operations, some seconds at most.
func (r *Runner) Audit(ctx context.Context) (AuditReport, error) {
	ctx, cancel := context.WithTimeout(ctx, auditTimeout)
	defer cancel()
	if set, _ := r.settings(); !set.ready {
		return AuditReport{}, errors.New("audit: the load has not begun: " + set.waiting)
	}
	if err := r.gate.Acquire(ctx, MaxClients); err != nil {
		return AuditReport{}, fmt.Errorf("audit: operations did not end: %w", err)
	}
	defer func() {
		r.incidents.pause(time.Now())
		r.gate.Release(MaxClients)
	}()
	before := r.book.named()
	first, err := r.completeRead(ctx, 0)
	if err != nil {
		return AuditReport{}, err
	}
	report := AuditReport{Servers: []int{first.server}, Rows: len(first.rows)}
	s := r.book.examine(first, time.Now())
	if !s.clean() {
		if !pause(ctx, auditDelay) {
			return AuditReport{}, ctx.Err()
		}
		second, err := r.completeRead(ctx, first.server)
		if err != nil {
			return AuditReport{}, err
		}
		report.Servers = append(report.Servers, second.server)
		s = r.book.confirm(s, second, time.Now())
	}
	report.At = time.Now()
	report.Receipts = s.receipts
	r.book.audited(report.At)
	var findings []Finding
	report.Ledger, findings = r.book.snapshot(report.At)
	report.Findings = findings[max(0, len(findings)-(r.book.named()-before)):]
	report.Total, report.TotalWanted = report.Ledger.Total, report.Ledger.TotalWanted
	return report, nil
}

// FinalAudit stops the load, lets the readers finish with every receipt, and
// audits. If they cannot finish in time it audits all the same.
func (r *Runner) FinalAudit(ctx context.Context) (AuditReport, error) {
	r.Stop()
	for deadline := time.Now().Add(finalTimeout); r.book.isOpen() && time.Now().Before(deadline); {
		if !pause(ctx, verifyInterval) {
			return AuditReport{}, ctx.Err()
		}
	}
	return r.Audit(ctx)
}

// completeRead reads the load's tables through a server, another than avoid if
// there is one.
func (r *Runner) completeRead(ctx context.Context, avoid int) (image, error) {
	servers, _ := r.paths.servers()
	var others []Server
	for _, s := range servers {
		if s.ID != avoid {
			others = append(others, s)
		}
	}
	if len(others) == 0 {
		others = servers
	}
	err := errors.New("no MySQL server is on the list")
	for _, s := range others {
		var img image
		if img, err = r.readThrough(ctx, s); err == nil {
			return img, nil
		}
	}
	return image{}, fmt.Errorf("audit: no complete read: %w", err)
}

func (r *Runner) readThrough(ctx context.Context, s Server) (image, error) {
	conn, err := r.dial(ctx, s)
	if err != nil {
		return image{}, err
	}
	defer func() { _ = conn.Close() }() // every transaction has ended
	img := image{server: s.ID, rows: map[int64]dataRow{}, receipts: map[slot]receiptRow{}}
	err = inTx(ctx, conn, func(tx Tx) error {
		if err := scanRows(ctx, tx, r.kind, img.rows); err != nil {
			return err
		}
		return tx.Scan(ctx, tableReceipts, MaxClients*ReceiptsPerWriter, func(key Key, v Values) {
			img.receipts[slot{key[0], key[1]}] = receiptOf(v)
		})
	})
	return img, err
}
