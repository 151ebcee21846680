// Package mgm speaks the management protocol of NDB and RonDB: lines of text over
// TCP, as ndb_mgmd answers them (port 1186 unless the configuration says another).
//
// A Client sends one request after the other on one connection. A call that is
// cancelled, times out or meets something else than the protocol gives the
// connection up, since a half read reply cannot be resynchronised; the next call
// connects anew. No request is ever sent twice: whether to repeat it is the
// caller's decision, and Error.Sent says whether the server may have carried it
// out. A call that waits for long, such as Restart, keeps the others of its
// client waiting: give it a client of its own.
//
// Listen subscribes to the events of the cluster on a connection of its own, and
// Follow keeps such a subscription up. Nothing that happened while there was no
// subscription is told later, so read Status after each Subscribed update; States
// folds both into what the nodes are.
//
// Texts from the server are handed on as they came: clean them before they reach
// a screen. Package mgmtest has a server that speaks the other side.
package mgm
