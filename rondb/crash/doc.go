// Package crash reads what a data node leaves behind: its error log, the heads of
// its trace files, the lines of the cluster log, and its exit code; and says what
// the cause means for starting it again.
//
// Files come from a container that may be broken or hostile. A parser therefore
// never fails: it returns what could be read of truncated or foreign bytes, within
// limits on sizes and counts. Texts are as found; a screen has to clean them.
// Times are the container's local ones without a zone, and are taken as UTC.
package crash
