package monitoring

import "github.com/plinth-iac/plinth/components/spec"

// Spec is what a stack file says of monitoring.
//
// The environments' own sizes follow from Prometheus' rule of thumb, of samples per second, seconds of retention and 1 to 2 bytes for
// each sample (prometheus.io/docs/prometheus/latest/storage), at the upper end of it, with a sample of each series every 30 seconds:
// dev has room for 100,000 series, stage for 250,000 and prod for 500,000.
type Spec struct {
	// Enabled has the cluster and what runs in it watched. Default false.
	Enabled *bool `json:"enabled,omitempty"`
	// Install is false where kube-prometheus-stack is in the cluster already: then its Prometheus has to run in the namespace
	// monitoring, to take monitors and rules from every namespace, and its Alertmanager AlertmanagerConfigs from that one. Default true.
	Install *bool `json:"install,omitempty"`
	// Retention is how many days metrics are kept, less where storage does not suffice. Default dev 3, stage 10, prod 30.
	Retention int `json:"retention,omitempty" jsonschema:"minimum=1,maximum=3650"`
	// Storage of each Prometheus, in bytes. It may grow, never shrink. Default dev 5Gi, stage 20Gi, prod 100Gi.
	Storage spec.Quantity `json:"storage,omitempty"`
	// Memory of each Prometheus, in bytes: it grows with the number of series. Default dev 1Gi, stage 2Gi, prod 4Gi.
	Memory spec.Quantity `json:"memory,omitempty"`
	// Replicas of Prometheus, which all know the same. With 2 there are 3 of Alertmanager. Default dev 1, stage 1, prod 2.
	Replicas int `json:"replicas,omitempty" jsonschema:"minimum=1,maximum=2"`
	// GPU has the GPUs of the cluster's GPU pools watched too. Default true.
	GPU *bool `json:"gpu,omitempty"`
	// Alerts are who is told of what goes wrong.
	Alerts Alerts `json:"alerts,omitzero"`
}

// Alerts are who is told of what goes wrong. Critical alerts go to everybody named here, warnings to all but PagerDuty.
type Alerts struct {
	// Slack channel.
	Slack *Slack `json:"slack,omitempty"`
	// PagerDuty service.
	PagerDuty *PagerDuty `json:"pagerduty,omitempty"`
	// Email by a mail server.
	Email *Email `json:"email,omitempty"`
	// Webhook that takes alerts as Alertmanager posts them.
	Webhook *Webhook `json:"webhook,omitempty"`
	// Heartbeat is a webhook of a service outside, which gets a message every five minutes and raises the alarm when none comes any
	// more.
	Heartbeat *Webhook `json:"heartbeat,omitempty"`
}

// Slack is a channel there.
type Slack struct {
	// URL is the secret that has the address of the incoming webhook.
	URL spec.SecretRef `json:"url"`
	// Channel with # or the name of a person with @.
	Channel string `json:"channel" jsonschema:"pattern=^[#@].+,example=#alerts"`
}

// PagerDuty is a service there, with the integration Events API v2.
type PagerDuty struct {
	// Key is the secret that has the integration's key.
	Key spec.SecretRef `json:"key"`
}

// Email is sent by a mail server, encrypted by STARTTLS.
type Email struct {
	// To is whom it is sent to.
	To []string `json:"to" jsonschema:"example=ops@example.com"`
	// From is whom it comes from.
	From string `json:"from" jsonschema:"example=alerts@example.com"`
	// Server is the mail server, with its port.
	Server string `json:"server" jsonschema:"example=smtp.example.com:587"`
	// User that logs in to it. Default From.
	User string `json:"user,omitempty"`
	// Password is the secret that has the user's password. Default none: it does not log in.
	Password *spec.SecretRef `json:"password,omitempty"`
}

// Webhook is an address that is posted to.
type Webhook struct {
	// URL is the secret that has the address.
	URL spec.SecretRef `json:"url"`
	// Port of the address. Default 443.
	Port int `json:"port,omitempty" jsonschema:"minimum=1,maximum=65535,default=443"`
}

// Complete fills in what the stack file and its preset left out.
func (s Spec) Complete() Spec {
	if s.Enabled == nil {
		s.Enabled = new(false)
	}
	if s.Install == nil {
		s.Install = new(true)
	}
	if s.GPU == nil {
		s.GPU = new(true)
	}
	s.Alerts = s.Alerts.complete()
	return s
}

func (a Alerts) complete() Alerts {
	a.Webhook, a.Heartbeat = a.Webhook.complete(), a.Heartbeat.complete()
	if a.Email != nil && a.Email.User == "" {
		email := *a.Email
		email.User = email.From
		a.Email = &email
	}
	return a
}

func (w *Webhook) complete() *Webhook {
	if w == nil || w.Port != 0 {
		return w
	}
	return &Webhook{URL: w.URL, Port: 443}
}

// Secrets are the values that alerts are sent with, by the path below that of monitoring.
func (s Spec) Secrets() map[spec.Path]spec.SecretRef {
	refs := map[spec.Path]spec.SecretRef{}
	if a := s.Alerts.Slack; a != nil {
		refs["alerts.slack.url"] = a.URL
	}
	if a := s.Alerts.PagerDuty; a != nil {
		refs["alerts.pagerduty.key"] = a.Key
	}
	if a := s.Alerts.Email; a != nil && a.Password != nil {
		refs["alerts.email.password"] = *a.Password
	}
	if a := s.Alerts.Webhook; a != nil {
		refs["alerts.webhook.url"] = a.URL
	}
	if a := s.Alerts.Heartbeat; a != nil {
		refs["alerts.heartbeat.url"] = a.URL
	}
	return refs
}
