package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/takeback-chat/takeback/rules"
)

type rulesTest struct {
	Files []string `arg:"" optional:"" name:"file" help:"Packs (default: all that are built in)." type:"path"`
}

// Help shows examples.
func (rulesTest) Help() string {
	return `Every detector alone must find its examples under match, and nothing in those under clean. Exit code 2 where one does not
hold, with its file and line.

  takeback rules test
  takeback rules test packs/customers.yaml`
}

// Run runs the examples and counts them.
func (r rulesTest) Run(c terminal) error {
	total, packs := 0, 0
	var faults []error
	test := func(file string, src []byte) {
		pack, err := rules.ParsePack(file, src)
		if err != nil {
			faults = append(faults, err)
			return
		}
		packs, total = packs+1, total+pack.Examples()
		_, _ = fmt.Fprintf(c.out, "%s: %d detectors, %d examples hold\n", file, len(pack.Detectors()), pack.Examples())
	}
	for _, file := range r.Files {
		src, err := os.ReadFile(file)
		if err != nil {
			return usage("pack: %w", err)
		}
		test(file, src)
	}
	if len(r.Files) == 0 {
		for _, name := range rules.BuiltinNames() {
			file, src, _ := rules.BuiltinSource(name)
			test(file, src)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return codedError{exitUsage, err}
	}
	_, err := fmt.Fprintf(c.out, "%d examples of %d packs, all hold\n", total, packs)
	return err
}
