// Package config writes config.ini and my.cnf for RonDB and for plain NDB
// Cluster from a struct of its own, and knows how much memory a cluster takes.
//
// It is pure: the same Cluster gives the same bytes, and nothing is read but the
// arguments. A Cluster that could not run, or whose names could smuggle a line
// into a file, is refused with every problem at once (RefusedError). What a
// release does not know is left out, because ndb_mgmd refuses a file with an
// unknown parameter. No password is ever an input, so none can get into a file.
//
// Memory is in bytes; in files it is in RonDB's notation (K, M and G, 1024 each).
package config
