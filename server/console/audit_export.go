package console

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// exportFormats are the forms in which the audit leaves.
var exportFormats = []string{"csv", "json"}

// exportAudit writes what a filter shows as a file, page by page, after it was written
// into the audit itself who took it.
func (v *visit) exportAudit() error {
	format := v.field("format", 8)
	if err := known(v, format, exportFormats); err != nil || format == "" {
		return invalid(v.words.T("filter.unknown", Visible(format)))
	}
	f := auditFilterOf(func(name string) string { return v.field(name, fieldText) })
	asked, err := f.model(v)
	if err != nil {
		return err
	}
	asked.Cursor, asked.Limit = "", models.MaxLimit
	first, next, err := v.Store.Audit(v.ctx(), asked)
	if err != nil {
		return fmt.Errorf("export audit: %w", err)
	}
	details := map[string]string{"format": format}
	for name, value := range map[string]string{"chain": f.Chain, "actor": f.Actor, "action": f.Action, "thing": f.Thing, "from": f.From, "to": f.To} {
		if value != "" {
			details[name] = value
		}
	}
	err = v.Store.Record(v.ctx(), models.AuditEntry{Actor: v.caller.Actor, Action: "audit.exported", Subject: "audit", Details: details})
	if err != nil {
		return fmt.Errorf("record the export: %w", err)
	}
	out := v.exportTo(format)
	return v.exportPages(out, asked, first, next)
}

// sheet is a file that entries are written to.
type sheet interface {
	add(e models.AuditEntry) error
	end(cut bool) error
}

// exportTo begins the answer.
func (v *visit) exportTo(format string) sheet {
	h := v.gin.Writer.Header()
	h.Set("Content-Disposition", `attachment; filename="takeback-audit-`+v.now.UTC().Format("20060102-150405")+"."+format+`"`)
	if format == "json" {
		h.Set("Content-Type", "application/x-ndjson")
		return &jsonSheet{json.NewEncoder(v.gin.Writer)}
	}
	h.Set("Content-Type", "text/csv; charset=utf-8")
	return csvSheet{newCSV(v.gin.Writer, auditColumns)}
}

// exportPages writes page after page until there is no more, or enough.
func (v *visit) exportPages(out sheet, asked models.AuditFilter, page []models.AuditEntry, next string) error {
	written := 0
	for {
		for _, e := range page {
			if err := out.add(e); err != nil {
				return fmt.Errorf("export audit: %w", err)
			}
		}
		if written += len(page); next == "" || written >= maxExport {
			return out.end(next != "")
		}
		asked.Cursor = next
		var err error
		if page, next, err = v.Store.Audit(v.ctx(), asked); err != nil {
			return fmt.Errorf("export audit: %w", err)
		}
	}
}

// auditColumns head the file for spreadsheets.
var auditColumns = []string{"at", "chain", "seq", "actor", "action", "subject", "thing", "details", "prev", "hash"}

// csvSheet writes entries for spreadsheets.
type csvSheet struct{ *csvFile }

func (s csvSheet) add(e models.AuditEntry) error {
	var details strings.Builder
	for i, f := range facts(e.Details) {
		if i > 0 {
			details.WriteString("; ")
		}
		details.WriteString(f.Name + "=" + f.Value)
	}
	return s.row([]string{
		e.At.UTC().Format(time.RFC3339Nano), e.Chain, strconv.FormatInt(e.Seq, 10), e.Actor, e.Action, e.Subject, e.Thing,
		details.String(), hex.EncodeToString(e.Prev), hex.EncodeToString(e.Hash),
	})
}

func (s csvSheet) end(cut bool) error {
	if !cut {
		return s.csvFile.end("")
	}
	return s.csvFile.end("cut after " + strconv.Itoa(maxExport) + " entries; narrow the filter for the rest")
}

// jsonSheet writes an object a line.
type jsonSheet struct{ *json.Encoder }

// exported is an entry as programs read it.
type exported struct {
	At      string            `json:"at"`
	Chain   string            `json:"chain"`
	Seq     int64             `json:"seq"`
	ID      string            `json:"id"`
	Actor   string            `json:"actor"`
	Action  string            `json:"action"`
	Subject string            `json:"subject"`
	Thing   string            `json:"thing"`
	Details map[string]string `json:"details"`
	Prev    string            `json:"prev"`
	Hash    string            `json:"hash"`
}

func (s *jsonSheet) add(e models.AuditEntry) error {
	return s.Encode(exported{ //nolint:wrapcheck // the one caller says what was written
		e.At.UTC().Format(time.RFC3339Nano), e.Chain, e.Seq, e.ID, e.Actor, e.Action, e.Subject, e.Thing, e.Details,
		hex.EncodeToString(e.Prev), hex.EncodeToString(e.Hash),
	})
}

func (s *jsonSheet) end(cut bool) error {
	if !cut {
		return nil
	}
	return s.Encode(map[string]int{"cut_after": maxExport}) //nolint:wrapcheck // the one caller says what was written
}
