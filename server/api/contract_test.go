package api_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/server/api"
)

// contract is the document as a third party reads it.
var contract = sync.OnceValues(func() (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromData(api.Document())
})

var router = sync.OnceValues(func() (routers.Router, error) {
	doc, err := contract()
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc, openapi3.EnableExamplesValidation())
})

func TestDocumentIsValid(t *testing.T) {
	doc, err := contract()
	if err != nil {
		t.Fatal(err)
	}
	if !doc.IsOpenAPI31OrLater() {
		t.Errorf("openapi: %q, want 3.1", doc.OpenAPI)
	}
	if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Errorf("the document is not valid: %v", err)
	}
}

// conform fails the test if an answer is not what the document says, or if a
// request that was accepted is not one that the document allows.
func conform(t *testing.T, method, path, body string, header http.Header, rec *httptest.ResponseRecorder) {
	t.Helper()
	find, err := router()
	if err != nil {
		t.Fatal(err)
	}
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, path, reader)
	r.Header = header
	route, params, err := find.FindRoute(r)
	if err != nil {
		t.Fatalf("%s %s is not in the document: %v", method, path, err)
	}
	in := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	if err := openapi3filter.ValidateRequest(t.Context(), in); err != nil && rec.Code < 300 {
		t.Errorf("%s %s was answered %d, but the document does not allow the request: %v", method, path, rec.Code, err)
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: rec.Code, Header: rec.Header(), Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes())),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	if err := openapi3filter.ValidateResponse(t.Context(), answer); err != nil {
		t.Errorf("%s %s: the answer %d is not what the document says: %v\n%s", method, path, rec.Code, err, rec.Body)
	}
}

func TestDocumentAndHandlersHaveTheSameRoutes(t *testing.T) {
	doc, err := contract()
	if err != nil {
		t.Fatal(err)
	}
	var documented, mounted []string
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			documented = append(documented, method+" "+path)
		}
	}
	param := regexp.MustCompile(`:(\w+)`)
	for _, r := range newWorld(t).engine.Routes() {
		mounted = append(mounted, r.Method+" "+param.ReplaceAllString(r.Path, "{$1}"))
	}
	slices.Sort(documented)
	slices.Sort(mounted)
	if diff := cmp.Diff(documented, mounted); diff != "" {
		t.Errorf("routes (-document +handlers):\n%s", diff)
	}
	if len(mounted) != 46 {
		t.Errorf("%d routes are mounted; the tests know 46", len(mounted))
	}
}

// TestEnumsAreThoseOfModels reads the words from the source of package models,
// so that a word added there cannot be forgotten here.
func TestEnumsAreThoseOfModels(t *testing.T) {
	words := constants(t, "../../models")
	words["Mode"] = constants(t, "../../rules")["Mode"]
	doc, err := contract()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for name, schema := range doc.Components.Schemas {
		if len(schema.Value.Enum) == 0 {
			continue
		}
		var got []string
		for _, v := range schema.Value.Enum {
			got = append(got, v.(string))
		}
		if diff := cmp.Diff(words[name], got); diff != "" {
			t.Errorf("%s (-models +document):\n%s", name, diff)
		}
		if listed := api.Enum(name); name != "Mode" && name != "ElementKind" {
			if diff := cmp.Diff(words[name], listed); diff != "" {
				t.Errorf("%s (-models +checked by the handlers):\n%s", name, diff)
			}
		}
		checked++
	}
	if checked != 31 {
		t.Errorf("%d enums were checked, want 31", checked)
	}
}

// constants lists the values of the typed string constants of a package by the
// name of their type, in the order of the source; empty ones are left out.
func constants(t *testing.T, dir string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	words := map[string][]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			kind, word := constant(n)
			if word != "" {
				words[kind] = append(words[kind], word)
			}
			return true
		})
	}
	return words
}

// constant is the type and the value of a typed string constant, or nothing.
func constant(n ast.Node) (kind, word string) {
	spec, ok := n.(*ast.ValueSpec)
	if !ok || len(spec.Values) != 1 {
		return "", ""
	}
	name, typed := spec.Type.(*ast.Ident)
	lit, literal := spec.Values[0].(*ast.BasicLit)
	if !typed || !literal || lit.Kind != token.STRING {
		return "", ""
	}
	word, _ = strconv.Unquote(lit.Value)
	return name.Name, word
}
