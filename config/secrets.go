package config

import (
	"fmt"
	"reflect"
)

// secrets fills every field that is a secret from the file named beside it,
// unless the environment gave it already.
func (l *loader) secrets(c *Config) {
	l.secretsOf(reflect.ValueOf(c).Elem(), "")
}

func (l *loader) secretsOf(v reflect.Value, path string) {
	for i := range v.NumField() {
		f, fv := v.Type().Field(i), v.Field(i)
		at := join(path, f.Tag.Get("koanf"))
		switch {
		case f.Tag.Get("secret") != "":
			l.secret(v, fv, join(path, f.Tag.Get("secret")), f.Tag.Get("secret"))
		case fv.Kind() == reflect.Struct:
			l.secretsOf(fv, at)
		case fv.Kind() == reflect.Slice && fv.Type().Elem().Kind() == reflect.Struct:
			for j := range fv.Len() {
				l.secretsOf(fv.Index(j), fmt.Sprintf("%s[%d]", at, j))
			}
		}
	}
}

func (l *loader) secret(parent, into reflect.Value, path, fileKey string) {
	file := fieldValue(parent, fileKey).String()
	if into.String() != "" || file == "" {
		return
	}
	s, err := readSecret(file)
	if err != nil {
		l.fault(path, "%v", err)
		return
	}
	into.SetString(string(s))
}

func fieldValue(v reflect.Value, key string) reflect.Value {
	f, _ := field(v.Type(), key) // the tag names a field of the same struct; a test walks them all
	return v.FieldByIndex(f.Index)
}
