package reach

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/plinth-iac/plinth/components/charts"
)

// patience is how long a repository may take to answer.
const patience = 5 * time.Second

// Charts are those of the wanted that cannot be had from mirror, or from their own repositories where mirror is empty, by name, each
// with the reason.
func Charts(ctx context.Context, mirror string, wanted []charts.Chart) map[string]string {
	addresses := map[string]string{}
	for _, chart := range wanted {
		addresses[chart.Name] = chart.Address(mirror)
	}
	return missing(ctx, addresses)
}

// Manifests are those of the wanted that cannot be had, as with Charts.
func Manifests(ctx context.Context, mirror string, wanted []charts.Manifest) map[string]string {
	addresses, refused := map[string]string{}, map[string]string{}
	for _, manifest := range wanted {
		address, err := manifest.Address(mirror)
		if err != nil {
			refused[manifest.Name] = err.Error()
			continue
		}
		addresses[manifest.Name] = strings.TrimPrefix(address, "file://")
	}
	maps.Copy(refused, missing(ctx, addresses))
	return refused
}

// missing asks all addresses at once, and returns why those fail that do.
func missing(ctx context.Context, addresses map[string]string) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var (
		asking  sync.WaitGroup
		mu      sync.Mutex
		reasons = map[string]string{}
	)
	for name, address := range addresses {
		asking.Go(func() {
			if err := ask(ctx, address); err != nil {
				mu.Lock()
				defer mu.Unlock()
				reasons[name] = err.Error()
			}
		})
	}
	asking.Wait()
	return reasons
}

// ask wants an index that can be read, a registry that answers at all, as most want a login that Helm then makes, or a file.
func ask(ctx context.Context, address string) error {
	if strings.HasPrefix(address, "/") {
		_, err := os.Stat(address)
		return err
	}
	registry, isRegistry := strings.CutPrefix(address, "oci://")
	if isRegistry {
		host, _, _ := strings.Cut(registry, "/")
		if host == "docker.io" { // whose registry has another name, as every client knows
			host = "registry-1.docker.io"
		}
		address = "https://" + host + "/v2/"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	login := isRegistry && response.StatusCode == http.StatusUnauthorized
	if response.StatusCode != http.StatusOK && !login {
		return fmt.Errorf("%s answered %s", request.URL.Redacted(), response.Status)
	}
	return nil
}
