package statusdoc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"rondb-tui/engine"
)

// JSON writes the document as indented JSON in plain ASCII, with a line end.
func (d Document) JSON() ([]byte, error) { return encode(d, "  ") }

// eventLine is an event as `events -o json` writes it.
type eventLine struct {
	Seq      uint64         `json:"seq"`
	Time     string         `json:"time"`
	Actor    string         `json:"actor"`
	Node     *engine.NodeID `json:"node"`
	Severity string         `json:"severity"`
	Text     string         `json:"text"`
}

// EventLine writes an event as one line of JSON in plain ASCII, with its line
// end.
func EventLine(e engine.Event) ([]byte, error) {
	line := eventLine{
		Seq: e.Seq, Time: e.At.UTC().Format(time.RFC3339Nano), Actor: e.Actor,
		Severity: e.Severity.String(), Text: e.Text,
	}
	if e.Node != 0 {
		line.Node = &e.Node
	}
	return encode(line, "")
}

func encode(value any, indent string) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(value); err != nil {
		return nil, engine.Errorf(engine.KindInternal, "write status", 0, "%w", err)
	}
	return plain(text.Bytes()), nil
}

// plain escapes whatever a terminal could take for a command: the foreign text in
// it stays exact, and harmless.
func plain(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		switch {
		case r < 0x7f:
			out = append(out, byte(r))
		case utf16.RuneLen(r) == 1:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		}
	}
	return out
}
