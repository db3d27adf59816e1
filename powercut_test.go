package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// cuts is how often the power is cut: in every run of the tests, and in a proof.
var cuts = map[bool]int{false: 6, true: 500}

// The power is cut while people talk or while the service stops, on a disk that holds
// nothing but what was flushed and loses or tears the rest. What was answered 200 is there,
// SQLite finds every page sound, and the audit holds.
func TestAPowerCutLosesNothingAnswered(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Fatalf("no file system of our own can be mounted here: %v; load the kernel's module fuse", err)
	}
	began, before, seed := time.Now(), newTemplate(t), rand.Uint64()
	var done, answered, lost atomic.Int64
	t.Run("cut", func(t *testing.T) {
		for n := range cuts[proof()] {
			t.Run(strconv.Itoa(n), func(t *testing.T) {
				t.Parallel()
				c := newCutRun(t, before)
				lost.Add(int64(c.loses(t, rand.New(rand.NewPCG(seed, uint64(n))))))
				answered.Add(int64(c.whole(t)))
				done.Add(1)
			})
		}
	})
	t.Logf("proof: %d cuts, %d answered, %d writes lost or torn, seed %d, %.0f s",
		done.Load(), answered.Load(), lost.Load(), seed, time.Since(began).Seconds())
	if answered.Load() == 0 || lost.Load() == 0 {
		t.Error("nothing was answered, or nothing lost: it proves nothing")
	}
}

// cutRun is one service whose power is cut.
type cutRun struct {
	*deathRun

	disk *lyingDisk
}

func newCutRun(t *testing.T, b template) *cutRun {
	t.Helper()
	c := &cutRun{deathRun: newDeathRun(t, b)}
	content, err := os.ReadFile(b.database)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c.disk = newLyingDisk(t, dir)
	c.disk.file(t.Context(), "takeback.db", content)
	c.moves(t, dir)
	return c
}

// moves lets the service have its database in a folder from the next start on.
func (c *cutRun) moves(t *testing.T, dir string) {
	t.Helper()
	c.conf.Database = "sqlite:" + filepath.Join(dir, "takeback.db")
	c.writeConfig(t)
}

// loses runs the service until the power is cut, and lets it have what is left then.
func (c *cutRun) loses(t *testing.T, random *rand.Rand) (lost int) {
	t.Helper()
	c.start(t)
	for g, text := range []string{card(), card()} {
		if _, err := c.sim.Post(t.Context(), tencentsim.Post{Group: fmt.Sprintf("g%d", g), From: "bob", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	stop := c.chatter(t)
	time.Sleep(time.Duration(50+random.IntN(400)) * time.Millisecond)
	if random.IntN(4) == 0 { // while it stops, and moves its log into the database
		_ = c.cmd.Process.Signal(syscall.SIGTERM)
		time.Sleep(time.Duration(random.IntN(40)) * time.Millisecond)
	}
	left := t.TempDir()
	lost = c.disk.cut(t, left, random)
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
	stop()
	c.moves(t, left)
	return lost
}

// whole checks what is left, and returns how many deliveries were answered.
func (c *cutRun) whole(t *testing.T) int {
	t.Helper()
	acked, _ := c.lines.read(t)
	c.start(t)
	c.kill(t)
	s := c.open(t)
	defer s.Close()
	kept := map[string]bool{}
	for _, m := range allPages(t, func(p models.Page) ([]models.Message, string, error) {
		return s.Messages(t.Context(), everything, models.MessageFilter{Page: p})
	}) {
		kept[m.Conversation.Ref+"/"+m.Ref] = true
	}
	for key := range acked {
		if !kept[key] {
			t.Errorf("message %s was answered 200 and is missing", key)
		}
	}
	if report, err := s.VerifyAudit(t.Context()); err != nil || len(report.Broken) > 0 || report.Entries == 0 {
		t.Errorf("audit: %+v, %v", report, err)
	}
	integrity(t, c.conf.Database[len("sqlite:"):])
	return len(acked)
}
