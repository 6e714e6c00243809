package charts

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	yamlreader "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Manifest is one pinned release manifest: a YAML file of Kubernetes objects.
type Manifest struct {
	// Name of the file in a mirror, less its version.
	Name string
	// URL of the file, by version.
	URL string
	// Version of the release.
	Version string
}

// Address is where the manifest is had: at its own URL, or in the mirror as <name>-<version>.yaml. It fails where the mirror is
// an oci registry, which holds charts and no files.
func (m Manifest) Address(mirror string) (string, error) {
	if mirror == "" {
		return m.URL, nil
	}
	if strings.HasPrefix(mirror, "oci://") {
		return "", fmt.Errorf("%s has no chart, and the mirror %s holds nothing but charts; "+
			"set plinth:charts to an https or file base that has %s-%s.yaml, or choose another mode", m.Name, mirror, m.Name, m.Version)
	}
	return strings.TrimSuffix(mirror, "/") + "/" + m.Name + "-" + m.Version + ".yaml", nil
}

// patience is how long a manifest may take to arrive.
const patience = time.Minute

// read returns the manifest as published.
func (m Manifest) read(mirror string) ([]byte, error) {
	address, err := m.Address(mirror)
	if err != nil {
		return nil, err
	}
	if path, isFile := strings.CutPrefix(address, "file://"); isFile {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading the manifest of %s: %w; put %s there", m.Name, err, m.URL)
		}
		return text, nil
	}
	response, err := (&http.Client{Timeout: patience}).Get(address)
	if err != nil {
		return nil, fmt.Errorf("fetching the manifest of %s: %w; where it cannot be reached, set plinth:charts to a mirror", m.Name, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetching the manifest of %s from %s: found %s, want 200 OK; see that the file is there", m.Name, address, response.Status)
	}
	return io.ReadAll(response.Body)
}

// Objects fetches the manifest, and returns its objects in their order.
func (m Manifest) Objects(mirror string) ([]*unstructured.Unstructured, error) {
	text, err := m.read(mirror)
	if err != nil {
		return nil, err
	}
	documents := yamlreader.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	var objects []*unstructured.Unstructured
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading the manifest of %s: %w", m.Name, err)
		}
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(document, &object.Object); err != nil {
			return nil, fmt.Errorf("reading the manifest of %s: %w", m.Name, err)
		}
		if len(object.Object) == 0 {
			continue
		}
		if object.GetKind() == "" || object.GetName() == "" {
			return nil, fmt.Errorf("the manifest of %s has a document without kind or name: it is no list of Kubernetes objects", m.Name)
		}
		objects = append(objects, object)
	}
}
