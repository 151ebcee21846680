package mgm

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// BackupWait says how long StartBackup waits.
type BackupWait uint8

// The waits.
const (
	WaitNot       BackupWait = iota // return at once; the id is not told
	WaitStarted                     // until all data nodes began
	WaitCompleted                   // until it is done
)

// BackupPoint is the moment whose state a backup has.
type BackupPoint uint8

// The moments.
const (
	SnapshotEnd   BackupPoint = iota // when the backup is done
	SnapshotStart                    // when it began
)

// BackupOptions say what to take.
type BackupOptions struct {
	ID    uint32 // 0: the next one; better choose it, ever larger, 31 bits
	Wait  BackupWait
	Point BackupPoint
}

// StartBackup has all data nodes write a backup and gives its id, 0 with WaitNot
// and no ID. Should this server die, the backup goes on.
func (c *Client) StartBackup(ctx context.Context, o BackupOptions) (uint32, error) {
	op := "start a backup"
	r := newRequest("start backup").number("completed", int64(o.Wait))
	if o.ID != 0 {
		op = fmt.Sprintf("start backup %d", o.ID)
		r = r.number("backupid", int64(o.ID))
	}
	r = r.number("backuppoint", int64(o.Point))
	patience := map[BackupWait]time.Duration{WaitNot: c.options.Patience, WaitStarted: StartedPatience, WaitCompleted: BackupPatience}[o.Wait]
	b, err := c.ask(ctx, op, patience, r, "start backup reply")
	if err != nil {
		return 0, err
	}
	text, ok := b.get("id")
	if !ok {
		return o.ID, nil
	}
	id, err := masked(text)
	if err != nil {
		return 0, withOp(err, op)
	}
	return id, nil
}

// AbortBackup asks the data nodes to end a backup. That they do is an event.
func (c *Client) AbortBackup(ctx context.Context, id uint32) error {
	return c.simple(ctx, fmt.Sprintf("abort backup %d", id), newRequest("abort backup").number("id", int64(id)), "abort backup reply")
}

// DumpEvents asks the data nodes for reports: EventMemoryUsage, EventBackupStatus
// or EventSaved, of some nodes, or all without any.
func (c *Client) DumpEvents(ctx context.Context, t EventType, nodes ...NodeID) ([]Event, error) {
	r := newRequest("dump events").number("type", int64(t))
	if len(nodes) > 0 {
		r = r.nodes("nodes", nodes)
	}
	var events []Event
	err := c.call(ctx, "ask for a report", max(ConfigPatience, c.options.Patience), r, func(n *conn) error {
		b, err := n.reply("dump events reply")
		if err != nil {
			return err
		}
		count, err := b.count("events")
		if err != nil {
			return err
		}
		if count > MaxDump {
			return protocolErrorf("%d events", count)
		}
		for range count {
			if err := n.header(eventHeader); err != nil {
				return err
			}
			event, err := n.event()
			if err != nil {
				return err
			}
			event.At = c.options.Clock.Now()
			events = append(events, event)
		}
		return nil
	})
	return events, err
}

// event reads an event below its header.
func (c *conn) event() (Event, error) {
	lines, err := c.rest()
	if err != nil {
		return Event{}, err
	}
	return parseEvent(lines)
}

// backupLooks is how often in a row Backup tries to listen again.
const (
	backupLooks = 30
	backupPause = time.Second
)

// Backup takes a backup and follows it through events until it is done. Choose an
// ID, so that it can be told from others; Wait does not matter. Progress is told
// as often as the data nodes are configured to (BackupReportFrequency), and may be
// nil.
//
// KindRefused: it did not begin, or the data nodes aborted it. KindLost with Sent:
// it began, and its end was not seen, so that its files tell.
func (c *Client) Backup(ctx context.Context, o BackupOptions, progress func(*BackupStatus)) (*BackupCompleted, error) {
	op := fmt.Sprintf("take backup %d", o.ID)
	stream, err := c.listenBackup(ctx)
	if err != nil {
		return nil, withOpUnsent(err, op)
	}
	o.Wait = WaitStarted
	id, err := c.StartBackup(ctx, o)
	if err != nil {
		return nil, errors.Join(err, stream.Close())
	}
	for {
		done, err := followBackup(ctx, stream, id, progress)
		_ = stream.Close() // what was met is in err
		if kind, _ := KindOf(err); err == nil || kind == KindRefused || ctx.Err() != nil {
			return done, withOp(err, op)
		}
		if stream, err = c.listenAgain(ctx, id); err != nil {
			return nil, withOp(err, op)
		}
	}
}

func withOpUnsent(err error, op string) error {
	known := &Error{}
	if !errors.As(err, &known) {
		return err
	}
	out := *known
	out.Op, out.Sent = op, false
	return &out
}

func (c *Client) listenBackup(ctx context.Context) (*Stream, error) {
	return Listen(ctx, c.address, Filter{{CategoryBackup, MaxLevel}}, c.options)
}

// followBackup reads events until the one that ends the backup.
func followBackup(ctx context.Context, stream *Stream, id uint32, progress func(*BackupStatus)) (*BackupCompleted, error) {
	for {
		event, err := stream.Next(ctx)
		if err != nil {
			return nil, err
		}
		switch b := event.Body.(type) {
		case *BackupCompleted:
			if b.ID == id {
				return b, nil
			}
		case *BackupAborted:
			if b.ID == id {
				return nil, &Error{Kind: KindRefused, Code: int(b.Error), Text: fmt.Sprintf("the backup was aborted: error %d", b.Error)}
			}
		case *BackupStatus:
			if b.ID == id && progress != nil {
				progress(b)
			}
		}
	}
}

// listenAgain gets a new stream for a backup that still runs.
func (c *Client) listenAgain(ctx context.Context, id uint32) (*Stream, error) {
	for range backupLooks {
		stream, err := c.listenBackup(ctx)
		if err == nil { // only now look, so that no end comes in between
			running, err := c.backupRuns(ctx, id)
			if err == nil && running {
				return stream, nil
			}
			_ = stream.Close() // it was not used
			if err == nil {
				return nil, &Error{Kind: KindLost, Err: errors.New("the end of the backup was not seen")}
			}
		}
		if err := c.options.Clock.Wait(ctx, backupPause); err != nil {
			return nil, &Error{Kind: KindCancelled, Err: err}
		}
	}
	return nil, &Error{Kind: KindLost, Err: errors.New("the management server did not come back")}
}

func (c *Client) backupRuns(ctx context.Context, id uint32) (bool, error) {
	events, err := c.DumpEvents(ctx, EventBackupStatus)
	for _, e := range events {
		if b, ok := e.Body.(*BackupStatus); ok && b.By != 0 && b.ID == id {
			return true, nil
		}
	}
	return false, err
}
