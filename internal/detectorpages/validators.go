package detectorpages

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/takeback-chat/takeback/rules/validators"
)

// said are the validators whose function has no comment of its own that says it.
var said = map[string]string{
	"ae_id":                  "checks what `ae_year` does, and the last digit, which is Luhn's",
	"card_any":               "checks the range and the length of any network's cards",
	"card_network":           "checks the range and the length of the large networks' cards",
	"classes":                "checks that the value has at least so many of small letters, capitals, digits and other signs: `classes:3`",
	"entropy":                "checks that the value has at least so many bits of entropy a byte: `entropy:3.5`",
	"jp_driver_license_area": "checks the public safety commission that a driving licence's number begins with",
	"kr_frn":                 "checks the last digit of a foreigner's registration number, which is two more than `kr_rrn` wants",
	"length":                 "checks that the value has at least so many characters: `length:8`",
	"ma_cin":                 "checks the letters of the bureau that a Moroccan identity card's number begins with",
	"no_code":                "refuses a word or an expression of a program",
	"no_placeholder":         "refuses what only stands for a value: `your-key-here`, `xxxx`, `changeme`",
	"no_shape":               "refuses known harmless shapes: a UUID, a hash, a path, a version, a date",
	"no_word":                "refuses common words",
	"nz_branch":              "checks bank and branch of an account number",
	"one_case":               "checks that the value is written in one case, `0x` left aside",
	"us_ein":                 "checks the prefix of an employer's number, which is the office that gave it out",
}

// validatorsPage lists the validators with a line each: what the comment of their
// function says.
func validatorsPage(dir string) ([]byte, error) {
	lines, err := validatorLines(dir)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Validators\n\n%s\nThe checks that a pack can ask for by name in its [levels of confidence](writing.md#how-sure-it-is). Each sees the value as it was folded,\n"+
		"with its separators. A check digit or the like lifts a finding above others on its span.\n\n| validator | what it does | check digit |\n|---|---|---|\n", notice)
	for _, name := range validators.Names() {
		v, _ := validators.Lookup(name)
		line := lines[name]
		if line == "" {
			return nil, fmt.Errorf("the validator %s has no comment to be described by", name)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, cell(line), map[bool]string{true: "yes"}[v.Checksum])
	}
	return b.Bytes(), nil
}

// validatorLines reads the tables of validators and the comments of the functions that
// they name.
func validatorLines(dir string) (map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	docs, entries := map[string]string{}, map[string]ast.Expr{}
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		readDocs(file, docs)
		readTables(file, entries)
	}
	lines := maps.Clone(said)
	for name, value := range entries {
		if lines[name] == "" {
			lines[name] = firstDoc(value, docs)
		}
	}
	return lines, nil
}

func readDocs(file *ast.File, docs map[string]string) {
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Doc != nil {
			docs[f.Name.Name] = sentence(f.Name.Name, f.Doc.Text())
		}
	}
}

// readTables finds the entries "name": value of literals of the type table.
func readTables(file *ast.File, entries map[string]ast.Expr) {
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if t, named := typeOf(lit); !ok || !named || t != "table" {
			return true
		}
		for _, e := range lit.Elts {
			pair, ok := e.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			if key, ok := pair.Key.(*ast.BasicLit); ok {
				if name, err := strconv.Unquote(key.Value); err == nil {
					entries[name] = pair.Value
				}
			}
		}
		return true
	})
}

func typeOf(lit *ast.CompositeLit) (string, bool) {
	if lit == nil {
		return "", false
	}
	id, ok := lit.Type.(*ast.Ident)
	if !ok {
		return "", false
	}
	return id.Name, true
}

// makers are functions that make validators, and say nothing about one.
var makers = []string{"plain", "checksum", "plainCheck", "numberCheck"}

// firstDoc is what is said of the first function that an entry names.
func firstDoc(value ast.Expr, docs map[string]string) (line string) {
	not := false
	ast.Inspect(value, func(n ast.Node) bool {
		if x, ok := n.(*ast.UnaryExpr); ok && x.Op == token.NOT && line == "" {
			not = true
		}
		if id, ok := n.(*ast.Ident); ok && line == "" && !slices.Contains(makers, id.Name) {
			line = docs[id.Name]
		}
		return line == ""
	})
	if not {
		line = strings.NewReplacer(accepts, "refuses a value that ", asks, "refuses it where ").Replace(line)
	}
	return line
}

// How the lines begin of functions that report whether something is so.
const (
	accepts = "accepts a value that "
	asks    = "asks whether "
)

// sentence is the first sentence of a function's comment, without its name.
func sentence(name, doc string) string {
	doc = strings.Join(strings.Fields(doc), " ")
	if i := strings.Index(doc, ". "); i >= 0 {
		doc = doc[:i]
	}
	doc = strings.TrimPrefix(strings.TrimSuffix(doc, "."), name+" ")
	for head, said := range map[string]string{"reports whether v ": accepts, "makes a check ": "checks "} {
		if rest, ok := strings.CutPrefix(doc, head); ok {
			return said + rest
		}
	}
	if rest, ok := strings.CutPrefix(doc, "reports whether "); ok {
		return asks + rest
	}
	return doc
}
