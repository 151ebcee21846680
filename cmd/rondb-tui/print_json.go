package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf8"

	"rondb-tui/engine"
)

// jsonLine writes a value as one line of JSON, with its line end. Characters that
// a terminal could take for a command are escaped: foreign text stays exact, and
// harmless.
func jsonLine(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, engine.Errorf(engine.KindInternal, "write JSON", 0, "%w", err)
	}
	return escapeInvisible(text.Bytes()), nil
}

// escapeInvisible escapes what encoding/json leaves: the control characters from
// DEL on, and those that change the direction of text. All are below U+10000 or
// in the tag block, which no terminal obeys.
func escapeInvisible(text []byte) []byte {
	const beyondPlane = 0x10000
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r < beyondPlane && r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = append(out, text[:size]...)
		}
		text = text[size:]
	}
	return out
}
