package tui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"

	"rondb-tui/engine"
	"rondb-tui/tui/present"
)

// section is under which heading of the help a command stands.
type section string

// The headings, in the order of the help.
const (
	sectionMove   section = "Move"
	sectionBreak  section = "Break and restart"
	sectionChange section = "Change the cluster"
	sectionLoad   section = "Load and ledger"
	sectionScreen section = "Screen"
)

// footing is on which row of the footer a command is printed.
type footing uint8

const (
	footNowhere footing = iota
	footNode            // about what is selected
	footScreen          // about the screen, with the remarks of the focused pane
	footLoad            // only while the load pane has the focus
)

// command is one row of the key table: the help, the footer and docs/keys.md
// are made from it, so that no screen shows a key that does nothing.
type command struct {
	binding key.Binding
	section section
	about   string // a sentence for the help
	foot    footing
	danger  bool // breaks or changes the cluster; always behind a sheet
	boot    bool // works on the boot screen too
	// label is the footer's word where it depends on what is shown, "" for none;
	// nil takes the binding's.
	label func(*engine.Snapshot, *ui) string
	// why says what keeps the command from working now, "" if nothing does.
	why func(*engine.Snapshot, *ui) string
	// do changes the user interface and says what else is to happen.
	do func(*engine.Snapshot, *ui) action
}

// readOnlyWords answer the keys that change something, where nothing may be.
const readOnlyWords = "read-only: started with watch"

func bind(help, about string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, about))
}

// commandTable is every key of the console outside of sheets.
func commandTable() []command {
	var all []command
	all = append(all, screenCommands()...)
	all = append(all, moveCommands()...)
	all = append(all, faultCommands()...)
	all = append(all, nodeCommands()...)
	return append(all, loadCommands()...)
}

func moveCommands() []command {
	step := func(rows, blocks int) func(*engine.Snapshot, *ui) action {
		return func(s *engine.Snapshot, u *ui) action {
			if u.focus == paneTimeline && rows != 0 {
				u.back = min(max(u.back-rows, 0), len(s.Cluster.Events))
				return nil
			}
			u.move(s, rows, blocks)
			return nil
		}
	}
	const toEnd = 1 << 20 // more than any cluster has rows
	turn := func(by int) func(*engine.Snapshot, *ui) action {
		return func(_ *engine.Snapshot, u *ui) action { u.turn(by); return nil }
	}
	return []command{
		{binding: bind("up/k", "up", "up", "k"), about: "selection up; on the timeline: older events", do: step(-1, 0)},
		{binding: bind("down/j", "down", "down", "j"), about: "selection down; on the timeline: newer events", do: step(1, 0)},
		{binding: bind("left/h", "previous group", "left", "h"), about: "the previous node group or kind of nodes", do: step(0, -1)},
		{binding: bind("right/l", "next group", "right", "l"), about: "the next node group or kind of nodes", do: step(0, 1)},
		{binding: bind("g", "first", "g", "home"), about: "the first node; on the timeline: the oldest event", do: step(-toEnd, 0)},
		{binding: bind("G", "last", "G", "end"), about: "the last node; on the timeline: the newest event", do: step(toEnd, 0)},
		{binding: bind("tab", "pane", "tab"), about: "the next pane", foot: footScreen, do: turn(1)},
		{binding: bind("shift+tab", "previous pane", "shift+tab"), about: "the previous pane", do: turn(-1)},
	}
}

func nodeCommands() []command {
	scale := func(delta int) func(*engine.Snapshot, *ui) action {
		return func(_ *engine.Snapshot, u *ui) action {
			return openSheet{newChangeSheet(scaleTarget(u.selected.Kind), delta)}
		}
	}
	return []command{
		{
			binding: bind("R", "restart", "R"), section: sectionBreak, foot: footNode, danger: true,
			about: "restart the selected node in order (shows the plan first)",
			why:   whyNoRestart,
			do:    func(_ *engine.Snapshot, u *ui) action { return openSheet{newRestartSheet(u.selected)} },
		},
		{
			binding: bind("space", "mark", "space"), section: sectionBreak, foot: footScreen,
			about: "mark or unmark the selected node, to break several at the same moment",
			label: func(_ *engine.Snapshot, u *ui) string {
				if u.marked[u.selected.Node] {
					return "unmark"
				}
				return "mark"
			},
			why: whyNoNode,
			do: func(_ *engine.Snapshot, u *ui) action {
				if u.marked[u.selected.Node] {
					delete(u.marked, u.selected.Node)
				} else {
					u.marked[u.selected.Node] = true
				}
				return nil
			},
		},
		{
			binding: bind("+", "more", "+", "="), section: sectionChange, foot: footNode, danger: true,
			about: "one more of the selected kind: data node: replicas of every group; else servers or API nodes (shows the plan first)",
			why:   whyNoKind, do: scale(1),
		},
		{
			binding: bind("-", "fewer", "-"), section: sectionChange, foot: footNode, danger: true,
			about: "one less of the selected kind (shows the plan first)",
			label: fewerWords,
			why:   whyNoKind, do: scale(-1),
		},
		{
			binding: bind("r", "retry", "r"), section: sectionChange, foot: footScreen,
			about: "leave the error state and try again now",
			why: func(s *engine.Snapshot, _ *ui) string {
				if s.Cluster.State != engine.ErrorState {
					return "the engine has not given up: there is nothing to retry"
				}
				return ""
			},
			do: func(*engine.Snapshot, *ui) action { return submitNow{engine.RetryNow{}, "trying again"} },
		},
		{
			binding: bind("z", "undo", "z"), section: sectionChange, foot: footScreen, danger: true,
			about: "undo: back to the desired state before the present one; again: further back (shows the plan first)",
			why: func(s *engine.Snapshot, _ *ui) string {
				if s.Cluster.Revision <= 1 {
					return "nothing to undo: this is the first desired state"
				}
				return ""
			},
			do: func(*engine.Snapshot, *ui) action { return openSheet{newUndoSheet()} },
		},
	}
}

func screenCommands() []command {
	return []command{
		{
			binding: bind("?", "help", "?", "f1"), section: sectionScreen, foot: footScreen, boot: true,
			about: "every key, and what keeps it from working now",
			do:    func(*engine.Snapshot, *ui) action { return openSheet{&sheet{kind: sheetHelp}} },
		},
		{
			binding: bind("esc", "close", "esc"), section: sectionScreen, boot: true,
			about: "close the top sheet; else drop the marks and go back to the newest event",
			do: func(_ *engine.Snapshot, u *ui) action {
				clear(u.marked)
				u.back = 0
				return nil
			},
		},
		{
			binding: bind("ctrl+l", "redraw", "ctrl+l"), section: sectionScreen, boot: true,
			about: "draw the screen anew",
			do:    func(*engine.Snapshot, *ui) action { return redraw{} },
		},
		{
			binding: bind("ctrl+z", "suspend", "ctrl+z"), section: sectionScreen, boot: true,
			about: "back to the shell until `fg`; the cluster goes on",
			do:    func(*engine.Snapshot, *ui) action { return suspend{} },
		},
		{
			binding: bind("q", "leave", "q"), section: sectionScreen, foot: footScreen, boot: true,
			about: "leave: asks whether the cluster keeps running, stops or is destroyed; who only watches just leaves " +
				"(ctrl-c twice: at once, the cluster keeps running)",
			do: func(*engine.Snapshot, *ui) action { return askLeave{} },
		},
	}
}

// KeysMarkdown is docs/keys.md: every key of the console, from its table.
func KeysMarkdown() string {
	var b strings.Builder
	b.WriteString("# Keys\n\nMade by `make docs` from the console's key table; do not edit.\n")
	last := section("")
	for _, c := range commandTable() {
		if c.heading() != last {
			last = c.heading()
			fmt.Fprintf(&b, "\n## %s\n\n| key | what it does |\n|---|---|\n", last)
		}
		about := c.about
		if c.danger {
			about += " **asks first**"
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", c.binding.Help().Key, about)
	}
	b.WriteString("\n## In a sheet\n\n| key | what it does |\n|---|---|\n")
	for _, one := range sheetKeys() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", one.keys, one.about)
	}
	return b.String()
}

func (c *command) heading() section {
	if c.section == "" {
		return sectionMove
	}
	return c.section
}

// words is what the footer says the command does.
func (c *command) words(s *engine.Snapshot, u *ui) string {
	if c.label != nil {
		return c.label(s, u)
	}
	return c.binding.Help().Desc
}

// changes says whether the command is for those who may change something; it is
// not there for those who only watch.
func (c *command) changes() bool {
	return c.section == sectionBreak || c.section == sectionChange || c.section == sectionLoad
}

// reason is why, where there is one.
func (c *command) reason(s *engine.Snapshot, u *ui) string {
	if c.why == nil {
		return ""
	}
	return c.why(s, u)
}

// fewerWords says of what there would be fewer where that is not what is
// selected: of data nodes only a replica of every group can go.
func fewerWords(_ *engine.Snapshot, u *ui) string {
	if u.selected.Kind == engine.KindData {
		return "fewer replicas"
	}
	return "fewer"
}

func whyNoNode(_ *engine.Snapshot, u *ui) string {
	if u.selected.Node == 0 {
		return "select a node first"
	}
	return ""
}

func whyNoKind(_ *engine.Snapshot, u *ui) string {
	switch {
	case len(u.marked) > 0:
		return "nodes are marked: esc drops the marks"
	case u.selected.Kind == 0:
		return "select a node or a kind of nodes first"
	}
	return ""
}

func whyNoRestart(s *engine.Snapshot, u *ui) string {
	n, found := s.Cluster.Observed.Node(u.selected.Node)
	switch {
	case len(u.marked) > 0:
		return "nodes are marked: restart one at a time (esc drops the marks)"
	case u.selected.Node == 0:
		return "select a node first"
	case !found || n.Status != engine.StatusStarted:
		return fmt.Sprintf("node %d is not started, so it cannot be restarted in order", u.selected.Node)
	}
	return ""
}

// scaleTarget is the count of the desired state that + and - change.
func scaleTarget(kind engine.NodeKind) engine.ScaleTarget {
	switch kind {
	case engine.KindMySQL:
		return engine.ScaleMySQL
	case engine.KindManagement:
		return engine.ScaleManagement
	case engine.KindAPI:
		return engine.ScaleAPI
	default:
		return engine.ScaleReplicas
	}
}

// selectedWords names what the keys are about.
func selectedWords(u *ui) string {
	switch {
	case len(u.marked) > 0:
		return fmt.Sprintf("%d marked", len(u.marked))
	case u.selected.Node != 0:
		return fmt.Sprintf("%s %d", u.selected.Kind.Words(), u.selected.Node)
	case u.selected != present.Item{}:
		return u.selected.Kind.Words() + "s"
	}
	return ""
}
