package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Units of memory, in bytes.
const (
	kib int64 = 1 << 10
	mib int64 = 1 << 20
	gib int64 = 1 << 30
)

// Bounds of TotalMemoryConfig: below the first, RonDB refuses it; above the
// second, it is a slip of the pen.
const (
	MinTotalMemory = 2 * gib
	MaxTotalMemory = 16 << 10 * gib
)

// UsablePercent is the share of a container's memory that its RonDB or NDB
// process may plan with. The rest is for the program itself and our agent.
const UsablePercent = 85

// ParseMemory reads an amount in RonDB's notation: digits, then nothing or one
// of K, M, G, T. RonDB itself knows no T; FormatMemory never writes one.
func ParseMemory(text string) (bytes int64, err error) {
	number, shift := text, 0
	if text != "" {
		if i := strings.IndexByte("KMGT", text[len(text)-1]); i >= 0 {
			number, shift = text[:len(text)-1], 10*(i+1)
		}
	}
	// ParseUint takes no sign, and 63 bits keep the result an int64.
	value, err := strconv.ParseUint(number, 10, 63)
	switch {
	case errors.Is(err, strconv.ErrRange) || err == nil && value > math.MaxInt64>>shift:
		return 0, fmt.Errorf("read memory: %q is too large", clip(text))
	case err != nil:
		return 0, fmt.Errorf("read memory: %q is not digits and K, M, G or T", clip(text))
	}
	return int64(value) << shift, nil
}

// FormatMemory writes an amount in RonDB's notation, in the largest unit that
// takes it whole.
func FormatMemory(bytes int64) string {
	switch {
	case bytes == 0:
		return "0"
	case bytes%gib == 0:
		return strconv.FormatInt(bytes/gib, 10) + "G"
	case bytes%mib == 0:
		return strconv.FormatInt(bytes/mib, 10) + "M"
	case bytes%kib == 0:
		return strconv.FormatInt(bytes/kib, 10) + "K"
	default:
		return strconv.FormatInt(bytes, 10)
	}
}

// Usable is what a process may plan with in a container of that much memory, in
// whole MiB.
func Usable(limit int64) int64 { return limit / mib * UsablePercent / 100 * mib }

// ContainerFor is the least memory of a container, in whole MiB, in which a data
// node may plan with total.
func ContainerFor(total int64) int64 {
	need := (total + mib - 1) / mib
	limit := (need*100 + UsablePercent - 1) / UsablePercent
	for limit*UsablePercent/100 < need { // what whole MiB took away
		limit++
	}
	return limit * mib
}

// CheckTotalMemory says why RonDB's data nodes cannot have that TotalMemoryConfig
// in a container of that much memory; nil if they can.
func CheckTotalMemory(total, limit int64) error {
	if total < MinTotalMemory || total > MaxTotalMemory {
		return fmt.Errorf("%s is not an amount from %s to %s",
			FormatMemory(total), FormatMemory(MinTotalMemory), FormatMemory(MaxTotalMemory))
	}
	if usable := Usable(limit); total > usable {
		return fmt.Errorf("%s is more than %s, the %d %% that may be used of the container's %s",
			FormatMemory(total), FormatMemory(usable), UsablePercent, FormatMemory(limit))
	}
	return nil
}
