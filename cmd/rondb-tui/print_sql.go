package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"rondb-tui/tui/present"
)

// sqlResult is what one statement gave.
type sqlResult struct {
	columns []sqlColumn
	rows    [][]sqlCell
	cut     bool // there were more rows
}

type sqlColumn struct {
	name   string
	number bool
}

// sqlCell is a value as MySQL writes it; NULL is not the empty text.
type sqlCell struct {
	null bool
	text string
}

// isNumber says whether values of a type are numbers, by the type's name as the
// driver gives it.
func isNumber(kind string) bool {
	switch strings.TrimPrefix(kind, "UNSIGNED ") {
	case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "YEAR", "DECIMAL", "FLOAT", "DOUBLE":
		return true
	}
	return false
}

// resultText writes a result in one of the forms of output.
func resultText(r sqlResult, output string) (string, error) {
	switch output {
	case outputJSON:
		return resultJSON(r)
	case outputCSV:
		return resultCSV(r), nil
	}
	return resultTable(r), nil
}

// resultTable writes a result for people: a heading, a line, then the rows;
// numbers to the right.
func resultTable(r sqlResult) string {
	head, line := make([]string, len(r.columns)), make([]string, len(r.columns))
	wide := make([]int, len(r.columns))
	for i, column := range r.columns {
		head[i] = present.Clean(column.name)
		wide[i] = max(1, present.Width(head[i]))
	}
	body := make([][]string, len(r.rows))
	for at, row := range r.rows {
		body[at] = make([]string, len(row))
		for i, cell := range row {
			body[at][i] = tableCell(cell)
			wide[i] = max(wide[i], present.Width(body[at][i]))
		}
	}
	for i := range line {
		line[i] = strings.Repeat("-", wide[i])
	}
	var b strings.Builder
	for _, row := range append([][]string{head, line}, body...) {
		for i := range row {
			if r.columns[i].number {
				row[i] = present.PadLeft(row[i], wide[i])
			} else {
				row[i] = present.Pad(row[i], wide[i])
			}
		}
		b.WriteString(strings.TrimRight(strings.Join(row, "  "), " ") + "\n")
	}
	return b.String()
}

func tableCell(cell sqlCell) string {
	if cell.null {
		return "NULL"
	}
	return present.Clean(readable(cell.text))
}

// resultJSON writes a result as one line: a list of objects, whose fields are in
// the order of the columns.
func resultJSON(r sqlResult) (string, error) {
	var b bytes.Buffer
	b.WriteByte('[')
	for at, row := range r.rows {
		if at > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('{')
		for i, cell := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			for _, part := range []any{r.columns[i].name, jsonCell(r.columns[i], cell)} {
				text, err := jsonLine(part)
				if err != nil {
					return "", err
				}
				b.Write(text[:len(text)-1])
				b.WriteByte(':')
			}
			b.Truncate(b.Len() - 1)
		}
		b.WriteByte('}')
	}
	b.WriteString("]\n")
	return b.String(), nil
}

// jsonCell gives what a cell is in JSON: null, a number exactly as MySQL wrote it,
// or text.
func jsonCell(column sqlColumn, cell sqlCell) any {
	switch {
	case cell.null:
		return nil
	case column.number && json.Valid([]byte(cell.text)):
		return json.RawMessage(cell.text)
	case !utf8.ValidString(cell.text):
		return hexadecimal(cell.text)
	}
	return cell.text
}

// csvNull is NULL, as MySQL itself writes it into files.
const csvNull = `\N`

// resultCSV writes a result with a heading, by RFC 4180 with line ends of Unix.
func resultCSV(r sqlResult) string {
	names := make([]string, len(r.columns))
	for i, column := range r.columns {
		names[i] = csvText(column.name)
	}
	lines := []string{strings.Join(names, ",")}
	for _, row := range r.rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = csvNull
			if !cell.null {
				cells[i] = csvText(cell.text)
			}
		}
		lines = append(lines, strings.Join(cells, ","))
	}
	return strings.Join(lines, "\n") + "\n"
}

// csvText quotes where that is needed; so is the empty text, and what would be
// taken for NULL.
func csvText(text string) string {
	text = readable(text)
	if text == "" || text == csvNull || strings.ContainsAny(text, ",\"\r\n") {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}

// readable writes bytes that are no text, or that a terminal would obey, in
// hexadecimal.
func readable(text string) string {
	commands := func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r) }
	if !utf8.ValidString(text) || strings.ContainsFunc(text, commands) {
		return hexadecimal(text)
	}
	return text
}

func hexadecimal(text string) string { return "0x" + hex.EncodeToString([]byte(text)) }
