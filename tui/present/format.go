package present

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Count writes a number with thousands marked: 1,284,331.
func Count(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// ShortCount writes a number in at most five columns: 999, 12.8k, 1.3M.
func ShortCount(n uint64) string {
	switch f := float64(n); {
	case n < 1000:
		return strconv.FormatUint(n, 10)
	case f < 999_950:
		return trimZero(f/1e3) + "k"
	case f < 999_950_000:
		return trimZero(f/1e6) + "M"
	default:
		return trimZero(f/1e9) + "G"
	}
}

func trimZero(f float64) string {
	if f >= 100 {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
}

// Span of time in words: "0", "0.4 ms", "812 ms", "3.2 s", "4m05s", "2h10m", "3d04h".
func timeSpan(d time.Duration) string {
	switch d = max(d, 0); {
	case d == 0:
		return "0"
	case d < 10*time.Millisecond:
		return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 1, 64) + " ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%dd%02dh", int(d.Hours())/24, int(d.Hours())%24)
	}
}

// shortSpan writes a latency in few columns: 0, 0.4ms, 47ms, 2.3s, 4m05s.
func shortSpan(d time.Duration) string { return strings.ReplaceAll(timeSpan(d), " ", "") }

// signed writes a number that may be below zero with thousands marked.
func signed(n int64) string {
	if n < 0 {
		return "-" + Count(uint64(-n))
	}
	return Count(uint64(n))
}

// age is the time since at in whole units, "" if at is not known.
func age(now, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	switch d := max(now.Sub(at), 0); {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	default:
		return timeSpan(d)
	}
}

// percent of part in whole, "" if the whole is not known.
func percent(part, whole int64) string {
	if whole <= 0 {
		return ""
	}
	return fmt.Sprintf("%d%%", part*100/whole)
}

// plural writes "1 data node", "3 data nodes".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
