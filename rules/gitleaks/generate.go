//go:build ignore

// Generate writes the pack of gitleaks' default configuration, which comes with
// its Go module.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/takeback-chat/takeback/rules/gitleaks"
)

const module = "github.com/zricethezav/gitleaks/v8@v8.30.1"

func main() {
	out, err := exec.Command("go", "mod", "download", "-json", module).Output()
	if err != nil {
		log.Fatalf("download %s: %v", module, err)
	}
	var at struct{ Dir string }
	if err := json.Unmarshal(out, &at); err != nil {
		log.Fatalf("read where %s is: %v", module, err)
	}
	text, err := os.ReadFile(filepath.Join(at.Dir, "config", "gitleaks.toml"))
	if err != nil {
		log.Fatal(err)
	}
	pack, remarks, err := gitleaks.Import("gitleaks.toml", text)
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range remarks {
		fmt.Println(r)
	}
	head := "# Written by go generate from the default configuration of " + module + " (MIT,\n# see NOTICE); do not edit.\n"
	if err := os.WriteFile(filepath.Join("..", "packs", "gitleaks.yaml"), append([]byte(head), pack...), 0o644); err != nil {
		log.Fatal(err)
	}
}
