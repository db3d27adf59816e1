package fold

import "testing"

func TestFold(t *testing.T) {
	if got, want := Fold("ａ１ 密码"), "a1 密码"; got != want {
		t.Errorf("Fold gives %q, want %q", got, want)
	}
}
