// Package statusdoc is what `status` says of a cluster: the stable document of
// `-o json`, made from a snapshot, with its table and its one line for people,
// and assertions about its fields. docs/status-schema.md is its contract, and a
// test holds the two together.
//
// It is pure: a snapshot in, values out. What is not known is null in the
// document, never a made-up 0. The JSON is plain ASCII and the texts hold no
// control characters, so that both can be shown on any terminal.
package statusdoc
