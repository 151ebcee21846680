package tui

import "strings"

// WithEnvironment adds to the options what the environment ("KEY=value") asks
// for: NO_COLOR, CLICOLOR=0 and TERM=dumb take the colours away, TERM=linux,
// TERM=dumb and a locale that is set and not UTF-8 draw with ASCII, and
// REDUCE_MOTION calms the screen. What is already asked for stays.
func (o Options) WithEnvironment(environ []string) Options {
	env := make(map[string]string, len(environ))
	for _, one := range environ {
		if name, value, ok := strings.Cut(one, "="); ok {
			env[name] = value
		}
	}
	term := env["TERM"]
	_, noColor := env["NO_COLOR"]
	o.NoColor = o.NoColor || noColor || env["CLICOLOR"] == "0" || term == "dumb"
	o.ASCII = o.ASCII || term == "linux" || term == "dumb" || !utf8Locale(env)
	motion := env["REDUCE_MOTION"]
	o.NoMotion = o.NoMotion || motion != "" && motion != "0"
	return o
}

// utf8Locale follows the order in which the variables count. Where none is set
// the terminal is taken for a modern one.
func utf8Locale(env map[string]string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := strings.ToLower(env[name]); value != "" {
			return strings.Contains(value, "utf-8") || strings.Contains(value, "utf8")
		}
	}
	return true
}
