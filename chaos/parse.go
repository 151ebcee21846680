package chaos

import (
	"strconv"
	"strings"

	"rondb-tui/engine"
)

const opParse = "read selector"

// The bounds of a selector: its length in bytes, and of one node id in digits.
const (
	maxSelectorBytes = 1000
	maxDigits        = 6
)

// The words of a selector besides the names of the kinds.
const (
	wordAll         = "all"
	wordPresident   = "president"
	wordArbitrator  = "arbitrator"
	wordOne         = "one"
	wordOnePerGroup = "one-per-group"
	wordSafe        = "safe"
	groupPrefix     = "ng"
)

// words lists every word, as an error names them.
func words() []string {
	return []string{
		wordAll, engine.KindManagement.String(), engine.KindData.String(), engine.KindMySQL.String(), engine.KindAPI.String(),
		wordPresident, wordArbitrator, wordOne, wordOnePerGroup, wordSafe,
	}
}

// Selector names nodes of a cluster; see the package comment. The zero Selector
// names none.
type Selector struct {
	text    string
	entries []entry
}

// entryForm is how an entry names its nodes.
type entryForm uint8

const (
	formWord entryForm = iota
	formNode
	formRange
	formGroup
)

// entry is one entry of a selector's list.
type entry struct {
	form     entryForm
	minus    bool
	word     string        // formWord
	from, to engine.NodeID // formNode (from), formRange
	group    engine.GroupID
}

// String is the selector as it was written.
func (s Selector) String() string { return s.text }

// ParseSelector reads a selector. What is not one is KindInvalid; whether the
// nodes exist shows when it is resolved.
func ParseSelector(text string) (Selector, error) {
	if len(text) > maxSelectorBytes {
		return Selector{}, engine.Errorf(engine.KindInvalid, opParse, 0, "it has %d bytes, at most %d", len(text), maxSelectorBytes)
	}
	s := Selector{text: text}
	adds := false
	for part := range strings.SplitSeq(text, ",") {
		e, err := parseEntry(strings.ToLower(strings.TrimSpace(part)))
		if err != nil {
			return Selector{}, err
		}
		adds = adds || !e.minus
		s.entries = append(s.entries, e)
	}
	if !adds {
		return Selector{}, engine.Errorf(engine.KindInvalid, opParse, 0,
			"%q only takes away: write what from, as in %q", text, wordAll+","+text)
	}
	return s, nil
}

func parseEntry(text string) (entry, error) {
	e := entry{}
	text, e.minus = strings.CutPrefix(text, "-")
	text = strings.TrimSpace(text)
	if text == "" {
		return e, engine.Errorf(engine.KindInvalid, opParse, 0, "an entry is empty; %s", help())
	}
	if id, ok := number(text); ok {
		e.form, e.from = formNode, engine.NodeID(id)
		return e, nil
	}
	if low, high, cut := strings.Cut(text, "-"); cut {
		from, okFrom := number(low)
		to, okTo := number(high)
		if okFrom && okTo {
			if from > to {
				return e, engine.Errorf(engine.KindInvalid, opParse, 0, "the range %q ends before it begins", text)
			}
			e.form, e.from, e.to = formRange, engine.NodeID(from), engine.NodeID(to)
			return e, nil
		}
	}
	if digits, cut := strings.CutPrefix(text, groupPrefix); cut {
		if group, ok := number(digits); ok {
			e.form, e.group = formGroup, engine.GroupID(group)
			return e, nil
		}
	}
	return parseWord(e, text)
}

func parseWord(e entry, text string) (entry, error) {
	known := words()
	for _, word := range known {
		if word != text {
			continue
		}
		e.word = word
		if e.minus && e.chooses() {
			return e, engine.Errorf(engine.KindInvalid, opParse, 0, "%q chooses nodes, so it cannot be taken away", word)
		}
		return e, nil
	}
	if near, found := Nearest(known, text); found {
		return e, engine.Errorf(engine.KindInvalid, opParse, 0, "%q is not known, do you mean %q? %s", text, near, help())
	}
	return e, engine.Errorf(engine.KindInvalid, opParse, 0, "%q is not known; %s", text, help())
}

// chooses says whether the entry draws its nodes.
func (e entry) chooses() bool {
	return e.word == wordOne || e.word == wordOnePerGroup || e.word == wordSafe
}

// help tells everything an entry can be.
func help() string {
	return "an entry is a node id (5), a range (2-4), a node group (ng1) or one of " + strings.Join(words(), ", ")
}

// number reads digits, and nothing else.
func number(text string) (int, bool) {
	if len(text) > maxDigits || strings.TrimLeft(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}
