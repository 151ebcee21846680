// Package mgmtest is a management server: it speaks the protocol of package mgm
// for a Cluster, which is a table of nodes and their states. Every request that
// the client can make is answered as that state demands, with the errors and the
// irregular replies of a real server, and every change of the state is sent to
// who listens.
//
// Tests use it with faults: slow, broken and lying replies (Faults). The stub
// image uses it without, with an Act that makes real processes come and go.
//
// A Cluster may be used by many goroutines. A Server runs until the context of
// Serve ends, and leaves no goroutine behind.
package mgmtest
