package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/plinth-iac/plinth/local/terminal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	out := terminal.New(os.Stderr)
	o, err := parse(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		out.Line("error: %v", err)
		os.Exit(2)
	}
	if err := run(ctx, o, out); err != nil {
		out.Line("\nerror: %v", err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	cold, json bool
	only       []string
	sizes      []int
}

func parse(args []string, usage io.Writer) (options, error) {
	o := options{}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(usage)
	flags.BoolVar(&o.cold, "cold", true, "also build everything from an empty build cache, which takes 25 min on two cores")
	flags.BoolVar(&o.json, "json", false, "print the results as JSON")
	only := flags.String("only", "", "measure only these, separated by commas: "+strings.Join(names(), ", "))
	sizes := flags.String("sizes", "100,300,1000", "numbers of Deployments")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is no flag: see -help", flags.Arg(0))
	}
	o.only = split(*only)
	for _, name := range o.only {
		if !slices.Contains(names(), name) {
			return o, fmt.Errorf("-only: there is no %q to measure; there is %s", name, strings.Join(names(), ", "))
		}
	}
	for _, text := range split(*sizes) {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return o, fmt.Errorf("-sizes: %q is not a number of Deployments; write whole numbers from 1, as 100,300,1000", text)
		}
		o.sizes = append(o.sizes, n)
	}
	if len(o.sizes) == 0 {
		return o, errors.New("-sizes: name at least one number of Deployments, as 100")
	}
	slices.Sort(o.sizes)
	o.sizes = slices.Compact(o.sizes)
	return o, nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}
