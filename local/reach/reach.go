package reach

import (
	"context"
	"fmt"
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
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	reasons := make([]string, len(wanted))
	var asking sync.WaitGroup
	for i, chart := range wanted {
		asking.Go(func() {
			if err := ask(ctx, chart.Address(mirror)); err != nil {
				reasons[i] = err.Error()
			}
		})
	}
	asking.Wait()
	missing := map[string]string{}
	for i, chart := range wanted {
		if reasons[i] != "" {
			missing[chart.Name] = reasons[i]
		}
	}
	return missing
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
		return fmt.Errorf("%s answered %s", address, response.Status)
	}
	return nil
}
