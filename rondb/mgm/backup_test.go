package mgm_test

import (
	"context"
	"testing"
	"time"

	"rondb-tui/rondb/mgm"
	"rondb-tui/rondb/mgm/mgmtest"
)

func TestABackupIsFollowedToItsEnd(t *testing.T) {
	setup := mgmtest.Running(ronDB(), 1, 2, 1)
	setup.HoldBackups = true
	server, c := serve(t, setup)
	cluster := server.Cluster()
	told := 0
	events := watch(t, c, func(e mgm.Event) {
		if b, ok := e.Body.(*mgm.BackupStarted); ok && b.ID == 11 {
			cluster.Emit(mgm.Event{Type: mgm.EventBackupStatus, Source: 1, Body: &mgm.BackupStatus{By: 65, ID: 10, Bytes: 1}}) // another's
			cluster.Emit(mgm.Event{Type: mgm.EventBackupStatus, Source: 1, Body: &mgm.BackupStatus{By: 65, ID: 11, Bytes: 100}})
			cluster.EndBackup(0)
		}
	})
	done, err := c.Backup(t.Context(), mgm.BackupOptions{ID: 11}, func(b *mgm.BackupStatus) { told += int(b.Bytes) })
	if err != nil || done.ID != 11 || done.StopGCI != 92 || told != 100 {
		t.Errorf("got %+v, %v, told of %d bytes", done, err, told)
	}
	events()
	_, err = c.Backup(t.Context(), mgm.BackupOptions{ID: 11}, nil)
	wantCode(t, err, mgm.KindRefused, 0)
}

// watch calls for each backup event, in a goroutine that the returned func ends.
func watch(t *testing.T, c *mgm.Client, each func(mgm.Event)) (stop func()) {
	t.Helper()
	s, err := mgm.Listen(t.Context(), c.Address(), mgm.Filter{{mgm.CategoryBackup, 15}}, mgm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			e, err := s.Next(context.WithoutCancel(t.Context()))
			if err != nil {
				return
			}
			each(e)
		}
	}()
	return func() {
		_ = s.Close()
		<-done
	}
}

func TestABackupThatIsAborted(t *testing.T) {
	setup := mgmtest.Running(ronDB(), 1, 2, 1)
	setup.HoldBackups = true
	server, c := serve(t, setup)
	ctx := context.WithoutCancel(t.Context())
	second := must[*mgm.Client](t)(mgm.Dial(ctx, c.Address(), mgm.Options{}))
	defer func() { _ = second.Close() }()
	for _, end := range []struct {
		code int
		by   func(id uint32)
	}{
		{1321, func(id uint32) { _ = second.AbortBackup(ctx, id) }},
		{1326, func(uint32) { server.Cluster().Kill(2) }},
	} {
		stop := watch(t, c, func(e mgm.Event) {
			if b, ok := e.Body.(*mgm.BackupStarted); ok {
				end.by(b.ID)
			}
		})
		_, err := c.Backup(t.Context(), mgm.BackupOptions{ID: uint32(end.code)}, nil)
		wantCode(t, err, mgm.KindRefused, end.code)
		stop()
	}
}

// TestABackupWhoseStreamBroke goes on if it still runs, and else cannot know.
func TestABackupWhoseStreamBroke(t *testing.T) {
	server, c := serve(t, mgmtest.Running(ronDB(), 1, 2, 1))
	server.SetFaults(mgmtest.Faults{Only: "event", HangUp: true, Times: 1})
	_, err := c.Backup(t.Context(), mgm.BackupOptions{ID: 5}, nil)
	wantCode(t, err, mgm.KindLost, 0)

	setup := mgmtest.Running(ronDB(), 1, 2, 1)
	setup.HoldBackups = true
	server, c = serve(t, setup)
	cluster := server.Cluster()
	server.SetFaults(mgmtest.Faults{Only: "event", HangUp: true, Times: 1})
	result := make(chan error, 1)
	go func() {
		done, err := c.Backup(context.WithoutCancel(t.Context()), mgm.BackupOptions{ID: 5}, func(*mgm.BackupStatus) { cluster.EndBackup(0) })
		if err == nil && done.ID != 5 {
			t.Errorf("done %+v", done)
		}
		result <- err
	}()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for { // the first status that is heard ends the backup
		select {
		case err := <-result:
			if err != nil {
				t.Errorf("it went on: %v", err)
			}
			return
		case <-ticker.C:
			cluster.Emit(mgm.Event{Type: mgm.EventBackupStatus, Source: 1, Body: &mgm.BackupStatus{By: 65, ID: 5}})
		}
	}
}

func TestBackupWaits(t *testing.T) {
	setup := mgmtest.Running(ronDB(), 1, 2, 1)
	server, c := serve(t, setup)
	if id := must[uint32](t)(c.StartBackup(t.Context(), mgm.BackupOptions{})); id != 0 {
		t.Errorf("an id without waiting: %d", id)
	}
	if id := must[uint32](t)(c.StartBackup(t.Context(), mgm.BackupOptions{Wait: mgm.WaitCompleted, Point: mgm.SnapshotStart})); id != 2 {
		t.Errorf("the second is %d", id)
	}
	server.Cluster().Kill(1)
	server.Cluster().Kill(2)
	_, err := c.StartBackup(t.Context(), mgm.BackupOptions{Wait: mgm.WaitStarted})
	wantCode(t, err, mgm.KindRefused, mgm.CodeNoDataNodes)
}
