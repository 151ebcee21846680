package dockerdrv

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// agentPath is where the agent's program is in every container: in the stub image
// itself, in all others through the volume that is mounted on its folder.
const (
	agentDir  = "/rondb-tui"
	agentName = "rondb-agent"
	agentPath = agentDir + "/" + agentName
)

// contentHash names what is made of an agent's program.
func contentHash(agent []byte) string {
	sum := sha256.Sum256(agent)
	return hex.EncodeToString(sum[:])
}

func stubTag(hash string) string { return "rondb-tui-stub:" + hash[:12] }

// StubReference is the reference of the stub image made of an agent's program.
func StubReference(agent []byte) string { return stubTag(contentHash(agent)) }

// stubImage writes the stub image as a tar that every daemon loads: an OCI layout
// with the manifest.json of docker save. The same program gives the same bytes.
func stubImage(agent []byte, arch string) ([]byte, error) {
	layer, err := agentLayer(agent)
	if err != nil {
		return nil, err
	}
	layerDigest, hash := digest(layer), contentHash(agent)
	config, err := json.Marshal(map[string]any{
		"created": time.Unix(0, 0).UTC(), "architecture": arch, "os": "linux",
		"config": map[string]any{
			"Entrypoint": []string{agentPath},
			"Labels":     map[string]string{LabelContent: hash, LabelRole: RoleAgent},
		},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + layerDigest}},
	})
	if err != nil {
		return nil, fmt.Errorf("write the image's configuration: %w", err)
	}
	configDigest := digest(config)
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
		"config": descriptor("config.v1+json", configDigest, len(config)),
		"layers": []any{descriptor("layer.v1.tar", layerDigest, len(layer))},
	})
	if err != nil {
		return nil, fmt.Errorf("write the image's manifest: %w", err)
	}
	manifestDigest := digest(manifest)
	entry := descriptor("manifest.v1+json", manifestDigest, len(manifest))
	entry["annotations"] = map[string]string{"io.containerd.image.name": "docker.io/library/" + stubTag(hash), "org.opencontainers.image.ref.name": hash[:12]}
	index, err := json.Marshal(map[string]any{"schemaVersion": 2, "manifests": []any{entry}})
	if err != nil {
		return nil, fmt.Errorf("write the image's index: %w", err)
	}
	docker, err := json.Marshal([]any{map[string]any{
		"Config": "blobs/sha256/" + configDigest, "RepoTags": []string{stubTag(hash)}, "Layers": []string{"blobs/sha256/" + layerDigest},
	}})
	if err != nil {
		return nil, fmt.Errorf("write the image's manifest: %w", err)
	}
	return tarOf(
		file{"blobs/", nil, 0}, file{"blobs/sha256/", nil, 0},
		file{"blobs/sha256/" + layerDigest, layer, 0o644},
		file{"blobs/sha256/" + configDigest, config, 0o644},
		file{"blobs/sha256/" + manifestDigest, manifest, 0o644},
		file{"index.json", index, 0o644},
		file{"manifest.json", docker, 0o644},
		file{"oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o644},
	)
}

func digest(content []byte) string { return contentHash(content) }

func descriptor(kind, sum string, size int) map[string]any {
	return map[string]any{"mediaType": "application/vnd.oci.image." + kind, "digest": "sha256:" + sum, "size": size}
}

// agentLayer is the file system of the stub image: the program and the folders
// that containers mount on.
func agentLayer(agent []byte) ([]byte, error) {
	return tarOf(
		file{"rondb-tui/", nil, 0}, file{"rondb-tui/" + agentName, agent, 0o755},
		file{"tmp/", nil, 0}, file{"var/", nil, 0}, file{"var/lib/", nil, 0},
	)
}

// file is one entry of a tar; a name that ends in "/" is a folder.
type file struct {
	name    string
	content []byte
	mode    int64
}

// tarOf writes files with fixed owners and times.
func tarOf(files ...file) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.content)), ModTime: time.Unix(0, 0), Typeflag: tar.TypeReg}
		if f.name[len(f.name)-1] == '/' {
			header.Typeflag, header.Mode = tar.TypeDir, 0o755
		}
		if err := w.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("write a tar: %w", err)
		}
		if _, err := w.Write(f.content); err != nil {
			return nil, fmt.Errorf("write a tar: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write a tar: %w", err)
	}
	return b.Bytes(), nil
}
