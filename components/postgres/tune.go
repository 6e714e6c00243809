package postgres

import "fmt"

const (
	kib = int64(1) << 10
	mib = int64(1) << 20
	gib = int64(1) << 30
)

// bytesPerConnection is what Amazon RDS reckons for its default of max_connections.
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
const bytesPerConnection = 9531392

// tuned returns the settings that follow from the memory of the container and the size of the disk, in bytes. Where no
// other source is named they are the figures of PGTune for mixed load on SSDs (https://pgtune.leopard.in.ua).
func tuned(memory, storage int64) map[string]string {
	// A quarter of the memory, as the manual recommends for a dedicated server.
	// https://www.postgresql.org/docs/current/runtime-config-resource.html
	shared := memory / 4
	connections := min(max(memory/bytesPerConnection, 25), 500)
	// Each connection may sort or hash a few times at once: three such steps for each must fit into what is left.
	workMem := max((memory-shared)/(connections*3), mib)
	// The log of changes shares the disk with the data: at most a tenth of it between two checkpoints, from
	// the server's own default of 1 GiB downwards and PGTune's 4 GiB upwards.
	maxWAL := min(max(storage/10, 128*mib), 4*gib)

	return map[string]string{
		"shared_buffers":       kilobytes(shared),
		"effective_cache_size": kilobytes(memory / 4 * 3),
		"work_mem":             kilobytes(workMem),
		// One sixteenth, up to 2 GiB: autovacuum runs three workers that may each take this much.
		"maintenance_work_mem": kilobytes(min(memory/16, 2*gib)),
		"max_connections":      fmt.Sprint(connections),
		"max_wal_size":         kilobytes(maxWAL),
		"min_wal_size":         kilobytes(maxWAL / 4),
		"wal_compression":      "lz4",
		// Cloud disks are SSDs: a random read costs about as much as the next one, and many can be under way at once.
		"random_page_cost":         "1.1",
		"effective_io_concurrency": "200",
	}
}

// kilobytes is the unit that keeps every figure whole; kB means 1024 bytes to the server.
func kilobytes(bytes int64) string { return fmt.Sprintf("%dkB", bytes/kib) }
