package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/rules/plain"
	"github.com/takeback-chat/takeback/rules/shingles"
)

// maxDocument bounds one document in bytes.
const maxDocument = 64 << 20

type rulesDocument struct {
	Add rulesDocumentAdd `cmd:"" help:"Add confidential texts to an index, so that passages of them are recognised."`
}

type rulesDocumentAdd struct {
	indexFlags
	Files []string `arg:"" name:"file" help:"Documents: plain text in UTF-8, UTF-16 or GBK." type:"path"`
}

// Help shows examples.
func (rulesDocumentAdd) Help() string {
	return `The index holds hashes of pieces of the documents, made with a key from the keyset that the configuration names, and the names
of the files. An index that is there is added to; a document of the same name is replaced. Put the index
under "documents" in the configuration.

  takeback rules document add --id board_papers --title "Papers of the board" -o board.fp minutes/*.txt
  pdftotext plan.pdf - > plan.txt && takeback rules document add --id board_papers -o board.fp plan.txt`
}

// Run adds the documents. What is no text, or too short, is told and left out.
func (r rulesDocumentAdd) Run(c terminal) error {
	secret, salt, err := r.secret(rules.DocumentsPurpose)
	if err != nil {
		return err
	}
	b, err := r.builder(secret, salt)
	if err != nil {
		return err
	}
	added := 0
	for _, file := range r.Files {
		if err := addDocument(b, file); err != nil {
			_, _ = fmt.Fprintf(c.err, "%s: left out: %v\n", file, err)
			continue
		}
		added++
	}
	if added == 0 {
		return usage("%s: no document was added: nothing was written", r.Out)
	}
	data, err := b.File()
	if err != nil {
		return usage("%s: %w", r.Out, err)
	}
	if _, err := rules.ParseDocuments(r.Out, data, secret); err != nil {
		return err
	}
	if err := writeWhole(r.Out, data); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s: %d of %d documents added, %d KB\n", r.Out, added, len(r.Files), (len(data)+1023)/1024)
	return err
}

// builder opens the index that is there, or begins one.
func (r rulesDocumentAdd) builder(secret, salt []byte) (*shingles.Builder, error) {
	o := shingles.Options{ID: r.ID, Title: cmp.Or(r.Title, r.ID), Category: r.Category, Severity: r.Severity}
	data, err := os.ReadFile(r.Out)
	if errors.Is(err, fs.ErrNotExist) {
		return shingles.New(o, secret, salt)
	}
	if err != nil {
		return nil, usage("%w", err)
	}
	b, there, err := shingles.Reopen(data, secret)
	if err != nil {
		return nil, usage("%s: %w", r.Out, err)
	}
	if there.ID != r.ID {
		return nil, usage("%s is of the detector %s: give another file for %s", r.Out, there.ID, r.ID)
	}
	return b, nil
}

func addDocument(b *shingles.Builder, file string) error {
	f, err := os.Open(file) //nolint:gosec // the path is the operator's
	if err != nil {
		return err
	}
	defer f.Close()
	in, err := plain.Reader(f)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(in, maxDocument+1))
	switch {
	case err != nil:
		return err
	case len(text) > maxDocument:
		return fmt.Errorf("it is larger than %d bytes", maxDocument)
	case bytes.IndexByte(text, 0) >= 0 || bytes.Count(text, []byte("\uFFFD")) > len(text)/1000:
		return errors.New("it is not plain text; make text of it first")
	}
	_, err = b.Add(filepath.Base(file), string(text))
	return err
}
