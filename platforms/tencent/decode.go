package tencent

import (
	"bytes"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// maxAside is how much of an unreadable body is kept, in bytes.
const maxAside = 64 << 10

// inbound is one delivery while it is being read.
type inbound struct {
	fields
	adapter *Adapter
	out     *platforms.Delivery
	now     time.Time
}

// Decode reads an authentic webhook. The body's command must be the query's.
// What cannot be read is set aside with a reason, and with it everything else
// of the delivery that can be read is still told.
func (a *Adapter) Decode(r platforms.Request) platforms.Delivery {
	var d platforms.Delivery
	asked := r.Query.Get("CallbackCommand")
	if _, ok := commands[asked]; ok {
		d.Command = asked
	}
	if why := a.decode(r, asked, &d); why != "" {
		d.Unreadable = append(d.Unreadable, a.aside(r, asked, why))
	}
	d.Asked = d.Command == beforeGroup || d.Command == beforeC2C
	return d
}

func (a *Adapter) decode(r platforms.Request, asked string, d *platforms.Delivery) unreadable {
	doc, why := parse(r.Body, strict)
	if why != "" {
		return why
	}
	in := inbound{fields: fields{doc: doc}, adapter: a, out: d, now: a.now(r)}
	if doc.nodes[0].kind != jsontext.Kind('{') {
		return wrongType
	}
	if doc.variants(0) {
		return caseVariant
	}
	command := in.need("CallbackCommand")
	read, ok := commands[command]
	switch {
	case in.why != "":
		return in.why
	case asked != "" && asked != command:
		return commandDiffers
	case !ok:
		return unknownCommand
	}
	d.Command = command
	if read != nil {
		read(&in)
	}
	return in.why
}

func (a *Adapter) now(r platforms.Request) time.Time {
	if r.Now.IsZero() {
		return a.config.Now().UTC()
	}
	return r.Now.UTC()
}

// aside keeps a body for a person, bounded.
func (a *Adapter) aside(r platforms.Request, command string, why unreadable) models.SetAside {
	if !plain(command) {
		command = ""
	}
	body := r.Body[:min(len(r.Body), maxAside)]
	return models.SetAside{
		App: a.config.App, ReceivedAt: a.now(r), Reason: string(why), Command: command,
		Body: bytes.Clone(body), Truncated: len(r.Body) > maxAside,
	}
}

// plain reports whether a command has the shape of one, so that it can be shown.
func plain(command string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789."
	return len(command) <= 64 && strings.Trim(command, letters) == ""
}
