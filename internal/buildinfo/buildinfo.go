// Package buildinfo says which build of the program this is: version, commit
// and Go version, from what the Go toolchain writes into the binary. A release
// sets Version at link time; a source checkout is "dev".
package buildinfo

import (
	"runtime/debug"
	"strings"
)

// Version is set by the linker in a release (-X rondb-tui/internal/buildinfo.Version=…).
var Version = "dev" //nolint:gochecknoglobals // the linker writes it

// Info is one line: version, commit where known, Go version and platform.
func Info() string {
	parts := []string{"rondb-tui " + Version}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return parts[0]
	}
	settings := map[string]string{}
	for _, s := range build.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		if settings["vcs.modified"] == "true" {
			revision += "+changes"
		}
		parts = append(parts, revision)
	}
	parts = append(parts, build.GoVersion, settings["GOOS"]+"/"+settings["GOARCH"])
	return strings.Join(parts, "  ")
}
