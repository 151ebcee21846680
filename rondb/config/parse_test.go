package config_test

import (
	"regexp"
	"strings"
)

// section is one of a file, read back.
type section struct {
	name  string
	lines []line
}

type line struct{ name, value string }

func (s *section) value(name string) string {
	for _, l := range s.lines {
		if l.name == name {
			return l.value
		}
	}
	return ""
}

// parse reads config.ini more strictly than ndb_mgmd: a line is a comment at the
// very start, a section, or a name, "=" and a plain value; no name twice in a section.
func parse(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, text []byte) (sections []section) {
	t.Helper()
	header := regexp.MustCompile(`^\[([A-Z_]+( DEFAULT)?)\]$`)
	setting := regexp.MustCompile(`^([A-Za-z]+)=([A-Za-z0-9._/-]+)$`)
	if !strings.HasSuffix(string(text), "\n") {
		t.Fatalf("the last line does not end")
	}
	for i, raw := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		switch {
		case i == 0 && strings.HasPrefix(raw, "# "), raw == "":
		case header.MatchString(raw):
			sections = append(sections, section{name: header.FindStringSubmatch(raw)[1]})
		case setting.MatchString(raw) && len(sections) > 0:
			m := setting.FindStringSubmatch(raw)
			s := &sections[len(sections)-1]
			if s.value(m[1]) != "" {
				t.Fatalf("line %d: %s twice in [%s]", i+1, m[1], s.name)
			}
			s.lines = append(s.lines, line{m[1], m[2]})
		default:
			t.Fatalf("line %d is nothing that config.ini has: %q", i+1, raw)
		}
	}
	return sections
}
