package tui

import (
	tea "charm.land/bubbletea/v2"
)

// sheetKey is a key of the sheets, for docs/keys.md and the help.
type sheetKey struct{ keys, about string }

func sheetKeys() []sheetKey {
	return []sheetKey{
		{"esc", "close the sheet; nothing happens"},
		{"enter", "give the answer that has the focus"},
		{"tab", "the other answer; left and right too"},
		{"up down", "scroll; pgup and pgdown by a page"},
		{"+ -", "change sheet: more or fewer"},
		{"letters", "type what is asked for: node ids, or the cluster's name"},
	}
}

// page is how far pgup and pgdown scroll, in rows.
const page = 8

// key handles a key press; a sheet swallows every key.
func (sh *sheet) key(msg tea.KeyPressMsg) action {
	buttons := sh.buttons()
	sh.focus = min(sh.focus, len(buttons)-1)
	if sh.typing(msg) {
		return nil
	}
	switch k := msg.String(); k {
	case "esc":
		return closeSheet{}
	case "q", "?":
		if sh.needed == "" {
			return closeSheet{}
		}
	case "enter":
		return buttons[sh.focus].action
	case "tab", "right", "l":
		sh.focus = (sh.focus + 1) % len(buttons)
	case "shift+tab", "left", "h":
		sh.focus = (sh.focus + len(buttons) - 1) % len(buttons)
	case "up", "k":
		sh.first--
	case "down", "j":
		sh.first++
	case "pgup":
		sh.first -= page
	case "pgdown":
		sh.first += page
	default:
		return sh.edit(k)
	}
	return nil
}

// edit handles the keys that change what is asked.
func (sh *sheet) edit(k string) action {
	switch {
	case sh.kind == sheetChange && sh.sending == 0 && (k == "+" || k == "=" || k == "-"):
		change := sh.change
		if k == "-" {
			change.Delta--
		} else {
			change.Delta++
		}
		sh.rescale(change)
		return previewSheet{}
	case k == "backspace" && sh.typed != "":
		sh.typed = sh.typed[:len(sh.typed)-1]
	}
	return nil
}

// typing takes a character of what has to be typed. A name may have any letter,
// node ids leave the letters to move about with.
func (sh *sheet) typing(msg tea.KeyPressMsg) bool {
	if sh.needed == "" || len(msg.Text) != 1 {
		return false
	}
	digit := msg.Text >= "0" && msg.Text <= "9" || msg.Text == " "
	if sh.kind != sheetDestroy && !digit {
		return false
	}
	sh.typedMore(msg.Text)
	return true
}

// typedMore takes a typed character; the answer that was asked for puts the
// focus on the button it brings.
func (sh *sheet) typedMore(text string) {
	if len(sh.typed) < len(sh.needed) {
		sh.typed += text
	}
	if sh.typed == sh.needed {
		sh.focus = 1
	}
}
