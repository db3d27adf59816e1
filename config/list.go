package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Setting is one setting as people are shown it.
type Setting struct {
	Key   string // "apps[0].tencent.rate"
	Value string // of a secret, that there is one; empty: it is not set
}

// List returns every setting in the order of the file, without any secret.
func (c Config) List() []Setting {
	return listed("", reflect.ValueOf(c.redacted()))
}

// listed walks one value. Secrets print that they are there, so that nothing more
// of them can come out of here.
func listed(key string, v reflect.Value) (all []Setting) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Tag.Get("koanf")
			all = append(all, listed(strings.TrimPrefix(key+"."+name, "."), v.Field(i))...)
		}
		return all
	case reflect.Slice:
		for i := range v.Len() {
			all = append(all, listed(key+"["+strconv.Itoa(i)+"]", v.Index(i))...)
		}
		return all
	default:
		return []Setting{{key, fmt.Sprint(v.Interface())}}
	}
}
