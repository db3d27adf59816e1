package matchers

import (
	"bytes"
	"testing"
)

func TestEmail(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"write to jane.doe@example.com, please", "jane.doe@example.com"},
		{"邮箱zhang.san@qq.com谢谢", "zhang.san@qq.com"},
		{"mailto:a_b+tag@mail.example.co.uk.", "a_b+tag@mail.example.co.uk"},
		{"13800138000@163.com", "13800138000@163.com"},
		{"email=jane@example.com&x=1", "jane@example.com"},
		{"https://example.com/?email=jane@example.com", "jane@example.com"},
		{"https://example.com/users/jane@example.com", "jane@example.com"},
		{"<jane@example.com>", "jane@example.com"},
		{"'jane@example.com'", "jane@example.com"},
		{"o'brien@example.com", "o'brien@example.com"},
		{`"jane doe"@example.com`, `"jane doe"@example.com`},
		{"user@[192.0.2.1]", "user@[192.0.2.1]"},
		{"user@[IPv6:2001:db8::1]", "user@[IPv6:2001:db8::1]"},
		{"user%example.com@example.org", "user%example.com@example.org"},
		{"mailhost!username@example.org", "mailhost!username@example.org"},
		{"jane@example.com.Thanks", "jane@example.com"},
		{"jane@example.com.please answer", "jane@example.com"},
		{"jane@example.com.br", "jane@example.com.br"},
		{"jane@example.museum", "jane@example.museum"},
		{"JANE@EXAMPLE.COM", "JANE@EXAMPLE.COM"},
		{"иван@почта.рф", "иван@почта.рф"},
		{"jane@xn--80ak6aa92e.xn--p1ai", "jane@xn--80ak6aa92e.xn--p1ai"},
		{"jane@example.com:hunter2", "jane@example.com"},
		{"jane@sub-domain.example.com", "jane@sub-domain.example.com"},
		{"x@example.com", "x@example.com"},
		{"jane@1und1.de", "jane@1und1.de"},
		{"_jane@example.com", "_jane@example.com"},
		{"jane_@example.com", "jane_@example.com"},
		{"see you @ 5", ""},
		{"icon@2x.png", ""},
		{"@jane look at this", ""},
		{"@jane@mastodon.social", ""},
		{"git@localhost", ""},
		{"git clone git@git.example.com:team/app.git", ""},
		{"scp jane@host.example.com:~/notes .", ""},
		{"https://jane@git.example.com/team/app", ""},
		{"https://unpkg.com/react@18.2.0/umd", ""},
		{"100%@home", ""},
		{"price @1.50 each", ""},
		{"my email is info@example.", ""},
		{"a..b@", ""},
		{"ticket@kiosk.Valid till Monday", ""},
		{"jane.@example.com", ""},
		{"jane@-example.com", ""},
		{"jane@example.c", ""},
		{"jane@example.com_x", ""},
	} {
		if got := first(t, "email", tt.text); got != tt.want {
			t.Errorf("email in %q = %q, want %q", tt.text, got, tt.want)
		}
	}
}

// first returns the first value that the matcher finds in text.
func first(t *testing.T, name, text string) string {
	t.Helper()
	if values := find(t, name, []byte(text)); len(values) > 0 {
		return values[0]
	}
	return ""
}

// find calls a matcher for every place where one of its anchors stands.
func find(t *testing.T, name string, text []byte) []string {
	t.Helper()
	m, ok := Lookup(name)
	if !ok {
		t.Fatalf("there is no matcher %q", name)
	}
	var out []string
	add := func(at int) (next int) {
		start, end, ok := m.Find(text, at)
		if !ok {
			return len(text) + 1
		}
		if start < 0 || start >= end || end > len(text) {
			t.Fatalf("%s(%q, %d) = %d, %d: not inside", name, text, at, start, end)
		}
		out = append(out, string(text[start:end]))
		return end
	}
	if len(m.Anchors) == 0 {
		for at := 0; at < len(text); {
			at = max(add(at), at+1)
		}
		return out
	}
	lower := bytes.ToLower(text)
	if len(lower) != len(text) {
		lower = text
	}
	for _, a := range m.Anchors {
		for at := 0; ; at++ {
			i := bytes.Index(lower[at:], []byte(a))
			if i < 0 {
				break
			}
			at += i
			add(at)
		}
	}
	return out
}
