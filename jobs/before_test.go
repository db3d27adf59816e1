package jobs

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// telling is a chat that says who could see messages and shows them again, and a
// judge of what it shows.
type telling struct {
	*chat

	mu       sync.Mutex
	audience func(context.Context) (platforms.Audience, error)
	asked    int // for an audience
	reread   func(n int) ([]platforms.Copy, error)
	rereads  int
	opinion  Opinion
	roles    map[string]models.Role // by account; missing: it cannot be told
	roleAsks int
}

func newTelling() *telling {
	t := &telling{chat: newChat(), opinion: Opinion{Outcome: platforms.Outcome{State: platforms.Present}, Stands: true}}
	t.audience = func(context.Context) (platforms.Audience, error) { return platforms.Audience{Members: 9}, nil }
	return t
}

func (t *telling) Audience(ctx context.Context, _ platforms.Order) (platforms.Audience, error) {
	t.mu.Lock()
	t.asked++
	t.mu.Unlock()
	return t.audience(ctx)
}

func (t *telling) Reread(_ context.Context, o platforms.Order) ([]platforms.Copy, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rereads++
	if t.reread != nil {
		return t.reread(t.rereads)
	}
	return make([]platforms.Copy, len(o.Items)), nil
}

func (t *telling) Authority(_ context.Context, _ models.Conversation, account string) (models.Role, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.roleAsks++
	if role, ok := t.roles[account]; ok {
		return role, nil
	}
	return models.RoleUnknown, &platforms.CallError{Op: "role", Class: platforms.Transient}
}

// Rejudge implements Judge.
func (t *telling) Rejudge(ctx context.Context, claims []models.RecallClaim, read Read) ([]Opinion, error) {
	var items []platforms.Item
	for _, c := range claims {
		items = append(items, platforms.Item{Ref: c.Ref})
	}
	if _, err := read(ctx, append(items, platforms.Item{Ref: "beside"})); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var opinions []Opinion
	for range claims {
		opinions = append(opinions, t.opinion)
	}
	return opinions, nil
}

func (t *telling) change(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
}

// through runs Jobs on one recall for a while and returns what became of it.
func through(t *testing.T, m *memory, c *telling, change func(*row), d time.Duration) models.Recall {
	t.Helper()
	id := m.add(group(1), 1)[0]
	m.change(id, change)
	o := with(m, c.chat)
	o.Adapters, o.Judge = map[string]platforms.Adapter{"main": c}, c
	j := node(t, o)
	j.Ring(group(1).ID)
	time.Sleep(d)
	synctest.Wait()
	m.sound(t)
	return m.recall(id)
}

func unvouched(r *row) { r.Automatic, r.Authority = true, models.ByPolicy }

func TestWhoCouldSeeItIsOnRecordBeforeTheCall(t *testing.T) {
	read := models.Read{Count: 3, Readers: []string{"bob"}}
	slow := func(ctx context.Context) (platforms.Audience, error) {
		<-ctx.Done()
		return platforms.Audience{Members: -1}, ctx.Err()
	}
	for _, tc := range []struct {
		name     string
		audience func(context.Context) (platforms.Audience, error)
		members  int
		waits    time.Duration
	}{
		{"told", func(context.Context) (platforms.Audience, error) {
			return platforms.Audience{Members: 9, Reads: []models.Read{read}}, nil
		}, 9, 0},
		{"half told", func(context.Context) (platforms.Audience, error) {
			return platforms.Audience{Members: -1, Reads: []models.Read{read}}, errors.New("down")
		}, -1, 0},
		{"not told in time", slow, -1, evidenceTime},
		{"a panic", func(context.Context) (platforms.Audience, error) { panic("4111") }, -1, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, c := newMemory(), newTelling()
				c.audience = tc.audience
				read.Ref = "@TGS#1-1"
				begin := time.Now()
				c.fault = func(int, platforms.Order) ([]platforms.Outcome, bool, error) {
					if r := m.order[0]; r.EvidenceAt.IsZero() || r.Members != tc.members {
						t.Errorf("as the call left: %d members, asked at %v", r.Members, r.EvidenceAt)
					}
					if took := time.Since(begin); took != tc.waits {
						t.Errorf("the call left after %s, want %s", took, tc.waits)
					}
					return nil, false, nil
				}
				r := through(t, m, c, func(r *row) { r.Ref = read.Ref }, 10*time.Second)
				if calls, _ := c.count(); calls != 1 || r.State != models.Accepted {
					t.Errorf("%d calls, %s", calls, r.State)
				}
				if got := m.order[0].read; (got != nil) != (tc.name == "told" || tc.name == "half told") {
					t.Errorf("receipt %+v", got)
				}
			})
		})
	}
}

func TestNothingLeavesBeforeTheEvidenceIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newTelling()
		c.audience = func(context.Context) (platforms.Audience, error) {
			m.fail(errDatabase) // the write of it fails, and so does that of the result
			time.AfterFunc(10*time.Second, func() { m.fail(nil) })
			return platforms.Audience{Members: 9}, nil
		}
		r := through(t, m, c, func(*row) {}, 8*time.Second)
		if calls, _ := c.count(); calls != 0 {
			t.Errorf("%d calls left without evidence; the recall is %s", calls, r.State)
		}
	})
}

func TestEvidenceIsNotAskedForAgainAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newTelling()
		c.fault = failing(platforms.RateLimit, false, 3)
		if r := through(t, m, c, func(*row) {}, 30*time.Second); r.State != models.Accepted || r.Attempts != 4 || c.asked != 1 {
			t.Errorf("%s after %d calls, asked %d times, want once", r.State, r.Attempts, c.asked)
		}
	})
}

func TestMessagesAreReadAgain(t *testing.T) {
	opinion := func(s platforms.State, stands, changed bool) Opinion {
		return Opinion{Outcome: platforms.Outcome{State: s}, Stands: stands, Changed: changed}
	}
	type end struct {
		State           models.RecallState
		Calls, Attempts int
		Asked           string
	}
	taken := end{State: models.Accepted, Calls: 1, Attempts: 1}
	proved := end{State: models.Confirmed, Calls: 1, Attempts: 1}
	for _, tc := range []struct {
		name    string
		opinion Opinion
		err     error // of the platform
		times   int   // how often it comes; 0: always
		d       time.Duration
		want    end
	}{
		{"it stands", opinion(platforms.Present, true, false), nil, 0, time.Second, taken},
		{"another text", opinion(platforms.Present, false, true), nil, 0, time.Second, end{State: models.Cancelled, Asked: rereadChanged}},
		{"milder", opinion(platforms.Present, false, false), nil, 0, time.Second, end{State: models.Cancelled, Asked: rereadMilder}},
		{"gone", opinion(platforms.WasGone, false, false), nil, 0, time.Second, end{State: models.AlreadyGone}},
		{"not there", opinion(platforms.NotFound, false, false), nil, 0, 15 * time.Minute, end{State: models.Cancelled, Asked: rereadSilent}},
		{"nobody can tell", opinion(platforms.Unsure, false, false), nil, 0, 15 * time.Minute, end{State: models.Cancelled, Asked: rereadSilent}},
		{"lost answers", opinion("", false, false), &platforms.CallError{Class: platforms.Lost}, 0, 15 * time.Minute, end{State: models.Cancelled, Asked: rereadSilent}},
		{"refused for good", opinion("", false, false), &platforms.CallError{Class: platforms.Permanent}, 0, 15 * time.Minute, end{State: models.Cancelled, Asked: rereadSilent}},
		{"lost answers, then one", opinion(platforms.Present, true, false), &platforms.CallError{Class: platforms.Lost}, 2, time.Minute, proved},
		{"too fast, then not", opinion(platforms.Present, true, false), &platforms.CallError{Class: platforms.RateLimit}, 9, time.Minute, proved},
		{"away, then back", opinion(platforms.Present, true, false), &platforms.CallError{Class: platforms.Transient}, 9, 3 * time.Minute, proved},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, c := newMemory(), newTelling()
				c.opinion = tc.opinion
				c.reread = func(n int) ([]platforms.Copy, error) {
					if tc.err != nil && (tc.times == 0 || n <= tc.times) {
						return nil, tc.err
					}
					return make([]platforms.Copy, 2), nil
				}
				r := through(t, m, c, unvouched, tc.d)
				calls, _ := c.count()
				got := end{State: r.State, Calls: calls, Attempts: r.Attempts}
				if len(m.asked) > 0 {
					got.Asked = m.asked[0]
				}
				if diff := cmp.Diff(tc.want, got); diff != "" || len(m.asked) > 1 {
					t.Errorf("a person was asked %d times (-want +got):\n%s", len(m.asked), diff)
				}
			})
		})
	}
}

// What stood once, just before a call, is not saved by an edit between two tries;
// unless it was a person's then, and is a rule's alone now.
func TestWhatStoodOnceIsNotReadAgain(t *testing.T) {
	for _, tc := range []struct {
		name    string
		rights  []models.Right
		roles   models.Role
		rereads int
		state   models.RecallState
	}{
		{"a rule's", []models.Right{{Authority: models.ByPolicy}}, models.RoleAdmin, 1, models.Accepted},
		{"a person's who lost the right", []models.Right{{Authority: models.ByPolicy}, {Authority: models.ByAdmin, Account: "adam"}}, models.RoleMember, 1, models.Cancelled},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, c := newMemory(), newTelling()
				c.roles = map[string]models.Role{"adam": models.RoleAdmin}
				c.fault = func(n int, o platforms.Order) ([]platforms.Outcome, bool, error) {
					c.change(func() {
						c.opinion = Opinion{Outcome: platforms.Outcome{State: platforms.Present}}
						c.roles = map[string]models.Role{"adam": tc.roles}
					})
					return failing(platforms.RateLimit, false, 1)(n, o)
				}
				r := through(t, m, c, func(r *row) {
					r.Automatic, r.Authority, r.Joined = len(tc.rights) == 1, models.ByPolicy, tc.rights[1:]
				}, 20*time.Second)
				if r.State != tc.state || c.rereads != tc.rereads {
					t.Errorf("%s, read again %d times; want %s, %d", r.State, c.rereads, tc.state, tc.rereads)
				}
			})
		})
	}
}

func TestWhatIsReadAgain(t *testing.T) {
	unsigned := platforms.Limits{Batch: 10, History: true, Proves: true}
	signed, blind := unsigned, unsigned
	signed.SignedBody, blind.History = true, false
	person := func(r *row) { r.Authority = models.ByOperator }
	for _, tc := range []struct {
		name   string
		mode   Reread
		limits platforms.Limits
		change func(*row)
		reads  int
		state  models.RecallState
	}{
		{"by default", "", unsigned, unvouched, 1, models.Accepted},
		{"auto", RereadAuto, unsigned, unvouched, 1, models.Accepted},
		{"auto, nobody can forge", RereadAuto, signed, unvouched, 0, models.Accepted},
		{"auto, no history", RereadAuto, blind, unvouched, 0, models.Accepted},
		{"auto, a person's", RereadAuto, unsigned, person, 0, models.Accepted},
		{"always, nobody can forge", RereadAlways, signed, unvouched, 1, models.Accepted},
		{"always, no history", RereadAlways, blind, unvouched, 0, models.Cancelled},
		{"always, a person's, no history", RereadAlways, blind, person, 0, models.Accepted},
		{"never", RereadNever, unsigned, unvouched, 0, models.Accepted},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, c := newMemory(), newTelling()
				c.limits = tc.limits
				id := m.add(group(1), 1)[0]
				m.change(id, tc.change)
				o := with(m, c.chat)
				o.Adapters, o.Judge, o.Reread = map[string]platforms.Adapter{"main": c}, c, map[string]Reread{"main": tc.mode}
				node(t, o)
				time.Sleep(5 * time.Second)
				synctest.Wait()
				if r := m.recall(id); c.rereads != tc.reads || r.State != tc.state {
					t.Errorf("read again %d times, %s; want %d, %s", c.rereads, r.State, tc.reads, tc.state)
				}
			})
		})
	}
}

// A node that died between the claim and the call leaves a recall of which nobody
// knows whether it left. It is not sent without being read again, and what may have
// left is not called cancelled.
func TestACrashIsNoWayAroundReadingAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newTelling()
		c.opinion = Opinion{Outcome: platforms.Outcome{State: platforms.Present}, Changed: true}
		r := through(t, m, c, func(r *row) {
			unvouched(r)
			r.State, r.fence, r.Attempts, r.SentAt = models.Sent, 1, 1, time.Now()
		}, time.Minute)
		if calls, _ := c.count(); calls != 0 || r.State != models.Unknown || len(m.asked) != 1 {
			t.Errorf("%d calls, %s, asked %q; want none, unknown, and a person asked", calls, r.State, m.asked)
		}
		m.change(r.ID, func(r *row) { r.Automatic, r.Authority, r.DueAt = false, models.ByOperator, time.Now() })
		time.Sleep(time.Minute)
		if r := m.recall(r.ID); r.State != models.Confirmed {
			t.Errorf("once a person asks: %s, want it taken back", r.State)
		}
	})
}

func TestRightsAreAskedForAgain(t *testing.T) {
	admin := func(account string) models.Right { return models.Right{Authority: models.ByAdmin, Account: account} }
	operator, policy := models.Right{Authority: models.ByOperator}, models.Right{Authority: models.ByPolicy}
	roles := map[string]models.Role{"owner": models.RoleOwner, "admin": models.RoleAdmin, "member": models.RoleMember, "stranger": models.RoleNone}
	for _, tc := range []struct {
		name   string
		rights []models.Right
		state  models.RecallState
		asks   bool // the platform is asked
		reads  int
	}{
		{"still admin", []models.Right{admin("admin")}, models.Accepted, true, 0},
		{"owner by now", []models.Right{admin("owner")}, models.Accepted, true, 0},
		{"a member by now", []models.Right{admin("member")}, models.Cancelled, true, 0},
		{"gone by now", []models.Right{{Authority: models.ByOwner, Account: "stranger"}}, models.Cancelled, true, 0},
		{"cannot be told", []models.Right{admin("nobody")}, models.Queued, true, 0},
		{"asked by an older takeback", []models.Right{admin("")}, models.Accepted, false, 0},
		{"an operator", []models.Right{operator}, models.Accepted, false, 0},
		{"a sender", []models.Right{{Authority: models.BySender, Account: "member"}}, models.Accepted, false, 0},
		{"the policy", []models.Right{policy}, models.Accepted, false, 1},
		{"joined by another admin", []models.Right{admin("member"), admin("admin")}, models.Accepted, true, 0},
		{"joined by nobody with a right", []models.Right{admin("member"), admin("stranger")}, models.Cancelled, true, 0},
		{"joined by an operator", []models.Right{admin("member"), operator}, models.Accepted, true, 0},
		{"lost and unknown", []models.Right{admin("member"), admin("nobody")}, models.Queued, true, 0},
		{"the policy remains", []models.Right{policy, admin("member")}, models.Accepted, true, 1},
		{"the policy joined", []models.Right{admin("nobody"), policy}, models.Accepted, true, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, c := newMemory(), newTelling()
				c.roles = roles
				r := through(t, m, c, func(r *row) {
					r.Authority, r.Account, r.Joined = tc.rights[0].Authority, tc.rights[0].Account, tc.rights[1:]
				}, 2*time.Second)
				calls, _ := c.count()
				if r.State != tc.state || (calls == 1) != (tc.state == models.Accepted) || (c.roleAsks > 0) != tc.asks || c.rereads != tc.reads {
					t.Errorf("%s, %d calls, %d roles asked for, read again %d times", r.State, calls, c.roleAsks, c.rereads)
				}
				if tc.state == models.Cancelled && (r.Explanation != rightLost || r.Attempts != 0 || len(m.asked) > 0) {
					t.Errorf("explained %q after %d calls, asked %q", r.Explanation, r.Attempts, m.asked)
				}
			})
		})
	}
}

func TestARoleThatCannotBeToldIsAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newTelling()
		time.AfterFunc(20*time.Second, func() { c.change(func() { c.roles = map[string]models.Role{"adam": models.RoleAdmin} }) })
		r := through(t, m, c, func(r *row) { r.Authority, r.Account = models.ByAdmin, "adam" }, 40*time.Second)
		if r.State != models.Accepted || r.Attempts != 1 {
			t.Errorf("%s after %d calls, want it sent once the role is told", r.State, r.Attempts)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newTelling()
		deadline := time.Now().Add(time.Minute)
		r := through(t, m, c, func(r *row) { r.Authority, r.Account, r.Deadline = models.ByAdmin, "adam", deadline }, 2*time.Minute)
		if calls, _ := c.count(); calls != 0 || r.State != models.Expired {
			t.Errorf("%d calls, %s; want none, expired", calls, r.State)
		}
	})
}

// What may have left is not cancelled when the right is lost; nothing more leaves.
func TestALostRightCancelsOnlyWhatHasNotLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newTelling()
		c.roles = map[string]models.Role{"adam": models.RoleMember}
		r := through(t, m, c, func(r *row) {
			r.Authority, r.Account = models.ByAdmin, "adam"
			r.State, r.fence, r.Attempts, r.SentAt = models.Unknown, 1, 1, time.Now()
		}, time.Minute)
		if calls, _ := c.count(); calls != 0 || r.State != models.Unknown || r.Explanation != rightMissing || len(m.asked) != 0 {
			t.Errorf("%d calls, %s (%q)", calls, r.State, r.Explanation)
		}
	})
}

// What may have left, and nobody has a right to any more, is given to a person in the
// end, once: else it would be looked at for ever, and nobody would know.
func TestWhatNobodyHasARightToIsGivenToAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newTelling()
		c.roles = map[string]models.Role{"adam": models.RoleMember}
		r := through(t, m, c, func(r *row) {
			r.Authority, r.Account = models.ByAdmin, "adam"
			r.State, r.fence, r.Attempts, r.SentAt = models.Unknown, 1, 1, time.Now()
		}, 30*time.Minute)
		if calls, _ := c.count(); calls != 0 || r.State != models.Unknown || r.Explanation != rightAsks {
			t.Errorf("%d calls, %s (%q)", calls, r.State, r.Explanation)
		}
		if diff := cmp.Diff([]string{rightAsks}, m.asked); diff != "" {
			t.Errorf("a person is asked (-want +got):\n%s", diff)
		}
	})
}
