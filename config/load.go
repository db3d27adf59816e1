package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
)

// Load reads the file (none if path is empty), the environment in the form of
// os.Environ above it, and the defaults below. Paths in the file are relative
// to the file. An error is of type Problems.
func Load(path string, environ []string) (Config, error) {
	l := loader{file: path, lines: map[string]int{}}
	tree := l.readFile()
	l.overlay(tree, environ)
	if len(l.problems) > 0 {
		return Config{}, l.sorted()
	}
	c := l.decode(tree)
	if len(l.problems) == 0 {
		l.finish(&c)
	}
	if len(l.problems) > 0 {
		return Config{}, l.sorted()
	}
	return c, nil
}

type loader struct {
	file     string
	lines    map[string]int // by field path, where the file sets it
	problems Problems
}

// fault records a problem of a field, at the line where the file sets it or the
// nearest field around it.
func (l *loader) fault(field, format string, args ...any) {
	p := Problem{File: l.file, Field: field, Words: fmt.Sprintf(format, args...)}
	for at := field; at != ""; at = parent(at) {
		if line, ok := l.lines[at]; ok {
			p.Line = line
			break
		}
	}
	l.problems = append(l.problems, p)
}

func (l *loader) sorted() Problems {
	slices.SortStableFunc(l.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return l.problems
}

func (l *loader) readFile() map[string]any {
	if l.file == "" {
		return map[string]any{}
	}
	src, err := os.ReadFile(l.file)
	if errors.Is(err, fs.ErrNotExist) {
		l.fault("", "there is no such file; takeback.example.yaml shows what one looks like")
		return map[string]any{}
	}
	if err != nil {
		l.fault("", "cannot be read: %v", errors.Unwrap(err))
		return map[string]any{}
	}
	return l.parse(src)
}

func (l *loader) decode(tree map[string]any) Config {
	k := koanf.New("\x00") // no key holds a NUL, so maps are never split
	c := Default()
	appDefaultsOn(tree)
	if err := k.Load(confmap.Provider(tree, ""), nil); err != nil {
		l.fault("", "%v", err)
		return c
	}
	err := k.UnmarshalWithConf("", &c, koanf.UnmarshalConf{DecoderConfig: &mapstructure.DecoderConfig{
		Result:           &c,
		TagName:          "koanf",
		WeaklyTypedInput: true,
		DecodeHook:       mapstructure.StringToTimeDurationHookFunc(),
	}})
	l.decodeFaults(err)
	for i := range c.Apps {
		appDefaults(&c.Apps[i])
	}
	for i := range c.Hooks {
		hookDefaults(&c.Hooks[i])
	}
	return c
}

// decodeFaults turns the decoder's errors, which name fields by path, into problems.
func (l *loader) decodeFaults(err error) {
	if err == nil {
		return
	}
	var one *mapstructure.DecodeError
	many, ok := err.(interface{ Unwrap() []error })
	switch {
	case ok:
		for _, e := range many.Unwrap() {
			l.decodeFaults(e)
		}
	case errors.As(err, &one):
		l.fault(one.Name(), "%v", one.Unwrap())
	case errors.Unwrap(err) != nil:
		l.decodeFaults(errors.Unwrap(err))
	default:
		l.fault("", "%v", err)
	}
}

// finish reads the secrets, makes paths absolute to the file and validates.
func (l *loader) finish(c *Config) {
	l.place(c)
	l.secrets(c)
	l.validate(c)
}

// place makes the paths in the configuration relative to the file they stand in.
func (l *loader) place(c *Config) {
	if l.file == "" {
		return
	}
	dir := filepath.Dir(l.file)
	at := func(p *string) {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	at(&c.DatabasePasswordFile)
	at(&c.RedisPasswordFile)
	at(&c.OIDC.ClientSecretFile)
	at(&c.Keys)
	at(&c.Policy)
	at(&c.StopFile)
	at(&c.Intake.Strikes)
	at(&c.Audit.Checkpoints)
	at(&c.Audit.KeyFile)
	for i := range c.Packs {
		at(&c.Packs[i].File)
	}
	for _, files := range [][]string{c.Exact, c.Documents} {
		for i := range files {
			at(&files[i])
		}
	}
	for i := range c.Hooks {
		at(&c.Hooks[i].SecretFile)
	}
	for i := range c.Apps {
		at(&c.Apps[i].PathSecretFile)
		at(&c.Apps[i].Tencent.SecretKeyFile)
		at(&c.Apps[i].Tencent.WebhookTokenFile)
	}
	if path, ok := sqlitePath(c.Database); ok {
		at(&path)
		c.Database = "sqlite:" + path
	}
}
