package agent

import (
	"fmt"
	"strings"

	"rondb-tui/rondb/mgm"
)

// wording tells an event as the cluster log does; "" for what it does not tell, or
// not to people.
func wording(e mgm.Event) (text string, severity int32) {
	switch b := e.Body.(type) {
	case *mgm.Connection:
		return connectionWords(e.Type, b)
	case *mgm.NodeVersion:
		if e.Type == mgm.EventStartCompleted {
			return fmt.Sprintf("Started (version %s)", b.Version), severityInfo
		}
		return fmt.Sprintf("Start initiated (version %s)", b.Version), severityInfo
	case *mgm.StartPhase:
		return fmt.Sprintf("Start phase %d completed (%s)", b.Phase, b.Type), severityInfo
	case *mgm.StopStarted:
		if b.WholeCluster() {
			return "Cluster shutdown initiated", severityInfo
		}
		return "Node shutdown initiated", severityInfo
	case *mgm.StopCompleted:
		return "Node shutdown completed" + restartWords(b.Action) + "." + signalWords(b.Signal), severityInfo
	case *mgm.StopForced:
		return fmt.Sprintf("Forced node shutdown completed%s.%s Caused by error %d.", restartWords(b.Action), signalWords(b.Signal), b.Error), severityAlert
	case *mgm.NodeFailed:
		return fmt.Sprintf("Node %d has failed.", b.Node), severityAlert
	case *mgm.NodeFailCompleted:
		if b.Everywhere() {
			return fmt.Sprintf("All nodes completed failure of Node %d", b.Failed), severityAlert
		}
	case *mgm.MissedHeartbeat:
		return fmt.Sprintf("Node %d missed heartbeat %d", b.Node, b.Count), severityWarning
	case *mgm.Arbitration:
		return arbitrationWords(b)
	case *mgm.Message:
		if e.Type == mgm.EventWarning {
			return clip(b.Text()), severityWarning
		}
		return clip(b.Text()), severityInfo
	case *mgm.BackupStarted:
		return fmt.Sprintf("Backup %d started from node %d", b.ID, b.By), severityInfo
	case *mgm.BackupCompleted:
		return fmt.Sprintf("Backup %d started from node %d completed. StartGCP: %d StopGCP: %d #Records: %d",
			b.ID, b.By, b.StartGCI, b.StopGCI, b.Records), severityInfo
	case *mgm.BackupAborted:
		return fmt.Sprintf("Backup %d started from %d has been aborted. Error: %d", b.ID, b.By, b.Error), severityAlert
	case *mgm.BackupFailedToStart:
		return fmt.Sprintf("Backup request from %d failed to start. Error: %d", b.By, b.Error), severityAlert
	case *mgm.Words:
		return startWords(e), severityInfo
	}
	return "", severityInfo
}

func connectionWords(t mgm.EventType, b *mgm.Connection) (string, int32) {
	switch t {
	case mgm.EventConnected:
		return fmt.Sprintf("Node %d Connected", b.Node), severityInfo
	case mgm.EventDisconnected:
		return fmt.Sprintf("Node %d Disconnected", b.Node), severityAlert
	case mgm.EventDeadByHeartbeat:
		return fmt.Sprintf("Node %d declared dead due to missed heartbeat", b.Node), severityAlert
	default: // that links are opened and closed says nothing more
		return "", severityInfo
	}
}

func restartWords(a mgm.StopAction) string {
	text := ""
	if a.Restarts() {
		text += ", restarting"
	}
	if a.NoStart() {
		text += ", no start"
	}
	if a.Initial() {
		text += ", initial"
	}
	return text
}

func signalWords(signal uint32) string {
	if signal == 0 {
		return ""
	}
	return fmt.Sprintf(" Initiated by signal %d.", signal)
}

func arbitrationWords(b *mgm.Arbitration) (string, int32) {
	switch b.What() {
	case mgm.ArbitratorStarted:
		return fmt.Sprintf("Started arbitrator node %d [ticket=%08x%08x]", b.Arbiter, b.Ticket0, b.Ticket1), severityInfo
	case mgm.ArbitratorLostFailed:
		return fmt.Sprintf("Lost arbitrator node %d - process failure", b.Arbiter), severityAlert
	case mgm.ArbitratorLostExit:
		return fmt.Sprintf("Lost arbitrator node %d - process exit", b.Arbiter), severityAlert
	case mgm.ArbitrationLostLess:
		return "Arbitration check lost - less than 1/2 nodes left", severityAlert
	case mgm.ArbitrationWonMore:
		return "Arbitration check won - all node groups and more than 1/2 nodes left", severityAlert
	case mgm.ArbitrationWonGroup:
		return "Arbitration check won - node group majority", severityAlert
	case mgm.ArbitrationLostGroup:
		return "Arbitration check lost - missing node group", severityAlert
	case mgm.ArbitrationRequired:
		return "Network partitioning - arbitration required", severityAlert
	case mgm.ArbitrationWon:
		return fmt.Sprintf("Arbitration won - positive reply from node %d", b.Arbiter), severityAlert
	case mgm.ArbitrationLost:
		return fmt.Sprintf("Arbitration lost - negative reply from node %d", b.Arbiter), severityAlert
	case mgm.ArbitrationNoneAvailable:
		return "Network partitioning - no arbitrator available", severityAlert
	case mgm.ArbitrationNoneConfigured:
		return "Network partitioning - no arbitrator configured", severityAlert
	default: // steps on the way
		return "", severityInfo
	}
}

// startWords tells what a starting cluster waits for.
func startWords(e mgm.Event) string {
	report, ok := mgm.StartReportOf(e)
	if !ok || len(report.Waiting) == 0 {
		return ""
	}
	kind := "Waiting for nodes"
	if report.Kind == 1 {
		kind = "Initial start, waiting for nodes"
	}
	return fmt.Sprintf("%s %s to connect", kind, strings.Trim(fmt.Sprint(report.Waiting), "[]"))
}

// doingOf says what a start is busy with.
func doingOf(e mgm.Event) string {
	switch b := e.Body.(type) {
	case *mgm.CopyTo:
		if e.Type == mgm.EventCopyStarted {
			return "copying the data from its peers"
		}
	case *mgm.RedoFiles:
		return fmt.Sprintf("making redo log files, %d of %d", b.FilesDone, b.Files)
	case *mgm.Words:
		return strings.ToLower(startWords(e))
	}
	return ""
}
