package mocks

import corev1 "k8s.io/api/core/v1"

// Variables are the environment of a container that is in its own spec, by name: empty where the value comes from elsewhere.
func Variables(c corev1.Container) map[string]string {
	values := map[string]string{}
	for _, v := range c.Env {
		values[v.Name] = v.Value
	}
	return values
}
