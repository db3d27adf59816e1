// Program write writes the pages of docs/detectors. It runs at the root of the repository.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/takeback-chat/takeback/internal/detectorpages"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "writing the pages of the detectors:", err)
		os.Exit(1)
	}
}

func run() error {
	pages, err := detectorpages.Pages(".")
	if err != nil {
		return err
	}
	if err := os.MkdirAll("docs/detectors", 0o755); err != nil {
		return err
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join("docs", filepath.FromSlash(name)), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
