package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/takeback-chat/takeback/models/store/seal"
)

type keysCreate struct {
	File string `arg:"" help:"The file to make; it must not be there yet." type:"path"`
}

// Help shows examples.
func (keysCreate) Help() string {
	return `For nodes that share a keyset and cannot make it themselves, since they only read it. A
node alone makes its own at the first start.

  takeback keys create takeback.keys`
}

// Run makes a keyset file, closed to others.
func (k keysCreate) Run(c terminal) error {
	_, err := seal.Create(k.File)
	switch {
	case errors.Is(err, fs.ErrExist):
		return usage("%s is there already, and is left as it is", k.File)
	case err != nil:
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s holds a new keyset. Keep a copy of it: without it nothing that is sealed with it can be read.\n", k.File)
	return err
}
