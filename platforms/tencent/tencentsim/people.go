package tencentsim

import (
	"math/rand/v2"
	"sync"
)

// people are the accounts that the application has imported, with the names
// their friends see.
type people struct {
	mu    sync.RWMutex
	names map[string]string
}

func newPeople() *people { return &people{names: map[string]string{}} }

// add imports an account; an empty name leaves the one it has.
func (p *people) add(account, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if name != "" || p.names[account] == "" {
		p.names[account] = name
	}
}

func (p *people) known(account string) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	_, ok := p.names[account]
	return ok
}

// name is what people see: the nickname, or the account where it has none.
func (p *people) name(account string) string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if n := p.names[account]; n != "" {
		return n
	}
	return account
}

// AddAccount imports an account with the name that people see. Members of groups
// and ends of one-to-one chats are imported by themselves.
func (s *Sim) AddAccount(account, name string) { s.people.add(account, name) }

// numbers makes the random numbers that messages carry.
type numbers struct {
	mu  sync.Mutex
	rng *rand.Rand
}

func newNumbers(seed uint64) *numbers { return &numbers{rng: rand.New(rand.NewPCG(seed, 0x7ec5))} }

func (n *numbers) uint32() uint32 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.rng.Uint32()
}
