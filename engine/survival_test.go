package engine

import "testing"

// TestSurvivalFollowsTheFiveRules walks the table of ndb.md §3.0.
func TestSurvivalFollowsTheFiveRules(t *testing.T) {
	group := func(sizes ...int) []Member {
		var members []Member
		for g, size := range sizes {
			for r := range size {
				members = append(members, Member{ID: NodeID(g*3 + r + 1), Group: GroupID(g)})
			}
		}
		return members
	}
	lost := func(ids ...NodeID) map[NodeID]bool {
		set := make(map[NodeID]bool, len(ids))
		for _, id := range ids {
			set[id] = true
		}
		return set
	}
	for _, tc := range []struct {
		name       string
		alive      []Member
		lost       map[NodeID]bool
		groups     int
		arbitrator bool
		survives   bool
		code       int
	}{
		{"one of 1x2, arbitrator", group(2), lost(1), 1, true, true, 46},
		{"one of 1x2, none", group(2), lost(1), 1, false, false, 48},
		{"one of 1x3", group(3), lost(1), 1, false, true, 42},
		{"two of 1x3 at once", group(3), lost(1, 2), 1, true, false, 41},
		{"one of 2x2", group(2, 2), lost(1), 2, false, true, 43},
		{"one of each of 2x2, arbitrator", group(2, 2), lost(1, 4), 2, true, true, 46},
		{"one of each of 2x2, none", group(2, 2), lost(1, 4), 2, false, false, 48},
		{"one of each of 2x3", group(3, 3), lost(1, 4), 2, false, true, 42},
		{"a whole group", group(2, 2), lost(1, 2), 2, true, false, 44},
		{"two of one group of 2x3", group(3, 3), lost(1, 2), 2, false, true, 43},
		{"nothing", group(2), lost(), 1, false, true, 43},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := Survive(tc.alive, tc.lost, tc.groups, tc.arbitrator)
			if v.Survives != tc.survives || v.Code != tc.code {
				t.Errorf("got %v by rule %d (%s), want %v by rule %d", v.Survives, v.Code, v.Why, tc.survives, tc.code)
			}
		})
	}
}
