package main

import (
	"fmt"
	"os"

	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/rules/gitleaks"
)

type rulesImport struct {
	File string `arg:"" help:"A configuration of gitleaks (TOML)." type:"path"`
	Out  string `short:"o" help:"Write the pack to this file instead of standard output." placeholder:"FILE" type:"path"`
}

// Help shows examples.
func (rulesImport) Help() string {
	return `Keywords, entropy, allowlists and stop words are taken over; what has no equal is left out, and told on standard error.

  takeback rules import .gitleaks.toml -o packs/gitleaks-own.yaml
  takeback rules check packs/gitleaks-own.yaml`
}

// Run makes the pack, and holds it to its examples.
func (r rulesImport) Run(c terminal) error {
	toml, err := os.ReadFile(r.File)
	if err != nil {
		return usage("%w", err)
	}
	text, remarks, err := gitleaks.Import(r.File, toml)
	for _, remark := range remarks {
		_, _ = fmt.Fprintf(c.err, "%s: %s\n", r.File, remark)
	}
	if err != nil {
		return codedError{exitUsage, err}
	}
	if r.Out == "" {
		_, err = c.out.Write(text)
		return err
	}
	pack, err := rules.ParsePack(r.Out, text)
	if err != nil {
		return err
	}
	if err := os.WriteFile(r.Out, text, 0o644); err != nil { //nolint:gosec // a pack is no secret
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s: %d detectors\n", r.Out, len(pack.Detectors()))
	return err
}
