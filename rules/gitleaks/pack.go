package gitleaks

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// The types here are a pack as it is written; package rules reads it.

type pack struct {
	Pack        string     `yaml:"pack"`
	Title       string     `yaml:"title"`
	Description string     `yaml:"description"`
	Detectors   []detector `yaml:"detectors"`
}

type detector struct {
	ID          string        `yaml:"id"`
	Title       both          `yaml:"title"`
	Description both          `yaml:"description"`
	Source      string        `yaml:"source"`
	Category    string        `yaml:"category"`
	Severity    string        `yaml:"severity"`
	Edge        string        `yaml:"edge"`
	Patterns    []packPattern `yaml:"patterns"`
	Near        int           `yaml:"near,omitempty"`
	Exclude     []exclusion   `yaml:"exclude,omitempty"`
	Confidence  []level       `yaml:"confidence"`
	Mask        string        `yaml:"mask"`
	Match       []string      `yaml:"match"`
	Clean       []string      `yaml:"clean"`
}

type both struct {
	EN string `yaml:"en"`
	ZH string `yaml:"zh"`
}

type packPattern struct {
	Name     string   `yaml:"name"`
	Keywords []string `yaml:"keywords,omitempty,flow"`
	Inside   bool     `yaml:"inside,omitempty"`
	Regexp   string   `yaml:"regexp"`
}

type exclusion struct {
	Contains []string `yaml:"contains,omitempty,flow"`
	Regexp   string   `yaml:"regexp,omitempty"`
	Near     []string `yaml:"near,omitempty,flow"`
	Reason   string   `yaml:"reason"`
}

type level struct {
	Level string   `yaml:"level"`
	When  []string `yaml:"when,flow"`
}

// write writes the pack; the same pack is always the same bytes.
func (p pack) write() ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(p); err != nil {
		return nil, fmt.Errorf("write pack: %w", err)
	}
	return b.Bytes(), nil
}
