package console

import (
	"cmp"

	"github.com/takeback-chat/takeback/rules"
)

// called is what the detectors of a rule set are called, by language and id.
type called struct {
	set *rules.Ruleset
	by  map[string]map[string]string
}

// title is what a detector is called in the visitor's language; its id where the rules
// in force have no such detector any more.
func (v *visit) title(id string) string {
	return cmp.Or(v.titles(v.Rules.Current()).by[v.words.Lang][id], id)
}

// titles are looked up once for each rule set: a list names them for every row.
func (c *Console) titles(set *rules.Ruleset) *called {
	if t := c.called.Load(); t != nil && t.set == set {
		return t
	}
	t := &called{set, map[string]map[string]string{}}
	for _, lang := range languages {
		t.by[lang] = map[string]string{}
	}
	for _, d := range set.Engine.Detectors() {
		t.by["en"][d.ID], t.by["zh-CN"][d.ID] = d.Title, cmp.Or(d.TitleZH, d.Title)
	}
	c.called.Store(t)
	return t
}
