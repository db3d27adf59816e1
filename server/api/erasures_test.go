package api_test

import (
	"strings"
	"testing"
)

const shownErasure = `"app":"main","alias":"alias-0011","at":"2026-05-01T12:00:00.123Z","by":"token:operator",
	"messages":4,"findings":3,"reads":2,"names":1,"kept":{"legal_hold":5,"not_over":6},"id":"` + own + `f"`

func TestAPersonIsErased(t *testing.T) {
	w := newWorld(t)
	same(t, w.call("operator", "POST", "/erasures?dry_run=true", `{"app":"main","account":"bob"}`), 200, `{"app":"main","alias":"alias-0011",
		"messages":4,"findings":0,"reads":0,"names":0,"kept":{"legal_hold":5,"not_over":0}}`)
	same(t, w.call("operator", "POST", "/erasures", `{"app":"main","account":"bob","reason":" he asked "}`), 201, `{`+shownErasure+`,"reason":"he asked"}`)
	same(t, w.call("auditor", "GET", "/erasures?app=main&account=bob", ""), 200, `{"items":[{`+shownErasure+`,"reason":"request of 1 May"}]}`)
	for _, body := range []string{
		`{}`, `{"app":"main","reason":"x"}`, `{"account":"bob","reason":"x"}`, `{"app":"main","account":"bob"}`, `{"app":"main","account":"bob","reason":" "}`,
		`{"app":"main","account":"bob","reason":"` + strings.Repeat("x", 501) + `"}`,
	} {
		if rec := w.call("operator", "POST", "/erasures", body); rec.Code != 422 && rec.Code != 400 {
			t.Errorf("%.60s: %d, want a refusal", body, rec.Code)
		}
	}
	if rec := w.call("auditor", "GET", "/erasures?account=bob", ""); rec.Code != 422 && rec.Code != 400 {
		t.Errorf("an account of no app: %d, want a refusal", rec.Code)
	}
}
