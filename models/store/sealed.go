package store

import (
	"encoding/hex"
	"fmt"
	"log/slog"
	"sync"

	"github.com/takeback-chat/takeback/models"
)

// sealText seals a free text for its cell; nothing stays nothing.
func (s *Store) sealText(text, table, column, row string) []byte {
	if text == "" {
		return []byte{}
	}
	return s.keys.Seal([]byte(text), table, column, row)
}

// openNote unseals the note of a row, the column "note" of its table.
func (s *Store) openNote(sealed []byte, table, row string) string {
	return s.openText(sealed, table, "note", row)
}

// openText unseals what sealText sealed for a cell. Where it cannot, models.UnopenedText
// stands in its place: a note keeps nobody from the list that it is in.
func (s *Store) openText(sealed []byte, table, column, row string) string {
	if len(sealed) == 0 {
		return ""
	}
	plain, err := s.keys.Open(sealed, table, column, row)
	if err == nil {
		return string(plain)
	}
	if cell := table + "." + column + " of " + row; s.unopened.first(cell) {
		s.opts.Logger.Error("a note cannot be opened: it was changed in the database, or its key is missing",
			slog.String("cell", cell), slog.Any("error", err))
	}
	return models.UnopenedText
}

// openContent unseals the elements of a row of messages, revisions or conflicts.
func (s *Store) openContent(sealed []byte, table, row string) ([]models.Element, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	plain, err := s.keys.Open(sealed, table, "content", row)
	if err != nil {
		return nil, err
	}
	elements, err := decodeElements(plain)
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", table, row, err)
	}
	return elements, nil
}

// unseal puts what a message says into its model. What cannot be opened says nothing and
// is marked: it keeps nobody from what is beside it.
func (s *Store) unseal(m *models.Message, r messageRow) {
	var err error
	if m.Elements, err = s.openContent(r.Content, "messages", r.ID); err == nil {
		return
	}
	m.Unopened = true
	if s.unopened.first(r.ID) {
		s.opts.Logger.Error("the content of a message cannot be opened: it was changed in the database, or its key is missing",
			slog.String("message", r.ID), slog.Any("error", err))
	}
}

// toldOnce remembers what was told of, so that it is told once. Past mostTold, as where a key
// is missing, nothing more is: the log has said enough.
type toldOnce struct {
	mu  sync.Mutex // guards ids
	ids map[string]struct{}
}

const mostTold = 1000

// first reports whether an id is to be told of.
func (t *toldOnce) first(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.ids[id]; known || len(t.ids) >= mostTold {
		return false
	}
	if t.ids == nil {
		t.ids = map[string]struct{}{}
	}
	t.ids[id] = struct{}{}
	return true
}

// contentDigest tells equal contents of one sender: what the elements say,
// wherever they stood, since history read back may nest them otherwise than the
// delivery did. It is keyed: texts are short and could be guessed from a plain hash.
func (s *Store) contentDigest(sender string, elements []models.Element) []byte {
	size := len(sender) + 8
	for _, e := range elements {
		size += len(e.Kind) + len(e.Text) + 16
	}
	b := appendString(make([]byte, 0, size), sender)
	for _, e := range elements {
		b = append(b, flagsOf(e))
		b = appendString(b, string(e.Kind))
		b = appendString(b, e.Text)
	}
	return s.keys.Digest("content", b)
}

// noteDigest ties a free text to an audit entry that must not hold it.
func (s *Store) noteDigest(note string) string {
	return hex.EncodeToString(s.keys.Digest("note", []byte(note)))
}
