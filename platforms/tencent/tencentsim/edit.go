package tencentsim

import (
	"maps"
	"slices"
	"time"
)

// Edit replaces a group message's body, as its sender's client does. A nil body
// or cloud leaves that part. There is no before-webhook for edits.
func (s *Sim) Edit(by, groupID, topic string, seq uint32, body []Element, cloud *string) error {
	g, c, err := s.open(groupID, topic)
	if err != nil {
		return err
	}
	defer g.mu.Unlock()
	m := c.at(seq)
	switch {
	case m == nil || m.state != Shown || m.system || m.onlineOnly || m.expired(s.now(), s.opt.Roaming):
		return refuse(codeEditNotFound, "the message does not exist")
	case m.from != by && by != s.opt.Admin:
		return refuse(codeNoPermission, "only the sender can edit a message")
	case g.kind == Live:
		return refuse(codeNoPermission, "messages of this type of group cannot be edited")
	}
	m.edit(body, cloud)
	s.showMessage(g, c, m)
	s.hookAfterModify(g, c, m, by)
	s.changed.ring()
	return nil
}

// EditC2C replaces a one-to-one message's body, as its sender's client does.
func (s *Sim) EditC2C(by, from, to, key string, body []Element, cloud *string) error {
	d := s.chat(from, to)
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.find(key, s.now(), s.opt.Roaming)
	if m == nil || m.state != Shown || m.from != from || (by != from && by != s.opt.Admin) {
		return refuse(codeEditNotFound, "the message does not exist")
	}
	m.edit(body, cloud)
	s.showMessageDirect(d, m)
	s.hookAfterModifyDirect(d, m, by)
	s.changed.ring()
	return nil
}

func (m *message) edit(body []Element, cloud *string) {
	if body != nil {
		m.body = slices.Clone(body)
	}
	if cloud != nil {
		m.cloud = *cloud
	}
	m.edits++
}

// Read marks a group message as read by a member. Messages posted without
// Receipt, and groups without receipts (Community, Live), answer 10062 or 10007.
func (s *Sim) Read(reader, groupID string, seq uint32) error {
	g, c, err := s.open(groupID, "")
	if err != nil {
		return err
	}
	defer g.mu.Unlock()
	m := c.at(seq)
	switch {
	case g.kind == Community || g.kind == Live || g.roleOf(reader) == NotMember:
		return refuse(codeNoPermission, "there are no receipts here")
	case m == nil || !m.receipt:
		return refuse(codeNoReceipt, "the message has no receipt")
	}
	m.read(reader, s.now())
	g.members[reader].readTo = max(g.members[reader].readTo, seq)
	s.hookAfterRead(g, m, reader)
	return nil
}

// ReadC2C marks everything that came from peer up to now as read.
func (s *Sim) ReadC2C(reader, peer string) {
	d := s.chat(reader, peer)
	d.mu.Lock()
	defer d.mu.Unlock()
	var receipts []*message
	for _, m := range d.msgs {
		if _, seen := m.reads[reader]; m.to == reader && !seen {
			m.read(reader, s.now())
			if m.receipt {
				receipts = append(receipts, m)
			}
		}
	}
	d.unread[reader] = 0
	s.hookAfterReport(d, reader, peer)
	if len(receipts) > 0 {
		s.hookAfterReceiptDirect(d, receipts, reader, peer)
	}
}

func (m *message) read(reader string, at time.Time) {
	if m.reads == nil {
		m.reads = map[string]time.Time{}
	}
	if _, seen := m.reads[reader]; !seen {
		m.reads[reader] = at
	}
}

// readers lists who has read the message, and who of the members has not.
func (g *group) readers(m *message) (read, unread []string) {
	read = slices.Sorted(maps.Keys(m.reads))
	for _, account := range g.order {
		if _, seen := m.reads[account]; !seen && account != m.from {
			unread = append(unread, account)
		}
	}
	return read, unread
}
