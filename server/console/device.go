package console

import (
	"fmt"
	"net/http"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// How much guessing at one login is borne, over all nodes and from wherever: of all
// browsers together that it does not know, of one that it knows, and at its second
// factor by those who know the password.
var (
	strangersLimit = models.TryLimit{Free: 20, Within: time.Hour, Longest: 15 * time.Minute}
	secondLimit    = models.TryLimit{Free: freeTries, Within: time.Hour, Longest: 15 * time.Minute}
	deviceLimit    = models.TryLimit{Free: freeTries, Within: time.Hour, Longest: 15 * time.Minute}
)

// guess is who a try at a password is counted under.
type guess struct {
	who   string
	limit models.TryLimit
	known bool // the browser is known to the login
}

// guessAt says how a try at a name counts. A browser in which the login has signed in
// before has a count of its own, so that nobody keeps people from their login by
// guessing at it. A name nobody has is counted like any other.
func (v *visit) guessAt(name string, m models.Moderator) guess {
	kept := ""
	if c, err := v.gin.Request.Cookie(v.deviceCookie()); err == nil {
		kept = c.Value
	}
	if id := v.Devices.Known(kept, m, v.now); id != "" {
		return guess{"device " + id, deviceLimit, true}
	}
	return guess{"login " + name, strangersLimit, false}
}

// tryPassword counts a try; words: it has to wait, and is none.
func (v *visit) tryPassword(g guess, from try) (counted models.SignInTry, words string, err error) {
	if !g.known {
		if words := v.mustWait(from); words != "" {
			return counted, words, nil
		}
	}
	return v.countTry(g)
}

// countTry counts a try over all nodes; words: it has to wait, and is none.
func (v *visit) countTry(g guess) (counted models.SignInTry, words string, err error) {
	if counted, err = v.Store.TrySignIn(v.ctx(), g.who, g.limit); err != nil {
		return counted, "", fmt.Errorf("count a try: %w", err)
	}
	return counted, v.waitWords(counted.Wait), nil
}

func (v *visit) deviceCookie() string {
	if v.Secure {
		return "__Host-takeback-device"
	}
	return "takeback-device"
}

// knowDevice makes this browser one that the login knows; a token knows none.
func (v *visit) knowDevice() {
	if v.login.ID == "" {
		return
	}
	http.SetCookie(v.gin.Writer, &http.Cookie{
		Name: v.deviceCookie(), Value: v.Devices.Know(v.login, v.now), Path: "/", MaxAge: int(access.DeviceFor.Seconds()),
		Secure: v.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
