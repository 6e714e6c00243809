package tests

import (
	"log"
	"os"
	"testing"

	"github.com/plinth-iac/plinth/components/charts"
	"github.com/plinth-iac/plinth/components/charts/chartstest"
)

// The operators of RabbitMQ come as release manifests, which the program reads when it runs: no test goes out for them.
func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "plinth-manifests")
	if err != nil {
		log.Fatal(err)
	}
	if err := chartstest.StandIn(folder, "rabbitmq-system", &charts.RabbitMQClusterOperator, &charts.RabbitMQTopologyOperator); err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	if err := os.RemoveAll(folder); err != nil {
		log.Fatal(err)
	}
	os.Exit(code)
}
