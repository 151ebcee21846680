package fakedocker

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/moby/moby/api/types/image"
	"github.com/moby/moby/client"
	"github.com/opencontainers/go-digest"

	ocispec "github.com/moby/docker-image-spec/specs-go/v1"
)

// ImageLoad implements dockerdrv.API: it reads the tar as the daemon would, by its
// manifest.json. A bad one is told inside the reply.
func (d *Daemon) ImageLoad(ctx context.Context, input io.Reader, _ ...client.ImageLoadOption) (client.ImageLoadResult, error) {
	files, readErr := readTar(input)
	err := d.enter(ctx, "ImageLoad", "", true)
	defer d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if readErr == nil {
		readErr = d.load(files)
	}
	if readErr != nil {
		text, err := json.Marshal(map[string]any{"errorDetail": map[string]string{"message": readErr.Error()}, "error": readErr.Error()})
		return io.NopCloser(strings.NewReader(string(text) + "\n")), err
	}
	return io.NopCloser(strings.NewReader(`{"stream":"Loaded image"}` + "\n")), nil
}

func (d *Daemon) load(files map[string][]byte) error {
	var manifests []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	if err := json.Unmarshal(files["manifest.json"], &manifests); err != nil {
		return fmt.Errorf("manifest.json: %w", err)
	}
	for _, m := range manifests {
		var config struct {
			Architecture, OS string
			Config           ocispec.DockerOCIImageConfig
			RootFS           struct {
				DiffIDs []string `json:"diff_ids"`
			}
		}
		if err := json.Unmarshal(files[m.Config], &config); err != nil {
			return fmt.Errorf("%s: %w", m.Config, err)
		}
		for i, layer := range m.Layers {
			if i >= len(config.RootFS.DiffIDs) || digest.FromBytes(files[layer]).String() != config.RootFS.DiffIDs[i] {
				return errNotImage
			}
		}
		for _, tag := range m.RepoTags {
			d.images[tag] = client.ImageInspectResult{InspectResponse: image.InspectResponse{
				ID: digest.FromBytes(files[m.Config]).String(), Os: config.OS, Architecture: config.Architecture, Config: &config.Config,
			}}
		}
	}
	return nil
}

func readTar(input io.Reader) (map[string][]byte, error) {
	files := map[string][]byte{}
	for r := tar.NewReader(input); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if files[header.Name], err = io.ReadAll(r); err != nil {
			return nil, err
		}
	}
}
