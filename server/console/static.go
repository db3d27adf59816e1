package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"
)

//go:embed static
var staticFiles embed.FS

// assets serves the embedded files under names that hold a hash of their
// content, so that browsers may keep them for ever.
type assets struct {
	urls  map[string]string // "css/base.css" to "/static/css/base.0123456789ab.css"
	files map[string]asset  // by URL path below /static
}

type asset struct {
	kind string
	body []byte
}

func loadAssets() (*assets, error) {
	a := &assets{urls: map[string]string{}, files: map[string]asset{}}
	err := fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := staticFiles.ReadFile(name)
		if err != nil {
			return fmt.Errorf("asset %s: %w", name, err)
		}
		a.add(strings.TrimPrefix(name, "static/"), body)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	return a, nil
}

// kinds names the types itself, since the system's table differs from machine to machine.
var kinds = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func (a *assets) add(name string, body []byte) {
	ext := path.Ext(name)
	kind, served := kinds[ext]
	if !served {
		return // VENDOR.md and licences are for readers of the source
	}
	sum := sha256.Sum256(body)
	hashed := "/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	a.urls[name] = "/static" + hashed
	a.files[hashed] = asset{kind, body}
}

// url returns where a file is served; an unknown name fails the template that asked.
func (a *assets) url(name string) (string, error) {
	u, ok := a.urls[name]
	if !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return u, nil
}

func (a *assets) serve(g *gin.Context) {
	f, ok := a.files[g.Param("file")]
	if !ok {
		g.AbortWithStatus(http.StatusNotFound)
		return
	}
	h := g.Writer.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'")
	g.Data(http.StatusOK, f.kind, f.body)
}

// favicon answers browsers that ask for the old name without having seen a page.
func (a *assets) favicon(g *gin.Context) {
	g.Redirect(http.StatusMovedPermanently, a.urls["mark.svg"])
}
