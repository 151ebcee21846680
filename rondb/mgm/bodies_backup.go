package mgm

// BackupStarted is a backup that began on all data nodes.
type BackupStarted struct {
	By NodeID // the management server
	ID uint32
}

func (b *BackupStarted) values(v *values) {
	v.node("starting_node", &b.By)
	v.u32("backup_id", &b.ID)
}

// BackupFailedToStart is one that did not.
type BackupFailedToStart struct {
	By    NodeID
	Error uint32
}

func (b *BackupFailedToStart) values(v *values) {
	v.node("starting_node", &b.By)
	v.u32("error", &b.Error)
}

// BackupCompleted is a backup that is done.
type BackupCompleted struct {
	By                                   NodeID
	ID                                   uint32
	StartGCI, StopGCI                    uint32 // StopGCI is what a restore leads to
	Bytes, Records, LogBytes, LogRecords uint64
}

func (b *BackupCompleted) values(v *values) {
	v.node("starting_node", &b.By)
	v.u32("backup_id", &b.ID)
	v.u32("start_gci", &b.StartGCI)
	v.u32("stop_gci", &b.StopGCI)
	v.low("n_bytes", &b.Bytes)
	v.low("n_records", &b.Records)
	v.low("n_log_bytes", &b.LogBytes)
	v.low("n_log_records", &b.LogRecords)
	v.high("n_bytes_hi", &b.Bytes)
	v.high("n_records_hi", &b.Records)
	v.high("n_log_bytes_hi", &b.LogBytes)
	v.high("n_log_records_hi", &b.LogRecords)
}

// BackupAborted is a backup that was ended before it was done.
type BackupAborted struct {
	By    NodeID
	ID    uint32
	Error uint32
}

func (b *BackupAborted) values(v *values) {
	v.node("starting_node", &b.By)
	v.u32("backup_id", &b.ID)
	v.u32("error", &b.Error)
}

// BackupStatus is how far a backup is on the source; By is 0 if there is none.
type BackupStatus struct {
	By                                   NodeID
	ID                                   uint32
	Bytes, Records, LogBytes, LogRecords uint64
}

func (b *BackupStatus) values(v *values) {
	v.node("starting_node", &b.By)
	v.u32("backup_id", &b.ID)
	v.low("n_bytes_lo", &b.Bytes)
	v.high("n_bytes_hi", &b.Bytes)
	v.low("n_records_lo", &b.Records)
	v.high("n_records_hi", &b.Records)
	v.low("n_log_bytes_lo", &b.LogBytes)
	v.high("n_log_bytes_hi", &b.LogBytes)
	v.low("n_log_records_lo", &b.LogRecords)
	v.high("n_log_records_hi", &b.LogRecords)
}

// Restore is a restore that begins or is done.
type Restore struct {
	Backup uint32
	Node   NodeID // whose part of the backup it is
}

func (b *Restore) values(v *values) {
	v.u32("backup_id", &b.Backup)
	v.node("node_id", &b.Node)
}

// RestoreMetaData is what a restore made.
type RestoreMetaData struct {
	Restore
	Tables, Tablespaces, LogfileGroups, Datafiles, Undofiles uint32
}

func (b *RestoreMetaData) values(v *values) {
	b.Restore.values(v)
	v.u32("n_tables", &b.Tables)
	v.u32("n_tablespaces", &b.Tablespaces)
	v.u32("n_logfilegroups", &b.LogfileGroups)
	v.u32("n_datafiles", &b.Datafiles)
	v.u32("n_undofiles", &b.Undofiles)
}

// RestoreProgress is how much a restore has put back.
type RestoreProgress struct {
	Restore
	Records, Bytes uint64
}

func (b *RestoreProgress) values(v *values) {
	b.Restore.values(v)
	v.low("n_records_lo", &b.Records)
	v.high("n_records_hi", &b.Records)
	v.low("n_bytes_lo", &b.Bytes)
	v.high("n_bytes_hi", &b.Bytes)
}
