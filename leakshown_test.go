package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

// onlookers is what they see who may not read messages, by who, and what of it the search
// must find to be believed.
func (l *leaks) onlookers(t *testing.T) map[string]string {
	t.Helper()
	paths, all := l.paths(t), map[string]string{}
	for who, caller := range map[string]models.Caller{
		"an auditor": {Grant: models.GrantAuditor}, "a rule author": {Grant: models.GrantRuleAuthor},
		"an owner of other groups": {Grant: models.GrantGroupOwner, Account: models.Account{App: demoApp, Name: "eve"}},
		"another user":             {Grant: models.GrantUser, Account: models.Account{App: demoApp, Name: "eve"}},
	} {
		token := l.token(t, caller)
		answers := 0
		for _, path := range paths {
			status, body := l.looks(t, token, path)
			if status == http.StatusOK {
				answers++
			}
			all[who] += body + "\n"
		}
		t.Logf("%s is shown %d of %d things, %d bytes", who, answers, len(paths), len(all[who]))
	}
	if !strings.Contains(all["an auditor"], "sweep.cancelled") || !strings.Contains(all["a rule author"], "credit_card") {
		t.Error("the search does not see what onlookers see")
	}
	return all
}

// paths is all that the API shows, of each kind of thing up to twenty.
func (l *leaks) paths(t *testing.T) []string {
	t.Helper()
	_, contract := l.call(t, l.operator, http.MethodGet, "/api/v1/openapi.json", nil)
	routes, _ := contract["paths"].(map[string]any)
	var all []string
	for route, methods := range routes {
		if by, _ := methods.(map[string]any); by["get"] == nil || strings.HasSuffix(route, "/stream") {
			continue
		}
		route = "/api/v1" + strings.TrimPrefix(route, "/api/v1")
		list, _, of := strings.Cut(route, "/{id}")
		if !of {
			all = append(all, route)
			continue
		}
		for _, thing := range items(l.want(t, http.StatusOK, http.MethodGet, list+"?limit=20", nil)) {
			all = append(all, strings.Replace(route, "{id}", fmt.Sprint(thing["id"]), 1))
		}
	}
	if len(all) < 60 {
		t.Errorf("the API shows %d things: %v", len(all), all)
	}
	slices.Sort(all)
	return all
}

// looks is what a path shows to a caller.
func (l *leaks) looks(t *testing.T, token, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode >= http.StatusInternalServerError {
		t.Errorf("%s: %d %s", path, resp.StatusCode, body)
	}
	return resp.StatusCode, string(body)
}

// notShown searches what onlookers saw. An auditor reads the reasons that people gave.
func (l *leaks) notShown(t *testing.T, shown map[string]string) {
	t.Helper()
	all := newFinder(l.said...)
	unless := newFinder(slices.DeleteFunc(slices.Clone(l.said), func(w words) bool { return w.why })...)
	for who, what := range shown {
		f := all
		if who == "an auditor" {
			f = unless
			if len(all.in([]byte(what), "")) == 0 {
				t.Error("an auditor reads no reason")
			}
		}
		for _, found := range f.in([]byte(what), "what is shown to "+who) {
			t.Error(found)
		}
	}
}
