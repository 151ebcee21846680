package validate

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"unicode"

	"rondb-tui/engine"
)

// Limits of a desired state that the cluster itself does not set.
const (
	maxText       = 512     // bytes of a name or an address
	maxZones      = 16      // location domains that NDB tells apart
	maxStorageGiB = 1 << 16 // GiB of block storage for one node
	maxPort       = 65535
)

var versionForm = regexp.MustCompile(`^\d{1,4}\.\d{1,4}\.\d{1,4}$`)

// Spec lists everything that makes a desired state illegal by itself; nil if it
// is legal. Where its ID is set, that is taken for the revision the state would
// get: whoever knows the revision sets it first. Where it is 0, the logical
// clocks are not compared with it.
func Spec(s engine.Spec) engine.Problems {
	c := &checker{}
	c.revisions(&s)
	c.texts(&s)
	c.backups(&s)
	c.parameters(s.Parameters)
	c.memory(&s)
	topology := c.dataNodes(&s)
	slots := c.slots(&s)
	if topology && slots {
		c.nodeIDs(&s)
	}
	c.zones(s.AvailabilityZones)
	c.machines(&s)
	c.counts(&s, slots)
	c.ports(&s)
	return c.problems
}

// checker collects problems.
type checker struct{ problems engine.Problems }

func (c *checker) refuse(path, rule, fix, format string, args ...any) {
	c.problems = append(c.problems, engine.Problem{
		Path: path,
		Rule: rule,
		Text: fmt.Sprintf(format, args...),
		Fix:  fix,
	})
}

// within refuses a number outside of its bounds, which it names.
func (c *checker) within(path, rule string, value, low, high int) bool {
	if value >= low && value <= high {
		return true
	}
	fix := fmt.Sprintf("Set it to a number from %d to %d.", low, high)
	if low == high {
		fix = fmt.Sprintf("Set it to %d.", low)
	}
	c.refuse(path, rule, fix, "%s is %d.", path, value)
	return false
}

func (c *checker) revisions(s *engine.Spec) {
	if s.ID < 0 || s.ID > engine.MaxRevision {
		c.refuse("Id", "id-range", fmt.Sprintf("Remove it, or set a number from 1 to %d.", engine.MaxRevision), "Id is %d.", s.ID)
		return
	}
	for _, clock := range []struct {
		path  string
		value engine.Revision
	}{
		{"RonDBRunningSince", s.RonDBRunningSince},
		{"NdbAgentRunningSince", s.NdbAgentRunningSince},
	} {
		switch {
		case clock.value < 0:
			c.refuse(clock.path, "clock-range", "Set it to 0 or more.", "%s is %d.", clock.path, clock.value)
		case s.ID > 0 && clock.value > s.ID:
			c.refuse(clock.path, "clock-within-revision",
				fmt.Sprintf("Set it to at most %d, or raise Id.", s.ID),
				"%s is %d, later than the revision %d of this desired state.", clock.path, clock.value, s.ID)
		}
	}
}

func (c *checker) texts(s *engine.Spec) {
	if !versionForm.MatchString(s.RonDBVersion) {
		c.refuse("RonDBVersion", "version-form", `Write three numbers with points between them, such as "24.10.0".`,
			"RonDBVersion is %q, which is not a version of RonDB.", clip(s.RonDBVersion))
	}
	for _, field := range []struct{ path, value string }{
		{"Image", s.Image},
		{"RonDBDownloadLink", s.RonDBDownloadLink},
		{"NdbAgentVersion", s.NdbAgentVersion},
		{"NdbAgentDownloadLink", s.NdbAgentDownloadLink},
		{"Region", s.Region},
	} {
		c.plain(field.path, field.value)
	}
}

// plain refuses what could not be shown in one line of a screen.
func (c *checker) plain(path, value string) {
	if len(value) > maxText || strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) }) {
		c.refuse(path, "text-plain",
			fmt.Sprintf("Write at most %d bytes of letters, digits, punctuation and spaces.", maxText),
			"%s is too long or contains a character that cannot be shown: %q.", path, clip(value))
	}
}

func (c *checker) dataNodes(s *engine.Spec) bool {
	slots := c.within("MaxReplicationFactor", "max-replicas-range", s.MaxReplicationFactor, 1, engine.MaxReplicas)
	switch {
	case s.ActiveReplicationFactor < 1:
		c.refuse("ActiveReplicationFactor", "replicas-range", "Set it to at least 1; RonDBRunning stops a cluster.",
			"ActiveReplicationFactor is %d, so nothing would hold the data.", s.ActiveReplicationFactor)
	case slots && s.ActiveReplicationFactor > s.MaxReplicationFactor:
		c.refuse("ActiveReplicationFactor", "replicas-within-slots",
			fmt.Sprintf("Set it to at most %d. MaxReplicationFactor can be at most %d, and only before the cluster first runs.",
				s.MaxReplicationFactor, engine.MaxReplicas),
			"ActiveReplicationFactor is %d, but a node group has only %d slots (MaxReplicationFactor).",
			s.ActiveReplicationFactor, s.MaxReplicationFactor)
	}
	groups := c.within("NumNodeGroups", "node-groups-range", s.NumNodeGroups, 1, engine.MaxDataNodes)
	if !slots || !groups {
		return false
	}
	if s.NumNodeGroups*s.MaxReplicationFactor > engine.MaxDataNodes {
		c.refuse("NumNodeGroups", "data-nodes-limit",
			fmt.Sprintf("Set NumNodeGroups to at most %d, or lower MaxReplicationFactor.", engine.MaxDataNodes/s.MaxReplicationFactor),
			"%d node groups of %d slots need %d data nodes, more than the limit of %d.", s.NumNodeGroups,
			s.MaxReplicationFactor, s.NumNodeGroups*s.MaxReplicationFactor, engine.MaxDataNodes)
		return false
	}
	return true
}

func (c *checker) slots(s *engine.Spec) bool {
	before := len(c.problems)
	c.within("NumTotalMysqldSlots", "slots-range", s.NumTotalMysqldSlots, 0, engine.MaxNodeID)
	c.within("NumTotalApiSlots", "slots-range", s.NumTotalApiSlots, 0, engine.MaxNodeID)
	c.within("NumMysqldSlotsPerVm", "slots-per-vm-range", s.NumMysqldSlotsPerVm, 1, engine.MaxNodeID)
	c.within("NumApiSlotsPerVm", "slots-per-vm-range", s.NumApiSlotsPerVm, 1, engine.MaxNodeID)
	return len(c.problems) == before
}

// nodeIDs refuses a configuration whose last id is beyond what NDB can number.
// It counts every slot, also those left over from the division among servers.
func (c *checker) nodeIDs(s *engine.Spec) {
	last := s.MySQLID(0) + engine.NodeID(s.NumTotalMysqldSlots) - 1
	path := "NumTotalMysqldSlots"
	if s.NumTotalApiSlots > 0 {
		last = s.APIID(0) + engine.NodeID(s.NumTotalApiSlots) - 1
		path = "NumTotalApiSlots"
	}
	if last > engine.MaxNodeID {
		c.refuse(path, "node-ids-limit",
			fmt.Sprintf("Take away %d slots of MySQL servers or API nodes, or some node groups.", last-engine.MaxNodeID),
			"The last slot would have the node id %d, beyond the highest id %d.", last, engine.MaxNodeID)
	}
}

func (c *checker) zones(zones []string) {
	if len(zones) > maxZones {
		c.refuse("AvailabilityZones", "zones-limit", fmt.Sprintf("Name at most %d.", maxZones),
			"There are %d availability zones.", len(zones))
		return
	}
	seen := make(map[string]bool, len(zones))
	for i, zone := range zones {
		path := fmt.Sprintf("AvailabilityZones[%d]", i)
		switch {
		case strings.TrimSpace(zone) == "":
			c.refuse(path, "zone-named", "Name the zone, or remove the entry.", "This availability zone has no name.")
		case seen[zone]:
			c.refuse(path, "zones-distinct", "Remove one of the two.", "The availability zone %q is named twice.", clip(zone))
		default:
			c.plain(path, zone)
		}
		seen[zone] = true
	}
}

// counts checks the servers. With slots out of range, their number says nothing
// about the servers, and only the sign is checked.
func (c *checker) counts(s *engine.Spec, slots bool) {
	c.within("NumManagedMgmdVms", "management-range", s.NumManagedMgmdVms, 1, engine.MaxManagement)
	mysqlds, apis := math.MaxInt, math.MaxInt
	if slots {
		mysqlds, apis = s.MySQLCapacity(), s.APICapacity()
	}
	c.servers("NumManagedMysqldVms", "mysqlds-within-slots", "NumTotalMysqldSlots", s.NumManagedMysqldVms, mysqlds)
	c.servers("NumManagedApiVms", "apis-within-slots", "NumTotalApiSlots", s.NumManagedApiVms, apis)
}

func (c *checker) servers(path, rule, slots string, value, capacity int) {
	switch {
	case value < 0:
		c.refuse(path, rule, "Set it to 0 or more.", "%s is %d.", path, value)
	case value > capacity:
		c.refuse(path, rule, fmt.Sprintf("Set it to at most %d. %s can be raised only before the cluster first runs.", capacity, slots),
			"%s is %d, but the slots (%s) hold only %d.", path, value, slots, capacity)
	}
}

func (c *checker) ports(s *engine.Spec) {
	used := make(map[int]string)
	for _, port := range []struct {
		path  string
		value int
	}{
		{"DefaultMgmdPort", s.DefaultMgmdPort},
		{"DefaultNdbdPort", s.DefaultNdbdPort},
		{"DefaultMysqldPort", s.DefaultMysqldPort},
	} {
		if !c.within(port.path, "port-range", port.value, 1, maxPort) {
			continue
		}
		if other, taken := used[port.value]; taken {
			c.refuse(port.path, "ports-distinct", "Give each kind of node a port of its own.",
				"%s and %s are both %d.", other, port.path, port.value)
			continue
		}
		used[port.value] = port.path
	}
}

// clip bounds what a sentence repeats of a value.
func clip(value string) string {
	const limit = 60
	if runes := []rune(value); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return value
}
