package access

import (
	"strings"
	"testing"
)

func TestCheckPassword(t *testing.T) {
	words := strings.Join([]string{"gravel", "otter", "lamp"}, " ")
	for _, tc := range []struct {
		what, name, password string
		want                 WeakPassword
	}{
		{"three words", "olga", words, ""},
		{"fifteen characters that are not ASCII", "olga", "这个密码一共正好有十五个汉字呢", ""},
		{"the name and three words", "olga", "olga " + words, ""},
		{"fourteen characters", "olga", words[:14], PasswordShort},
		{"fourteen characters with marks of their own", "olga", strings.Repeat("e\u0301", 14), PasswordShort},
		{"as long as it may be", "olga", words + strings.Repeat("x", MaxPassword-len(words)), ""},
		{"longer than it may be", "olga", words + strings.Repeat("x", MaxPassword), PasswordLong},
		{"no text", "olga", words + "\xff\xfe", PasswordLong},
		{"one word again and again", "olga", strings.Repeat("password", 2), PasswordCommon},
		{"common words in a row", "olga", "LetMeInPassword2026", PasswordCommon},
		{"a row of the keyboard", "olga", "qwertyuiopasdfgh", PasswordCommon},
		{"counting", "olga", "123456789012345678", PasswordCommon},
		{"one character", "olga", strings.Repeat("x", 20), PasswordCommon},
		{"what a comic made famous", "olga", "Correct-Horse-Battery-Staple", PasswordCommon},
		{"the name and a number", "alexandra.koenig", "Alexandra.Koenig-1984", PasswordName},
		{"a name that is composed otherwise", "andré.lefèvre", "andre\u0301.lefe\u0300vre12", PasswordName},
	} {
		if got := CheckPassword(tc.name, tc.password); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.what, got, tc.want)
		}
	}
}

func TestGoodName(t *testing.T) {
	for name, want := range map[string]bool{
		"wei.lin": true, "王敏": true, "a": true, "j@example.com": true, strings.Repeat("a", 64): true,
		"": false, "a b": false, ".a": false, "a:b": false, "a/b": false, "<b>": false, "a\u202eb": false, "a\n": false,
		strings.Repeat("a", 65): false, "e\u0301": false, "moderator:a": false,
	} {
		if got := GoodName(name); got != want {
			t.Errorf("GoodName(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestPasswordComposedOtherwiseFits(t *testing.T) {
	hash, err := HashPassword(t.Context(), "olga", "caf\u00e9 "+horse())
	if err != nil {
		t.Fatal(err)
	}
	if fits, _, err := VerifyPassword(t.Context(), hash, "cafe\u0301 "+horse()); !fits || err != nil {
		t.Errorf("the same password, composed otherwise: fits %v, %v", fits, err)
	}
}
