package dockerdrv

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"

	"rondb-tui/engine"
)

// Where the meta volume is in its helper, and the two files that are written in
// turns: a torn write leaves the one before.
const metaDir = "/rondb-tui-meta"

func metaName(turn int) string { return fmt.Sprintf("meta.%d.json", turn) }

// metaStore reads and writes a meta volume through a container that is created
// and never started. Its Meta is shared: change it with update alone.
type metaStore struct {
	api       API
	id        identity
	container string // id of the helper

	writing sync.Mutex // held while a write is under way; guards the next two
	written uint64     // Seq of what the volume holds
	turn    int        // the file that is written next

	mu      sync.Mutex // guards the rest
	current *Meta      // never changed in place
}

// openMeta finds the meta of a cluster by its helper; nil if it has none.
func openMeta(ctx context.Context, api API, id identity) (*metaStore, error) {
	const op = "read the meta volume"
	list, err := api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: id.mine().Add("label", LabelRole+"="+RoleMeta)})
	if err != nil {
		return nil, failed(op, 0, err)
	}
	for _, c := range list.Items {
		if s, err := (&metaStore{api: api, id: id, container: c.ID}).load(ctx); s != nil || err != nil {
			return s, err
		}
	}
	return nil, nil
}

// load reads the meta; nil if none was ever written.
func (s *metaStore) load(ctx context.Context) (*metaStore, error) {
	m, err := s.read(ctx)
	if err != nil || m == nil {
		return nil, err
	}
	s.current, s.written = m, m.Seq
	return s, nil
}

// makeMeta makes the volume and its helper, or finds what an interrupted run left
// of them, and writes the first meta.
func makeMeta(ctx context.Context, api API, id identity, image string, m *Meta) (*metaStore, error) {
	const op = "make the meta volume"
	if err := makeVolume(ctx, api, id, id.metaVolume(), id.labels(RoleMeta)); err != nil {
		return nil, err
	}
	s := &metaStore{api: api, id: id}
	if err := s.helper(ctx, image); err != nil {
		return nil, failed(op, 0, err)
	}
	m.Seq = 0
	s.current = m
	return s, s.update(ctx, func(*Meta) {})
}

// helper makes the container through which the volume is reached.
func (s *metaStore) helper(ctx context.Context, image string) error {
	made, err := s.api.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name: s.id.metaContainer(),
		Config: &container.Config{
			Image: image, Entrypoint: []string{"/never-started"}, Labels: s.id.labels(RoleMeta),
			Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
		},
		HostConfig: &container.HostConfig{
			NetworkMode: "none", RestartPolicy: container.RestartPolicy{Name: container.RestartPolicyDisabled},
			Mounts: []mount.Mount{{
				Type: mount.TypeVolume, Source: s.id.metaVolume(), Target: metaDir, VolumeOptions: &mount.VolumeOptions{NoCopy: true},
			}},
		},
	})
	if err == nil {
		s.container = made.ID
		return nil
	}
	found, lookErr := ownContainer(ctx, s.api, s.id, s.id.metaContainer())
	if lookErr != nil || found == "" {
		return errors.Join(err, lookErr)
	}
	s.container = found
	return nil
}

// meta is the newest meta; it must not be changed.
func (s *metaStore) meta() *Meta {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

// update changes the meta and writes it. Changes that came while another was
// being written go out together. After an error the change still holds for this
// engine, and goes out with the next one.
func (s *metaStore) update(ctx context.Context, change func(*Meta)) error {
	s.mu.Lock()
	next := s.current.clone()
	change(next)
	next.Seq++
	s.current = next
	mine := next.Seq
	s.mu.Unlock()

	s.writing.Lock()
	defer s.writing.Unlock()
	newest := s.meta()
	if s.written >= mine {
		return nil
	}
	// The file of the last whole write stays until this one is whole.
	if err := s.write(ctx, metaName(s.turn), newest); err != nil {
		return err
	}
	s.written = newest.Seq
	s.turn = 1 - s.turn
	return nil
}

// write puts one file into the volume.
func (s *metaStore) write(ctx context.Context, name string, m *Meta) error {
	const op = "write the meta volume"
	text, err := encodeMeta(m)
	if err != nil {
		return engine.Errorf(engine.KindTerminal, op, 0, "%w", err)
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	header := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(text)), ModTime: time.Unix(0, 0), Format: tar.FormatPAX}
	err = w.WriteHeader(header)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return engine.Errorf(engine.KindInternal, op, 0, "%w", err)
	}
	_, err = s.api.CopyToContainer(ctx, s.container, client.CopyToContainerOptions{DestinationPath: metaDir, Content: &b})
	return failed(op, 0, err)
}

// read gives the newest whole file; nil if there is none.
func (s *metaStore) read(ctx context.Context) (*Meta, error) {
	const op = "read the meta volume"
	result, err := s.api.CopyFromContainer(ctx, s.container, client.CopyFromContainerOptions{SourcePath: metaDir})
	if err != nil {
		return nil, failed(op, 0, err)
	}
	defer func() { _ = result.Content.Close() }()
	var newest *Meta
	var broken error
	for r := tar.NewReader(io.LimitReader(result.Content, 3*MaxMeta)); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, failed(op, 0, err)
		}
		turn := slices.IndexFunc([]int{0, 1}, func(i int) bool { return metaName(i) == path.Base(header.Name) })
		if header.Typeflag != tar.TypeReg || turn < 0 {
			continue
		}
		text, err := io.ReadAll(io.LimitReader(r, MaxMeta))
		if err != nil {
			return nil, failed(op, 0, err)
		}
		m, err := decodeMeta(text)
		switch {
		case engine.KindOf(err) == engine.KindUnsupported && err != nil:
			return nil, err
		case err != nil:
			broken = err
		case newest == nil || m.Seq > newest.Seq:
			newest, s.turn = m, 1-turn
		}
	}
	if newest == nil && broken != nil {
		return nil, engine.Errorf(engine.KindTerminal, op, 0, "%w", broken)
	}
	return newest, nil
}
