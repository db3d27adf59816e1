package store

import (
	"reflect"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm/schema"
)

// placesOf names, by the columns of its row, the places to which a view reads, and all
// columns that the row has.
func placesOf[R any](t *testing.T, v *view[R]) (got, want []string) {
	t.Helper()
	var r R
	s, err := schema.Parse(&r, &sync.Map{}, schema.NamingStrategy{})
	if err != nil {
		t.Fatal(err)
	}
	name := map[any]string{}
	for _, f := range s.Fields {
		if f.Readable {
			name[f.ReflectValueOf(t.Context(), reflect.ValueOf(&r).Elem()).Addr().Interface()] = f.DBName
			want = append(want, f.DBName)
		}
	}
	for _, place := range v.places(&r) {
		got = append(got, name[place])
	}
	return got, want
}

// What a view reads goes to the field of its column, and no column is left out.
func TestViewsReadWholeRows(t *testing.T) {
	check := func(table string, columns, got, want []string) {
		if diff := cmp.Diff(want, columns); diff != "" {
			t.Errorf("%s: columns (-row +view):\n%s", table, diff)
		}
		if diff := cmp.Diff(columns, got); diff != "" {
			t.Errorf("%s: places (-columns +places):\n%s", table, diff)
		}
		if len(want) < 10 {
			t.Errorf("%s: only %d columns were compared", table, len(want))
		}
	}
	got, want := placesOf(t, recallsView)
	check("recalls", recallsView.columns, got, want)
	got, want = placesOf(t, messagesView)
	check("messages", messagesView.columns, got, want)
	got, want = placesOf(t, findingsView)
	check("findings", findingsView.columns, got, want)
	got, want = placesOf(t, conversationsView)
	check("conversations", conversationsView.columns, got, want)
}
