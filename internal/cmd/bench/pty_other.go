//go:build !linux

package main

import (
	"errors"
	"os"
	"os/exec"
)

func startOnTerminal(*exec.Cmd, uint16, uint16) (*os.File, error) { return nil, errors.ErrUnsupported }
