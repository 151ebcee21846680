package netcut

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"time"
)

// Command is the word that has the agent's program be a helper:
// rondb-agent cut NETWORK MILLISECONDS.
const Command = "cut"

// Lines that a helper prints, one and no other.
const (
	Done        = "cut"
	Unsupported = "unsupported: " // and why
	Failed      = "failed: "      // and why
)

// ErrUnsupported is why nothing was cut: the kernel cannot do it so that it ends
// by itself.
var ErrUnsupported = errors.New("this kernel has no nftables tables with an owner")

// Args are the arguments of a helper that cuts off from all of a network.
func Args(network netip.Prefix, lease time.Duration) []string {
	return []string{Command, network.String(), strconv.FormatInt(max(lease.Milliseconds(), 1), 10)}
}

// Main is the helper: args are what follows Command. It returns the exit code.
func Main(ctx context.Context, args []string, in io.Reader, out io.Writer) int {
	if len(args) != 2 {
		_, _ = fmt.Fprintln(out, Failed+"two arguments are needed")
		return 2
	}
	network, err := netip.ParsePrefix(args[0])
	ms, numberErr := strconv.ParseInt(args[1], 10, 64)
	if err = errors.Join(err, numberErr); err != nil || ms <= 0 {
		_, _ = fmt.Fprintln(out, Failed+"the arguments are not a network and milliseconds")
		return 2
	}
	restore, err := cut(network)
	switch {
	case errors.Is(err, ErrUnsupported):
		_, _ = fmt.Fprintf(out, "%s%v\n", Unsupported, err)
		return 3
	case err != nil:
		_, _ = fmt.Fprintf(out, "%s%v\n", Failed, err)
		return 1
	}
	defer restore()
	_, _ = fmt.Fprintln(out, Done)
	hold(ctx, time.Duration(ms)*time.Millisecond, in)
	return 0
}

// hold returns when the lease is over, or the standard input ends.
func hold(ctx context.Context, lease time.Duration, in io.Reader) {
	ctx, cancel := context.WithTimeout(ctx, lease)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, in)
		cancel()
	}()
	<-ctx.Done()
}
