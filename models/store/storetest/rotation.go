package storetest

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
)

var rotationTests = []test{
	{"keys are rotated under load", rotatesUnderLoad},
	{"sealed bytes that were changed are refused", refusesChangedBytes},
	{"changed notes are marked", marksChangedNotes},
}

// sealedRows is how many rows are sealed anew; PROOF=1 is the full size.
func sealedRows() int {
	if os.Getenv("PROOF") != "" {
		return 100_000
	}
	return 1000
}

// rotatesUnderLoad seals anew beside a node that reads and writes all the while and is
// told nothing: it reads whatever it asks for, and in the end nothing is left on the
// old key.
func rotatesUnderLoad(b *bench) {
	rows := sealedRows()
	l := &load{bench: b}
	l.write(rows)
	rotated, err := b.keys.Rotate(time.Now())
	if err != nil {
		b.Fatal(err)
	}
	stop := l.begin()
	defer stop()
	began, s := time.Now(), b.openWith(rotated, "rotating")
	n, err := s.RotateKeys(b.Context(), 500)
	took := time.Since(began)
	stop()
	if err != nil || n < int64(rows) {
		b.Fatalf("resealed %d of %d: %v", n, rows, err)
	}
	if os.Getenv("PROOF") != "" && took > time.Minute {
		b.Errorf("it took %s: a minute is promised", took)
	}
	b.Logf("proof: %d rows sealed anew in %s, beside %d reads and %d writes", n, took, l.reads.Load(), l.writes.Load())
	if l.reads.Load() == 0 || l.writes.Load() == 0 {
		b.Error("there was no load")
	}
	// What the other node sealed before it heard of the new key.
	if _, err := s.RotateKeys(b.Context(), 500); err != nil {
		b.Fatal(err)
	}
	pruned, err := rotated.Prune()
	if err != nil {
		b.Fatal(err)
	}
	l.store = b.openWith(pruned, "pruned")
	for n := range l.kept() {
		l.read(n)
	}
}

// openWith opens a store with other keys than the bench's.
func (b *bench) openWith(keys *seal.Keyring, node string) *store.Store {
	b.Helper()
	own := b.keys
	defer func() { b.keys = own }()
	b.keys = keys
	return b.open(store.Options{Node: node})
}

// load keeps messages and reads them, by numbers that their texts tell.
type load struct {
	*bench

	mu            sync.Mutex // guards ids
	ids           []models.MessageID
	reads, writes atomic.Int64
}

func (l *load) kept() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.ids)
}

func textOf(n int) string { return "the secret of message " + strconv.Itoa(n) }

// write keeps n more messages.
func (l *load) write(n int) {
	first := l.kept()
	for from := first; from < first+n; from += 500 {
		var js []models.Judged
		for i := from; i < min(from+500, first+n); i++ {
			js = append(js, found(posted(ref(i), textOf(i)), models.VerdictAllow))
		}
		kept, err := l.store.Keep(context.Background(), app, js)
		if err != nil {
			l.Error(err)
			return
		}
		l.mu.Lock()
		for _, k := range kept {
			l.ids = append(l.ids, k.Message)
		}
		l.mu.Unlock()
	}
	l.writes.Add(int64(n))
}

// read reads the nth message.
func (l *load) read(n int) {
	l.mu.Lock()
	id := l.ids[n]
	l.mu.Unlock()
	m, err := l.store.Message(context.Background(), everything, id)
	if err != nil || m.Elements[0].Text != textOf(n) {
		l.Errorf("message %d is read as %+v: %v", n, m.Elements, err)
	}
	l.reads.Add(1)
}

// begin reads and writes until it is stopped.
func (l *load) begin() (stop func()) {
	ended := make(chan struct{})
	var all sync.WaitGroup
	for _, act := range []func(){func() { l.write(5) }, func() { l.read(rand.IntN(l.kept())) }} { //nolint:gosec // any will do
		all.Go(func() {
			for {
				select {
				case <-ended:
					return
				case <-time.After(2 * time.Millisecond):
					act()
				}
			}
		})
	}
	return sync.OnceFunc(func() { close(ended); all.Wait() })
}

// refusesChangedBytes has the database's owner change what is sealed: nobody is told
// another text, and what was not changed is read as before.
func refusesChangedBytes(b *bench) {
	l := &load{bench: b}
	l.write(3)
	own, other := b.sealedContent(l.ids[0]), b.sealedContent(l.ids[1])
	for name, changed := range map[string][]byte{
		"swapped": other, "cut off": own[:len(own)-1], "the key alone": own[:5], "longer": append(slices.Clone(own), 0),
		"a bit of the text": bitFlipped(own, len(own)-1), "a bit of the key": bitFlipped(own, 2), "a bit of the kind": bitFlipped(own, 0),
	} {
		b.setContent(l.ids[0], changed)
		m, err := b.store.Message(b.Context(), everything, l.ids[0])
		if err != nil || !m.Unopened || len(m.Elements) > 0 {
			b.Errorf("%s: it is read as %+v: %v", name, m.Elements, err)
		}
		m, err = b.store.Reveal(b.Context(), everything, l.ids[0], "olga", "a look")
		if !errors.Is(err, models.ErrConflict) || len(m.Elements) > 0 || strings.Contains(err.Error(), "secret") {
			b.Errorf("%s: it is revealed as %+v: %v", name, m.Elements, err)
		}
		all, _, err := b.store.Messages(b.Context(), everything, models.MessageFilter{})
		if err != nil || len(all) != 3 || len(unopened(all)) != 1 {
			b.Errorf("%s: of %d messages %v cannot be opened: %v", name, len(all), unopened(all), err)
		}
		l.read(1)
	}
	b.rotatesTheOthers(l)
	b.keepsTheUnopened(l)
	b.setContent(l.ids[0], own)
	l.read(0)
}

// rotatesTheOthers seals anew where one content cannot be opened: it is told of, and all
// others are on the new key.
func (b *bench) rotatesTheOthers(l *load) {
	b.Helper()
	rotated, err := b.keys.Rotate(time.Now())
	if err != nil {
		b.Fatal(err)
	}
	n, err := b.openWith(rotated, "rotating").RotateKeys(b.Context(), 1)
	if n < 2 || !errors.Is(err, models.ErrConflict) || !strings.Contains(err.Error(), "messages.content of "+string(l.ids[0])) {
		b.Errorf("%d are sealed anew: %v", n, err)
	}
	for i, id := range l.ids {
		if key, ok := seal.KeyID(b.sealedContent(id)); (ok && key == rotated.Primary()) != (i > 0) {
			b.Errorf("message %d is sealed by key %d, the new one is %d", i, key, rotated.Primary())
		}
	}
}

// keepsTheUnopened edits a message whose content cannot be opened: what it says now is
// read, and what it said is kept as it is.
func (b *bench) keepsTheUnopened(l *load) {
	b.Helper()
	m := b.message(l.ids[0])
	edit := posted(m.Ref, "edited")
	edit.Event.Kind, edit.Event.Message.EditedAt = models.EventEdited, time.Now().Add(time.Second)
	b.keep(edit)
	if m = b.message(l.ids[0]); m.Unopened || m.Revision != 2 || m.Elements[0].Text != "edited" {
		b.Errorf("after an edit it is revision %d, unopened %v, %v", m.Revision, m.Unopened, m.Elements)
	}
	if n := b.column(b.raw(), "SELECT length(content) FROM revisions WHERE message_id = '"+string(m.ID)+"'"); len(n) != 1 || n[0] == "0" {
		b.Errorf("what it said is kept in %v bytes", n)
	}
}

func unopened(all []models.Message) (ids []models.MessageID) {
	for _, m := range all {
		if m.Unopened {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

func (b *bench) sealedContent(id models.MessageID) []byte {
	b.Helper()
	encoded := map[bool]string{true: "hex(content)", false: "encode(content, 'hex')"}[b.sqlite()]
	sealed, err := hex.DecodeString(b.column(b.raw(), fmt.Sprintf("SELECT %s FROM messages WHERE id = '%s'", encoded, id))[0])
	if err != nil {
		b.Fatal(err)
	}
	return sealed
}

func (b *bench) setContent(id models.MessageID, sealed []byte) {
	b.Helper()
	bytes := map[bool]string{true: "x'%x'", false: `'\x%x'`}[b.sqlite()]
	b.rawExec(b.raw(), fmt.Sprintf("UPDATE messages SET content = "+bytes+" WHERE id = '%s'", sealed, id))
}

// bitFlipped returns bytes with one bit of the nth changed.
func bitFlipped(b []byte, n int) []byte {
	b = slices.Clone(b)
	b[n] ^= 1
	return b
}
