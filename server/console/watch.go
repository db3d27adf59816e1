package console

import (
	"bytes"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// watchStream keeps the strip of one recall live, wherever it was put: in the sheet
// after asking, or over the next case. It ends with the recall.
func (v *visit) watchStream() error {
	box, err := v.recallByID()
	if err != nil {
		return err
	}
	return v.stream(&watchFeed{visit: v, id: box.ID})
}

type watchFeed struct {
	*visit

	id   models.RecallID
	over bool
}

func (f *watchFeed) all(b *bytes.Buffer) error {
	r, err := f.Store.Recall(f.ctx(), f.scope, f.id)
	if err != nil {
		return fmt.Errorf("recall %s: %w", f.id, err)
	}
	f.now, f.over = f.Now(), r.State.Terminal()
	return f.partial(b, "#watched-"+string(f.id), "innerMorph", "watched", f.recallBox(r))
}

func (f *watchFeed) some(b *bytes.Buffer, batch []models.Change) error {
	for _, c := range batch {
		if c.Kind == models.RecallChanged && c.ID == string(f.id) {
			return f.all(b)
		}
	}
	return nil
}

// done makes the stream end: what is over does not change any more.
func (f *watchFeed) done() bool { return f.over }
