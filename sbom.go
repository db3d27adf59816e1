package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/takeback-chat/takeback/models/store"
)

// bom is a CycloneDX 1.6 document, as far as a build tells of itself.
type bom struct {
	Format       string      `json:"bomFormat"`
	SpecVersion  string      `json:"specVersion"`
	SerialNumber string      `json:"serialNumber"`
	Version      int         `json:"version"`
	Metadata     bomMetadata `json:"metadata"`
	Components   []component `json:"components"`
	Dependencies []bomEdges  `json:"dependencies"`
}

type bomMetadata struct {
	Component  component  `json:"component"`
	Properties []property `json:"properties"`
}

// component is one thing that is in the binary.
type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Purl       string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type bomEdges struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn"`
}

// printSBOM tells what is in this binary, by what the linker wrote into it. The same
// binary tells the same, byte for byte: there is no time in it, and its number is
// that of its content.
func printSBOM(out io.Writer) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("this binary was built without module information")
	}
	b := bomOf(info)
	content, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("encode the bill of materials: %w", err)
	}
	b.SerialNumber = "urn:uuid:" + uuidOf(content)
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(b)
}

func bomOf(info *debug.BuildInfo) bom {
	main := goModule(&debug.Module{Path: info.Main.Path, Version: version})
	main.Type = "application"
	b := bom{
		Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata: bomMetadata{Component: main, Properties: settingsOf(info)},
	}
	b.Components = append(b.Components, goModule(&debug.Module{Path: "std", Version: strings.TrimPrefix(info.GoVersion, "go")}))
	for _, m := range info.Deps {
		b.Components = append(b.Components, goModule(m))
	}
	sqlite := "pkg:generic/sqlite@" + store.SQLiteVersion() // in C, inside its driver's module
	b.Components = append(b.Components, component{Type: "library", Ref: sqlite, Name: "sqlite", Version: store.SQLiteVersion(), Purl: sqlite})
	edges := bomEdges{Ref: main.Ref, DependsOn: []string{}}
	for _, c := range b.Components {
		edges.DependsOn = append(edges.DependsOn, c.Ref)
	}
	b.Dependencies = []bomEdges{edges}
	return b
}

// goModule is a module as it was built in: what replaced it, where something did.
func goModule(m *debug.Module) component {
	var about []property
	if m.Replace != nil {
		about = append(about, property{"takeback:go:replaces", m.Path + "@" + m.Version})
		m = m.Replace
	}
	if m.Sum != "" {
		about = append(about, property{"takeback:go:sum", m.Sum})
	}
	purl := "pkg:golang/" + (&url.URL{Path: m.Path}).EscapedPath() + "@" + url.QueryEscape(m.Version)
	return component{Type: "library", Ref: purl, Name: m.Path, Version: m.Version, Purl: purl, Properties: about}
}

// settingsOf are the settings of the build that change what is in it.
func settingsOf(info *debug.BuildInfo) []property {
	all := []property{{"takeback:go:version", info.GoVersion}}
	for _, s := range info.Settings {
		switch s.Key {
		case "-tags", "CGO_ENABLED", "GOARCH", "GOOS", "GOAMD64", "GOARM64", "GOEXPERIMENT":
			all = append(all, property{"takeback:build:" + strings.TrimPrefix(s.Key, "-"), s.Value})
		}
	}
	return all
}

// uuidOf makes a UUID of a content (version 8, of one's own making).
func uuidOf(content []byte) string {
	h := sha256.Sum256(content)
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}
