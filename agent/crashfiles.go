package agent

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"rondb-tui/agentproto"
)

// What is kept of earlier runs, and what of it one reply holds.
const (
	keptRuns      = 3
	maxCrashFiles = 32
	maxCrashFile  = 256 << 10 // bytes of one file
	maxCrashTotal = 2 << 20   // bytes of a reply
)

// setAside moves what a data node wrote about itself out of the way of its next
// start, so that the newest crash is never overwritten.
func (n node) setAside(incarnation uint64) error {
	entries, err := os.ReadDir(n.layout.Log)
	if err != nil {
		return fmt.Errorf("keep the crash files: %w", err)
	}
	target := filepath.Join(n.layout.Crash, strconv.FormatUint(incarnation, 10))
	for _, entry := range entries {
		if !entry.Type().IsRegular() || !strings.HasPrefix(entry.Name(), "ndb_") {
			continue
		}
		err := os.MkdirAll(target, folderMode)
		if err == nil {
			err = os.Rename(filepath.Join(n.layout.Log, entry.Name()), filepath.Join(target, entry.Name()))
		}
		if err != nil {
			return fmt.Errorf("keep the crash files: %w", err)
		}
	}
	return n.forgetRuns()
}

// runs are the incarnations with files, the newest first.
func (n node) runs() ([]uint64, error) {
	entries, err := os.ReadDir(n.layout.Crash)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for crash files: %w", err)
	}
	var runs []uint64
	for _, entry := range entries {
		if run, err := strconv.ParseUint(entry.Name(), 10, 64); err == nil && entry.IsDir() {
			runs = append(runs, run)
		}
	}
	slices.SortFunc(runs, func(a, b uint64) int { return cmp.Compare(b, a) })
	return runs, nil
}

func (n node) forgetRuns() error {
	runs, err := n.runs()
	if err != nil {
		return err
	}
	for _, run := range runs[min(len(runs), keptRuns):] {
		if err := os.RemoveAll(filepath.Join(n.layout.Crash, strconv.FormatUint(run, 10))); err != nil {
			return fmt.Errorf("forget old crash files: %w", err)
		}
	}
	return nil
}

// crashFiles are what the runs left behind, the newest run first and in it the
// newest file.
func (n node) crashFiles() (*agentproto.CollectCrashReply, error) {
	runs, err := n.runs()
	if err != nil {
		return nil, err
	}
	folders := []string{n.layout.Log}
	for _, run := range runs {
		folders = append(folders, filepath.Join(n.layout.Crash, strconv.FormatUint(run, 10)))
	}
	reply, left := &agentproto.CollectCrashReply{}, int64(maxCrashTotal)
	for _, folder := range folders {
		for _, name := range newestFirst(folder) {
			if len(reply.GetFiles()) == maxCrashFiles || left <= 0 {
				return reply, nil
			}
			content, cut, err := readEnd(filepath.Join(folder, name), min(maxCrashFile, left))
			if err != nil {
				continue // gone meanwhile, or not ours to read
			}
			left -= int64(len(content))
			told, err := filepath.Rel(filepath.Dir(n.layout.Log), filepath.Join(folder, name))
			if err != nil {
				told = name
			}
			reply.Files = append(reply.Files, &agentproto.CrashFile{Name: told, Content: content, Cut: cut})
		}
	}
	return reply, nil
}

// newestFirst are the names of a node's files in a folder.
func newestFirst(folder string) []string {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	var names []string
	changed := map[string]time.Time{}
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && info.Mode().IsRegular() && strings.HasPrefix(entry.Name(), "ndb_") {
			names = append(names, entry.Name())
			changed[entry.Name()] = info.ModTime()
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return changed[b].Compare(changed[a]) })
	return names
}

// readEnd reads the last bytes of a file.
func readEnd(path string, limit int64) (content []byte, cut bool, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err == nil && info.Size() > limit {
		cut = true
		_, err = file.Seek(info.Size()-limit, io.SeekStart)
	}
	if err == nil {
		content, err = io.ReadAll(io.LimitReader(file, limit))
	}
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	return content, cut, nil
}
