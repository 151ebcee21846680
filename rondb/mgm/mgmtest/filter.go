package mgmtest

import (
	"fmt"
	"strconv"
	"strings"

	"rondb-tui/rondb/mgm"
)

// filter is the level of each category.
type filter map[mgm.Category]int

// parseFilter reads "250=15 CHECKPOINT:7". Its error is the server's message.
func parseFilter(text string) (filter, error) {
	f := make(filter)
	for _, item := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		i := strings.IndexAny(item, "=:")
		if i < 0 {
			return nil, &refusal{0, fmt.Sprintf("Invalid filter specification: >%s< >%s< 1", item, item)}
		}
		category, ok := parseCategory(item[:i])
		if !ok {
			return nil, &refusal{0, fmt.Sprintf("Unknown category: >%s<", item[:i])}
		}
		level, err := strconv.Atoi(item[i+1:])
		if err != nil || level < 0 || level > mgm.MaxLevel {
			return nil, &refusal{0, fmt.Sprintf("Invalid level: >%s<", item[i+1:])}
		}
		f[category] = level
	}
	return f, nil
}

func parseCategory(text string) (mgm.Category, bool) {
	if n, err := strconv.Atoi(text); err == nil {
		return mgm.Category(n), n >= int(mgm.CategoryStartup) && n <= int(mgm.CategorySchema)
	}
	names := [...]string{
		"STARTUP", "SHUTDOWN", "STATISTICS", "CHECKPOINT", "NODERESTART", "CONNECTION", "INFO", "WARNING", "ERROR", "CONGESTION", "DEBUG", "BACKUP",
	}
	for i, name := range names {
		if text == name {
			return mgm.CategoryStartup + mgm.Category(i), true
		}
	}
	return 0, false
}

func (f filter) passes(t mgm.EventType) bool {
	category, threshold := classOf(t)
	level, ok := f[category]
	return ok && threshold <= level
}

// classOf is the category of an event and the level from which it is told.
func classOf(t mgm.EventType) (mgm.Category, int) {
	for _, c := range classes() {
		if t >= c.from && t <= c.to {
			return c.category, c.threshold
		}
	}
	return mgm.CategoryInfo, 0
}

type class struct {
	from, to  mgm.EventType
	category  mgm.Category
	threshold int
}

func classes() []class {
	return []class{
		{0, 3, mgm.CategoryConnection, 8},
		{4, 4, mgm.CategoryCheckpoint, 9},
		{5, 5, mgm.CategoryCheckpoint, 10},
		{6, 7, mgm.CategoryCheckpoint, 7},
		{8, 8, mgm.CategoryCheckpoint, 0},
		{9, 9, mgm.CategoryCheckpoint, 11},
		{10, 11, mgm.CategoryStartup, 1},
		{13, 13, mgm.CategoryStartup, 4},
		{14, 14, mgm.CategoryStartup, 3},
		{15, 16, mgm.CategoryStartup, 8},
		{17, 18, mgm.CategoryStartup, 1},
		{19, 19, mgm.CategoryStartup, 4},
		{20, 20, mgm.CategoryStartup, 10},
		{22, 24, mgm.CategoryNodeRestart, 7},
		{25, 25, mgm.CategoryNodeRestart, 10},
		{26, 26, mgm.CategoryNodeRestart, 7},
		{27, 28, mgm.CategoryNodeRestart, 8},
		{29, 29, mgm.CategoryNodeRestart, 6},
		{30, 30, mgm.CategoryNodeRestart, 2},
		{31, 34, mgm.CategoryNodeRestart, 7},
		{35, 36, mgm.CategoryStatistics, 8},
		{42, 42, mgm.CategoryError, 2},
		{43, 45, mgm.CategoryError, 8},
		{46, 46, mgm.CategoryError, 2},
		{49, 49, mgm.CategoryInfo, 2},
		{50, 50, mgm.CategoryStatistics, 5},
		{51, 51, mgm.CategoryConnection, 8},
		{52, 52, mgm.CategoryInfo, 7},
		{53, 53, mgm.CategoryStartup, 1},
		{54, 57, mgm.CategoryBackup, 7},
		{58, 58, mgm.CategoryInfo, 7},
		{59, 59, mgm.CategoryStartup, 1},
		{60, 60, mgm.CategoryStartup, 4},
		{62, 67, mgm.CategoryBackup, 7},
		{69, 69, mgm.CategoryError, 4},
		{71, 72, mgm.CategoryStartup, 7},
		{73, 73, mgm.CategoryCheckpoint, 7},
		{74, 76, mgm.CategorySchema, 8},
		{77, 80, mgm.CategoryStartup, 10},
		{81, 81, mgm.CategoryInfo, 7},
		{82, 84, mgm.CategoryNodeRestart, 6},
	}
}
