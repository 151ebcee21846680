//go:build unix

package main

import "syscall"

// shareWithGroup has every file made here be open to our group, which the
// processes belong to, and to nobody else.
func shareWithGroup() { syscall.Umask(0o007) }
