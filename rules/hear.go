package rules

// spokenFor reports whether a context word stands near by, on either side or
// inside, or at the end of the sender's message before.
func (ev *evidence) spokenFor() bool {
	if ev.context == 0 {
		ev.context = -1
		u := use{ev.detector, speaksFor}
		if distance, ok := ev.hear(u, ev.d.near); ok {
			ev.context, ev.distance = 1, distance
		} else if distance, ok := ev.saidBefore(u); ok {
			ev.context, ev.distance = 1, distance
		}
	}
	return ev.context > 0
}

// named reports whether a word that names this kind and no like one stands near by:
// "German" beside the number of a passport.
func (ev *evidence) named() bool {
	u := use{ev.detector, speaksNames}
	if _, ok := ev.hear(u, ev.d.near); ok {
		return true
	}
	_, ok := ev.saidBefore(u)
	return ok
}

// spokenAgainst reports whether a word near by says that the match is something
// else. Such a word must stand nearer than one that speaks for it may.
func (ev *evidence) spokenAgainst() bool {
	if len(ev.d.against) == 0 {
		return false
	}
	if ev.against == 0 {
		ev.against = -1
		if _, ok := ev.hear(use{ev.detector, speaksAgainst}, ev.d.near/2); ok {
			ev.against = 1
		}
	}
	return ev.against > 0
}

// hear looks for a word in this text.
func (ev *evidence) hear(u use, near int) (distance int, ok bool) {
	words := ev.e.wordsNear(ev.s, ev.start, ev.end)
	if len(words) == 0 {
		return 0, false
	}
	return ev.e.context.nearest(ev.s.text, words, u, near, ev.start, ev.end)
}

// saidBefore looks for a word at the end of the sender's message before, as if
// this one went on where that ended.
func (ev *evidence) saidBefore(u use) (distance int, ok bool) {
	s := ev.s
	if len(s.before) == 0 || s.view != asItStands || ev.start > 4*ev.d.near {
		return 0, false
	}
	end := len(s.previous.Bytes)
	distance, ok = ev.e.context.nearest(s.previous.Bytes, s.before, u, ev.d.near, end, end)
	return distance + ev.start, ok && distance+ev.start <= 2*ev.d.near
}

// maxBefore bounds how much of the message before is listened to, in bytes from its end.
const maxBefore = 400

// remember hears the context words of the sender's message before.
func (e *Engine) remember(s *scratch, previous string) {
	s.before = s.before[:0]
	if previous == "" {
		return
	}
	if cut := len(previous) - maxBefore; cut > 0 {
		for cut < len(previous) && previous[cut]&0xC0 == 0x80 {
			cut++
		}
		previous = previous[cut:]
	}
	s.previous.Fold(previous)
	s.before = e.context.read(s.previous.Bytes, 0, len(s.previous.Bytes), s.before)
}
