package api

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"
	"go.yaml.in/yaml/v3"
)

//go:embed openapi.yaml
var documentYAML []byte

// Document returns the OpenAPI 3.1 document of the API as JSON.
func Document() []byte { return documentJSON() }

var documentJSON = sync.OnceValue(func() []byte {
	var doc map[string]any
	if err := yaml.Unmarshal(documentYAML, &doc); err != nil {
		panic(fmt.Sprintf("the embedded OpenAPI document: %v", err)) // cannot happen: a test loads it
	}
	out, err := json.Marshal(doc)
	if err != nil {
		panic(fmt.Sprintf("the embedded OpenAPI document: %v", err))
	}
	return out
})

// document answers GET /openapi.json.
func (a *API) document(c *gin.Context) error { return send(c, http.StatusOK, Document()) }
