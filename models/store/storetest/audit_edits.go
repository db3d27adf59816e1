package storetest

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// forgery is one way to edit the audit. Each changes it, whatever the dice say.
type forgery struct {
	name string
	edit func(dice *rand.Rand, all []line) []line
}

var forgeries = []forgery{
	{"change", changeOne},
	{"delete", func(dice *rand.Rand, all []line) []line { return slices.Delete(all, 0, 1+dice.IntN(3)) }},
	{"delete one", func(dice *rand.Rand, all []line) []line {
		at := dice.IntN(len(all))
		return slices.Delete(all, at, at+1)
	}},
	{"insert a copy", func(dice *rand.Rand, all []line) []line {
		return push(all, dice.IntN(len(all)), all[dice.IntN(len(all))])
	}},
	{"insert a made-up one", func(dice *rand.Rand, all []line) []line { return push(all, dice.IntN(len(all)), madeUp(dice, all)) }},
	{"append a made-up one", func(dice *rand.Rand, all []line) []line {
		l := madeUp(dice, all)
		l.Chain = all[len(all)-1].Chain
		return rehash(append(all, l))
	}},
	{"swap", swapTwo},
	{"cut the tail", func(dice *rand.Rand, all []line) []line { return all[:len(all)-1-dice.IntN(len(all)/3)] }},
	{"cut the head", func(dice *rand.Rand, all []line) []line { return rehash(all[1+dice.IntN(5):]) }},
	{"remove a chain", func(dice *rand.Rand, all []line) []line {
		chain := all[dice.IntN(len(all))].Chain
		return slices.DeleteFunc(all, func(l line) bool { return l.Chain == chain })
	}},
	{"rename a chain", func(dice *rand.Rand, all []line) []line {
		chain := all[dice.IntN(len(all))].Chain
		for i := range all {
			if all[i].Chain == chain {
				all[i].Chain = "another"
			}
		}
		return rehash(all)
	}},
	{"change and hash anew", func(dice *rand.Rand, all []line) []line { return rehash(changeOne(dice, all)) }},
	{"change, hash anew, strip the seals", func(dice *rand.Rand, all []line) []line { return unsealed(rehash(changeOne(dice, all))) }},
	{"swap and hash anew", func(dice *rand.Rand, all []line) []line { return rehash(swapTwo(dice, all)) }},
	{"insert and hash anew, unsealed", func(dice *rand.Rand, all []line) []line {
		return unsealed(rehash(push(all, dice.IntN(len(all)), madeUp(dice, all))))
	}},
	{"empty it", func(*rand.Rand, []line) []line { return nil }},
	{"swap two seals", func(dice *rand.Rand, all []line) []line {
		i := dice.IntN(len(all) - 1)
		all[i].seal, all[i+1].seal = all[i+1].seal, all[i].seal
		return all
	}},
}

// changeOne changes one field of one entry.
func changeOne(dice *rand.Rand, all []line) []line {
	l := &all[dice.IntN(len(all))]
	switch dice.IntN(10) {
	case 0:
		l.Actor += "x"
	case 1:
		l.Action += "x"
	case 2:
		l.Subject += "x"
	case 3:
		l.Thing += "x"
	case 4:
		l.At = l.At.Add(time.Duration(1+dice.IntN(1000)) * time.Millisecond)
	case 5:
		l.ID += "x"
	case 6:
		l.Details = map[string]string{"n": "forged"}
	case 7:
		l.Details = nil
	case 8:
		l.Hash = flipped(dice, l.Hash)
		l.Actor += "x" // hashing anew would mend the hash
	default:
		l.Prev = flipped(dice, l.Prev)
		l.Actor += "x"
	}
	return all
}

func flipped(dice *rand.Rand, b []byte) []byte {
	b = slices.Clone(b)
	b[dice.IntN(len(b))] ^= 1 << dice.IntN(8)
	return b
}

// swapTwo lets two entries of one chain change places.
func swapTwo(dice *rand.Rand, all []line) []line {
	for {
		i, j := dice.IntN(len(all)), dice.IntN(len(all))
		if i == j || all[i].Chain != all[j].Chain {
			continue
		}
		all[i], all[j] = all[j], all[i]
		all[i].Seq, all[j].Seq = all[j].Seq, all[i].Seq
		return all
	}
}

// push puts an entry before another one, and moves those behind it.
func push(all []line, at int, l line) []line {
	l.Chain, l.Seq, l.ID = all[at].Chain, all[at].Seq, "new"
	for i := range all {
		if all[i].Chain == l.Chain && all[i].Seq >= l.Seq {
			all[i].Seq++
		}
	}
	return slices.Insert(all, at, l)
}

// madeUp is an entry that takeback never wrote, with the seal of another one, a made-up
// seal, or none.
func madeUp(dice *rand.Rand, all []line) line {
	other := all[dice.IntN(len(all))]
	l := line{models.AuditEntry{
		ID: "new", At: other.At, Actor: "moderator:mallory", Action: "recall.requested", Subject: "recall", Thing: ref(dice.IntN(1000)),
		Prev: other.Prev, Hash: other.Hash,
	}, other.seal}
	switch dice.IntN(3) {
	case 0:
		l.seal = "00112233445566778899aabbccddeeff"
	case 1:
		l.seal = ""
	}
	return l
}

func unsealed(all []line) []line {
	for i := range all {
		all[i].seal = ""
	}
	return all
}

func findsCutEnd(b *bench) {
	f := newForger(b, 20)
	f.write(f.right[:len(f.right)-2])
	if found := f.broken(nil); len(found) != 0 {
		b.Errorf("without a checkpoint: %+v", found)
	}
	last := f.right[len(f.right)-1]
	found := f.broken(f.known)
	if len(found) != 1 || found[0].Chain != last.Chain || found[0].Seq != last.Seq-1 {
		b.Errorf("broken = %+v, want entry %d of chain %s", found, last.Seq-1, last.Chain)
	}
}

// findsForgedNews edits what was written after the last checkpoint: only a cut of that end
// goes unseen, until the next one.
func findsForgedNews(b *bench) {
	f := newForger(b, 20)
	if err := b.store.Record(b.Context(), models.AuditEntry{Actor: "moderator:eve", Action: "case.decided", Subject: "case", Thing: "new"}); err != nil {
		b.Fatal(err)
	}
	f.right = f.read()
	if found := f.broken(f.known); len(found) != 0 {
		b.Fatalf("before: %+v", found)
	}
	at := slices.IndexFunc(f.right, func(l line) bool { return l.Thing == "new" })
	tried := 0
	for _, seal := range []string{f.right[at].seal, "", "00112233445566778899aabbccddeeff"} {
		all := slices.Clone(f.right)
		all[at].Actor, all[at].seal = "moderator:mallory", seal
		f.write(rehash(all))
		if found := f.broken(f.known); len(found) != 1 || found[0].Seq != f.right[at].Seq {
			b.Errorf("with the seal %q: %+v", seal, found)
		}
		tried++
	}
	if tried != 3 {
		b.Errorf("%d were tried", tried)
	}
}

// oldEntriesHold: what was written before there were seals holds, with checkpoints and without.
func oldEntriesHold(b *bench) {
	f := newForger(b, 20)
	f.write(unsealed(slices.Clone(f.right)))
	for _, known := range [][]models.AuditCheckpoint{nil, f.known} {
		if found := f.broken(known); len(found) != 0 {
			b.Errorf("with %d checkpoints: %+v", len(known), found)
		}
	}
	some := unsealed(slices.Clone(f.right))
	some[2].seal = f.right[2].seal // and the next has none
	f.write(some)
	if found := f.broken(nil); len(found) != 1 || found[0].Seq != some[3].Seq {
		b.Errorf("unsealed behind a sealed one: %+v", found)
	}
}
