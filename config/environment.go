package config

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// prefix begins every environment variable that is ours. Levels are parted by
// two underscores, items of a list are named by their id or number:
// TAKEBACK_LISTEN, TAKEBACK_INTAKE__MAX_BODY, TAKEBACK_APPS__MAIN__TENCENT__SECRET_KEY.
const prefix = "TAKEBACK_"

// testPrefix begins variables that the tests use; they are no settings.
const testPrefix = "TAKEBACK_TEST_"

// overlay lays the environment over the tree read from the file.
func (l *loader) overlay(tree map[string]any, environ []string) {
	for _, entry := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, prefix) || strings.HasPrefix(name, testPrefix) {
			continue
		}
		steps := strings.Split(strings.ToLower(strings.TrimPrefix(name, prefix)), "__")
		if !set(tree, reflect.TypeFor[Config](), steps, value) {
			l.problems = append(l.problems, Problem{Field: name, Words: "is not a known setting; levels are parted by two underscores, as in TAKEBACK_INTAKE__MAX_BODY"})
		}
	}
}

// set puts a value at a path below a mapping of type t, making what is missing.
func set(m map[string]any, t reflect.Type, steps []string, value string) bool {
	f, known := field(t, steps[0])
	if !known {
		return false
	}
	rest := steps[1:]
	switch {
	case f.Type.Kind() == reflect.Struct && len(rest) > 0:
		return set(child(m, steps[0]), f.Type, rest, value)
	case f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct && len(rest) > 1:
		return setItem(m, steps[0], f.Type.Elem(), rest, value)
	case len(rest) > 0 || f.Type.Kind() == reflect.Struct:
		return false
	case f.Type.Kind() == reflect.Slice && short(f.Type.Elem()) != "":
		m[steps[0]] = shortList(short(f.Type.Elem()), value)
		return true
	case f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.String:
		m[steps[0]] = splitList(value)
	default:
		m[steps[0]] = value
	}
	return f.Type.Kind() != reflect.Slice || f.Type.Elem().Kind() == reflect.String
}

func child(m map[string]any, key string) map[string]any {
	c, ok := m[key].(map[string]any)
	if !ok {
		c = map[string]any{}
		m[key] = c
	}
	return c
}

// setItem finds the item of a list by id or number, or makes a new one with
// that id, and sets the value below it.
func setItem(m map[string]any, key string, t reflect.Type, steps []string, value string) bool {
	list, _ := m[key].([]any)
	for i, raw := range list {
		item, ok := raw.(map[string]any)
		id, _ := item["id"].(string)
		if ok && (strings.EqualFold(envName(id), steps[0]) || strconv.Itoa(i) == steps[0]) {
			return set(item, t, steps[1:], value)
		}
	}
	if _, err := strconv.Atoi(steps[0]); err == nil {
		return false
	}
	item := map[string]any{"id": steps[0]}
	m[key] = append(list, item)
	return set(item, t, steps[1:], value)
}

// envName is how an id is written in the environment: dashes become underscores.
func envName(id string) string { return strings.ReplaceAll(id, "-", "_") }

func splitList(value string) []any {
	var list []any
	for s := range strings.SplitSeq(value, ",") {
		if s = strings.TrimSpace(s); s != "" {
			list = append(list, s)
		}
	}
	return list
}

// shortList is a list of mappings of which only one key is set.
func shortList(key, value string) []any {
	list := splitList(value)
	for i, item := range list {
		list[i] = map[string]any{key: item}
	}
	return list
}
