package loop

import (
	"errors"
	"fmt"
	"time"

	"rondb-tui/engine"
)

// writing is what the Core knows of its journal. An entry is taken for written as
// soon as it is asked for: where it was not, the Core is put back to what it was
// before, and learns of it by an Unrecorded.
type writing struct {
	failure string    // why the last try failed, "" if it did not
	next    time.Time // no plan is begun before, if it did
	left    int       // entries for people, left out since
	stuck   bool      // ERROR_STATE is because of it
	never   bool      // nothing can be recorded while this event is handled
}

func (w *writing) words() string { return "the journal cannot be written: " + w.failure }

// record has an entry made durable.
func (c *Core) record(entry Entry) {
	if c.writing.failure != "" {
		text := "the journal can be written again"
		if c.writing.left > 0 {
			text += ", without the record of " + count(c.writing.left, "step or end of a plan")
		}
		c.say(engine.SeverityInfo, 0, text)
		c.writing.failure, c.writing.left = "", 0
	}
	c.written++
	entry.Seq, entry.At = c.written, c.now
	if entry.Revision == 0 {
		entry.Revision = c.revision
	}
	c.effect(JournalAppend{entry})
}

func (c *Core) recordSpec(by, source string) {
	spec := c.desired.Clone()
	entry := Entry{Kind: EntrySpec, Spec: &spec, By: by, Source: source}
	if c.of != c.revision {
		entry.Of = c.of
	}
	c.record(entry)
}

// recordForPeople records what only people read; it is left out where that cannot
// be.
func (c *Core) recordForPeople(entry Entry) {
	if !c.mayRecord() {
		c.writing.left++
		return
	}
	c.record(entry)
}

// mayRecord says whether it is time to try what can wait.
func (c *Core) mayRecord() bool {
	return !c.writing.never && (c.writing.failure == "" || !c.now.Before(c.writing.next))
}

// cannotWrite takes note that the entries of this event could not be written.
func (c *Core) cannotWrite(err error) {
	first := c.writing.failure == ""
	var inner *engine.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	c.writing.failure, c.writing.next, c.writing.never = err.Error(), c.now.Add(rewriteEvery), true
	if first {
		c.say(engine.SeverityError, 0, c.writing.words()+"; until it can, nothing new is begun")
	}
}

// stall enters ERROR_STATE because the next plan could not be recorded. It is left
// when it can, without anybody's help.
func (c *Core) stall() {
	c.setState(engine.ErrorState, fmt.Sprintf("%s; tried again every %s", c.writing.words(), rewriteEvery))
	c.writing.stuck = true
	c.effect(WakeAt{c.writing.next})
}
