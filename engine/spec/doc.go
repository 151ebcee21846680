// Package spec reads and writes the desired state: JSONC (JSON with comments and
// trailing commas) in the vocabulary of managed RonDB.
//
// Reading is strict. A file starts from engine.DefaultSpec, and each field it
// names replaces the default; a field it does not name keeps it. Whatever is
// malformed (syntax, an unknown or repeated field, a value of the wrong type, a
// file that is too large, binary or missing) is reported with its position, all
// of it at once where the syntax allows, as engine.Problems inside an
// engine.Error of KindInvalid. Whether a well-formed state is legal is not
// decided here: package validate does that, and Source gives its problems the
// positions they have in the file.
//
// The command line calls it. Read blocks as long as its reader does and takes at
// most engine.MaxSpecBytes+1 bytes from it. Nothing is shared between calls, a
// Source is immutable, and the order of the problems is that of the text.
package spec
