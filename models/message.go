package models

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"
)

// MessageState says what became of a message in the chat.
type MessageState string

// The states of a message.
const (
	Visible   MessageState = "visible"
	Removed   MessageState = "removed"   // the platform said so, or history read back did
	Tombstone MessageState = "tombstone" // its removal was heard of before the message itself
	Blocked   MessageState = "blocked"   // refused before it was shown
	Rewritten MessageState = "rewritten" // shown masked; this is the original as it was sent
)

// Inspection says how the scan of a message ended. Every kept message has
// exactly one; a tombstone has none until its message comes.
type Inspection string

// The ends of a scan.
const (
	Clean      Inspection = "clean"
	Found      Inspection = "findings"
	Unreadable Inspection = "unreadable" // no findings, and some part could not be read: never called clean
)

// ElementKind is the kind of one part of a message.
type ElementKind string

// The kinds of element.
const (
	TextElement     ElementKind = "text"
	CustomElement   ElementKind = "custom"
	FileElement     ElementKind = "file"
	ImageElement    ElementKind = "image"
	SoundElement    ElementKind = "sound"
	VideoElement    ElementKind = "video"
	LocationElement ElementKind = "location"
	FaceElement     ElementKind = "face"
	MergedElement   ElementKind = "merged-forward"
	CloudElement    ElementKind = "cloud-custom" // data beside the message body
	UnknownElement  ElementKind = "unknown"
)

// Element is one piece of text of a message, and where it stood. An element of
// the platform that holds several texts becomes several of these.
type Element struct {
	Kind ElementKind `json:"kind"`
	Path string      `json:"path"`           // where it stood: "MsgBody[0].MsgContent.Text"; object keys of strangers are never part of it
	Text string      `json:"text,omitempty"` // valid UTF-8
	// Opaque says that something here cannot be inspected (an image, a merged
	// forward kept elsewhere, an element of unknown kind).
	Opaque bool `json:"opaque,omitempty"`
}

// Format prints an element without its text, whatever the verb.
func (e Element) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%s(%d bytes)", e.Kind, len(e.Text))
}

// LogValue shows an element without its text.
func (e Element) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", string(e.Kind)), slog.Int("bytes", len(e.Text)))
}

// Message is one thing that was posted.
type Message struct {
	ID           MessageID
	App          string
	Conversation Conversation
	// Ref is the platform's own name for it, as text: a Tencent group's MsgSeq, a
	// one-to-one chat's MsgKey. Opaque outside the adapter; unique in its conversation.
	Ref      string
	Sender   string // platform account
	Operator string // who issued the request, where the platform says so and it is not the sender

	SentAt     time.Time // by the platform's clock
	ReceivedAt time.Time // when takeback took the delivery in
	EditedAt   time.Time // of the current revision; zero for the first
	Revision   int       // 1 for the message as posted

	State      MessageState
	Inspection Inspection
	Elements   []Element // plaintext: in memory only, sealed where it is kept
	Findings   []Finding // of the current revision

	Verdict Verdict
	Rule    string // the rule that decided, if one did
	Policy  int    // the version of the policy that judged it

	Deadline  time.Time // when recall becomes impossible; zero: no limit is known
	Ephemeral bool      // online-only: the platform stores no copy, so it cannot be recalled
	RemovedAt time.Time
	RemovedBy string    // the platform's operator account, where it says so
	ErasedAt  time.Time // when its content was erased here; zero: it is kept
	Unopened  bool      // its content is kept and cannot be opened: it was changed, or its key is not here
}

var logSalt = func() (b [16]byte) { _, _ = rand.Read(b[:]); return b }()

// LogValue shows the ids, the size of the text in bytes and a hash that only
// this process can make, so that equal texts can be told in one log and short
// texts cannot be guessed from it.
func (m Message) LogValue() slog.Value {
	n, h := m.measure()
	return slog.GroupValue(
		slog.String("id", string(m.ID)), slog.String("app", m.App),
		slog.String("conversation", m.Conversation.Ref), slog.String("ref", m.Ref),
		slog.Int("bytes", n), slog.String("hash", h),
	)
}

// Format prints a message without its text, whatever the verb.
func (m Message) Format(f fmt.State, _ rune) {
	n, h := m.measure()
	_, _ = fmt.Fprintf(f, "message %s ref=%s bytes=%d hash=%s", m.ID, m.Ref, n, h)
}

func (m Message) measure() (bytes int, hash string) {
	h := sha256.New()
	h.Write(logSalt[:])
	for _, e := range m.Elements {
		bytes += len(e.Text)
		h.Write([]byte(e.Text))
		h.Write([]byte{0})
	}
	return bytes, hex.EncodeToString(h.Sum(nil)[:6])
}
