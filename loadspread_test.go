package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
