package validate

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"rondb-tui/engine"
)

// Bounds of TotalMemoryConfig: below the first, RonDB's parameter is refused by
// the data node; above the second, it is a slip of the pen.
const (
	minTotalMemory = 2 << 30  // bytes
	maxTotalMemory = 16 << 40 // bytes
)

// usableMemory is the share of a container's memory, in percent, that RonDB may
// plan with. The rest is for the program itself and our agent.
const usableMemory = 85

// vmTypes are the machine sizes from the smallest on, and the memory that a data
// node's container has at that size (ndb.md §6.1); 0 where none is published.
func vmTypes() []vmType {
	return []vmType{
		{"mini", 2500},
		{"small", 3000},
		{"medium", 8000},
		{"large", 9500},
		{"xlarge", 16000},
		{"xxlarge", 0},
	}
}

type vmType struct {
	name      string
	memoryMiB int64
}

// vmRank orders the machine sizes from 1; 0 means no size was asked for, and -1
// that there is no such size.
func vmRank(name string) int {
	if name == "" {
		return 0
	}
	if i := slices.IndexFunc(vmTypes(), func(t vmType) bool { return t.name == name }); i >= 0 {
		return i + 1
	}
	return -1
}

// machineFields lists a desired state's sizes, which only ever grow.
func machineFields(s *engine.Spec) (types []textField, storage []numberField) {
	types = []textField{
		{"VmTypeMgmds", s.VmTypeMgmds},
		{"VmTypeApis", s.VmTypeApis},
		{"VmTypeMysqlds", s.VmTypeMysqlds},
		{"VmTypeNdbds", s.VmTypeNdbds},
	}
	storage = []numberField{
		{"BlockStorageGiBPerMgmdVm", s.BlockStorageGiBPerMgmdVm},
		{"BlockStorageGiBPerNdbdVm", s.BlockStorageGiBPerNdbdVm},
		{"BlockStorageGiBPerMysqldVm", s.BlockStorageGiBPerMysqldVm},
		{"BlockStorageGiBPerApiVm", s.BlockStorageGiBPerApiVm},
	}
	return types, storage
}

type textField struct{ path, value string }

type numberField struct {
	path  string
	value int
}

func (c *checker) machines(s *engine.Spec) {
	types, storage := machineFields(s)
	for _, field := range types {
		if vmRank(field.value) < 0 {
			var known []string
			for _, t := range vmTypes() {
				known = append(known, t.name)
			}
			c.refuse(field.path, "vm-type-known", "Choose one of "+strings.Join(known, ", ")+".",
				"%s is %q, and there is no such type.", field.path, clip(field.value))
		}
	}
	for _, field := range storage {
		c.within(field.path, "storage-range", field.value, 0, maxStorageGiB)
	}
}

func (c *checker) memory(s *engine.Spec) {
	const path = "TotalMemoryConfig"
	total, ok := parseMemory(s.TotalMemoryConfig)
	switch {
	case !ok:
		c.refuse(path, "memory-form", `Write digits and K, M, G or T, such as "2400M".`,
			"%s is %q, which is not an amount of memory.", path, clip(s.TotalMemoryConfig))
		return
	case total < minTotalMemory || total > maxTotalMemory:
		c.refuse(path, "memory-range", "Set it to an amount from 2G to 16T.",
			"%s is %s, which a data node cannot run with.", path, s.TotalMemoryConfig)
		return
	}
	rank := vmRank(s.VmTypeNdbds)
	if rank < 1 {
		return
	}
	container := vmTypes()[rank-1].memoryMiB
	if container == 0 {
		return
	}
	if usable := container * usableMemory / 100; total > usable<<20 {
		c.refuse(path, "memory-within-vm",
			fmt.Sprintf("Lower it to at most %dM, or choose a larger VmTypeNdbds.", usable),
			"%s is %s, but a data node of type %s can use only %dM of its container's %dM.",
			path, s.TotalMemoryConfig, s.VmTypeNdbds, usable, container)
	}
}

// parseMemory reads an amount in RonDB's notation: digits, then nothing or one
// of K, M, G, T. The result is in bytes.
func parseMemory(text string) (bytes int64, ok bool) {
	shift := 0
	if text != "" {
		if i := strings.IndexByte("KMGT", text[len(text)-1]); i >= 0 {
			shift = 10 * (i + 1)
			text = text[:len(text)-1]
		}
	}
	// ParseUint takes no sign, and 63 bits keep the result an int64.
	number, err := strconv.ParseUint(text, 10, 63)
	if err != nil || number > math.MaxInt64>>shift {
		return 0, false
	}
	return int64(number) << shift, true
}
