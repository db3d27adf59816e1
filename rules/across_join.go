package rules

import (
	"strings"

	"github.com/takeback-chat/takeback/models"
)

// joinWay is how the pieces of a value are put together.
type joinWay int

const (
	joinSeamless joinWay = iota // as they stand, one behind the other
	joinSqueezed                // without the separators in and between them
)

// joined is the text that messages make together, and where each byte of it stood.
type joined struct {
	text   string
	piece  []int8  // which of the messages
	offset []int32 // in its text
	pieces int
}

// chained reports whether fragments can follow one another as parts of a value:
// the first ends in one, the last begins with one, those between are nothing
// else. The clocks of the messages that have one must not be too far apart.
func chained(row []fragment) bool {
	last := len(row) - 1
	for i, f := range row {
		if i < last && !f.ends || i > 0 && !f.begins || i > 0 && i < last && f.elements > 1 {
			return false
		}
	}
	first, end := row[0].sentAt, row[last].sentAt
	return first.IsZero() || end.IsZero() || end.Sub(first) <= PartsWindow
}

// minValue is how many letters and digits a value has at least that proves itself.
const minValue = 8

// enough reports whether fragments hold digits, and could hold a value at all.
// There is none that proves itself without digits.
func enough(row []fragment) bool {
	size, digits := 0, false
	for i, f := range row {
		digits = digits || f.digits
		if i == 0 {
			size += len(f.tail) - f.tailFrom
		} else {
			size += len(f.head) - f.headStart
		}
	}
	return digits && size >= minValue
}

// joins returns the texts that fragments make together, one of each kind.
func joins(row []fragment) []joined {
	all := []joined{joinParts(row, joinSeamless), joinParts(row, joinSqueezed)}
	if all[0].text == all[1].text {
		return all[:1]
	}
	return all
}

// joinParts puts the pieces of messages together: all of the first up to the end of
// its part, all of the last from the beginning of its part, and of those between
// the part alone.
func joinParts(row []fragment, w joinWay) joined {
	b := joiner{joined: joined{pieces: len(row)}, way: w}
	for i, f := range row {
		switch {
		case len(row) == 1:
			b.add(i, f.tail, 0, len(f.tail), 0, len(f.tail))
		case i == 0:
			b.add(i, f.tail, 0, f.tailEnd, f.tailFrom, f.tailEnd)
		case i == len(row)-1:
			b.add(i, f.head, f.headStart, len(f.head), f.headStart, f.headTo)
		default:
			b.add(i, f.head, f.headStart, f.tailEnd, f.headStart, f.tailEnd)
		}
	}
	b.joined.text = b.text.String()
	return b.joined
}

type joiner struct {
	joined
	way  joinWay
	text strings.Builder
}

// add adds text[start:end]; the separators in from..to are left out where the
// joinWay says so.
func (b *joiner) add(piece int, text string, start, end, from, to int) {
	if b.way != joinSqueezed {
		b.put(int8(piece), start, text[start:end]) //nolint:gosec // at most MaxParts
		return
	}
	for at := start; at < end; at++ {
		if at < from || at >= to || !partSeparator(text[at]) {
			b.put(int8(piece), at, text[at:at+1]) //nolint:gosec // at most MaxParts
		}
	}
}

func (b *joiner) put(piece int8, at int, text string) {
	b.text.WriteString(text)
	for i := range len(text) {
		b.piece, b.offset = append(b.piece, piece), append(b.offset, int32(at+i)) //nolint:gosec // a text is at most MaxPartText long
	}
}

// partSeparator reports whether a byte may stand between the digits of a number.
func partSeparator(b byte) bool {
	switch b {
	case ' ', '\t', '\n', '\r', '-', '.', ',', '/':
		return true
	}
	return false
}

// part says where the piece of a finding lies in one of the messages.
func (t *joined) part(m fragment, piece int, f models.Finding) models.FindingPart {
	p := models.FindingPart{Message: m.message, Start: -1}
	for at := f.Start; at < f.End; at++ {
		if int(t.piece[at]) != piece {
			continue
		}
		if p.Start < 0 {
			p.Start = int(t.offset[at])
		}
		p.End = int(t.offset[at]) + 1
	}
	p.Element = m.headElement
	text := m.head
	if piece == 0 {
		p.Element, text = m.tailElement, m.tail
	}
	if f.Category != models.Secrets { // in a key they may count
		for p.End > p.Start && partSeparator(text[p.End-1]) {
			p.End--
		}
		for p.Start >= 0 && p.Start < p.End && partSeparator(text[p.Start]) {
			p.Start++
		}
	}
	return p
}

// wordyDetectors names detectors that are sure because of the words beside a value, and
// whose value may end anywhere: joined to the next message it only grows.
var wordyDetectors = map[string]bool{
	"generic_secret": true, "generic-api-key": true, "password_in_text": true, "otp_code": true, "wifi_password": true,
	"command_line_password": true, "network_device_password": true, "smtp_password": true, "hashicorp-tf-password": true,
	"nuget_config_password": true, "nuget-config-password": true, "credentials_list": true, "authorization_header": true,
	"curl-auth-header": true, "curl-auth-user": true, "kubernetes_secret": true, "kubernetes-secret-yaml": true,
	"connection_string": true, "url_with_credentials": true, "database_dump": true, "htpasswd": true, "password_hash": true,
	"card_cvv": true, "salary_amount": true, "us_bank_account": true, "uk_sort_code_account": true, "swift_bic": true,
	"medical_record_number": true,
}

// unlikely names numbers that hardly come about by chance: they hold a region, a
// date and a check digit.
var unlikely = map[string]bool{"cn_resident_id": true}

// proven reports whether a finding stands by itself: by a check digit, a date
// and a region, a vendor's prefix. Telephone numbers and addresses never do.
func proven(f models.Finding) bool {
	if f.Confidence < confidences["high"] || wordyDetectors[f.Detector] {
		return false
	}
	switch f.Category {
	case models.Financial, models.GovernmentID, models.Health, models.Secrets, models.Custom:
		return true
	case models.Contact, models.Location, models.Keyword:
	}
	return false
}
