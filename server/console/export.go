package console

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// maxExport is how many rows a file holds. One that would hold more says so at its end.
const maxExport = 100_000

// file writes the rows of a list. Where something goes wrong half way the end is left
// out or says so, so that no half of a list passes for the whole.
type file interface {
	row(values []string) error
	end(why string) error // "": it is whole
}

// exportRecalls sends what the filter shows as a file, on record before the first row
// leaves. It holds nothing of any message, and no notes.
func (v *visit) exportRecalls() error {
	get := func(name string) string { return v.field(name, fieldText) }
	filter, err := v.recallsFilter(get)
	if err != nil {
		return err
	}
	format := get("format")
	if format == "" || known(v, format, exportFormats) != nil {
		return invalid(v.words.T("filter.unknown", Visible(format)))
	}
	details := filter.Fields()
	details["format"] = format
	if err := v.Store.Record(v.ctx(), models.AuditEntry{
		Actor: v.caller.Actor, Action: "recalls.exported", Subject: "recalls", Details: details,
	}); err != nil {
		return fmt.Errorf("record an export: %w", err)
	}
	out := v.file("recalls", format, recallColumns)
	return v.writeRecalls(out, filter)
}

// file begins an answer that browsers keep as a file.
func (v *visit) file(name, format string, columns []string) file {
	h := v.gin.Writer.Header()
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-%s.%s"`, name, v.now.UTC().Format("20060102T150405Z"), format))
	if format == "json" {
		h.Set("Content-Type", "application/json; charset=utf-8")
		return &jsonFile{w: v.gin.Writer, columns: columns}
	}
	h.Set("Content-Type", "text/csv; charset=utf-8")
	return newCSV(v.gin.Writer, columns)
}

// writeRecalls writes page after page, each within its time.
func (v *visit) writeRecalls(out file, filter recallsFilter) error {
	control := http.NewResponseController(v.gin.Writer)
	filter.Cursor = ""
	for written := 0; ; {
		_ = control.SetWriteDeadline(time.Now().Add(writeWithin)) // not every writer has one
		found, next, err := v.Store.Recalls(v.ctx(), v.scope, filter.model(v.now, models.MaxLimit))
		if err != nil {
			_ = out.end("incomplete: something went wrong") // as far as it goes
			return fmt.Errorf("export recalls: %w", err)
		}
		for _, r := range found {
			if err := out.row(recallValues(r)); err != nil {
				return nil //nolint:nilerr // whoever wanted it is gone
			}
		}
		written += len(found)
		switch {
		case next == "":
			return out.end("")
		case written >= maxExport:
			return out.end(fmt.Sprintf("cut: there are more than %d", maxExport))
		}
		filter.Cursor = next
	}
}

var recallColumns = []string{
	"id", "message", "app", "conversation", "kind", "ref", "sender", "state", "reason", "rule", "actor", "authority", "trigger",
	"attempts", "code", "explanation", "posted_at", "requested_at", "sent_at", "accepted_at", "confirmed_at", "ended_at", "deadline",
}

func recallValues(r models.Recall) []string {
	return []string{
		string(r.ID), string(r.Message), r.App, r.Conversation.Ref, string(r.Conversation.Kind), r.Ref, r.Sender, string(r.State),
		string(r.Reason.Code), r.Rule, r.Actor, string(r.Authority), string(r.Trigger), strconv.Itoa(r.Attempts), r.Code, r.Explanation,
		moment(r.SentAtPlatform), moment(r.RequestedAt), moment(r.SentAt), moment(r.AcceptedAt), moment(r.ConfirmedAt),
		moment(r.EndedAt), moment(r.Deadline),
	}
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// csvFile is for spreadsheets, which take a cell that begins like a formula for one.
type csvFile struct{ w *csv.Writer }

func newCSV(to io.Writer, columns []string) *csvFile {
	f := &csvFile{csv.NewWriter(to)}
	_ = f.w.Write(columns) // it stays with the writer, and the first row tells
	return f
}

func (f *csvFile) row(values []string) error {
	safe := make([]string, len(values))
	for i, s := range values {
		safe[i] = defused(s)
	}
	if err := f.w.Write(safe); err != nil {
		return fmt.Errorf("write a row: %w", err)
	}
	return nil
}

func (f *csvFile) end(why string) error {
	if why != "" {
		_ = f.w.Write([]string{why}) // Flush says whether it went out
	}
	f.w.Flush()
	if err := f.w.Error(); err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	return nil
}

// defused is a cell that no spreadsheet takes for a formula.
func defused(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// jsonFile is one object: the items, and why the list is not whole where it is not.
type jsonFile struct {
	w       io.Writer
	columns []string
	rows    int
}

func (f *jsonFile) row(values []string) error {
	item := make(map[string]string, len(values))
	for i, s := range values {
		item[f.columns[i]] = s
	}
	b, err := json.Marshal(item)
	if err == nil {
		_, err = fmt.Fprintf(f.w, "%s%s", f.before(), b)
	}
	if err != nil {
		return fmt.Errorf("write a row: %w", err)
	}
	return nil
}

func (f *jsonFile) before() string {
	f.rows++
	if f.rows == 1 {
		return "{\"items\":[\n"
	}
	return ",\n"
}

func (f *jsonFile) end(why string) error {
	begin := ""
	if f.rows == 0 {
		begin = f.before()
	}
	b, err := json.Marshal(why)
	if err == nil {
		_, err = fmt.Fprintf(f.w, "%s\n],\"cut\":%s}\n", begin, b)
	}
	if err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	return nil
}
