package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Flavour says which of the two families of programs will read the files.
type Flavour uint8

// The flavours. The zero value is neither, so that forgetting it is refused.
const (
	RonDB Flavour = iota + 1
	NDB           // MySQL NDB Cluster
)

func (f Flavour) String() string {
	switch f {
	case RonDB:
		return "RonDB"
	case NDB:
		return "NDB"
	default:
		return fmt.Sprintf("flavour(%d)", uint8(f))
	}
}

// Version is three numbers: of RonDB (24.10.17), NDB (7.2.1) or MySQL (8.0.34).
type Version struct{ Major, Minor, Build int }

// maxVersionPart bounds each number, as the management protocol packs them.
const maxVersionPart = 1<<16 - 1

// ParseVersion reads "24.10.17". What follows a dash ("24.10.17-0.7") is a name
// for the same version.
func ParseVersion(text string) (Version, error) {
	number, _, _ := strings.Cut(text, "-")
	parts := strings.Split(number, ".")
	if len(parts) != 3 {
		return Version{}, fmt.Errorf("read version: %q is not of the form 24.10.17", clip(text))
	}
	var n [3]int
	for i, part := range parts {
		value, err := strconv.ParseUint(part, 10, 16)
		if err != nil || value > maxVersionPart {
			return Version{}, fmt.Errorf("read version: %q is not of the form 24.10.17", clip(text))
		}
		n[i] = int(value)
	}
	return Version{n[0], n[1], n[2]}, nil
}

func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Build) }

// Before says whether v is older than other.
func (v Version) Before(other Version) bool {
	if v.Major != other.Major {
		return v.Major < other.Major
	}
	if v.Minor != other.Minor {
		return v.Minor < other.Minor
	}
	return v.Build < other.Build
}

// Release is what the processes are, as they said when asked. MySQL is the
// version of the MySQL server in it; the zero version lets it be derived.
type Release struct {
	Flavour Flavour
	Version Version
	MySQL   Version
}

func (r Release) String() string { return r.Flavour.String() + " " + r.Version.String() }

// mysql is the MySQL server's version. NDB is numbered with it since 8.0; before
// that its 7.2 to 7.4 are MySQL 5.6 at most and 7.5, 7.6 are 5.7. RonDB started
// from 8.0.
func (r Release) mysql() Version {
	switch {
	case r.MySQL != Version{}:
		return r.MySQL
	case r.Flavour == RonDB:
		return Version{8, 0, 22}
	case r.Version.Before(Version{7, 5, 0}):
		return Version{5, 6, 10}
	case r.Version.Before(Version{8, 0, 0}):
		return Version{5, 7, 10}
	default:
		return r.Version
	}
}

// support says which releases know a parameter of config.ini: RonDB's all or
// none, NDB's from one version on and, if until is set, before another.
type support struct {
	name        string
	rondb, ndb  bool
	from, until Version // of NDB; zero means no such bound
}

// supports is the table of parameter and first version. What is not in it is
// known to every release from NDB 7.2.1 on.
func supports() []support {
	return []support{
		{name: "AllowUnresolvedHostnames", rondb: true, ndb: true, from: Version{8, 0, 22}},
		{name: "AutomaticThreadConfig", rondb: true, ndb: true, from: Version{8, 0, 23}},
		{name: "IndexMemory", ndb: true, until: Version{7, 6, 0}},
		{name: "MaxNoOfExecutionThreads", ndb: true}, // RonDB has it, and counts by NumCPUs instead
		{name: "NodeActive", rondb: true},
		{name: "NumCPUs", rondb: true, ndb: true, from: Version{8, 0, 23}},
		{name: "ReservedConcurrentOperations", rondb: true, ndb: true, from: Version{8, 0, 16}},
		{name: "SpinMethod", rondb: true, ndb: true, from: Version{8, 0, 20}},
		{name: "TotalMemoryConfig", rondb: true},
		{name: "TransactionMemory", rondb: true, ndb: true, from: Version{8, 0, 19}},
	}
}

// Knows says whether a release knows a parameter that this package writes.
func (r Release) Knows(parameter string) bool {
	for _, s := range supports() {
		if s.name != parameter {
			continue
		}
		if r.Flavour == RonDB {
			return s.rondb
		}
		young := s.until == Version{} || r.Version.Before(s.until)
		return s.ndb && young && !r.Version.Before(s.from)
	}
	return true
}

// clip shortens a foreign text for a message.
func clip(text string) string {
	const limit = 60 // bytes
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}
