package rules

import "github.com/takeback-chat/takeback/models"

// ScanBefore scans a message that its sender posted after another; previous is
// the text of that one.
func (e *Engine) ScanBefore(elements []models.Element, _ string) []models.Finding {
	return e.Scan(elements)
}
