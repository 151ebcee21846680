package tui

import "testing"

func TestWithEnvironment(t *testing.T) {
	for _, one := range []struct {
		name                     string
		env                      []string
		noColor, ascii, noMotion bool
	}{
		{name: "nothing set"},
		{name: "modern", env: []string{"TERM=xterm-256color", "LANG=en_US.UTF-8"}},
		{name: "no colour, whatever its value", env: []string{"NO_COLOR="}, noColor: true},
		{name: "clicolor", env: []string{"CLICOLOR=0"}, noColor: true},
		{name: "console", env: []string{"TERM=linux", "LANG=C.utf8"}, ascii: true},
		{name: "dumb", env: []string{"TERM=dumb"}, noColor: true, ascii: true},
		{name: "LC_ALL counts first", env: []string{"LC_ALL=C", "LANG=en_US.UTF-8"}, ascii: true},
		{name: "LC_CTYPE before LANG", env: []string{"LC_CTYPE=en_US.UTF-8", "LANG=C"}},
		{name: "calm", env: []string{"REDUCE_MOTION=1"}, noMotion: true},
		{name: "not calm", env: []string{"REDUCE_MOTION=0"}},
	} {
		got := Options{}.WithEnvironment(one.env)
		if got.NoColor != one.noColor || got.ASCII != one.ascii || got.NoMotion != one.noMotion {
			t.Errorf("%s: %+v", one.name, got)
		}
	}
	if got := (Options{NoColor: true, ASCII: true, NoMotion: true}).WithEnvironment(nil); !got.NoColor || !got.ASCII || !got.NoMotion {
		t.Errorf("what was asked for is gone: %+v", got)
	}
}
