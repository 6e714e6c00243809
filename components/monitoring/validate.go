package monitoring

import (
	"net"
	"net/mail"
	"strconv"

	"github.com/plinth-iac/plinth/components/spec"
)

// Validate reports what a schema cannot say.
func (s Spec) Validate(path spec.Path, problems *spec.Problems) {
	problems.CheckAmount(path.Key("storage"), s.Storage, "1Gi")
	problems.CheckAmount(path.Key("memory"), s.Memory, "256Mi")
	s.Alerts.validate(path.Key("alerts"), problems)
}

func (a Alerts) validate(path spec.Path, problems *spec.Problems) {
	if a.Email == nil {
		return
	}
	at := path.Key("email")
	if len(a.Email.To) == 0 {
		problems.Add(at.Key("to"), nil, "at least one address", "say whom to write to, or remove email")
	}
	for i, to := range a.Email.To {
		checkAddress(at.Key("to").Index(i), to, problems)
	}
	checkAddress(at.Key("from"), a.Email.From, problems)
	if _, err := a.Email.port(); err != nil {
		problems.Add(at.Key("server"), a.Email.Server, "a host and a port, such as smtp.example.com:587", "write both, with a colon between them")
	}
}

func checkAddress(path spec.Path, given string, problems *spec.Problems) {
	if address, err := mail.ParseAddress(given); err != nil || address.Address != given {
		problems.Add(path, given, "an e-mail address, such as ops@example.com", "write the address alone")
	}
}

// port of the mail server.
func (e *Email) port() (int, error) {
	_, port, err := net.SplitHostPort(e.Server)
	if err != nil {
		return 0, err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	return int(number), err
}
