// Package control is the client of an engine's control socket. A Client is
// everything that a console or a command may do with a cluster, and the console
// cannot tell whether its engine is in its own process or behind a socket.
//
// Dial finds out who listens, within 2 s, and says clearly what is wrong if it is
// not an engine of this version that answers. Follow begins the stream of
// snapshots; from then on Latest never blocks and never goes backwards, and
// Changed is a bell with room for one ring, for one listener. A client is for one
// connection: if that is lost, Ended tells so and nothing connects anew.
//
// All methods may be called from any goroutine. Errors of the engine come back as
// *engine.Error, the same on both sides of the socket. What the server needs of
// the same wire stands in wire.go.
package control
