package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models/store/seal"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

const customerTable = `account,name,born
KX-7712-3490,Jane Doe,1985-03-01
KX-7712-3491,张三,1990年5月17日
12,Nobody,
`

const boardPaper = `The northern harvest of copper lanterns will be delayed until the seventh ferry returns from the island
of glass, where eleven surveyors still argue about the width of the old canal and the price of barley. Nobody outside the
council of weavers may learn that the bridge near the mill was sold twice.`

// setup writes a configuration with a keyset of its own.
func setup(t *testing.T, more string) (conf, dir string) {
	t.Helper()
	dir = t.TempDir()
	if _, err := seal.Create(filepath.Join(dir, "takeback.keys")); err != nil {
		t.Fatal(err)
	}
	conf = filepath.Join(dir, "takeback.yaml")
	for name, text := range map[string]string{"takeback.yaml": more, "customers.csv": customerTable, "paper.txt": boardPaper} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return conf, dir
}

// ends runs the program and fails the test unless it ends with the code.
func ends(t *testing.T, code int, stdin string, args ...string) (out, errs string) {
	t.Helper()
	got, out, errs := takeback(t, stdin, args...)
	if got != code {
		t.Fatalf("takeback %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, out, errs)
	}
	return out, errs
}

// Both indexes are built, hold none of what they were built from, and are what
// scan finds by.
func TestIndexesAreBuiltAndUsed(t *testing.T) {
	conf, dir := setup(t, "")
	edm, fp, keys := filepath.Join(dir, "c.edm"), filepath.Join(dir, "b.fp"), filepath.Join(dir, "takeback.keys")
	out, errs := ends(t, 0, "", "rules", "exact", "build", "--config", conf, "--csv", filepath.Join(dir, "customers.csv"),
		"--primary", "account", "--also", "name:words,born:date", "--need", "1", "--id", "customer", "--out", edm)
	if !strings.Contains(out, "2 of 3 rows") || !strings.Contains(errs, "customers.csv:4: the row is left out: account has fewer than 6") {
		t.Errorf("built with %q, %q", out, errs)
	}
	out, errs = ends(t, 0, "", "rules", "document", "add", "--config", conf, "--id", "board", "--out", fp, filepath.Join(dir, "paper.txt"), keys+".no", filepath.Join(dir, "customers.csv"))
	if !strings.Contains(out, "1 of 3 documents added") || !strings.Contains(errs, "no such file") || !strings.Contains(errs, "too short") {
		t.Errorf("added with %q, %q", out, errs)
	}
	for _, file := range []string{edm, fp} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"7712", "kx", "Jane", "jane", "张三", "1985", "lantern", "weavers"} {
			if bytes.Contains(data, []byte(word)) {
				t.Errorf("%s holds %q", file, word)
			}
		}
	}
	scan := []string{"scan", "--explain", "--exact", edm, "--document", fp, "--keys", keys}
	out, _ = ends(t, 1, "call Doe, Jane about kx 7712 3490\nkx 7712 3490\n", scan...)
	if strings.Count(out, `"detector":"customer"`) != 1 || !strings.Contains(out, `"share":"1 of 2 other values"`) {
		t.Errorf("scan prints %s", out)
	}
	out, _ = ends(t, 1, strings.ReplaceAll(boardPaper, "\n", " "), scan...)
	if !strings.Contains(out, `"detector":"board"`) || !strings.Contains(out, "100 % of paper.txt") {
		t.Errorf("scan prints %s", out)
	}
	ends(t, 0, "where is lunch today?\n", scan...)
}

func TestIndexesAreRefused(t *testing.T) {
	conf, dir := setup(t, "")
	csv, edm, fp := filepath.Join(dir, "customers.csv"), filepath.Join(dir, "c.edm"), filepath.Join(dir, "b.fp")
	build := []string{"rules", "exact", "build", "--config", conf, "--csv", csv, "--out", edm}
	ends(t, 0, "", append(build, "--id", "customer", "--primary", "account")...)
	ends(t, 0, "", "rules", "document", "add", "--config", conf, "--id", "board", "-o", fp, filepath.Join(dir, "paper.txt"))
	other, otherDir := setup(t, "")
	empty := filepath.Join(t.TempDir(), "takeback.yaml")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		args []string
		want string
	}{
		"a name alone":     {append(build, "--id", "customer", "--primary", "name:words"), "at least one other"},
		"no such column":   {append(build, "--id", "customer", "--primary", "number"), `no column "number"`},
		"unknown kind":     {append(build, "--id", "customer", "--primary", "account:text"), "no kind of values"},
		"bad id":           {append(build, "--id", "Customer 1", "--primary", "account"), "small letters"},
		"no keyset":        {[]string{"rules", "exact", "build", "-c", empty, "--csv", csv, "-o", edm, "--id", "c", "--primary", "account"}, "there is no keyset"},
		"scan without":     {[]string{"scan", "--exact", edm}, "--keys"},
		"another keyset":   {[]string{"scan", "--exact", edm, "--keys", filepath.Join(otherDir, "takeback.keys")}, "made with another key"},
		"added to another": {[]string{"rules", "document", "add", "-c", other, "--id", "board", "-o", fp, filepath.Join(dir, "paper.txt")}, "made with another key"},
		"another detector": {[]string{"rules", "document", "add", "-c", conf, "--id", "papers", "-o", fp, filepath.Join(dir, "paper.txt")}, "is of the detector board"},
		"no document":      {[]string{"rules", "document", "add", "-c", conf, "--id", "board", "-o", fp, csv}, "no document was added"},
		"not an index":     {[]string{"scan", "--document", csv, "--keys", filepath.Join(dir, "takeback.keys")}, "not an index of this kind"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if _, errs := ends(t, 2, "", tc.args...); !strings.Contains(errs, tc.want) {
				t.Errorf("told %q, want %q", errs, tc.want)
			}
		})
	}
}

// A running service finds what its indexes hold, and follows them when they
// are made anew.
func TestTheServiceFindsItsOwnRecords(t *testing.T) {
	dir := t.TempDir()
	edm := filepath.Join(dir, "c.edm")
	w := newWorld(t, databases["SQLite"](t), func(conf *config.Config, _ *tencentsim.Options) {
		if _, err := seal.LoadOrCreate(conf.Keys); err != nil {
			t.Fatal(err)
		}
		file := write(t, "takeback.yaml", "keys: "+conf.Keys+"\n")
		ends(t, 0, "", "rules", "exact", "build", "--config", file, "--csv", write(t, "c.csv", customerTable), "--primary", "account",
			"--also", "name:words", "--id", "customer", "--severity", "critical", "--out", edm)
		conf.Exact = []string{edm}
	})
	w.group(t, "sales")
	sent := w.post(t, "sales", "bob", "the account of Jane Doe is KX-7712-3490")
	w.post(t, "sales", "bob", "nothing here")
	token := w.operator(t)
	eventually(t, func() string {
		_, list := w.call(t, token, http.MethodGet, "/api/v1/messages?conversation=sales&detector=customer", nil)
		if got := items(list); len(got) != 1 || got[0]["ref"] != itoa(sent.Seq) || strings.Contains(got[0]["text"].(string), "7712") {
			return "the message is not found, or shows the account"
		}
		return ""
	})
	w.silent(t, "KX-7712", "kx77123490", "KX77123490", "7712-3490", "Jane") // four digits alone are in a time or an id by chance
}
