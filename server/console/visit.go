package console

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// csp lets nothing in but our own files: what strangers write can load, run and
// send nothing.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// visit is one request: who asks, what they may see, in which language.
type visit struct {
	*Console

	gin    *gin.Context
	base   context.Context // of the request, without a session
	words  *words
	caller models.Caller
	login  models.Moderator // whose session it is; zero for a token
	scope  models.Scope
	inChat bool // signed in with an account of a chat
	now    time.Time
}

func (c *Console) visit(g *gin.Context) *visit {
	return &visit{Console: c, gin: g, words: wordsFor(g.GetHeader("Accept-Language")), now: c.Now()}
}

func (v *visit) ctx() context.Context { return v.gin.Request.Context() }

// byScript reports whether htmx asks and wants a part instead of a page.
func (v *visit) byScript() bool { return v.gin.GetHeader("HX-Request") == "true" }

// open serves a route that needs no sign-in.
func (c *Console) open(do func(*visit) error) gin.HandlerFunc {
	return func(g *gin.Context) {
		secure(g)
		v := c.visit(g)
		if err := v.loadSession(); err != nil {
			v.fail(err)
			return
		}
		if err := v.readForm(); err != nil {
			v.fail(err)
			return
		}
		if err := do(v); err != nil {
			v.fail(err)
		}
	}
}

// readForm reads the form of a request that has one, so that one too large is
// told from one left empty.
func (v *visit) readForm() error {
	if v.gin.Request.Method != http.MethodPost {
		return nil
	}
	if err := v.gin.Request.ParseForm(); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return errTooLarge
		}
		return invalid(v.words.T("error.invalid.words"))
	}
	return nil
}

// guarded serves a route behind the sign-in to those who may use it.
func (c *Console) guarded(r route) gin.HandlerFunc {
	return c.open(func(v *visit) error {
		if err := v.identify(); err != nil {
			return err
		}
		if err := access.Check(v.caller, r.may); err != nil {
			return err
		}
		if v.mustEnrol() && r.may != access.OwnLogin {
			return v.enrolFirst()
		}
		return r.do(v)
	})
}

// secure sets the headers of every answer. Nothing that may hold a message is
// kept by a browser: after signing out, the back button shows nothing.
func secure(g *gin.Context) {
	h := g.Writer.Header()
	h.Set("Content-Security-Policy", csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Cookie, HX-Request, Accept-Language")
}

func (v *visit) redirect(to string) { v.gin.Redirect(http.StatusSeeOther, to) }
