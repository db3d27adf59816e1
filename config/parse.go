package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

// parse reads YAML into a tree, noting the line of every field and finding
// keys that are unknown, doubled, or secrets.
func (l *loader) parse(src []byte) map[string]any {
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil {
		l.yamlFault(err)
		return map[string]any{}
	}
	if len(doc.Content) == 0 {
		return map[string]any{}
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		l.problems = append(l.problems, Problem{File: l.file, Line: root.Line, Words: "must be a mapping of keys to values"})
		return map[string]any{}
	}
	l.walk(root, "", reflect.TypeFor[Config]())
	tree := map[string]any{}
	if len(l.problems) > 0 {
		return tree
	}
	if err := root.Decode(&tree); err != nil {
		l.yamlFault(err)
	}
	if one, ok := tree["redis"].(string); ok {
		tree["redis"] = []any{one}
	}
	return tree
}

func (l *loader) yamlFault(err error) {
	if te, ok := errors.AsType[*yaml.TypeError](err); ok && len(te.Errors) > 0 {
		err = errors.New(te.Errors[0])
	}
	p := Problem{File: l.file, Words: "is not valid YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		p.Line, _ = strconv.Atoi(m[1])
		p.Words = "is not valid YAML: " + m[2]
	}
	l.problems = append(l.problems, p)
}

// walk compares a YAML node with the type that it is to fill. A text where a
// mapping may be given in short becomes that mapping.
func (l *loader) walk(n *yaml.Node, path string, t reflect.Type) {
	switch {
	case n.Kind == yaml.AliasNode:
		l.walk(n.Alias, path, t)
	case n.Kind == yaml.MappingNode && t.Kind() == reflect.Struct:
		l.walkMapping(n, path, t)
	case n.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		for i, item := range n.Content {
			at := fmt.Sprintf("%s[%d]", path, i)
			l.lines[at] = item.Line
			l.walk(item, at, t.Elem())
		}
	case n.Kind == yaml.ScalarNode && n.Tag != "!!null" && short(t) != "":
		*n = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: n.Line, Content: []*yaml.Node{
			{Kind: yaml.ScalarNode, Tag: "!!str", Value: short(t), Line: n.Line}, new(*n),
		}}
	case t.Kind() == reflect.Struct && !(n.Kind == yaml.ScalarNode && n.Tag == "!!null"):
		l.fault(path, "must be a mapping of keys to values")
	}
}

func (l *loader) walkMapping(n *yaml.Node, path string, t reflect.Type) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		doubled := seen[key.Value]
		seen[key.Value] = true
		l.lines[at] = key.Line
		f, known := field(t, key.Value)
		switch {
		case doubled:
			l.fault(at, "is set twice")
		case !known:
			l.fault(at, "is not a known key%s", hint(key.Value, t))
		case f.Tag.Get("secret") != "":
			l.fault(at, "secrets do not belong in this file; put it into a file of its own and name that in %s, or into the environment", f.Tag.Get("secret"))
		default:
			l.walk(value, at, f.Type)
		}
	}
}

func field(t reflect.Type, key string) (reflect.StructField, bool) {
	for f := range t.Fields() {
		if f.Tag.Get("koanf") == key {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// short is the key that a text alone stands for where a mapping of type t is
// wanted; empty where there is none.
func short(t reflect.Type) string {
	if t.Kind() != reflect.Struct {
		return ""
	}
	for f := range t.Fields() {
		if f.Tag.Get("short") != "" {
			return f.Tag.Get("koanf")
		}
	}
	return ""
}

// keys lists what may stand in a mapping of type t.
func keys(t reflect.Type) []string {
	var ks []string
	for f := range t.Fields() {
		if f.Tag.Get("secret") == "" {
			ks = append(ks, f.Tag.Get("koanf"))
		}
	}
	slices.Sort(ks)
	return ks
}

// hint names the known key that an unknown one is closest to, or all of them.
func hint(key string, t reflect.Type) string {
	for _, k := range keys(t) {
		if distance(key, k) <= 2 {
			return fmt.Sprintf("; did you mean %s?", k)
		}
	}
	return "; known here: " + strings.Join(keys(t), ", ")
}

// distance is the Levenshtein distance of two short words in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// parent strips the last step of a field path: "a[0].b" to "a[0]" to "a" to "".
func parent(path string) string {
	return path[:max(strings.LastIndexAny(path, ".["), 0)]
}

// FileKeys lists every key that may stand in the file, at any depth.
func FileKeys() []string {
	var all []string
	var visit func(t reflect.Type)
	visit = func(t reflect.Type) {
		for _, key := range keys(t) {
			all = append(all, key)
			f, _ := field(t, key)
			ft := f.Type
			if ft.Kind() == reflect.Slice {
				ft = ft.Elem()
			}
			if ft.Kind() == reflect.Struct {
				visit(ft)
			}
		}
	}
	visit(reflect.TypeFor[Config]())
	return all
}
