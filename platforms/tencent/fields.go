package tencent

import (
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// fields reads the members of one object. The first trouble is kept in why, so
// that a reader asks for all it needs and looks once at the end.
type fields struct {
	doc *document
	at  int // the object's node
	why unreadable
}

func (f *fields) fail(why unreadable) {
	if f.why == "" {
		f.why = why
	}
}

// find returns the member's node, or 0 where it is absent or null. Names are
// unique in a strict text.
func (f *fields) find(name string) int {
	if f.doc.nodes[f.at].kind != '{' {
		return 0
	}
	for i := f.doc.nodes[f.at].first; i != 0; i = f.doc.nodes[i].next {
		if f.doc.nodes[i].name != name {
			continue
		}
		if f.doc.nodes[i].kind == 'n' {
			return 0
		}
		return i
	}
	return 0
}

// text returns a string member, "" where it is absent: the service does not
// tell empty from absent either.
func (f *fields) text(name string) string {
	i := f.find(name)
	if i == 0 {
		return ""
	}
	if f.doc.nodes[i].kind != '"' {
		f.fail(wrongType)
		return ""
	}
	return f.doc.nodes[i].text
}

// need returns a string member that must be there.
func (f *fields) need(name string) string {
	s := f.text(name)
	if s == "" {
		f.fail(missingField)
	}
	return s
}

// either returns a string member that goes by two names; given both, they must agree.
func (f *fields) either(name, other string) string {
	a, b := f.text(name), f.text(other)
	if a != "" && b != "" && a != b {
		f.fail(fieldsDiffer)
	}
	if a == "" {
		return b
	}
	return a
}

// whole returns an unsigned number written as plain digits, up to bits long,
// and whether it is there.
func (f *fields) whole(name string, bits int) (uint64, bool) {
	i := f.find(name)
	if i == 0 {
		return 0, false
	}
	if f.doc.nodes[i].kind != '0' {
		f.fail(wrongType)
		return 0, false
	}
	n, err := strconv.ParseUint(f.doc.nodes[i].text, 10, bits)
	if err != nil {
		f.fail(badNumber)
		return 0, false
	}
	return n, true
}

// uint32 returns a number member, 0 where it is absent.
func (f *fields) uint32(name string) uint32 {
	n, _ := f.whole(name, 32)
	return uint32(n) //nolint:gosec // whole bounds it to 32 bits
}

// needUint32 returns a number member that must be there.
func (f *fields) needUint32(name string) uint32 {
	n, ok := f.whole(name, 32)
	if !ok {
		f.fail(missingField)
	}
	return uint32(n) //nolint:gosec // whole bounds it to 32 bits
}

// code returns a result code, which may be negative; 0 where it is absent.
func (f *fields) code(name string) int {
	i := f.find(name)
	if i == 0 {
		return 0
	}
	n, err := strconv.Atoi(f.doc.nodes[i].text)
	if f.doc.nodes[i].kind != '0' || err != nil {
		f.fail(badNumber)
	}
	return n
}

// count returns a number member, or -1 where the service does not count.
func (f *fields) count(name string) int {
	n, ok := f.whole(name, 31)
	if !ok {
		return -1
	}
	return int(n) //nolint:gosec // whole bounds it to 31 bits
}

// maxSeconds is the end of the year 9999, past which a time cannot be written down.
const maxSeconds = 253402300799

// seconds returns a time in Unix seconds; zero where it is absent.
func (f *fields) seconds(name string) time.Time {
	n, ok := f.whole(name, 63)
	if !ok || n == 0 {
		return time.Time{}
	}
	if n > maxSeconds {
		f.fail(badNumber)
		return time.Time{}
	}
	return time.Unix(int64(n), 0).UTC() //nolint:gosec // bounded above
}

// eventTime returns EventTime, milliseconds as a number or as text; zero where
// it is absent.
func (f *fields) eventTime() time.Time {
	i := f.find("EventTime")
	if i == 0 || f.doc.nodes[i].text == "" {
		return time.Time{}
	}
	n, err := strconv.ParseUint(f.doc.nodes[i].text, 10, 63)
	if err != nil || n > maxSeconds*1000 {
		f.fail(badNumber)
	}
	if f.why != "" || n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(n)).UTC() //nolint:gosec // bounded above
}

// list calls each for every item of an array of objects. An item's trouble is
// kept as the first of all but does not end the walk: what can be read is read.
func (f *fields) list(name string, each func(item *fields)) {
	i := f.find(name)
	if i == 0 {
		return
	}
	if f.doc.nodes[i].kind != '[' {
		f.fail(wrongType)
		return
	}
	for j := f.doc.nodes[i].first; j != 0; j = f.doc.nodes[j].next {
		item := fields{doc: f.doc, at: j}
		if f.doc.nodes[j].kind != '{' {
			f.fail(wrongType)
			continue
		}
		each(&item)
		if f.why == "" {
			f.why = item.why
		}
	}
}

// needList is list for an array that must be there.
func (f *fields) needList(name string, each func(item *fields)) {
	if f.find(name) == 0 {
		f.fail(missingField)
	}
	f.list(name, each)
}

// needItems is needList for an array that must not be empty either: an event
// about nothing was not understood.
func (f *fields) needItems(name string, each func(item *fields)) {
	n := 0
	f.needList(name, func(item *fields) {
		n++
		each(item)
	})
	if n == 0 {
		f.fail(missingField)
	}
}

// texts returns an array of strings.
func (f *fields) texts(name string) []string {
	i := f.find(name)
	if i == 0 {
		return nil
	}
	var all []string
	for j := f.doc.nodes[i].first; j != 0; j = f.doc.nodes[j].next {
		if f.doc.nodes[j].kind != '"' {
			f.fail(wrongType)
			continue
		}
		all = append(all, f.doc.nodes[j].text)
	}
	if f.doc.nodes[i].kind != '[' {
		f.fail(wrongType)
	}
	return all
}

// kindOf returns a member's kind, or 0 where it is absent or null.
func (f *fields) kindOf(name string) jsontext.Kind {
	if i := f.find(name); i != 0 {
		return f.doc.nodes[i].kind
	}
	return 0
}

// accounts returns the named member of every item of a list of accounts.
func (f *fields) accounts(list, name string) []string {
	var all []string
	f.list(list, func(item *fields) {
		if account := strings.TrimSpace(item.need(name)); account != "" {
			all = append(all, account)
		}
	})
	return all
}
