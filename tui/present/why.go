package present

import (
	"fmt"
	"strings"

	"rondb-tui/engine"
)

// whyNot lists why the desired state is not reached, never empty unless it is:
// the state's reason, then what is waited for. A reason that only names the
// first step of the plan that runs says less than what its steps wait for.
func whyNot(s *engine.Snapshot) []string {
	c := &s.Cluster
	if c.State == engine.AtDesiredState {
		return nil
	}
	var reasons []string
	if c.Reason != "" && !namesFirstStep(c) {
		reasons = append(reasons, Clean(c.Reason))
	}
	for _, one := range c.Waiting {
		if one != c.Reason {
			reasons = append(reasons, Clean(one))
		}
	}
	switch {
	case len(reasons) > 0:
		return reasons
	case c.Run.Active:
		return []string{fmt.Sprintf("the plan is running, %d of %d steps done", c.Run.Done, len(c.Run.Plan.Steps))}
	default:
		return []string{"no reason was given"}
	}
}

func namesFirstStep(c *engine.ClusterView) bool {
	return c.Run.Active && !c.Run.Plan.Empty() && strings.HasPrefix(c.Reason, c.Run.Plan.Steps[0].Action.String())
}

// whyRows is why the desired state is not reached in at most h rows: as many of
// the reasons as have room, and how many more there are.
func whyRows(s *engine.Snapshot, w, h int) []Line {
	reasons := whyNot(s)
	if len(reasons) == 0 || h <= 0 {
		return nil
	}
	role, label := Info, "why not converged: "
	if s.Cluster.State == engine.ErrorState {
		role, label = Bad, "gave up: "
	}
	var texts []string
	for n := 1; n <= len(reasons); n++ {
		text := label + strings.Join(reasons[:n], "; ")
		if more := len(reasons) - n; more > 0 {
			text += fmt.Sprintf("; and %d more", more)
		}
		next := Wrap(text, w)
		if n > 1 && len(next) > h {
			break
		}
		texts = next
	}
	return wordRows(role, texts, w, h)
}

// NoticeRows is every notice about the desired state in full, in rows of w
// columns.
func NoticeRows(s *engine.Snapshot, w int) []Line {
	var rows []Line
	for _, n := range s.Cluster.Notices {
		for _, text := range Wrap(Clean(n.String()), w) {
			rows = append(rows, Words(Plain, text))
		}
	}
	return rows
}

// noticeRows tells in at most h rows what was accepted and is not acted on: each
// notice where there is room, else what all of them say, and of which fields.
func noticeRows(s *engine.Snapshot, w, h int) []Line {
	notices := s.Cluster.Notices
	if len(notices) == 0 || h <= 0 {
		return nil
	}
	var texts []string
	if len(notices) <= h {
		for _, n := range notices {
			texts = append(texts, Clip("note: "+Clean(n.String()), w))
		}
		return wordRows(Dim, texts, w, h)
	}
	var said, fields []string
	for _, n := range notices {
		text, _, _ := strings.Cut(n.Text, " (") // what stands in parentheses is about one field
		if len(said) == 0 || said[len(said)-1] != text {
			said = append(said, text)
		}
		if n.Field != "" {
			fields = append(fields, n.Field)
		}
	}
	text := fmt.Sprintf("%s, %s (? lists them): %s", plural(len(notices), "notice"), strings.Join(said, ", "), strings.Join(fields, ", "))
	return wordRows(Dim, Wrap(Clean(text), w), w, h)
}

// wordRows makes rows of texts that are at most w columns wide; what is beyond h
// rows is cut at the end of the last.
func wordRows(role Role, texts []string, w, h int) []Line {
	if len(texts) > h {
		texts = append(texts[:h-1:h-1], Clip(strings.Join(texts[h-1:], " "), w))
	}
	var rows []Line
	for _, text := range texts {
		rows = append(rows, Words(role, text))
	}
	return rows
}
