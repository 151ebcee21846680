package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestSplitSQL(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                      nil,
		" ; ;\n":                                nil,
		"SELECT 1":                              {"SELECT 1"},
		"SELECT 1;SELECT 2;":                    {"SELECT 1", "SELECT 2"},
		"SELECT ';' ; SELECT \";\"":             {"SELECT ';'", `SELECT ";"`},
		"SELECT 'it''s;' ; x":                   {"SELECT 'it''s;'", "x"},
		`SELECT 'a\';b' ; x`:                    {`SELECT 'a\';b'`, "x"},
		"SELECT `a\\`; x":                       {"SELECT `a\\`", "x"},
		"SELECT 1 -- a; b\n; x":                 {"SELECT 1 -- a; b", "x"},
		"SELECT 1--2; x":                        {"SELECT 1--2", "x"},
		"SELECT 1 # a; b":                       {"SELECT 1 # a; b"},
		"/* a; b */; SELECT /*/ ; */ 2":         {"SELECT /*/ ; */ 2"},
		"/*! SET a=1 */; --":                    {"/*! SET a=1 */"},
		"-- only\n":                             nil,
		"SELECT '日本;' , \"\xff;\"; x":           {"SELECT '日本;' , \"\xff;\"", "x"},
		"INSERT INTO t VALUES ('\n;\n'); x /* ": {"INSERT INTO t VALUES ('\n;\n')", "x /*"},
	} {
		if got, err := splitSQL(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q gives %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"SELECT 'a", `SELECT "a\"`, "SELECT `a", "x; 'y"} {
		if got, err := splitSQL(text); err == nil {
			t.Errorf("%q gives %q, want an error", text, got)
		}
	}
}

func someResult() sqlResult {
	return sqlResult{
		columns: []sqlColumn{{name: "n", number: true}, {name: "text\x1b[1m"}},
		rows: [][]sqlCell{
			{{text: "1"}, {text: "plain"}},
			{{text: "007"}, {null: true}},
			{{null: true}, {text: ""}},
			{{text: "-2.50"}, {text: csvNull}},
			{{text: "5"}, {text: "two\nlines, \"quoted\""}},
			{{text: "6"}, {text: "\x1b[2J"}},
			{{text: "7"}, {text: "\xff\x00"}},
			{{text: "8"}, {text: "日本 <b>"}},
		},
	}
}

func TestResultForms(t *testing.T) {
	for output, want := range map[string]string{
		outputTable: "    n  text\n-----  -------------------\n    1  plain\n  007  NULL\n NULL\n-2.50  \\N\n    5  two lines, \"quoted\"\n" +
			"    6  0x1b5b324a\n    7  0xff00\n    8  日本 <b>\n",
		outputCSV: "n,0x746578741b5b316d\n1,plain\n007,\\N\n\\N,\"\"\n-2.50,\"\\N\"\n5,\"two\nlines, \"\"quoted\"\"\"\n" +
			"6,0x1b5b324a\n7,0xff00\n8,日本 <b>\n",
		outputJSON: `[{"n":1,"text\u001b[1m":"plain"},{"n":"007","text\u001b[1m":null},{"n":null,"text\u001b[1m":""},` +
			`{"n":-2.50,"text\u001b[1m":"\\N"},{"n":5,"text\u001b[1m":"two\nlines, \"quoted\""},` +
			`{"n":6,"text\u001b[1m":"\u001b[2J"},{"n":7,"text\u001b[1m":"0xff00"},{"n":8,"text\u001b[1m":"日本 <b>"}]` + "\n",
	} {
		got, err := resultText(someResult(), output)
		if err != nil || got != want {
			t.Errorf("%s: %v, got\n%s\nwant\n%s", output, err, got, want)
		}
	}
	empty := sqlResult{columns: someResult().columns[:1]}
	for output, want := range map[string]string{outputTable: "n\n-\n", outputCSV: "n\n", outputJSON: "[]\n"} {
		if got, err := resultText(empty, output); err != nil || got != want {
			t.Errorf("%s of no rows: %q, %v", output, got, err)
		}
	}
}

// TestJSONIsHarmless: what a terminal obeys is escaped and reads back as it was.
func TestJSONIsHarmless(t *testing.T) {
	text := "a\x1b[1m\u009b2J\x7f\u202e\u00ad日\u2028<&>\n"
	line, err := jsonLine(text)
	if err != nil || strings.ContainsAny(string(line), "\x1b\u009b\x7f\u202e\u00ad") || strings.Count(string(line), "\n") != 1 {
		t.Errorf("%q, %v", line, err)
	}
	var back string
	if err := json.Unmarshal(line, &back); err != nil || back != text {
		t.Errorf("read back as %q, %v", back, err)
	}
}

func TestSQLFailure(t *testing.T) {
	if err := sqlFailure(67, nil); err != nil {
		t.Error(err)
	}
	late := sqlFailure(67, fmt.Errorf("read: %w", context.DeadlineExceeded))
	if exitCode(late) != exitTimeout || !strings.Contains(late.Error(), "1m0s") {
		t.Errorf("%d: %v", exitCode(late), late)
	}
	if err := sqlFailure(67, errors.New("refused")); exitCode(err) != exitUnexpected || !strings.Contains(err.Error(), "MySQL server 67: refused") {
		t.Errorf("%d: %v", exitCode(err), err)
	}
}
