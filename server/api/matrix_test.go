package api_test

import (
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const reasonBody = `"reason":{"code":"mistyped"}`

// matrix says, for each act and each kind of caller, how the API answers for a
// thing in the caller's group, one in a foreign group, and one that is not there:
// three statuses. The callers are those of newWorld.
var matrix = []struct {
	method, path, body string // # stands for the id
	digit              string // of the thing that path or body names
	want               map[string]string
}{
	{"GET", "/messages/#", "", "1", map[string]string{
		"operator": "200 200 404", "limited": "200 404 404", "owner": "200 404 404", "member": "404 404 404",
		"viewer": "200 404 404", "auditor": "200 200 404", "nobody": "404 404 404", "": "401 401 401",
	}},
	{"GET", "/messages/#/copies", "", "1", map[string]string{
		"operator": "200 200 404", "limited": "200 404 404", "owner": "200 404 404", "member": "404 404 404",
		"viewer": "200 404 404", "auditor": "200 200 404", "nobody": "404 404 404", "": "401 401 401",
	}},
	{"POST", "/messages/#/reveal", `{"purpose":"checking the number"}`, "1", map[string]string{
		"operator": "200 200 404", "limited": "200 404 404", "owner": "200 404 404", "member": "404 404 404",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"GET", "/recalls/#", "", "3", map[string]string{
		"operator": "200 200 404", "limited": "200 404 404", "owner": "200 404 404", "member": "404 404 404",
		"viewer": "200 404 404", "auditor": "200 200 404", "nobody": "404 404 404", "": "401 401 401",
	}},
	{"POST", "/recalls", `{"messages":["#"],` + reasonBody + `}`, "1", map[string]string{
		"operator": "202 202 404", "limited": "202 404 404", "owner": "202 404 404", "member": "403 404 404",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"POST", "/recalls?dry_run=true", `{"messages":["#"]}`, "1", map[string]string{
		"operator": "200 200 404", "limited": "200 404 404", "owner": "200 404 404", "member": "403 404 404",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"POST", "/recalls/#/cancel", "", "3", map[string]string{
		"operator": "200 200 404", "limited": "200 404 404", "owner": "200 404 404", "member": "404 404 404",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"POST", "/recalls/#/retry", "", "4", map[string]string{
		"operator": "202 202 404", "limited": "202 404 404", "owner": "202 404 404", "member": "404 404 404",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"GET", "/cases/#", "", "5", map[string]string{
		"operator": "200 200 404", "limited": "200 404 404", "owner": "200 404 404", "member": "404 404 404",
		"viewer": "200 404 404", "auditor": "200 200 404", "nobody": "404 404 404", "": "401 401 401",
	}},
	{"POST", "/cases/#/decide", `{"verdict":"allow"}`, "5", map[string]string{
		"operator": "200 200 404", "limited": "200 404 404", "owner": "200 404 404", "member": "404 404 404",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"POST", "/cases/#/act", `{"act":"escalate","note":"a customer?"}`, "5", map[string]string{
		"operator": "200 200 404", "limited": "200 404 404", "owner": "200 404 404", "member": "404 404 404",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"POST", "/sweeps", `{"kind":"finding","app":"main","message":"#",` + reasonBody + `}`, "1", map[string]string{
		"operator": "201 201 404", "limited": "201 404 404", "owner": "201 404 404", "member": "404 404 404",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"GET", "/sweeps/#", "", "b", map[string]string{
		"operator": "200 200 404", "limited": "404 404 404", "owner": "200 404 404", "member": "404 404 404",
		"viewer": "404 404 404", "auditor": "200 200 404", "nobody": "404 404 404", "": "401 401 401",
	}},
	{"GET", "/sweeps/#/messages", "", "b", map[string]string{
		"operator": "200 200 404", "limited": "404 404 404", "owner": "200 404 404", "member": "404 404 404",
		"viewer": "404 404 404", "auditor": "200 200 404", "nobody": "404 404 404", "": "401 401 401",
	}},
	{"POST", "/sweeps/#/run", "", "b", map[string]string{ // 409: only whoever ordered it may be first
		"operator": "409 409 404", "limited": "404 404 404", "owner": "200 404 404", "member": "404 404 404",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"POST", "/sweeps/#/cancel", "", "b", map[string]string{
		"operator": "200 200 404", "limited": "404 404 404", "owner": "200 404 404", "member": "404 404 404",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"POST", "/hooks/deliveries/#/again", "", "9", map[string]string{
		"operator": "202 202 404", "limited": "403 403 403", "owner": "403 403 403", "member": "403 403 403",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"POST", "/erasures", `{"app":"main","account":"bob","reason":"asked, #"}`, "0", map[string]string{
		"operator": "201 201 201", "limited": "403 403 403", "owner": "403 403 403", "member": "403 403 403",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"GET", "/erasures", "", "0", map[string]string{
		"operator": "200 200 200", "limited": "403 403 403", "owner": "403 403 403", "member": "403 403 403",
		"viewer": "403 403 403", "auditor": "200 200 200", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"GET", "/legal-holds/#", "", "d", map[string]string{
		"operator": "200 200 404", "limited": "403 403 403", "owner": "403 403 403", "member": "403 403 403",
		"viewer": "403 403 403", "auditor": "200 200 404", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"POST", "/legal-holds", `{"message":"#","reason":"order of 1 May"}`, "1", map[string]string{
		"operator": "201 201 404", "limited": "403 403 403", "owner": "403 403 403", "member": "403 403 403",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"POST", "/legal-holds/#/lift", `{"reason":"closed"}`, "d", map[string]string{
		"operator": "200 202 404", "limited": "403 403 403", "owner": "403 403 403", "member": "403 403 403",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"POST", "/breakers/#/reset", `{"reason":"mended"}`, "7", map[string]string{
		"operator": "200 202 404", "limited": "403 403 403", "owner": "403 403 403", "member": "403 403 403",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
	}},
	{"POST", "/messages/#/sender-link", "", "1", map[string]string{
		"operator": "201 201 404", "limited": "403 403 403", "owner": "403 403 403", "member": "403 403 403",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401", "app": "201 201 404",
	}},
	{"GET", "/own?message=#", "", "1", map[string]string{
		"operator": "403 403 403", "limited": "403 403 403", "owner": "403 403 403", "member": "403 403 403",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
		"user bob": "200 200 404", "user eve": "404 404 404",
	}},
	{"POST", "/own/recall", `{"message":"#",` + reasonBody + `}`, "1", map[string]string{
		"operator": "403 403 403", "limited": "403 403 403", "owner": "403 403 403", "member": "403 403 403",
		"viewer": "403 403 403", "auditor": "403 403 403", "nobody": "403 403 403", "": "401 401 401",
		"user bob": "202 202 404", "user eve": "404 404 404",
	}},
	{"GET", "/conversations/#", "", "0", map[string]string{
		"operator": "200 200 404", "limited": "200 404 404", "owner": "200 404 404", "member": "404 404 404",
		"viewer": "200 404 404", "auditor": "200 200 404", "nobody": "404 404 404", "": "401 401 401",
	}},
}

func TestAuthorisationMatrix(t *testing.T) {
	cells := 0
	for _, row := range matrix {
		for _, narrow := range []string{"app", "user bob", "user eve"} { // do one thing, and nothing else answers them
			if row.want[narrow] == "" {
				row.want[narrow] = "403 403 403"
			}
		}
		for as, want := range row.want {
			t.Run(fmt.Sprintf("%s %s as %s", row.method, row.path, as), func(t *testing.T) {
				var got []string
				var missing []string
				for _, id := range []string{own + row.digit, foreign + row.digit, unknown} {
					w := newWorld(t)
					rec := w.call(as, row.method, strings.ReplaceAll(row.path, "#", id), strings.ReplaceAll(row.body, "#", id))
					got = append(got, strconv.Itoa(rec.Code))
					if rec.Code == 404 {
						missing = append(missing, strings.ReplaceAll(rec.Body.String(), id, "#"))
					}
				}
				if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
					t.Errorf("own, foreign, unknown (-want +got):\n%s", diff)
				}
				for _, body := range missing {
					if body != missing[0] {
						t.Errorf("a foreign thing and one that is not there are answered differently:\n%s\n%s", missing[0], body)
					}
				}
				cells += len(got)
			})
		}
	}
	if cells != 27*11*3 {
		t.Errorf("%d cells were tried, want %d", cells, 27*11*3)
	}
}

// TestListsAreScoped asks every list as every caller and counts what comes.
func TestListsAreScoped(t *testing.T) {
	// The world has two groups with equally many things; an own list has half of all.
	lists := map[string]int{"/messages": 3, "/recalls": 2, "/cases": 2, "/conversations": 1}
	sees := map[string]int{"operator": 2, "limited": 1, "owner": 1, "member": 0, "viewer": 1, "auditor": 2, "nobody": 0}
	for path, each := range lists {
		for as, groups := range sees {
			w := newWorld(t)
			rec := w.call(as, "GET", path, "")
			if got := len(items(t, rec)); rec.Code != 200 || got != groups*each {
				t.Errorf("%s as %s: %d with %d items, want %d", path, as, rec.Code, got, groups*each)
			}
			if rec := w.call("", "GET", path, ""); rec.Code != 401 {
				t.Errorf("%s without a token: %d, want 401", path, rec.Code)
			}
		}
	}
}

func TestAuditIsForOperatorsAndAuditors(t *testing.T) {
	want := map[string]int{
		"operator": 200, "limited": 403, "owner": 403, "member": 403, "viewer": 403, "auditor": 200, "nobody": 403, "": 401,
	}
	for as, status := range want {
		if rec := newWorld(t).call(as, "GET", "/audit", ""); rec.Code != status {
			t.Errorf("GET /audit as %q: %d, want %d", as, rec.Code, status)
		}
	}
}

func TestHooksAreForOperatorsAndAuditors(t *testing.T) {
	want := map[string]int{
		"operator": 200, "limited": 403, "owner": 403, "member": 403, "viewer": 403, "auditor": 200, "nobody": 403, "": 401,
	}
	for as, status := range want {
		for _, path := range []string{"/hooks", "/hooks/deliveries?state=failed&hook=crm"} {
			if rec := newWorld(t).call(as, "GET", path, ""); rec.Code != status {
				t.Errorf("GET %s as %q: %d, want %d", path, as, rec.Code, status)
			}
		}
	}
}

func items(t *testing.T, rec *httptest.ResponseRecorder) []any {
	t.Helper()
	list, _ := body(t, rec)["items"].([]any)
	return list
}
