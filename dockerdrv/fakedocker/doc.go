// Package fakedocker is a Docker daemon in memory: the few calls of
// dockerdrv.API, with the rules and error classes of Engine 20.10 that the driver
// depends on (names, volumes in use, overlapping networks, ports, events).
//
// A container that starts runs what Daemon.Run gives it, in this process. Every
// mutating call is recorded, and Daemon.Fail can refuse any call.
package fakedocker
