// Package image checks the container files without a container engine: that
// they say what the documentation promises.
package image

import (
	"bufio"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../../"

// instruction is one line of a Dockerfile, continuations joined.
type instruction struct{ word, rest string }

func TestDockerfile(t *testing.T) {
	stages := readDockerfile(t)
	if len(stages) != 2 {
		t.Fatalf("%d stages, want one that builds and one that runs", len(stages))
	}
	build, final := stages[0], stages[1]
	for _, stage := range stages {
		from := find(t, stage, "FROM")
		if !regexp.MustCompile(`^[a-z0-9./-]+:[a-z0-9.-]+( AS [a-z]+)?$`).MatchString(from) || strings.Contains(from, ":latest") {
			t.Errorf("FROM %s: want a pinned tag", from)
		}
	}
	if run := all(build, "RUN"); !slices.ContainsFunc(run, func(r string) bool { return strings.Contains(r, "make build-image-binary") }) {
		t.Errorf("the build stage does not run make build-image-binary, so CI builds another binary: %q", run)
	}
	if user := find(t, final, "USER"); !regexp.MustCompile(`^[1-9][0-9]{3,}:[1-9][0-9]{3,}$`).MatchString(user) {
		t.Errorf("USER %s: want a number that is not root's, so that Kubernetes can check it", user)
	}
	if from := find(t, final, "FROM"); !strings.Contains(from, "distroless/static") {
		t.Errorf("the last stage stands on %s, want an image without a shell", from)
	}
	if len(all(final, "RUN")) > 0 || len(all(final, "ADD")) > 0 {
		t.Error("the last stage runs or adds something; it should only copy")
	}
	for _, word := range []string{"HEALTHCHECK", "EXPOSE", "VOLUME", "ENTRYPOINT", "CMD", "STOPSIGNAL"} {
		find(t, final, word)
	}
	for _, word := range []string{"ENTRYPOINT", "CMD"} {
		if rest := find(t, final, word); !strings.HasPrefix(rest, "[") {
			t.Errorf("%s %s: there is no shell to run this; want the JSON form", word, rest)
		}
	}
	if check := find(t, final, "HEALTHCHECK"); !strings.Contains(check, `CMD ["/takeback", "health"`) {
		t.Errorf("HEALTHCHECK %s: want the binary to ask itself", check)
	}
}

// TestGoIsTheOneWeUse keeps the image's compiler at or above go.mod's.
func TestGoIsTheOneWeUse(t *testing.T) {
	from := find(t, readDockerfile(t)[0], "FROM")
	want := regexp.MustCompile(`(?m)^go (1\.\d+)`).FindStringSubmatch(read(t, "go.mod"))
	if want == nil || !strings.HasPrefix(from, "golang:"+want[1]+".") {
		t.Errorf("the image builds with %s, go.mod asks for %v", from, want)
	}
}

// TestImageFlags reads the flags from make itself.
func TestImageFlags(t *testing.T) {
	recipe := dryRun(t, "build-image-binary")
	for _, want := range []string{
		"CGO_ENABLED=1", "-trimpath", "-buildvcs=false", "netgo", "osusergo", "sqlite_omit_load_extension",
		"-linkmode external", "-extldflags=-static", "-X main.version=v0.0.0-test", "dist/takeback-static",
	} {
		if !strings.Contains(recipe, want) {
			t.Errorf("make build-image-binary runs without %q: %s", want, recipe)
		}
	}
	product := dryRun(t, "build")
	for _, want := range []string{"CGO_ENABLED=1", "-trimpath", "-buildvcs=false", "-X main.version=v0.0.0-test", "dist/takeback "} {
		if !strings.Contains(product, want) {
			t.Errorf("make build runs without %q: %s", want, product)
		}
	}
}

// TestTheBuildSeesEveryPackage holds .dockerignore, which names what may
// enter, to the folders that the product is built from.
func TestTheBuildSeesEveryPackage(t *testing.T) {
	admitted := strings.Fields(read(t, ".dockerignore"))
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-e", "-f", `{{with .Module}}{{if .Main}}{{$.ImportPath}}{{end}}{{end}}`, ".")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOFLAGS=")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := strings.Fields(string(out))
	if len(packages) == 0 {
		t.Fatal("go list names no package of ours")
	}
	for _, p := range packages {
		rest := strings.TrimPrefix(strings.TrimPrefix(p, "github.com/takeback-chat/takeback"), "/")
		folder, _, _ := strings.Cut(rest, "/")
		if folder != "" && !slices.Contains(admitted, "!"+folder) {
			t.Errorf(".dockerignore keeps %s out of the build", folder)
		}
	}
	for _, secret := range []string{"secrets", ".git", "takeback.keys", "dist"} {
		if slices.Contains(admitted, "!"+secret) {
			t.Errorf(".dockerignore lets %s into the build", secret)
		}
	}
}

func readDockerfile(t *testing.T) [][]instruction {
	t.Helper()
	var stages [][]instruction
	lines := bufio.NewScanner(strings.NewReader(strings.ReplaceAll(read(t, "Dockerfile"), "\\\n", " ")))
	for lines.Scan() {
		line := strings.Join(strings.Fields(lines.Text()), " ")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		if word == "FROM" {
			stages = append(stages, nil)
		}
		if len(stages) == 0 {
			t.Fatalf("%s stands before the first FROM", word)
		}
		last := len(stages) - 1
		stages[last] = append(stages[last], instruction{word, rest})
	}
	return stages
}

func all(stage []instruction, word string) []string {
	var rests []string
	for _, i := range stage {
		if i.word == word {
			rests = append(rests, i.rest)
		}
	}
	return rests
}

// find returns the rest of the one instruction of that word.
func find(t *testing.T, stage []instruction, word string) string {
	t.Helper()
	rests := all(stage, word)
	if len(rests) != 1 {
		t.Fatalf("%d %s instructions, want one", len(rests), word)
	}
	return rests[0]
}

func dryRun(t *testing.T, target string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "make", "--dry-run", target, "VERSION=v0.0.0-test")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("make --dry-run %s: %v", target, err)
	}
	return string(out)
}

func read(t *testing.T, name string) string {
	t.Helper()
	src, err := os.ReadFile(path.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}
