package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/takeback-chat/takeback/models/store/seal"
	"github.com/takeback-chat/takeback/rules"
)

// indexFiles are the indexes of an organisation's own records and documents.
type indexFiles struct {
	exact, documents []string
	secret           func(purpose string) []byte // of the keyset that they were made with
}

// all lists the files.
func (x indexFiles) all() []string { return slices.Concat(x.exact, x.documents) }

// read reads the files in order. The first that is refused ends it.
func (x indexFiles) read() ([]rules.Pack, error) {
	var packs []rules.Pack
	for _, kind := range []struct {
		files   []string
		purpose string
		parse   func(file string, data, secret []byte) (rules.Pack, error)
	}{{x.exact, rules.ExactPurpose, rules.ParseExact}, {x.documents, rules.DocumentsPurpose, rules.ParseDocuments}} {
		for _, file := range kind.files {
			data, err := os.ReadFile(file)
			if err != nil {
				return nil, usage("index: %w", err)
			}
			pack, err := kind.parse(file, data, x.secret(kind.purpose))
			if err != nil {
				return nil, err
			}
			packs = append(packs, pack)
		}
	}
	return packs, nil
}

// indexSecret derives the secrets of indexes from a keyset. One that is not
// there is not made: an index of new keys would be no use to the service.
func indexSecret(keys string) (func(purpose string) []byte, error) {
	ring, err := seal.Load(keys)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usage("there is no keyset %s: the first start of the service makes it; name the service's configuration with --config", keys)
	}
	if err != nil {
		return nil, usage("keys: %w", err)
	}
	return ring.Derive, nil
}

// writeWhole puts a file in place in one step, closed to everybody else: a
// service that reads it meanwhile sees the old one or the new one.
func writeWhole(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write the index: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write the index: %w", err)
	}
	return nil
}
