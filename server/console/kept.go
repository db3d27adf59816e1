package console

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/takeback-chat/takeback/models"
)

// typedForm is what somebody typed into a form that could not be sent. A page without script
// has nothing else that holds it: it stands in the page that says why.
type typedForm struct {
	Action string // where it was sent
	Again  bool   // sending it again makes sense
	Typed  []keptField
	Hidden []keptField // what the form said besides
}

// keptField is one field of it.
type keptField struct{ Name, Value string }

// typed names the fields in which people write sentences, in the order in which they
// are shown.
var typed = []string{"purpose", "reason", "note", "text", "policy"}

// secrets are fields that no page gives back.
var secrets = []string{"password", "again", "old", "new", "code", "token", "credential"}

// kept is nil where nothing was typed.
func (v *visit) kept(again bool) *typedForm {
	if v.gin.Request.Method != http.MethodPost || v.byScript() {
		return nil
	}
	k := &typedForm{Action: v.gin.Request.URL.RequestURI(), Again: again}
	form := v.gin.Request.PostForm
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			k.keep(name, value)
		}
	}
	if len(k.Typed) == 0 {
		return nil
	}
	slices.SortStableFunc(k.Typed, func(a, b keptField) int { return slices.Index(typed, a.Name) - slices.Index(typed, b.Name) })
	return k
}

func (k *typedForm) keep(name, value string) {
	field := keptField{name, strings.ToValidUTF8(value, "\ufffd")}
	switch {
	case slices.Contains(secrets, name):
	case isTyped(name, value):
		k.Typed = append(k.Typed, field)
	default:
		k.Hidden = append(k.Hidden, field)
	}
}

// isTyped tells a reason that was written from one that was picked out of the list.
func isTyped(name, value string) bool {
	picked := name == "reason" && slices.Contains(models.ReasonCodes, models.ReasonCode(value))
	return slices.Contains(typed, name) && strings.TrimSpace(value) != "" && !picked
}

// cameFrom is the page of ours that the request was sent from; empty where the browser
// does not say.
func (v *visit) cameFrom() string {
	u, err := url.Parse(v.gin.Request.Referer())
	if err != nil || u.Host != v.gin.Request.Host || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "/sign-in") {
		return ""
	}
	return localPath(u.RequestURI())
}
