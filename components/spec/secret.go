package spec

// SecretRef names one value of the platform's secrets (plinth:secrets.values).
type SecretRef struct {
	// Name of the secret.
	Name string `json:"name"`
	// Key within the secret.
	Key string `json:"key"`
}
