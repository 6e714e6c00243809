package machines

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// machine is one shape that a cloud sells.
type machine struct {
	types     []string
	cpu       int
	memoryGi  int
	gpu       string
	gpus      int
	localGi   int
	spotOnly  bool
	placement int // line in the table, which breaks ties
}

//go:embed machines.csv
var machinesCSV []byte

// catalogue returns each cloud's machines, in the table's order.
var catalogue = sync.OnceValue(func() map[string][]machine {
	all := map[string][]machine{}
	for i, row := range rows(machinesCSV, "machines.csv") {
		all[row[0]] = append(all[row[0]], machine{
			types:     strings.Fields(row[1]),
			cpu:       number(row[2]),
			memoryGi:  number(row[3]),
			gpu:       row[4],
			gpus:      number(row[5]),
			localGi:   number(row[6]),
			spotOnly:  row[7] == "spot",
			placement: i,
		})
	}
	return all
})

// rows returns a table without its heading. It panics where the table, which is compiled in, is malformed.
func rows(table []byte, name string) [][]string {
	r := csv.NewReader(bytes.NewReader(table))
	r.Comment = '#'
	all, err := r.ReadAll()
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	return all[1:]
}

func number(s string) int {
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(fmt.Sprintf("not a whole number in the machine tables: %q", s))
	}
	return n
}

func (m machine) String() string {
	s := fmt.Sprintf("%s (%d CPU, %dGi", m.types[0], m.cpu, m.memoryGi)
	if m.gpus > 0 {
		s += fmt.Sprintf(", %d %s", m.gpus, m.gpu)
	}
	if m.spotOnly {
		s += ", spot only"
	}
	return s + ")"
}
