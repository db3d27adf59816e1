package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
)

// recallTime measures from the webhook to the recall call at the platform, with
// messages read again before and without.
func (b bench) recallTime(ctx context.Context, databases []database) error {
	for _, d := range databases {
		for _, reread := range []string{"never", "auto"} {
			if err := b.recallTimeOf(ctx, d, reread); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b bench) recallTimeOf(ctx context.Context, d database, reread string) error {
	fmt.Printf("\nFrom webhook to recall call, 200 messages a second, one in ten recalled, reread: %s: %s\n\n", reread, d.name)
	s, err := b.startService(ctx, d.cluster, "TAKEBACK_APPS__MAIN__REREAD="+reread)
	if err != nil {
		return err
	}
	defer s.stop()
	load := exec.CommandContext(ctx, b.binary, "load", "--config", s.conf, "--simulator", "--rate", "200", "--duration", b.steady().String())
	load.Env, load.Stdout, load.Stderr = s.env, os.Stdout, os.Stderr
	return load.Run()
}

// steady is how long a service is looked at that is not at its limit: for a quarter of a
// minute, and less where every measurement is short.
func (b bench) steady() time.Duration { return min(15*time.Second, 5*b.length) }

// rest measures what a service costs that has nothing to do, how soon it is
// ready, and how much memory the demo has taken after a number of messages.
func (b bench) rest(ctx context.Context) error {
	s, err := b.startService(ctx, "")
	if err != nil {
		return err
	}
	defer s.stop()
	time.Sleep(2 * time.Second)
	before, err := s.cpuTime()
	if err != nil {
		return err
	}
	idle := b.steady()
	time.Sleep(idle)
	after, err := s.cpuTime()
	if err != nil {
		return err
	}
	again, err := b.restart(ctx, s)
	if err != nil {
		return err
	}
	fmt.Printf("\nIdle: %.2f %% of a core. Start to ready: %d ms on a new database, %d ms on a known one.\n",
		100*(after-before).Seconds()/idle.Seconds(), s.ready.Milliseconds(), again.Milliseconds())
	return b.demo(ctx)
}

// restart stops the service, starts it on the same folder and says how long that took.
func (b bench) restart(ctx context.Context, s *target) (time.Duration, error) {
	first, dir := s.ready, s.dir
	s.dir = ""
	s.stop()
	s.dir = dir
	err := s.start(ctx, b.binary, "serve", "--config", s.conf)
	again := s.ready
	s.ready = first
	return again, err
}

// demo lets the demo talk as fast as it can and reads its memory.
func (b bench) demo(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "takeback-bench-")
	if err != nil {
		return err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	chat, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	d := &target{address: address, dir: dir}
	if err := d.start(ctx, b.binary, "demo", "--listen", address, "--chat-listen", chat, "--data", dir, "--speed", "500"); err != nil {
		return err
	}
	defer d.stop()
	kept, err := countUntil(ctx, dir, b.messages)
	if err != nil {
		return err
	}
	rss, err := d.resident()
	if err != nil {
		return err
	}
	fmt.Printf("Demo after %d messages: %d MB resident, the simulated platform included.\n", kept, rss>>20)
	return nil
}

// countUntil waits until the demo has kept a number of messages.
func countUntil(ctx context.Context, dir string, want int) (n int, err error) {
	keys, err := seal.Load(filepath.Join(dir, "takeback.keys"))
	if err != nil {
		return 0, err
	}
	s, err := store.Open(ctx, store.Options{Database: "sqlite:" + filepath.Join(dir, "takeback.db"), Keys: keys, Node: "bench"})
	if err != nil {
		return 0, err
	}
	defer s.Close()
	for ctx.Err() == nil && n < want {
		if n, err = count(ctx, s); err != nil {
			return n, err
		}
		time.Sleep(200 * time.Millisecond)
	}
	return n, ctx.Err()
}

func count(ctx context.Context, s *store.Store) (n int, err error) {
	conversations, _, err := s.Conversations(ctx, models.Scope{All: true}, models.ConversationFilter{})
	for _, c := range conversations {
		n += int(c.Messages)
	}
	return n, err
}
