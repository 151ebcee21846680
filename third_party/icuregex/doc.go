// Package regex gives go-mysql-server the regular expressions it asks of
// go-icu-regex, on Go's own regexp package.
//
// The original compiles a WebAssembly build of ICU when a process starts, which
// costs every start of our binary a third of a second, whether or not it ever
// runs SQL. RE2 syntax covers what people type into REGEXP; look-around and
// back-references are refused with an error, never matched wrongly.
// docs/decisions/0002-regex-module.md has the reasons.
package regex
