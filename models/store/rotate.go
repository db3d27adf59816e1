package store

import (
	"cmp"
	"context"
	"fmt"
	"strconv"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store/seal"
)

// sealedColumn is a column that holds sealed bytes, and the key of its rows as text.
type sealedColumn struct{ table, key, column string }

// sealedColumns lists every one. A test seals, rotates and prunes to see that
// none is missing.
var sealedColumns = []sealedColumn{
	{"messages", "id", "content"},
	{"revisions", "id", "content"},
	{"conflicts", "id", "content"},
	{"decisions", "id", "note"},
	{"recalls", "id", "note"},
	{"cases", "id", "note"},
	{"cases", "id", "request_note"},
	{"case_notes", "id", "note"},
	{"set_asides", "id", "body"},
	{"reveals", "id", "purpose"},
	{"sessions", "id", "state"},
	{"totps", "id", "secret"},
	{"policies", "version", "source"},
	{"policies", "version", "note"},
	{"postings", "id", "content"},
	{"breakers", "id", "note"},
	{"breakers", "id", "asked_note"},
	{"breakers", "id", "reset_note"},
	{"sweeps", "id", "note"},
	{"sweeps", "id", "end_note"},
	{"erasures", "id", "note"},
	{"legal_holds", "id", "note"},
	{"legal_holds", "id", "asked_note"},
	{"legal_holds", "id", "lift_note"},
}

// RotateKeys seals anew, with the primary key, everything that an older key
// sealed, batch rows in a transaction, and says how many it did. It may run
// beside everything else and may be stopped and started again. What cannot be opened is
// left as it is, and told of by an error in the end.
func (s *Store) RotateKeys(ctx context.Context, batch int) (resealed int64, err error) {
	if batch < 1 {
		return 0, fmt.Errorf("the batch must be at least 1: %w", models.ErrInvalid)
	}
	var left leftSealed
	for _, c := range sealedColumns {
		n, err := s.resealColumn(ctx, c, batch, &left)
		resealed += n
		if err != nil {
			return resealed, fmt.Errorf("reseal %s.%s: %w", c.table, c.column, err)
		}
	}
	if resealed == 0 {
		return 0, left.err()
	}
	err = s.Record(ctx, models.AuditEntry{
		Actor: "takeback", Action: "keys.rotated", Subject: "keys", Thing: strconv.FormatUint(uint64(s.keys.Primary()), 10),
		Details: map[string]string{"resealed": strconv.FormatInt(resealed, 10), "left": strconv.Itoa(left.count)},
	})
	return resealed, cmp.Or(err, left.err())
}

// leftSealed are values that could not be opened.
type leftSealed struct {
	count int
	first string
}

func (l *leftSealed) add(c sealedColumn, id string) {
	if l.count++; l.count == 1 {
		l.first = c.table + "." + c.column + " of " + id
	}
}

func (l *leftSealed) err() error {
	if l.count == 0 {
		return nil
	}
	return fmt.Errorf("all others are sealed anew, and %d values cannot be opened (the first is %s): they were changed in the database, or their key is not in the keyset: %w",
		l.count, l.first, models.ErrConflict)
}

// sealedCell is one sealed value and the key of its row as text.
type sealedCell struct {
	ID    string
	Bytes []byte
}

func (s *Store) resealColumn(ctx context.Context, c sealedColumn, batch int, left *leftSealed) (resealed int64, err error) {
	for after := ""; ; {
		cells, err := s.sealedCells(ctx, c, after, batch)
		if err != nil || len(cells) == 0 {
			return resealed, err
		}
		after = cells[len(cells)-1].ID
		n, err := s.reseal(ctx, c, cells, left)
		resealed += n
		if err != nil {
			return resealed, err
		}
	}
}

func (s *Store) sealedCells(ctx context.Context, c sealedColumn, after string, batch int) ([]sealedCell, error) {
	q := s.reader(ctx).Table(c.table).Limit(batch).Order(c.key)
	if c.key == "version" {
		q = q.Select("CAST(version AS text) AS id, "+c.column+" AS bytes").
			Where("version > CAST(? AS bigint)", "0"+after)
	} else {
		q = q.Select(c.key+" AS id, "+c.column+" AS bytes").Where(c.key+" > ?", after)
	}
	var cells []sealedCell
	return cells, clean(q.Scan(&cells).Error)
}

// reseal writes the cells that an older key sealed, each only if nobody changed
// it meanwhile.
func (s *Store) reseal(ctx context.Context, c sealedColumn, cells []sealedCell, left *leftSealed) (int64, error) {
	type change struct {
		id       string
		old, new []byte
	}
	var changes []change
	for _, cell := range cells {
		if id, ok := seal.KeyID(cell.Bytes); len(cell.Bytes) == 0 || ok && id == s.keys.Primary() {
			continue
		}
		plain, err := s.keys.Open(cell.Bytes, c.table, c.column, cell.ID)
		if err != nil {
			left.add(c, cell.ID)
			continue
		}
		changes = append(changes, change{cell.ID, cell.Bytes, s.keys.Seal(plain, c.table, c.column, cell.ID)})
	}
	if len(changes) == 0 {
		return 0, nil
	}
	update := fmt.Sprintf("UPDATE %s SET %s = ? WHERE CAST(%s AS text) = ? AND %s = ?", c.table, c.column, c.key, c.column)
	if c.key == "id" {
		update = fmt.Sprintf("UPDATE %s SET %s = ? WHERE id = ? AND %s = ?", c.table, c.column, c.column)
	}
	var resealed int64
	err := s.write(ctx, func(u *unit) error {
		resealed = 0
		for _, ch := range changes {
			n, err := u.execCount(update, ch.new, ch.id, ch.old)
			if err != nil {
				return err
			}
			resealed += n
		}
		return nil
	})
	if err != nil { // the write may be under way
		return 0, err
	}
	return resealed, nil
}
