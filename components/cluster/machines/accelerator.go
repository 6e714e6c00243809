package machines

// Accelerator returns GKE's name of a GPU model, for guestAccelerators and the label cloud.google.com/gke-accelerator,
// or "" where gcp does not sell it. From cloud.google.com/compute/docs/gpus.
func Accelerator(model string) string {
	return map[string]string{
		"t4":   "nvidia-tesla-t4",
		"l4":   "nvidia-l4",
		"a100": "nvidia-tesla-a100",
		"h100": "nvidia-h100-80gb",
	}[model]
}
