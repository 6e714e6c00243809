package grafana

import "fmt"

// columns that Grafana divides a page into; the height of a panel is in units of its own.
const (
	columns = 24
	height  = 8
)

// model is the classic JSON of dashboards: its fields are those of grafana/grafana-foundation-sdk, jsonschema/dashboard.jsonschema.json,
// and jsonschema/{timeseries,logs}.jsonschema.json for the panels.
func (d *Dashboard) model() map[string]any {
	variables := []any{}
	for _, v := range d.Variables {
		variables = append(variables, v.model())
	}
	return map[string]any{
		"uid": d.UID, "title": d.Title, "description": d.Description, "tags": []string{"plinth"},
		"schemaVersion": 41, "editable": false, "timezone": "browser", "graphTooltip": 1,
		"time": map[string]any{"from": "now-3h", "to": "now"}, "refresh": "1m",
		"annotations": map[string]any{"list": []any{}},
		"templating":  map[string]any{"list": variables},
		"panels":      d.panels(),
	}
}

// model asks anew whenever the time range changes, and begins with all values.
func (v Variable) model() map[string]any {
	query := fmt.Sprintf("label_values(%s, %s)", v.Metric, v.Of)
	return map[string]any{
		"type": "query", "name": v.Name, "label": v.Label, "datasource": datasource(Prometheus, "prometheus"),
		"query": map[string]any{"query": query, "refId": v.Name}, "definition": query, "refresh": 2, "sort": 1,
		"multi": true, "includeAll": true, "allValue": ".+",
		"current": map[string]any{"text": []string{"All"}, "value": []string{"$__all"}},
	}
}

// panels are laid out from left to right: two or three beside each other, logs across the whole width.
func (d *Dashboard) panels() []any {
	var panels []any
	add := func(panel map[string]any, x, y, w, h int) {
		panel["id"], panel["gridPos"] = len(panels)+1, map[string]any{"x": x, "y": y, "w": w, "h": h}
		panels = append(panels, panel)
	}
	y := 0
	for _, row := range d.Rows {
		add(map[string]any{"type": "row", "title": row.Title, "collapsed": false, "panels": []any{}}, 0, y, columns, 1)
		y++
		x, w := 0, width(len(row.Panels))
		for _, p := range row.Panels {
			if x+w > columns {
				x, y = 0, y+height
			}
			add(p.model(), x, y, w, height)
			x += w
		}
		y += height
	}
	return panels
}

func width(panels int) int {
	switch panels {
	case 1:
		return columns
	case 2, 4:
		return columns / 2
	}
	return columns / 3
}

func (p *Panel) model() map[string]any {
	if p.Logs != "" {
		return p.logs()
	}
	targets := []any{}
	for i, q := range p.Queries {
		targets = append(targets, map[string]any{
			"refId": string(rune('A' + i)), "datasource": datasource(Prometheus, "prometheus"),
			"expr": q.Expr, "legendFormat": q.Legend, "range": true,
		})
	}
	stacking := "none"
	if p.Stacked {
		stacking = "normal"
	}
	defaults := map[string]any{
		"unit": p.Unit, "min": 0,
		"custom": map[string]any{
			"drawStyle": "line", "fillOpacity": 10, "showPoints": "never", "spanNulls": false,
			"stacking": map[string]any{"mode": stacking, "group": "A"},
		},
	}
	if p.Max != 0 {
		defaults["max"] = p.Max
	}
	return map[string]any{
		"type": "timeseries", "title": p.Title, "description": p.Description, "datasource": datasource(Prometheus, "prometheus"),
		"targets": targets, "fieldConfig": map[string]any{"defaults": defaults, "overrides": []any{}},
		"options": map[string]any{
			"legend":  map[string]any{"displayMode": "table", "placement": "bottom", "showLegend": true, "calcs": []string{"lastNotNull", "max"}},
			"tooltip": map[string]any{"mode": "multi", "sort": "desc"},
		},
	}
}

func (p *Panel) logs() map[string]any {
	return map[string]any{
		"type": "logs", "title": p.Title, "description": p.Description, "datasource": datasource(Loki, "loki"),
		"targets": []any{map[string]any{
			"refId": "A", "datasource": datasource(Loki, "loki"), "expr": p.Logs, "queryType": "range", "maxLines": 500,
		}},
		"options": map[string]any{
			"showTime": true, "showLabels": false, "showCommonLabels": false, "showLogContextToggle": true, "wrapLogMessage": true,
			"prettifyLogMessage": false, "enableLogDetails": true, "sortOrder": "Descending", "dedupStrategy": "none",
		},
	}
}

func datasource(uid, kind string) map[string]any { return map[string]any{"uid": uid, "type": kind} }
