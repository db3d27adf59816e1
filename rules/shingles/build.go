package shingles

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/takeback-chat/takeback/rules/fold"
	"github.com/takeback-chat/takeback/rules/keyed"
)

// leastDocument is the size of the shortest document that is recognised with any
// certainty: 25 words, or 60 characters without spaces.
const leastDocument = 25 * wordSize

// Builder makes the file of an index. Get one from [New] or [Reopen].
type Builder struct {
	o      Options
	keys   keyed.Keys
	docs   []Document
	prints []fingerprint
	cutter cutter
}

// New returns a builder of an index without documents. The secret is the service's, 32
// bytes for files of this kind; salt is keyed.SaltSize random bytes.
func New(o Options, secret, salt []byte) (*Builder, error) {
	keys, err := keyed.NewKeys(secret, salt)
	if err != nil {
		return nil, err
	}
	return &Builder{o: o, keys: keys}, nil
}

// Reopen returns a builder that holds the documents of a file.
func Reopen(data, secret []byte) (*Builder, Options, error) {
	x, err := Open(data, secret)
	if err != nil {
		return nil, Options{}, err
	}
	return &Builder{o: x.Options, keys: x.keys, docs: x.Documents, prints: x.prints}, x.Options, nil
}

// Add takes a document in. One of the same name that is there already is
// replaced. The error is a sentence; the document is then not in the index, and one of its
// name that was stays.
func (b *Builder) Add(name, text string) (Document, error) {
	folded := []byte(fold.Fold(text))
	if size := b.cutter.cut(folded, b.keys.Hash); size < leastDocument {
		return Document{}, fmt.Errorf("the document is too short to be recognised: it has %d words, or twice and a half as many characters, and needs %d", size/wordSize, leastDocument/wordSize)
	}
	if len(b.docs) == maxDocuments {
		return Document{}, fmt.Errorf("the index has %d documents already", maxDocuments)
	}
	hashes := map[uint64]bool{}
	winnow(b.cutter.pieces, func(p *piece) { hashes[p.hash] = true })
	if len(hashes) < leastPrints {
		return Document{}, errors.New("the document says the same over and over: there is nothing to recognise it by")
	}
	b.remove(name)
	d := Document{Name: name, Prints: len(hashes)}
	for h := range hashes {
		b.prints = append(b.prints, fingerprint{h, uint32(len(b.docs))})
	}
	b.docs = append(b.docs, d)
	return d, nil
}

// remove takes the document of a name out.
func (b *Builder) remove(name string) {
	at := slices.IndexFunc(b.docs, func(d Document) bool { return d.Name == name })
	if at < 0 {
		return
	}
	b.docs = slices.Delete(slices.Clone(b.docs), at, at+1)
	kept := b.prints[:0]
	for _, p := range b.prints {
		switch {
		case int(p.document) > at:
			kept = append(kept, fingerprint{p.hash, p.document - 1})
		case int(p.document) < at:
			kept = append(kept, p)
		}
	}
	b.prints = kept
}

// File returns the file of the index.
func (b *Builder) File() ([]byte, error) {
	if len(b.docs) == 0 {
		return nil, errors.New("there is no document: nothing was written")
	}
	slices.SortFunc(b.prints, func(a, c fingerprint) int {
		return cmp.Or(cmp.Compare(a.hash, c.hash), cmp.Compare(a.document, c.document))
	})
	docs := slices.Clone(b.docs)
	for i := range docs {
		docs[i].Prints = 0
	}
	body := make([]byte, 0, len(b.prints)*printSize)
	same := 0
	for i, p := range b.prints {
		if same++; i == 0 || b.prints[i-1].hash != p.hash {
			same = 1
		}
		if same > maxSame {
			continue
		}
		docs[p.document].Prints++
		body = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint64(body, p.hash), p.document)
	}
	if len(body)/printSize > maxPrints {
		return nil, fmt.Errorf("the documents have more than %d pieces together: split them over several indexes", maxPrints)
	}
	return b.keys.Write(kind, head{Options: b.o, Documents: docs, Prints: len(body) / printSize}, body)
}
