package tencentsim

import (
	"embed"
	"io/fs"
	"net/http"
)

//go:embed page
var pageFiles embed.FS

// contentPolicy allows the page's own files and nothing else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

func (s *Sim) pageRoutes(mux *http.ServeMux) {
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic("tencentsim: the page is not embedded: " + err.Error()) // a broken build
	}
	mux.Handle("/", guarded(http.FileServerFS(files)))
	mux.Handle("GET /sim/events", guarded(http.HandlerFunc(s.serveEvents)))
	posts := http.NewServeMux()
	for path, act := range s.acts() {
		posts.Handle("POST "+path, act)
	}
	mux.Handle("POST /sim/", guarded(http.NewCrossOriginProtection().Handler(posts)))
}

// guarded sets the headers of everything the page is made of.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
