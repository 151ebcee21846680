package config

// Container is what one container may use.
type Container struct {
	Memory    int64 // limit, bytes
	Reserve   int64 // what it can count on, bytes
	MilliCPUs int   // thousandths of a processor
}

// Size is one row of the table of sizes: the containers of a cluster, and what a
// data node does with its memory.
type Size struct {
	Name string

	DataNode, Management, MySQL, API Container

	TotalMemory       int64 // what a data node may plan with, bytes
	NumCPUs           int   // what a data node makes threads for
	Tables            int
	Attributes        int
	OrderedIndexes    int
	UniqueIndexes     int
	Triggers          int
	TransactionMemory int64 // bytes
	SharedGlobal      int64 // bytes
	RedoBuffer        int64 // bytes
	ReservedOps       int   // 0 leaves RonDB's own
	MaxOps            int
	RedoFileSize      int64 // of one of redoFiles × 4 files, bytes
}

// redoFiles is NoOfFragmentLogFiles; there are four parts of that many files.
const redoFiles = 8

// Sizes lists the sizes from the smallest on. RonDB's are the published machine
// sizes, with TotalMemory kept to UsablePercent of the container and NumCPUs to
// its processors, which the published ones exceed. Plain NDB runs in less.
func Sizes(flavour Flavour) []Size {
	if flavour == NDB {
		return ndbSizes()
	}
	row := func(name string, limit, reserve int64, cpus, numCPUs int, total int64) Size {
		s := Size{
			Name:     name,
			DataNode: Container{limit * mib, reserve * mib, cpus * 1000},
			NumCPUs:  min(numCPUs, cpus), TotalMemory: min(total*mib, Usable(limit*mib)),
			Tables: 384, Attributes: 8000, OrderedIndexes: 256, UniqueIndexes: 128, Triggers: 4000,
			TransactionMemory: 300 * mib, SharedGlobal: 300 * mib, RedoBuffer: 32 * mib,
			ReservedOps: 50_000, MaxOps: 200_000,
		}
		return withServers(s)
	}
	mini := row("mini", 2500, 1500, 2, 2, 2100)
	mini.Tables, mini.Attributes, mini.OrderedIndexes = 128, 4000, 128
	mini.UniqueIndexes, mini.Triggers = 64, 1000
	mini.TransactionMemory, mini.SharedGlobal, mini.RedoBuffer = 150*mib, 150*mib, 16*mib
	mini.ReservedOps, mini.MaxOps, mini.RedoFileSize = 20_000, 100_000, 32*mib

	small := row("small", 3000, 2000, 2, 4, 2900)
	small.RedoFileSize = 128 * mib

	medium := row("medium", 8000, 5000, 4, 4, 6500)
	medium.Tables, medium.RedoFileSize = 512, 128*mib

	large := row("large", 9500, 6000, 6, 6, 8000)
	large.RedoFileSize = 256 * mib

	xlarge := row("xlarge", 16000, 12000, 8, 6, 14000)
	xlarge.Tables, xlarge.OrderedIndexes, xlarge.UniqueIndexes = 768, 512, 256
	xlarge.TransactionMemory, xlarge.SharedGlobal, xlarge.RedoFileSize = 400*mib, 400*mib, 512*mib

	return []Size{mini, small, medium, large, xlarge}
}

func ndbSizes() []Size {
	row := func(name string, limit int64, cpus int, redo int64) Size {
		return withServers(Size{
			Name:     name,
			DataNode: Container{limit * mib, limit * mib * 3 / 5, cpus * 1000},
			NumCPUs:  cpus, TotalMemory: Usable(limit * mib),
			Tables: 384, Attributes: 8000, OrderedIndexes: 256, UniqueIndexes: 128, Triggers: 4000,
			TransactionMemory: 64 * mib, SharedGlobal: 128 * mib, RedoBuffer: 32 * mib,
			MaxOps: 32_768, RedoFileSize: redo * mib,
		})
	}
	mini := row("mini", 1000, 2, 16)
	mini.Tables, mini.Attributes, mini.OrderedIndexes = 128, 4000, 128
	mini.UniqueIndexes, mini.Triggers = 64, 1000
	return []Size{mini, row("small", 2000, 2, 64), row("medium", 4000, 4, 128),
		row("large", 8000, 6, 256), row("xlarge", 16000, 8, 512)}
}

// withServers adds the containers that are the same in every size.
func withServers(s Size) Size {
	s.Management = Container{50 * mib, 20 * mib, 200}
	s.MySQL = Container{1400 * mib, 650 * mib, 2000}
	s.API = Container{800 * mib, 500 * mib, 1000}
	return s
}

// SizeNamed finds a size.
func SizeNamed(flavour Flavour, name string) (size Size, known bool) {
	for _, s := range Sizes(flavour) {
		if s.Name == name {
			return s, true
		}
	}
	return Size{}, false
}

// OnCPUs is the size on a machine with that many processors: a container cannot
// be given more than there are. 0 means that the number is not known.
func (s Size) OnCPUs(cpus int) Size {
	if cpus <= 0 {
		return s
	}
	for _, c := range []*Container{&s.DataNode, &s.Management, &s.MySQL, &s.API} {
		c.MilliCPUs = min(c.MilliCPUs, cpus*1000)
	}
	s.NumCPUs = min(s.NumCPUs, cpus)
	return s
}
