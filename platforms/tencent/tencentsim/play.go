package tencentsim

import (
	"context"
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Line is something said in a conversation of a Script. Its text may hold
// {card} and the like, which become a fresh made-up secret, and [a|b|c], of which
// one is said.
type Line struct {
	From  string
	Text  string
	Pause time.Duration // before it is said; default about 3 s
}

// Dialogue is the talk of one conversation: of a group, a topic (both set), or
// two accounts.
type Dialogue struct {
	Group, Topic string // Topic is the platform's id of it
	Between      [2]string
	Lines        []Line
}

// Script is a cast, their groups and what they say.
type Script struct {
	Seed      uint64
	People    map[string]string // account to the name people see
	Groups    []GroupSpec
	Dialogues []Dialogue
}

// talk is whether the script goes on.
type talk struct {
	mu      sync.Mutex
	playing bool
	paused  bool
	changed signal
}

func newTalk() *talk { return &talk{} }

func (t *talk) state() (playing, paused bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.playing, t.paused
}

func (t *talk) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.playing = true
}

func (t *talk) pause(on bool) {
	t.mu.Lock()
	t.paused = on
	t.mu.Unlock()
	t.changed.ring()
}

// resumed waits until the talk is not paused.
func (t *talk) resumed(ctx context.Context) error {
	for {
		next := t.changed.wait()
		if _, paused := t.state(); !paused {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Stage makes the script's people and groups where they are not there yet.
func (s *Sim) Stage(script Script) error {
	s.AddAccount(s.opt.Admin, "Moderation") // who people see as the one who recalled
	for account, name := range script.People {
		s.AddAccount(account, name)
	}
	var errs []error
	for _, spec := range script.Groups {
		if _, missing := s.lookup(spec.ID); missing != nil {
			errs = append(errs, s.CreateGroup(spec))
		}
	}
	for _, d := range script.Dialogues {
		if d.Group == "" {
			s.OpenDirect(d.Between[0], d.Between[1])
		}
	}
	return errors.Join(errs...)
}

// Play stages the script and lets its people talk, round after round with other
// words and other secrets, until ctx ends; speed 2 is twice as fast. What is said
// in which order depends on the script's seed alone.
func (s *Sim) Play(ctx context.Context, script Script, speed float64) error {
	if err := s.Stage(script); err != nil {
		return err
	}
	if speed <= 0 {
		speed = 1
	}
	s.talk.begin()
	src := dream{rand.New(rand.NewPCG(script.Seed, 0x7a1c))}
	for {
		for _, step := range script.round(src) {
			if err := s.wait(ctx, step.pause(src, speed)); err != nil {
				return nil //nolint:nilerr // the end of ctx is the end of the play
			}
			s.say(ctx, step, src)
		}
	}
}

// dream draws for one play.
type dream struct{ rng *rand.Rand }

func (d dream) uint32() uint32 { return d.rng.Uint32() }

// step is a line and where it is said.
type step struct {
	*Dialogue
	Line
}

func (t step) pause(src dream, speed float64) time.Duration {
	p := t.Pause
	if p == 0 {
		p = 3 * time.Second
	}
	return time.Duration(float64(p) * (0.5 + src.rng.Float64()) / speed)
}

// round mixes the dialogues, each keeping its own order: one that speaks goes on
// for a line or three before another is heard.
func (script *Script) round(src dream) []step {
	at := make([]int, len(script.Dialogues))
	open := make([]int, 0, len(at))
	for i := range at {
		open = append(open, i)
	}
	var out []step
	for len(open) > 0 {
		k := src.rng.IntN(len(open))
		d := &script.Dialogues[open[k]]
		for range 1 + src.rng.IntN(3) {
			if i := open[k]; at[i] < len(d.Lines) {
				out = append(out, step{d, d.Lines[at[i]]})
				at[i]++
			}
		}
		if at[open[k]] >= len(d.Lines) {
			open = append(open[:k], open[k+1:]...)
		}
	}
	return out
}

func (s *Sim) wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.done:
		return context.Canceled
	}
	return s.talk.resumed(ctx)
}

// say posts a line; who cannot speak (removed, muted, group gone) stays silent.
func (s *Sim) say(ctx context.Context, t step, src source) {
	text := fill(t.Text, src)
	if t.Group == "" {
		to := pairOf(t.Between[0], t.Between[1]).other(t.From)
		_, _ = s.PostC2C(ctx, t.From, to, text)
		return
	}
	_, _ = s.Post(ctx, Post{Group: t.Group, Topic: t.Topic, From: t.From, Text: text})
}

var (
	choice = regexp.MustCompile(`\[([^\]|]*\|[^\]]*)\]`)
	blank  = regexp.MustCompile(`\{[a-z_]+\}`)
)

// fill chooses the words of a line and makes its secrets.
func fill(line string, src source) string {
	line = choice.ReplaceAllStringFunc(line, func(m string) string {
		return pick(src, strings.Split(m[1:len(m)-1], "|"))
	})
	return blank.ReplaceAllStringFunc(line, func(m string) string {
		if secret, ok := secretMakers[m[1:len(m)-1]]; ok {
			return secret(src)
		}
		return m
	})
}
