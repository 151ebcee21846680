package tui

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"rondb-tui/tui/present"
)

// TestKeyTable: no key is bound twice, and each is described.
func TestKeyTable(t *testing.T) {
	bound := map[string]string{"ctrl+c": "leave"}
	for _, c := range commandTable() {
		if c.about == "" || c.binding.Help().Key == "" || c.binding.Help().Desc == "" || c.do == nil {
			t.Errorf("%v is not complete", c.binding.Keys())
		}
		for _, k := range c.binding.Keys() {
			if by, taken := bound[k]; taken {
				t.Errorf("%s is bound to %q and %q", k, by, c.about)
			}
			bound[k] = c.about
		}
	}
}

// TestEveryKeyDoesSomething: no key of the table is dead on a healthy cluster,
// bar those that say why.
func TestEveryKeyDoesSomething(t *testing.T) {
	for _, c := range commandTable() {
		name := c.binding.Keys()[0]
		b := newBench(t, sceneCluster(third))
		b.press("right") // to the middle of the cluster
		b.ui.back = 1
		before := b.text()
		cmd := b.press(name)
		if cmd == nil && b.text() == before && len(b.engine.submitted) == 0 {
			t.Errorf("%s does nothing", name)
		}
	}
}

func TestKeysMarkdown(t *testing.T) {
	doc := KeysMarkdown()
	for _, c := range commandTable() {
		if !strings.Contains(doc, "| `"+c.binding.Help().Key+"` | "+c.about) {
			t.Errorf("docs/keys.md would not have %q", c.binding.Help().Key)
		}
	}
	if !strings.Contains(doc, "**asks first**") {
		t.Error("what is dangerous is not marked")
	}
}

// TestDangerNeedsRoom: a sheet that cannot be read is not opened.
func TestDangerNeedsRoom(t *testing.T) {
	b := newBench(t, sceneCluster())
	b.resize(39, 7)
	b.press("K")
	if b.ui.top() != nil || !strings.Contains(b.text(), "enlarge the window") {
		t.Errorf("a kill on a tiny screen: %q", b.text())
	}
}

func TestCanvasClips(t *testing.T) {
	c := newCanvas(6, 2)
	c.line(4, 0, 99, present.Words(present.Plain, "abc"))
	c.line(0, 1, 3, present.Words(present.Plain, "日本")) // the second does not fit into three
	c.line(-3, 0, 3, present.Words(present.Plain, "xx"))
	c.line(0, 7, 3, present.Words(present.Plain, "xx"))
	if got := c.render(&palette{}); got != "    ab\n日    " {
		t.Errorf("drew %q", got)
	}
	c.line(1, 1, 1, present.Words(present.Plain, "!")) // over half a wide rune
	if got := c.render(&palette{}); got != "    ab\n !    " {
		t.Errorf("drew %q", got)
	}
}

// TestCanvasInASCII: foreign text keeps its width.
func TestCanvasInASCII(t *testing.T) {
	c := newCanvas(10, 1)
	c.ascii = true
	c.line(0, 0, 10, present.Words(present.Plain, "0 → 1… 日é"))
	if got := c.render(&palette{}); got != "0 > 1. ???" {
		t.Errorf("drew %q", got)
	}
}

// TestRunEnds: Run says how it was left.
func TestRunEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		options := []tea.ProgramOption{
			tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithEnvironment([]string{"TERM_PROGRAM=Apple_Terminal"}),
		}
		time.AfterFunc(time.Minute, cancel)
		exit, err := Run(ctx, Options{Engine: newFake(sceneCluster()), Program: options})
		if exit != ExitCancelled || err != nil {
			t.Errorf("cancelled: %v, %v", exit, err)
		}
		ended := func(context.Context) error { return errors.New("it fell over") }
		exit, err = Run(t.Context(), Options{Engine: newFake(nil), Ended: ended, Program: options})
		if exit != ExitEngine || err == nil {
			t.Errorf("the engine ended: %v, %v", exit, err)
		}
	})
}
