package crash

import "fmt"

// Class says what kind of cause an error code has, in the classes that a data
// node itself uses for its Status line.
type Class uint8

// The classes.
const (
	ClassUnknown       Class = iota
	ClassTemporary           // starting again is the remedy
	ClassFileSystem          // its files are no good: start with --initial
	ClassConfiguration       // the configuration, or its memory, must change
	ClassExternal            // disk full, no permission: somebody must act
)

func (c Class) String() string {
	names := [...]string{"unknown", "temporary", "file system", "configuration", "external"}
	if int(c) < len(names) {
		return names[c]
	}
	return fmt.Sprintf("class(%d)", uint8(c))
}

// Advice is what to do about a data node that ended.
type Advice uint8

// The advices.
const (
	AdviceRetry        Advice = iota // start it again, with growing pauses
	AdviceRetryInitial               // start it with --initial, if another replica of its group is started
	AdviceNever                      // starting again cannot help before something is changed
)

func (a Advice) String() string {
	names := [...]string{"retry", "retry with --initial", "never"}
	if int(a) < len(names) {
		return names[a]
	}
	return fmt.Sprintf("advice(%d)", uint8(a))
}

// advice is what a class alone says.
func (c Class) advice() Advice {
	switch c {
	case ClassFileSystem:
		return AdviceRetryInitial
	case ClassConfiguration, ClassExternal:
		return AdviceNever
	default:
		return AdviceRetry
	}
}

// Code is an error code of a data node: in its error log, in the event of its
// forced stop and in the cluster log.
type Code struct {
	Number  int
	Class   Class
	Meaning string
	Action  string // what to do besides, "" where starting again is all
}

// Advice is what to do about the code alone. A record's Status line, where there
// is one, knows better: Record.Advice.
func (c Code) Advice() Advice { return c.Class.advice() }

// Lookup finds a code. Versions differ in a few of them; what the error log says
// in words is always right.
func Lookup(number int) (code Code, known bool) {
	for _, table := range [][]Code{codes(), fileCodes()} {
		for _, c := range table {
			if c.Number == number {
				return c, true
			}
		}
	}
	return Code{Number: number}, false
}

// Consequence says whether the code mostly follows from another node's failure:
// the first node to fail has the cause.
func (c Code) Consequence() bool {
	switch c.Number {
	case 2303, 2305, 2308, 2315, 6301, 6302:
		return true
	default:
		return false
	}
}

func codes() []Code {
	const (
		temporary = ClassTemporary
		files     = ClassFileSystem
		config    = ClassConfiguration
	)
	return []Code{
		{2300, temporary, "generic error", ""},
		{2301, temporary, "an assertion failed", ""},
		{2302, config, "its node id is not a data node in the configuration", "Check the node ids."},
		{2303, temporary, "killed by another node during its start", "Look at the other node."},
		{2304, temporary, "array index out of range", ""},
		{2305, temporary, "lost the arbitration, or the contact to the others", "Look at the other nodes and the network."},
		{2306, temporary, "pointer too large", ""},
		{2307, temporary, "found a partitioned cluster at its start", "Check whether the cluster already runs elsewhere."},
		{2308, temporary, "another node failed during the system restart", "Look at the other nodes."},
		{2309, temporary, "the others have not finished handling its failure", ""},
		{2310, files, "its redo log cannot be read", ""},
		{2311, temporary, "a partial system restart made conflicting file systems", ""},
		{2312, config, "the undo log is full", "Raise UndoIndexBuffer."},
		{2313, files, "its data pages or undo log cannot be read", ""},
		{2314, temporary, "nobody may join while the cluster is in single user mode", "Leave single user mode."},
		{2315, temporary, "declared dead by the others: missed heartbeats, or arbitration", "Look for a pause of the machine, or at the network."},
		{2316, files, "its schema file cannot be read", ""},
		{2327, config, "memory could not be allocated", "Lower its memory parameters, or raise its container's limit."},
		{2334, temporary, "job buffer congestion", ""},
		{2335, temporary, "error in the short time queue", ""},
		{2336, temporary, "error in the long time queue", ""},
		{2337, temporary, "too long a delay in a time queue", ""},
		{2338, temporary, "time queue index out of range", ""},
		{2339, temporary, "send signal error", ""},
		{2340, temporary, "wrong priority of a signal", ""},
		{2341, temporary, "internal program error (failed ndbrequire)", ""},
		{2342, temporary, "an inserted error was executed", ""},
		{2343, temporary, "internal program error (failed ndbassert)", ""},
		{2350, config, "the configuration from the management server is not valid", "Correct config.ini."},
		{2351, config, "out of long signal memory", "Raise LongMessageBuffer."},
		{2352, files, "a local checkpoint's file is not valid", ""},
		{2353, temporary, "too few nodes for a system restart", "Start the other data nodes."},
		{2354, config, "the redo log has no room left", "Enlarge FragmentLogFileSize or NoOfFragmentLogFiles."},
		{2355, config, "the schema could not be restored", "Raise the limits on tables, attributes and indexes."},
		{2500, config, "a resource could not be allocated", "Check the configuration."},
		{6000, temporary, "it received a signal of the operating system", ""},
		{6050, temporary, "the watchdog found a stuck thread", "Look for a pause of the machine, or overload."},
		{6051, temporary, "a signal was lost", ""},
		{6052, config, "a send buffer was full", "Raise SendBufferMemory, or lower the load."},
		{6053, temporary, "an illegal signal, possibly of another version", "Check the versions of the nodes."},
		{6054, config, "a connection could not be set up", "Check host names and ports."},
		{6100, config, "its start took too long", "Raise StartFailureTimeout, or look at the other nodes."},
		{6101, temporary, "it was started while a shutdown was in progress", ""},
		{6102, files, "this upgrade needs an initial restart", ""},
		{6300, files, "eight restarts in a row have failed", ""},
		{6301, temporary, "the president failed during its restart", ""},
		{6302, temporary, "no node of a node group is available", "Start the others of the group."},
		{6303, files, "no replica of a fragment can be restored", "Without another started replica, restore a backup."},
		{6304, temporary, "unsupported version", "Check the versions of the nodes."},
		{6305, temporary, "a graceful shutdown is not possible with mixed versions", ""},
		{6600, config, "out of index memory during the system restart", "Raise its memory."},
		{6800, config, "out of data memory during the system restart", "Raise its memory."},
		{7200, temporary, "a local checkpoint stopped making progress", ""},
	}
}

// fileCodes are those of the data node's file system.
func fileCodes() []Code {
	return []Code{
		{2801, ClassTemporary, "no file system path", ""},
		{2802, ClassTemporary, "file system: channel is full", ""},
		{2803, ClassTemporary, "file system: no more threads", ""},
		{2804, ClassTemporary, "file system: bad parameter", ""},
		{2805, ClassConfiguration, "its file system path is not legal", "Correct FileSystemPath."},
		{2806, ClassConfiguration, "too many open files", "Raise MaxNoOfOpenFiles, or the container's limit of files."},
		{2807, ClassTemporary, "a file was opened twice", ""},
		{2808, ClassTemporary, "environment error using a file", ""},
		{2809, ClassTemporary, "a file could not be reached for a while", ""},
		{2810, ClassExternal, "the file system is full", "Make room on its volume."},
		{2811, ClassConfiguration, "permission denied for a file", "Check who owns its volume, and that no other process uses it."},
		{2812, ClassConfiguration, "a file was given a parameter it does not take", "Check ODirect and the paths."},
		{2813, ClassTemporary, "unknown file system error", ""},
		{2814, ClassTemporary, "the system has no more file system resources", ""},
		{2815, ClassFileSystem, "a file of it is missing", ""},
		{2816, ClassFileSystem, "a file of it is too short", ""},
	}
}
