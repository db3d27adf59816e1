package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// station is a place on a message's way, and the files whose work is its own: of a
// stack the innermost file that is named here counts, so that a read for a recall is
// the recall's, and the sealing within a write the seal's.
type station struct {
	name  string
	each  string // of what there is one for each passing
	files []string
}

const (
	perMessage = "message"
	perRecall  = "recall"
	restOfIt   = "the rest"
)

var stations = []station{
	{"intake", perMessage, []string{"webhooks/", "server/", "platforms/tencent/auth", "platforms/tencent/decode", "platforms/tencent/tree", "platforms/tencent/elements", "platforms/tencent/events", "platforms/tencent/fields", "platforms/tencent/collector", "net/http/server", "github.com/gin-gonic/"}},
	{"judging", perMessage, []string{"rules/", "webhooks/condemned", "webhooks/strikes/"}},
	{"parts of a value", perMessage, []string{"webhooks/around", "webhooks/memory", "models/store/around", "models/store/parts", "models/store/split"}},
	{"sealing", perMessage, []string{"models/store/seal/", "models/store/sealed"}},
	{"keep and commit", perMessage, []string{"models/store/keep", "models/store/insert", "models/store/writer", "models/store/unit", "models/store/conversations", "models/store/places", "models/store/stream"}},
	{"coverage", perMessage, []string{"models/store/coverage", "models/store/holes", "models/store/sightings", "jobs/coverage", "jobs/historian", "jobs/backfill", "jobs/survey", "coverage.go"}},
	{"ring", perRecall, []string{"jobs/bell", "jobs/redis", "jobs/rope", "jobs/tasks", "github.com/redis/", "github.com/hibiken/", "github.com/alicebob/"}},
	{"caps and breakers", perRecall, []string{"models/store/caps", "models/store/breakers", "models/store/counting", "jobs/breaker", "jobs/watch"}},
	{"recall", perRecall, []string{"jobs/", "platforms/tencent/recall", "platforms/tencent/client", "platforms/tencent/usersig", "models/store/claim", "models/store/work", "models/store/queue", "models/store/settle", "models/store/move", "models/store/ends", "models/store/together", "models/store/decide", "models/store/hold"}},
	{"confirm", perRecall, []string{"jobs/ask", "jobs/look", "jobs/reread", "jobs/before", "reread.go", "platforms/tencent/verify", "platforms/tencent/history", "platforms/tencent/audience", "models/store/removals", "models/store/reread", "models/store/evidence"}},
	{"notices and hooks", perRecall, []string{"jobs/postings", "jobs/hooks", "models/store/postings", "models/store/notices", "models/store/hooks"}},
	{"audit", perRecall, []string{"models/store/audit"}},
	{"retention", perMessage, []string{"jobs/retention", "models/store/retention"}},
	{"Go's runtime", perMessage, []string{"runtime/"}},
	{restOfIt, perMessage, nil},
}

const ownFiles = "github.com/takeback-chat/takeback/"

// stationOf finds the station of a stack of files, innermost first. The runtime is one
// only where nothing else is: an allocation belongs to who asked for it. Likewise a
// driver of the database is whose query it runs.
func stationOf(stack []string) string {
	for _, file := range stack {
		file = strings.TrimPrefix(file, ownFiles)
		if strings.HasPrefix(file, "runtime/") {
			continue
		}
		if name := longest(file); name != "" {
			return name
		}
	}
	for _, file := range stack {
		if !strings.HasPrefix(file, "runtime/") {
			return restOfIt
		}
	}
	return "Go's runtime"
}

// longest is the station with the longest beginning of a file's name.
func longest(file string) (name string) {
	most := 0
	for _, s := range stations {
		for _, begins := range s.files {
			if len(begins) > most && strings.HasPrefix(file, begins) {
				name, most = s.name, len(begins)
			}
		}
	}
	return name
}

var (
	newStack = regexp.MustCompile(`^-+\+-+$`)
	fileLine = regexp.MustCompile(`(\S+):\d+(?: \(inline\))?$`)
	sampled  = regexp.MustCompile(`^\s*([0-9.]+(?:ns|us|ms|s|mins))\s`)
)

// readTraces reads what pprof prints with -traces and -lines, and shares it out.
func readTraces(in io.Reader) (map[string]time.Duration, error) {
	found := map[string]time.Duration{}
	var stack []string
	var took time.Duration
	count := func() {
		if took > 0 {
			found[stationOf(stack)] += took
		}
		stack, took = nil, 0
	}
	lines := bufio.NewScanner(in)
	for began := false; lines.Scan(); {
		line := lines.Text()
		if newStack.MatchString(line) {
			count()
			began = true
			continue
		}
		if !began {
			continue
		}
		if m := sampled.FindStringSubmatch(line); m != nil && len(stack) == 0 {
			var err error
			if took, err = time.ParseDuration(strings.Replace(m[1], "mins", "m", 1)); err != nil {
				return nil, err
			}
		}
		if m := fileLine.FindStringSubmatch(line); m != nil {
			stack = append(stack, m[1])
		}
	}
	count()
	return found, lines.Err()
}

// profile takes a profile of a node for a time, and says what each station used of it.
func profile(ctx context.Context, metrics string, length time.Duration) (map[string]time.Duration, error) {
	dir, err := os.MkdirTemp("", "takeback-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "cpu.pprof")
	if err := fetch(ctx, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", metrics, max(int(length.Seconds()), 1)), file); err != nil {
		return nil, err
	}
	show := exec.CommandContext(ctx, "go", "tool", "pprof", "-traces", "-lines", file)
	out, err := show.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := show.Start(); err != nil {
		return nil, err
	}
	found, err := readTraces(out)
	if ended := show.Wait(); err == nil {
		err = ended
	}
	return found, err
}

func fetch(ctx context.Context, address, file string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("a profile was answered %s", resp.Status)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(f, resp.Body)
	return err
}
