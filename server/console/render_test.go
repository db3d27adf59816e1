package console

import "testing"

func TestTemplatesOfEveryLanguageParse(t *testing.T) {
	t.Parallel()
	static, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	sets := loadTemplates(static)
	for lang, load := range sets {
		all, err := load()
		if err != nil {
			t.Errorf("%s: %v", lang, err)
			continue
		}
		if n := len(all.Templates()); n < 100 {
			t.Errorf("%s: only %d templates", lang, n)
		}
	}
	if len(sets) != len(catalogues) || len(sets) < 2 {
		t.Errorf("templates in %d languages", len(sets))
	}
}
