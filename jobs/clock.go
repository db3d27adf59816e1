package jobs

import "time"

// clock tells the time by which the store judges what is due: what is to be done again at a
// time, and how old a thing is, is reckoned by it. How long something takes here is not.
type clock func() time.Time

func (c clock) now() time.Time {
	if c == nil {
		return time.Now()
	}
	return c()
}

func (c clock) since(t time.Time) time.Duration { return c.now().Sub(t) }
