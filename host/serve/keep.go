package serve

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"google.golang.org/grpc"
)

// keepEvery is how often the socket's file is looked at.
const keepEvery = time.Second

// keep makes the socket anew if its file is gone, as when somebody cleared the
// runtime directory: an engine that nobody can reach could only be ended by force.
// What stands there instead of it is left alone.
func keep(ctx context.Context, g *grpc.Server, socket string) {
	var servers sync.WaitGroup
	defer servers.Wait()
	look := time.NewTicker(keepEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		if _, err := os.Lstat(socket); !os.IsNotExist(err) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(socket), 0o700); err != nil {
			slog.Warn("the socket is gone", "error", err)
			continue
		}
		again, err := Listen(socket)
		if err != nil {
			slog.Warn("the socket is gone", "error", err)
			continue
		}
		slog.Info("the socket was gone and is made anew", "socket", socket)
		servers.Go(func() { _ = g.Serve(again) }) // it ends with the server
	}
}
