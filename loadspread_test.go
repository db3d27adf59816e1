package main

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// Webhooks go to every node that is named, in turn, each whole.
func TestLoadIsSpreadOverTheNodes(t *testing.T) {
	var got, addresses []string
	for _, name := range []string{"a", "b", "c"} {
		node := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got = append(got, name+" "+r.URL.RequestURI())
			if !slices.Contains(addresses, "http://"+r.Host) {
				t.Errorf("node %s was asked as %q", name, r.Host)
			}
		}))
		t.Cleanup(node.Close)
		addresses = append(addresses, node.URL)
	}
	bases, err := basesOf(addresses)
	if err != nil {
		t.Fatal(err)
	}
	client := loadCmd{Connections: 6}.client(bases)
	for range 4 {
		resp, err := client.Post(bases[0].JoinPath("webhooks", "main").String()+"?Sign=x", "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	const at = " /webhooks/main?Sign=x"
	if diff := cmp.Diff([]string{"a" + at, "b" + at, "c" + at, "a" + at}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoadRefusesWhatIsNoAddress(t *testing.T) {
	for _, bad := range []string{"127.0.0.1:8080", "ftp://x", "http://", ""} {
		if bases, err := basesOf([]string{"http://127.0.0.1:1", bad}); err == nil {
			t.Errorf("%q was taken: %v", bad, bases)
		}
	}
	want := []*url.URL{{Scheme: "https", Host: "x"}}
	if got, err := basesOf([]string{"https://x"}); err != nil || cmp.Diff(want, got) != "" {
		t.Errorf("basesOf = %v, %v", got, err)
	}
}

// What is offered is ordinary chat: as many of the messages as is said may be part of a
// split value, many people say them, and secrets are said in every group.
func TestLoadIsOrdinaryChat(t *testing.T) {
	t.Parallel()
	l := loadCmd{Groups: 20, Secrets: 0.1}
	parts := 0
	people, told := map[string]int{}, map[int]int{}
	const n = 16_000
	for i := range n {
		group, sender := l.place(i)
		people[fmt.Sprint(group, sender)]++
		text := loadText(n+i, l.Secrets) // the first numbers are too short to be a part
		if text != loadText(n+i, 0) {
			told[group]++
		} else if rules.Fragment([]models.Element{{Kind: models.TextElement, Text: text}}) {
			parts++
		}
	}
	if parts < n/10 || parts > n/7 {
		t.Errorf("%d of %d messages may be a part, want about one in eight", parts, n)
	}
	if len(people) != l.Groups*loadPeople || slices.Max(slices.Collect(maps.Values(people))) > n/len(people) {
		t.Errorf("%d people of %d talk", len(people), l.Groups*loadPeople)
	}
	if len(told) != l.Groups || slices.Max(slices.Collect(maps.Values(told))) > n/100 {
		t.Errorf("secrets were said in these groups: %v", told)
	}
}
