package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// unit of a measured value.
type unit string

const (
	seconds  unit = "s"
	megabyte unit = "MB" // 10^6 bytes
	exponent unit = "N^x"
)

// row is one thing measured.
type row struct {
	Section string  `json:"section"`
	Metric  string  `json:"metric"`
	Value   float64 `json:"value"`
	Unit    unit    `json:"unit"`
	// Peer is the same of PeerName, in the same unit: a peer's, or a floor that nothing gets below. Nil for none.
	Peer     *float64 `json:"peer,omitempty"`
	PeerName string   `json:"peerName,omitempty"`
	// Limit is the most that Value may be, and RatioLimit the most that Value/Peer may be. Zero: no target.
	Limit      float64 `json:"limit,omitempty"`
	RatioLimit float64 `json:"ratioLimit,omitempty"`
	// Verdict is met or missed, or empty where there is no target.
	Verdict string `json:"verdict,omitempty"`
}

// results of a run, so far.
type results struct {
	section string
	Rows    []row    `json:"rows"`
	Notes   []string `json:"notes"`
}

// option adds to a row what it is judged by.
type option func(*row)

// against compares with a peer or a floor.
func against(name string, took time.Duration) option {
	value := took.Seconds()
	return func(r *row) { r.Peer, r.PeerName = &value, name }
}

// atMost sets a target in the row's own unit.
func atMost(limit float64) option { return func(r *row) { r.Limit = limit } }

// atMostOfPeer sets a target as a part of the peer's value.
func atMostOfPeer(ratio float64) option { return func(r *row) { r.RatioLimit = ratio } }

func (r *results) add(metric string, value float64, u unit, opts ...option) {
	entry := row{Section: r.section, Metric: metric, Value: value, Unit: u}
	for _, opt := range opts {
		opt(&entry)
	}
	entry.Verdict = entry.judge()
	r.Rows = append(r.Rows, entry)
}

func (r *results) time(metric string, took time.Duration, opts ...option) {
	r.add(metric, took.Seconds(), seconds, opts...)
}

func (r *results) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// ratio is how many times the peer's value it is; ok is false where there is none to compare with.
func (r row) ratio() (ratio float64, ok bool) {
	if r.Peer == nil || *r.Peer == 0 {
		return 0, false
	}
	return r.Value / *r.Peer, true
}

// judge misses a target on a peer whose value is unknown: nothing was shown to meet it.
func (r row) judge() string {
	if r.Limit == 0 && r.RatioLimit == 0 {
		return ""
	}
	ratio, ok := r.ratio()
	if r.Limit != 0 && r.Value > r.Limit || r.RatioLimit != 0 && (!ok || ratio > r.RatioLimit) {
		return "missed"
	}
	return "met"
}

func (r *results) print(w io.Writer, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	}
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "metric\tmeasured\tpeer or floor\tratio\ttarget\tverdict")
	section := ""
	for _, entry := range r.Rows {
		if entry.Section != section {
			section = entry.Section
			fmt.Fprintf(table, "%s\t\t\t\t\t\n", section)
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\t%s\n", entry.Metric, show(entry.Value, entry.Unit), entry.peer(), entry.showRatio(), entry.target(), entry.Verdict)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(&b)
	for _, note := range r.Notes {
		fmt.Fprintln(&b, "- "+note)
	}
	for line := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

func (r row) peer() string {
	if r.Peer == nil {
		return "-"
	}
	return show(*r.Peer, r.Unit) + " " + r.PeerName
}

func (r row) showRatio() string {
	if ratio, ok := r.ratio(); ok {
		return fmt.Sprintf("%.2f", ratio)
	}
	return "-"
}

func (r row) target() string {
	switch {
	case r.RatioLimit != 0:
		return fmt.Sprintf("≤ %g of peer", r.RatioLimit)
	case r.Limit != 0:
		return "≤ " + show(r.Limit, r.Unit)
	default:
		return "-"
	}
}

// show writes a value with the digits that a measurement of it is good for.
func show(value float64, u unit) string {
	switch {
	case u == exponent:
		return fmt.Sprintf("N^%.2f", value)
	case u == megabyte:
		return fmt.Sprintf("%.0f MB", value)
	case value < 10:
		return fmt.Sprintf("%.2f s", value)
	case value < 120:
		return fmt.Sprintf("%.1f s", value)
	default:
		return fmt.Sprintf("%d min %02d s", int(value)/60, int(value)%60)
	}
}
