//go:build !linux && !darwin

package owner

import (
	"errors"
	"os"
)

func open(string) (*os.File, error)       { return nil, errors.ErrUnsupported }
func openToRead(string) (*os.File, error) { return nil, errors.ErrUnsupported }
func flock(*os.File, bool) (bool, error)  { return false, errors.ErrUnsupported }
func unlock(*os.File) error               { return errors.ErrUnsupported }
func lookUp(int) (process, error)         { return process{}, errors.ErrUnsupported }
