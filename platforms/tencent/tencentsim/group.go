package tencentsim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// GroupType is a type of group in the name that the server side uses.
type GroupType string

// The types of group. CreateGroup also takes the newer names Work, Meeting and Live.
const (
	Work      GroupType = "Private"
	Public    GroupType = "Public"
	Meeting   GroupType = "ChatRoom"
	Community GroupType = "Community"
	Live      GroupType = "AVChatRoom"
)

var newerNames = map[GroupType]GroupType{"Work": Work, "Meeting": Meeting, "Live": Live}

// Role is what a member is.
type Role string

// The roles.
const (
	Owner     Role = "Owner"
	Admin     Role = "Admin"
	Member    Role = "Member"
	NotMember Role = "NotMember"
)

// GroupSpec describes a group to be made.
type GroupSpec struct {
	ID      string
	Name    string
	Type    GroupType       // default Public
	Owner   string          // becomes a member with role Owner
	Members map[string]Role // "" counts as Member; Work and Live groups have no admins
	Topics  []TopicSpec     // communities only
}

// TopicSpec describes a topic; its id is GroupID@TOPIC#_ID.
type TopicSpec struct{ ID, Name string }

// TopicID is the platform's name of a topic made by CreateGroup.
func TopicID(group, id string) string { return group + "@TOPIC#_" + id }

type member struct {
	account  string
	role     Role
	joined   time.Time
	muted    time.Time // cannot speak before
	lastSent time.Time
	readTo   uint32
}

type group struct {
	id      string
	kind    GroupType
	created time.Time

	mu        sync.Mutex // guards all below
	name      string
	owner     string
	members   map[string]*member
	order     []string // accounts in the order of joining
	main      *conversation
	topics    map[string]*conversation
	topicIDs  []string
	destroyed bool
	sent      map[dupKey]Sent // by sender and Random, for five minutes
	swept     time.Time       // when old ones were last forgotten
	rate      window
}

// CreateGroup makes a group. The id may be that of a destroyed one: then it is
// another group, whose numbers begin again.
func (s *Sim) CreateGroup(spec GroupSpec) error {
	g, err := s.build(spec)
	if err != nil {
		return fmt.Errorf("create group %q: %w", spec.ID, err)
	}
	s.mu.Lock()
	before, taken := s.groups[g.id]
	if taken && !before.gone() {
		s.mu.Unlock()
		return fmt.Errorf("create group %q: the id is taken", spec.ID)
	}
	s.groups[g.id] = g
	if !taken {
		s.order = append(s.order, g.id)
	}
	s.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	s.showGroup(g)
	return nil
}

// gone reports whether a group was destroyed.
func (g *group) gone() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.destroyed
}

func (s *Sim) build(spec GroupSpec) (*group, error) {
	kind := spec.Type
	if newer, ok := newerNames[kind]; ok {
		kind = newer
	}
	if kind == "" {
		kind = Public
	}
	if !slices.Contains([]GroupType{Work, Public, Meeting, Community, Live}, kind) || spec.ID == "" {
		return nil, fmt.Errorf("no id, or unknown type %q", spec.Type)
	}
	if len(spec.Topics) > 0 && kind != Community {
		return nil, fmt.Errorf("a %s group has no topics", kind)
	}
	now := s.now()
	g := &group{
		id: spec.ID, kind: kind, created: now, name: spec.Name, owner: spec.Owner, members: map[string]*member{},
		main: newConversation(spec.ID, "", spec.Name, now), topics: map[string]*conversation{}, sent: map[dupKey]Sent{},
	}
	for _, t := range spec.Topics {
		id := TopicID(spec.ID, t.ID)
		g.topics[id] = newConversation(spec.ID, id, t.Name, now)
		g.topicIDs = append(g.topicIDs, id)
	}
	return g, s.populate(g, spec)
}

func (s *Sim) populate(g *group, spec GroupSpec) error {
	if spec.Owner != "" {
		s.enter(g, spec.Owner, Owner)
	}
	for _, account := range slices.Sorted(maps.Keys(spec.Members)) {
		role := spec.Members[account]
		if role == Admin && !g.hasAdmins() {
			return fmt.Errorf("a %s group has no admins", g.kind)
		}
		if account != spec.Owner {
			s.enter(g, account, role)
		}
	}
	return nil
}

// enter makes an account a member, without tip or webhook.
func (s *Sim) enter(g *group, account string, role Role) {
	if role == "" {
		role = Member
	}
	g.members[account] = &member{account: account, role: role, joined: s.now()}
	g.order = append(g.order, account)
	s.people.add(account, "")
}

func (g *group) hasAdmins() bool { return g.kind != Work && g.kind != Live }

// storesTips says whether system tips take numbers in the group's sequence.
func (g *group) storesTips() bool { return g.kind != Meeting && g.kind != Live }

func (g *group) roleOf(account string) Role {
	if m, ok := g.members[account]; ok {
		return m.role
	}
	return NotMember
}

// conversation returns the group's own conversation, or that of a topic.
func (g *group) conversation(topic string) (*conversation, *CodeError) {
	if g.destroyed {
		return nil, refuse(codeNoGroup, "the group was disbanded")
	}
	if topic == "" {
		return g.main, nil
	}
	if c, ok := g.topics[topic]; ok {
		return c, nil
	}
	return nil, refuse(codeNoTopic, "the topic does not exist")
}

// lookup returns a group that was made and not disbanded since.
func (s *Sim) lookup(id string) (*group, *CodeError) {
	if strings.TrimSpace(id) == "" {
		return nil, refuse(codeBadGroupID, "group id is invalid")
	}
	s.mu.RLock()
	g, ok := s.groups[id]
	s.mu.RUnlock()
	if !ok {
		return nil, refuse(codeNoGroup, "this group does not exist")
	}
	return g, nil
}

// open locks a group and returns one of its conversations; the caller unlocks
// the group if there was no error.
func (s *Sim) open(id, topic string) (*group, *conversation, *CodeError) {
	g, err := s.lookup(id)
	if err != nil {
		return nil, nil, err
	}
	g.mu.Lock()
	c, err := g.conversation(topic)
	if err != nil {
		g.mu.Unlock()
		return nil, nil, err
	}
	return g, c, nil
}

// tip puts a system tip into the group's sequence, where its type stores them.
func (s *Sim) tip(g *group, text string) {
	m := &message{from: "@TIM#SYSTEM", operator: s.opt.Admin, at: s.now(), body: []Element{Text(text)}, system: true, state: Shown, priority: 1}
	if !g.storesTips() {
		s.showTip(g, text, m.at)
		return
	}
	g.main.add(m, s.opt.Keep)
	s.showMessage(g, g.main, m)
}
