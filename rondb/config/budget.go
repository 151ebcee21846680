package config

import (
	"fmt"
	"slices"
	"strings"
)

// part is one piece of a data node's memory.
type part struct {
	name  string // of the parameter; "" where it is none
	bytes int64
}

// What an NDB data node takes beyond the parameters that are written here: its
// program, threads, job buffers, send buffers and message buffers.
const ndbProgram = 250 * mib

// ndbDiskPages is DiskPageBufferMemory on plain NDB, where nobody asks for disk
// columns.
const ndbDiskPages = 64 * mib

// minDataMemory is the least DataMemory a cluster gets through its start with.
const minDataMemory = 32 * mib

// indexShare is the part of DataMemory that goes to IndexMemory where the
// release keeps the two apart: one in so many.
const indexShare = 8

// memory divides a data node's budget into the parameters that are written. A
// parameter that a person set is taken as it is.
func (c *Cluster) memory() []part {
	if c.Release.Flavour == RonDB {
		return c.override([]part{
			{"DataMemory", 0}, // RonDB's own share of TotalMemoryConfig
			{"DiskPageBufferMemory", 0},
			{"SharedGlobalMemory", c.Size.SharedGlobal},
			{"TransactionMemory", c.Size.TransactionMemory},
		})
	}
	parts := c.override([]part{
		{"", ndbProgram},
		{"DiskPageBufferMemory", ndbDiskPages},
		{"RedoBuffer", c.Size.RedoBuffer},
		{"SharedGlobalMemory", c.Size.SharedGlobal},
	})
	if c.Release.Knows("TransactionMemory") {
		parts = append(parts, c.override([]part{{"TransactionMemory", c.Size.TransactionMemory}})...)
	}
	rest := max(c.budget()-sum(parts), 0)
	if c.Release.Knows("IndexMemory") {
		index := rest / indexShare / mib * mib
		parts = append(parts, part{"IndexMemory", index})
		rest -= index
	}
	return append(parts, c.override([]part{{"DataMemory", rest / mib * mib}})...)
}

// override puts what a person set in the place of what we would.
func (c *Cluster) override(parts []part) []part {
	for i, p := range parts {
		if bytes, err := ParseMemory(c.Parameters[p.name]); err == nil {
			parts[i].bytes = bytes
		}
	}
	return parts
}

func sum(parts []part) (bytes int64) {
	for _, p := range parts {
		bytes += p.bytes
	}
	return bytes
}

// arithmetic is "250M + RedoBuffer 32M = 282M".
func arithmetic(parts []part) string {
	var words []string
	for _, p := range parts {
		if p.bytes > 0 {
			words = append(words, strings.TrimSpace(p.name+" "+mebibytes(p.bytes)))
		}
	}
	return strings.Join(words, " + ") + " = " + mebibytes(sum(parts))
}

// checkMemory says why the data nodes do not fit into their containers.
func (c *Cluster) checkMemory() (problems []Problem) {
	limit, parts := c.Size.DataNode.Memory, c.memory()
	refuse := func(format string, args ...any) {
		problems = append(problems, Problem{"TotalMemory", fmt.Sprintf(format, args...)})
	}
	if c.Release.Flavour == RonDB {
		if err := CheckTotalMemory(c.budget(), limit); err != nil {
			refuse("%v", err)
		}
		if sum(parts) >= c.budget() {
			refuse("%s leaves nothing of %s", arithmetic(parts), mebibytes(c.budget()))
		}
		return problems
	}
	if c.budget() > MaxTotalMemory || c.budget() < 0 {
		refuse("%s is not an amount up to %s", FormatMemory(c.budget()), FormatMemory(MaxTotalMemory))
	}
	if usable := Usable(limit); sum(parts) > usable {
		refuse("%s is more than %s, the %d %% that may be used of the container's %s",
			arithmetic(parts), mebibytes(usable), UsablePercent, mebibytes(limit))
	}
	if i := slices.IndexFunc(parts, func(p part) bool { return p.name == "DataMemory" }); parts[i].bytes < minDataMemory {
		refuse("%s leaves %s of %s for DataMemory, which needs %s", arithmetic(parts[:i]),
			mebibytes(parts[i].bytes), mebibytes(c.budget()), mebibytes(minDataMemory))
	}
	return problems
}
