package console

import (
	"cmp"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// Keys of a session in which somebody signs in, or has signed in, with an account of
// a chat.
const (
	keyAccount  = "account"  // that has signed in: APP:NAME
	keyCode     = "code"     // the name of the code that was asked for in this browser
	keyCodeFor  = "code.for" // the account's name as it was typed
	keyCodeNext = "code.next"
)

// The names under which an address's tries are counted.
const (
	askingCodes = "code\x00ask"
	typingCodes = "code\x00type"
)

// chatSignInView is the page on which an account of a chat is named, to be sent a code.
type chatSignInView struct {
	shell
	Apps    []string // to choose from; one is no choice
	App     string
	Account string
	Next    string
	Error   string
}

// codeView is the page on which the code is typed in.
type codeView struct {
	shell
	Account string
	Minutes int // for which a code is good
	Error   string
	Over    bool // there is no code to be typed in any more
}

// chatPage asks for the account's name.
func (v *visit) chatPage() error {
	next := ownPath(v.gin.Query("next"))
	if v.identify() == nil {
		v.redirect(next)
		return nil
	}
	return v.renderChat(http.StatusOK, next, "")
}

func (v *visit) renderChat(status int, next, words string) error {
	return v.render(status, "sign_in_chat", chatSignInView{
		shell: v.bareShell(v.words.T("chat.title")), Apps: v.Codes.Apps(), App: v.field("app", 64),
		Account: v.field("account", 128), Next: next, Error: words,
	})
}

// ownPath is where somebody goes who signs in with an account of a chat: to their groups.
func ownPath(next string) string {
	if next == "" {
		return "/groups"
	}
	return localPath(next)
}

// askCode has a code sent. Whatever account is named, the answer is the same, and
// comes as fast.
func (v *visit) askCode() error {
	next := ownPath(v.field("next", fieldText))
	a := models.Account{App: cmp.Or(v.field("app", 64), v.onlyApp()), Name: v.field("account", 128)}
	if a.Name == "" || !slices.Contains(v.Codes.Apps(), a.App) {
		return v.renderChat(http.StatusUnprocessableEntity, next, v.words.T("chat.name_it"))
	}
	who := try{askingCodes, v.gin.ClientIP()}
	wait := v.tries.wait(who)
	if wait == 0 {
		v.tries.failed(who) // each costs a message, whoever gets it
		id, later, err := v.Codes.Ask(v.ctx(), a, v.gin.ClientIP(), v.codeText)
		if err != nil {
			return err //nolint:wrapcheck // the store says what was done
		}
		if wait = later; wait == 0 {
			return v.codeAsked(id, a.Name, next)
		}
	}
	v.gin.Header("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	return v.renderChat(http.StatusTooManyRequests, next, v.words.T("chat.wait", v.words.Span(wait)))
}

func (v *visit) onlyApp() string {
	if apps := v.Codes.Apps(); len(apps) == 1 {
		return apps[0]
	}
	return ""
}

// codeText is the message that carries a code, with a word of warning: whoever gets
// somebody else to tell it is signed in.
func (v *visit) codeText(code string) string {
	return v.words.T("code.text", code, int(access.CodeFor.Minutes()), v.Site)
}

// codeAsked remembers in this browser's session which code it asked for: it is of no
// use in another.
func (v *visit) codeAsked(id, account, next string) error {
	v.sessions.Put(v.ctx(), keyCode, id)
	v.sessions.Put(v.ctx(), keyCodeFor, account)
	v.sessions.Put(v.ctx(), keyCodeNext, next)
	if err := v.saveSession(); err != nil {
		return err
	}
	v.redirect("/sign-in/chat/code")
	return nil
}

// codePage asks for the code.
func (v *visit) codePage() error {
	if v.sessions.GetString(v.ctx(), keyCode) == "" {
		v.redirect("/sign-in/chat")
		return nil
	}
	return v.renderCode(http.StatusOK, "", false)
}

func (v *visit) renderCode(status int, words string, over bool) error {
	return v.render(status, "sign_in_code", codeView{
		shell: v.bareShell(v.words.T("code.title")), Account: v.sessions.GetString(v.ctx(), keyCodeFor),
		Minutes: int(access.CodeFor.Minutes()), Error: words, Over: over,
	})
}

// enterCode signs in whoever types the code that this browser asked for.
func (v *visit) enterCode() error {
	id := v.sessions.GetString(v.ctx(), keyCode)
	if id == "" {
		v.redirect("/sign-in/chat")
		return nil
	}
	who := try{typingCodes, v.gin.ClientIP()}
	if words := v.mustWait(who); words != "" {
		return v.renderCode(http.StatusTooManyRequests, words, false)
	}
	got, err := v.Codes.Enter(v.ctx(), id, v.field("code", 64))
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return err //nolint:wrapcheck // the store says what was done
	}
	if got.Fits {
		v.tries.passed(who)
		return v.enterChat(got.Account)
	}
	v.tries.failed(who)
	v.Logger.WarnContext(v.ctx(), "sign-in refused")
	if got.Left == 0 {
		return v.renderCode(http.StatusUnprocessableEntity, v.words.T("code.over"), true)
	}
	return v.renderCode(http.StatusUnprocessableEntity, v.words.N("code.wrong", got.Left), false)
}

// enterChat signs an account in, if it owns or runs a group.
func (v *visit) enterChat(a models.Account) error {
	next := ownPath(v.sessions.GetString(v.ctx(), keyCodeNext))
	err := v.enterAt(keyAccount, a.App+":"+a.Name, byChat, next)
	if !errors.Is(err, errSignedOut) {
		return err
	}
	if err := v.endSession(); err != nil {
		return err
	}
	return v.renderCode(http.StatusForbidden, v.words.T("code.no_group"), true)
}

// chatCaller is the caller of a session in which an account of a chat has signed in.
func (v *visit) chatCaller() (c models.Caller, is bool, err error) {
	app, name, is := strings.Cut(v.sessions.GetString(v.ctx(), keyAccount), ":")
	if !is {
		return c, false, nil
	}
	c, ok := v.Codes.Owner(models.Account{App: app, Name: name})
	if !ok {
		return c, true, errSignedOut // its app signs nobody in any more
	}
	return c, true, nil
}
