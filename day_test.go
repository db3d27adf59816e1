package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/internal/testbrowser"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// TestAModeratorsDay goes through a shift in a browser on the whole program: signed in
// by a code from the chat, by keyboard alone from then on, until the sign-out.
func TestAModeratorsDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, databases["SQLite"](t), withPolicy(t, reviewPolicy))
	w.group(t, "sales")
	const cases = 10
	for n := range cases {
		w.post(t, "sales", "bob", fmt.Sprintf("%s for order %c", card(), 'A'+n))
	}
	token := w.operator(t)
	open := func() int {
		_, list := w.call(t, token, http.MethodGet, "/api/v1/cases?state=open&limit=100", nil)
		return len(items(list))
	}
	eventually(t, func() string { return unlike(open(), cases) })

	b := testbrowser.New(t, w.URL(), 1440, 900)
	b.GoTo("/sign-in/chat")
	b.Type("input[name=account]", "olga")
	b.Leads("\r")
	b.Type("input[name=code]", w.codeFor(t, "olga", 1))
	b.Leads("\r")
	b.Sees("the own groups", `location.pathname === "/groups"`)
	b.Press("g")
	b.Leads("q")
	b.Sees("the first case", `document.querySelector("#decide")`)

	// In clear, on record, and only until the next case.
	b.Press("m")
	b.Press("asked by phone\r")
	b.Sees("the text in clear", `document.querySelector("#revealed").innerText.includes("1111 1111")`)
	b.Press("\x1b")

	// Taken back, and watched until the platform's own word.
	w.takesBack(b, "2")
	b.Sees("that it is confirmed", `document.querySelector("#notice .watch .strip .confirmed.done")`)
	b.Shoot("day-confirmed")

	// While the platform fails, it is said; when it is back, it goes on by itself.
	w.sim.SetFaults(tencentsim.Faults{Seed: 1, Only: "group_open_http_svc/group_msg_recall", ServerError: 1})
	w.takesBack(b, "1")
	b.Sees("that it is not sent", `document.querySelector("#notice .watch .strip .requested.done") && !document.querySelector("#notice .watch .strip .accepted.done")`)
	w.sim.SetFaults(tencentsim.Faults{})
	b.Sees("that it is confirmed after all", `document.querySelector("#notice .watch .strip .confirmed.done")`)

	for range 4 {
		b.Leads("o")
		b.Sees("that it is kept", `document.querySelector("#notice").innerText.includes("Kept.")`)
	}
	if got := open(); got != 4 {
		t.Errorf("%d cases are open, want 4", got)
	}

	// The rest at once: the first and, with shift, all up to the last.
	b.Press("x")
	for range 3 {
		b.Press("j")
	}
	b.Press("X")
	b.Leads("b")
	b.Sees("all four", `document.querySelectorAll("input[name=id]").length === 4`)
	b.Press("1")
	b.Leads("r")
	b.Sees("that all four are on their way", `document.querySelectorAll("td a[href^='/recalls/']").length === 4`)
	b.Shoot("day-bulk")
	eventually(t, func() string { return unlike(open(), 0) })
	eventually(t, func() string {
		_, list := w.call(t, token, http.MethodGet, "/api/v1/recalls?state=confirmed&limit=100", nil)
		return unlike(len(items(list)), 6)
	})

	b.Press("g")
	b.Leads("m")
	b.Sees("the messages", `document.querySelector("#rows").innerText.includes("order")`)
	b.Follow("form[action='/sign-out'] button")
	b.Back()
	if text := b.Eval("document.body.innerText"); strings.Contains(text, "sales") || !strings.Contains(text, "Password") {
		t.Errorf("after signing out, back shows %q", text)
	}
	b.Quiet()
	w.silent(t, "1111 1111", "asked by phone")
	w.auditHolds(t)
}

// takesBack recalls the case in hand for the reason with a number.
func (w *world) takesBack(b *testbrowser.Browser, reason string) {
	b.Press("r")
	b.Sees("what a recall would meet", `document.querySelector("#sheet[open] form[data-recall][data-htmx-powered]")`)
	b.Press(reason)
	b.Leads("r")
	b.Sees("that it is asked for", `document.querySelector("#notice .watch .strip .requested")`)
}

// unlike says so if a number is not the one that is wanted.
func unlike(got, want int) string {
	if got != want {
		return fmt.Sprintf("there are %d, want %d", got, want)
	}
	return ""
}
