package managed

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"sync"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/plinth-iac/plinth/components/spec"
)

// classesCSV lists, cheapest first, what each cloud sells: cores, memory in GiB, and whether it may be spread over zones.
// Shared-core classes stand with the cores that they can use all the time, their baseline, and not with those they burst to.
//
// From the clouds' own pages: "DB instance classes" and "Burstable performance instances" (Amazon RDS and EC2), "Supported node
// types" (ElastiCache), "Broker instance types" (Amazon MQ, whose m7g.medium is for tests), "Machine series" (Cloud SQL), "Compute
// options" (Azure Database for PostgreSQL, whose Burstable tier takes no standby) and "Choosing the right tier" (Azure Managed
// Redis). Memorystore sells whole GiB instead of classes: see Gigabytes.
//
//go:embed classes.csv
var classesCSV []byte

type class struct {
	cloud, service, name string
	cpu, memory          resource.Quantity // cores, bytes
	spread               bool
}

// classes are in the order of the table.
var classes = sync.OnceValue(func() []class {
	rows, err := csv.NewReader(bytes.NewReader(classesCSV)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("classes.csv: %v", err)) // it is part of the program
	}
	var all []class
	for _, row := range rows[1:] {
		gib, err := strconv.ParseFloat(row[4], 64)
		if err != nil {
			panic(fmt.Sprintf("classes.csv: the memory of %s: %v", row[2], err))
		}
		all = append(all, class{
			cloud: row[0], service: row[1], name: row[2], spread: row[5] == "yes",
			cpu: resource.MustParse(row[3]), memory: *resource.NewQuantity(int64(gib*(1<<30)), resource.BinarySI),
		})
	}
	return all
})

// Pick finds the cheapest class of a cloud's service that has the size asked for, or adds to problems that none has. spread asks
// for one that can have a standby in another zone. path is where cpu and memory stand.
func Pick(path spec.Path, cloud, service string, size Size, spread bool, problems *spec.Problems) string {
	cpu, memory := size.CPU.Value(), size.Memory.Value()
	var most class
	for _, c := range classes() {
		if c.cloud != cloud || c.service != service || spread && !c.spread {
			continue
		}
		if c.cpu.Cmp(cpu) >= 0 && c.memory.Cmp(memory) >= 0 {
			return c.name
		}
		most = c
	}
	found := fmt.Sprintf("cpu %s, memory %s", size.CPU, size.Memory)
	problems.Add(path, found, fmt.Sprintf("at most cpu %s and memory %.4gGi on %s, as %s", most.cpu.String(), float64(most.memory.Value())/(1<<30), cloud, most.name),
		"lower cpu or memory, or use mode: ha on a pool of bigger machines")
	return ""
}

// Gigabytes is the memory of a size in whole GiB, as Memorystore sells it, up to 300; more is added to problems.
func Gigabytes(path spec.Path, size Size, problems *spec.Problems) int {
	const most = 300 // cloud.google.com/memorystore/docs/redis/redis-overview
	gib := wholeGiB(size.Memory)
	if gib > most {
		problems.Add(path.Key("memory"), size.Memory, fmt.Sprintf("at most %dGi on gcp", most), "lower it, or use mode: ha on a pool of bigger machines")
	}
	return gib
}

// wholeGiB rounds up, to at least 1.
func wholeGiB(q spec.Quantity) int {
	bytes := q.Value()
	return int(max(1, (bytes.Value()+1<<30-1)>>30))
}
