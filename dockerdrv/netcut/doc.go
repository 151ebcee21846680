// Package netcut cuts a container off from the other nodes of its cluster, as the
// program of a helper container that shares the container's network.
//
// The rules are in a table that belongs to the helper's own socket, so that the
// kernel drops them however the helper ends: when its lease is over, when its
// standard input closes because the engine is gone, or by SIGKILL. Where the
// kernel cannot do that, nothing is cut and the answer says so.
package netcut
