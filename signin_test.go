package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// reviewPolicy asks people about cards.
const reviewPolicy = `policy: review
rules:
  - name: cards
    when: findings.exists(f, f.detector == "credit_card")
    verdict: review
    reason: {code: sensitive_information}
examples: []
`

// visitor is a browser without scripts: it keeps cookies and follows nothing.
type visitor struct {
	t      *testing.T
	url    string
	client *http.Client
}

func (w *world) visitor(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t, w.URL(), &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

// goTo returns the status of a page, where it leads, and what it says.
func (v *visitor) goTo(path string) (status int, to, body string) {
	v.t.Helper()
	return v.do(http.MethodGet, path, nil)
}

func (v *visitor) post(path string, form url.Values) (status int, to, body string) {
	v.t.Helper()
	return v.do(http.MethodPost, path, form)
}

func (v *visitor) do(method, path string, form url.Values) (status int, to, body string) {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := v.client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Location"), string(b)
}

var (
	eightDigits = regexp.MustCompile(`\d{4} \d{4}`)
	groupLink   = regexp.MustCompile(`/groups/[0-9a-f]{16}`)
	caseField   = regexp.MustCompile(`name="case" value="([^"]+)"`)
)

// codeFor waits for the newest code that an account is sent, the n-th.
func (w *world) codeFor(t *testing.T, account string, n int) string {
	t.Helper()
	var code string
	eventually(t, func() string {
		told := w.sim.MessagesC2C(w.conf.Apps[0].Tencent.Admin, account)
		if len(told) != n {
			return fmt.Sprintf("%s was told %d things, want %d", account, len(told), n)
		}
		code = eightDigits.FindString(told[n-1].Text)
		return ""
	})
	return code
}

// An owner signs in with a code from the chat, takes a message of the group back with
// a reason, sees that the platform confirms it, and is out with the role.
func TestOwnersSignInWithACode(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, withPolicy(t, reviewPolicy))
		w.group(t, "sales")
		token := w.operator(t)
		sent := w.post(t, "sales", "bob", card())
		w.messageID(t, token, "sales", itoa(sent.Seq))

		mia, olga := w.visitor(t), w.visitor(t)
		if status, to, _ := mia.post("/sign-in/chat", url.Values{"account": {"mia"}}); status != http.StatusSeeOther || to != "/sign-in/chat/code" {
			t.Errorf("mia, a member, is answered %d, %s", status, to)
		}
		olga.post("/sign-in/chat", url.Values{"account": {"olga"}})
		code := w.codeFor(t, "olga", 1)
		if status, _, _ := mia.post("/sign-in/chat/code", url.Values{"code": {code}}); status != http.StatusUnprocessableEntity {
			t.Errorf("olga's code in mia's browser: %d", status)
		}
		if status, to, _ := olga.post("/sign-in/chat/code", url.Values{"code": {code}}); status != http.StatusSeeOther || to != "/groups" {
			t.Fatalf("olga's code: %d, %s", status, to)
		}
		if told := w.sim.MessagesC2C(w.conf.Apps[0].Tencent.Admin, "mia"); len(told) > 0 {
			t.Errorf("mia was told %q", told[0].Text)
		}

		_, _, body := olga.goTo("/groups")
		group := groupLink.FindString(body)
		_, _, body = olga.goTo(group)
		waiting := caseField.FindStringSubmatch(body)
		if group == "" || waiting == nil || strings.Contains(body, "1111 1111") {
			t.Fatalf("olga's group %q shows %s", group, body)
		}
		status, to, _ := olga.post(group+"/decide", url.Values{"case": {waiting[1]}, "verdict": {"recall"}, "reason": {"sensitive_information"}})
		if status != http.StatusSeeOther {
			t.Fatalf("taking it back: %d", status)
		}
		eventually(t, func() string {
			if _, _, body := olga.goTo(to); !strings.Contains(body, `class="pill green"`) {
				return "it is not shown as confirmed"
			}
			return ""
		})
		got := w.recallOf(t, token, sent.Seq)
		if got["authority"] != "owner" || got["actor"] != "account:"+demoApp+":olga" || got["trigger"] != "console" {
			t.Errorf("the recall is %v", got)
		}
		w.losesTheGroup(t, olga)
		w.silent(t, code, strings.ReplaceAll(code, " ", ""), "1111 1111")
		w.auditHolds(t)
	})
}

// losesTheGroup hands olga's only group over to somebody else, and expects her to be
// out as soon as the platform has said so.
func (w *world) losesTheGroup(t *testing.T, olga *visitor) {
	t.Helper()
	if err := w.sim.ChangeOwner("olga", "sales", "bob"); err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, to, _ := olga.goTo("/groups"); status != http.StatusSeeOther || to != "/sign-in?next=%2Fgroups&why=groups" {
		t.Errorf("after the loss: %d, %s", status, to)
	}
	if _, page, err := w.store.Audit(t.Context(), models.AuditFilter{Action: "session.opened", Page: models.Page{Limit: 5}}); err != nil || page != "" {
		t.Errorf("sessions were opened more than once: %v", err)
	}
}

// An app that says so has no codes.
func TestChatSignInIsSwitchedOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, databases["SQLite"](t), withoutCodes)
	if status, _, _ := w.visitor(t).goTo("/sign-in/chat"); status != http.StatusNotFound {
		t.Errorf("/sign-in/chat answers %d", status)
	}
	if _, _, body := w.visitor(t).goTo("/sign-in"); strings.Contains(body, "/sign-in/chat") {
		t.Error("the sign-in leads there")
	}
}

func withoutCodes(c *config.Config, _ *tencentsim.Options) { c.Apps[0].ChatSignIn = false }
