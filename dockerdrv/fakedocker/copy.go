package fakedocker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"path"

	"github.com/moby/moby/client"
)

// place finds the volume that a folder of a container is; what is elsewhere
// cannot be written, as in a container with a read-only file system.
func (c *box) place(folder string) (volume string, err error) {
	for _, m := range c.host.Mounts {
		if m.Target == folder {
			return m.Source, nil
		}
	}
	return "", notFound("Could not find the file %s in container %s", folder, c.id)
}

// CopyToContainer implements dockerdrv.API, into volumes.
func (d *Daemon) CopyToContainer(ctx context.Context, id string, options client.CopyToContainerOptions) (client.CopyToContainerResult, error) {
	files, readErr := readTar(options.Content)
	err := d.enter(ctx, "CopyToContainer", id, true)
	defer d.mu.Unlock()
	if err = errors.Join(err, readErr); err != nil {
		return client.CopyToContainerResult{}, err
	}
	c, err := d.find(id)
	if err != nil {
		return client.CopyToContainerResult{}, err
	}
	volume, err := c.place(options.DestinationPath)
	if err != nil {
		return client.CopyToContainerResult{}, err
	}
	for name, content := range files {
		d.files[file{volume, name}] = content
	}
	return client.CopyToContainerResult{}, nil
}

// file is a place in a volume.
type file struct{ volume, name string }

// CopyFromContainer implements dockerdrv.API, of a whole volume.
func (d *Daemon) CopyFromContainer(ctx context.Context, id string, options client.CopyFromContainerOptions) (client.CopyFromContainerResult, error) {
	err := d.enter(ctx, "CopyFromContainer", id, false)
	defer d.mu.Unlock()
	if err != nil {
		return client.CopyFromContainerResult{}, err
	}
	c, err := d.find(id)
	if err != nil {
		return client.CopyFromContainerResult{}, err
	}
	volume, err := c.place(options.SourcePath)
	if err != nil {
		return client.CopyFromContainerResult{}, err
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for at, content := range d.files {
		if at.volume != volume {
			continue
		}
		name := path.Join(path.Base(options.SourcePath), at.name)
		header := &tar.Header{Name: name, Size: int64(len(content)), Mode: 0o600, Typeflag: tar.TypeReg}
		if err := w.WriteHeader(header); err != nil {
			return client.CopyFromContainerResult{}, err
		}
		if _, err := w.Write(content); err != nil {
			return client.CopyFromContainerResult{}, err
		}
	}
	return client.CopyFromContainerResult{Content: io.NopCloser(&b)}, w.Close()
}
