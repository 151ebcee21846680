// Package filedrv is an engine.Driver for tests whose world is a file: one synced
// JSON line an effect, and the world is what the lines add up to. So it outlives
// the process that drives it, as containers do, and tells afterwards what was
// done, in which order.
//
// Effects take hold at once: a process serves as soon as what it needs does, and
// nothing happens by itself. A line that was cut off at the end, because the
// process was killed while it wrote, is removed when the file is opened: that
// effect did not happen. One process may have the file open at a time; the engine's
// lock sees to that.
package filedrv
