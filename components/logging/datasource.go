package logging

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/plinth-iac/plinth/components/grafana"
	"github.com/plinth-iac/plinth/components/network"
)

// askers are who asks the store for logs, beside what belongs to it.
func (b *builder) askers() []network.Peer {
	if b.args.Grafana == nil {
		return nil
	}
	return []network.Peer{grafana.Peer()}
}

func (b *builder) lokiDatasource() error {
	if b.args.Grafana == nil {
		return nil
	}
	return grafana.NewDatasource(b.ctx, b.name+"-loki", &grafana.Datasource{
		Namespace: b.args.Grafana, UID: grafana.Loki, Title: "Loki", Type: "loki", URL: b.self.Address,
	}, b.parent)
}

// elasticDatasource logs in as the reader. Who is asked is known by the address: ECK keeps its certificates' authority to itself, too.
func (b *builder) elasticDatasource(password pulumi.StringInput) error {
	return grafana.NewDatasource(b.ctx, b.name+"-elasticsearch", &grafana.Datasource{
		Namespace: b.args.Grafana, UID: grafana.Elasticsearch, Title: "Elasticsearch", Type: "elasticsearch", URL: b.self.Address,
		User: elasticReader, Password: password,
		Options: map[string]any{
			"index": elasticIndices, "timeField": "@timestamp", "logMessageField": "message", "tlsSkipVerify": true,
		},
	}, b.parent)
}
