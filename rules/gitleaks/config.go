package gitleaks

import (
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// config is what a configuration of gitleaks may hold, as far as it is of use
// here or worth a remark.
type config struct {
	Title      string
	Rules      []rule
	Allowlist  *allowlist  // before gitleaks 8.25
	Allowlists []allowlist // since then
	Extend     struct {
		UseDefault    bool     `toml:"useDefault"`
		Path          string   `toml:"path"`
		URL           string   `toml:"url"`
		DisabledRules []string `toml:"disabledRules"`
	}
}

type rule struct {
	ID          string
	Description string
	Regex       string
	Path        string
	Entropy     float64
	SecretGroup int `toml:"secretGroup"`
	Keywords    []string
	Allowlist   *allowlist  // before gitleaks 8.21
	Allowlists  []allowlist // since then
	Required    []any
}

type allowlist struct {
	Description string
	Condition   string
	TargetRules []string `toml:"targetRules"`
	Commits     []string
	Paths       []string
	RegexTarget string `toml:"regexTarget"`
	Regexes     []string
	StopWords   []string `toml:"stopwords"`
}

// maxConfig bounds a configuration; the default one has 110 KB.
const maxConfig = 4 << 20

func readConfig(file string, text []byte) (config, error) {
	var c config
	if len(text) > maxConfig {
		return c, fmt.Errorf("%s is larger than %d bytes", file, maxConfig)
	}
	if err := toml.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("%s is no configuration of gitleaks: %w", file, err)
	}
	if len(c.Rules) == 0 {
		return c, fmt.Errorf("%s has no rules", file)
	}
	for i := range c.Rules {
		if c.Rules[i].Allowlist != nil {
			c.Rules[i].Allowlists = append(c.Rules[i].Allowlists, *c.Rules[i].Allowlist)
		}
	}
	if c.Allowlist != nil {
		c.Allowlists = append(c.Allowlists, *c.Allowlist)
	}
	return c, nil
}

// all reports whether everything that the allowlist names must hold at once.
func (a allowlist) all() bool {
	return strings.EqualFold(a.Condition, "AND") || strings.EqualFold(a.Condition, "&&")
}
