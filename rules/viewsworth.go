package rules

// worth says which views may show something of a text, for all that can be known before one looks: most texts
// have nothing for most views, and many branches that are hard to foresee would cost more than the views.
type worth struct {
	views    [1 << (marksBits + 3)]uint32 // by what the text has: a bit for each view that asks for nothing else
	unhinted uint32                       // views that need no hints
	digits   int                          // the most that a view asks for
}

// What a text has, beside marks.
const (
	hasOther = 1 << (marksBits + iota)
	hasLong
	hasDigits
	marksBits = 5
)

// of returns the views that are worth it if there are hints at them.
func (w *worth) of(s *scratch) uint32 {
	has := int(s.seen / firstMark)
	if len(s.folded.From) > 0 {
		has |= hasOther
	}
	if s.long {
		has |= hasLong
	}
	if s.digits {
		has |= hasDigits
	}
	return w.views[has]
}

// newWorth sorts the views by what they need; there are fewer than 32. Those that show only words are for lists.
func newWorth(views []disguise, lists bool) worth {
	w := worth{}
	for i := range views {
		v := &views[i]
		if v.scope == wordsOnly && !lists {
			continue // nobody has words of their own
		}
		if len(v.Hints) == 0 {
			w.unhinted |= 1 << i
		}
		w.digits = max(w.digits, v.Digits)
		needs := v.needs()
		for has := range w.views {
			if has&needs == needs {
				w.views[has] |= 1 << i
			}
		}
	}
	return w
}

// needs returns what a text must have.
func (v *disguise) needs() int {
	needs := int(v.mark / firstMark)
	if v.Other {
		needs |= hasOther
	}
	if v.Run > 0 {
		needs |= hasLong
	}
	if v.Digits > 0 {
		needs |= hasDigits
	}
	return needs
}
