package main

import (
	"errors"
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/rules/dictionary"
)

type rulesCheck struct {
	Files []string `arg:"" name:"file" help:"Policies (with rules:), packs (with detectors:) and lists of words (.txt, .csv, .tsv)." type:"path"`
}

// Help shows examples.
func (rulesCheck) Help() string {
	return `Exit code 2 where anything is wrong; every fault is named with file, line and field. The detectors of a pack are run
on their examples, and measured: one that would cost more than 20 ms on a text of 64 KB is refused.

  takeback rules check policy.yaml packs/customers.yaml projects.csv`
}

// Run checks each file as what it is.
func (r rulesCheck) Run(c terminal) error {
	var faults []error
	for _, file := range r.Files {
		what, err := check(c, file)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		_, _ = fmt.Fprintf(c.out, "%s: %s, nothing wrong\n", file, what)
	}
	if err := errors.Join(faults...); err != nil {
		return codedError{exitUsage, err}
	}
	return nil
}

func check(c terminal, file string) (what string, err error) {
	p := config.Pack{File: file}
	if p.IsList() {
		return checkList(c, p)
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	if isPack(src) {
		pack, err := filePacks{}.readOne(p)
		return fmt.Sprintf("a pack with %d detectors and %d examples", len(pack.Detectors()), pack.Examples()), err
	}
	_, err = rules.ParsePolicy(file, src)
	return "a policy", err
}

// checkList names the terms that are not taken as they stand. The list is good
// all the same, unless nothing is left of it.
func checkList(c terminal, p config.Pack) (what string, err error) {
	lost := 0
	pack, err := filePacks{refused: func(file string, r dictionary.Refused) {
		if !r.Kept {
			lost++
		}
		_, _ = fmt.Fprintln(c.out, refusedWords(file, r))
	}}.readOne(p)
	if err != nil {
		return "", err
	}
	x, _ := pack.Describe(pack.Detectors()[0].ID)
	what = fmt.Sprintf("a list of %d words", x.Words)
	if lost > 0 {
		return "", fmt.Errorf("%s: %s; %d terms are refused, as told above", p.File, what, lost)
	}
	return what, nil
}

// isPack tells a pack from a policy by what only packs have.
func isPack(src []byte) bool {
	var top map[string]yaml.Node
	if err := yaml.Unmarshal(src, &top); err != nil {
		return false // the policy's reader says what is wrong with it
	}
	for _, field := range []string{"pack", "detectors", "exclusions"} {
		if _, ok := top[field]; ok {
			return true
		}
	}
	return false
}
