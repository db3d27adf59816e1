package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// keysetFile is the keyset as it stands in its file.
type keysetFile struct {
	Primary     uint32    `json:"primary"`
	Keys        []keyFile `json:"keys"`
	Fingerprint []byte    `json:"fingerprint_key"`
}

type keyFile struct {
	ID      uint32    `json:"id"`
	Created time.Time `json:"created"`
	Key     []byte    `json:"key"`
}

// FromJSON reads a keyset from the bytes of its file. Errors name the fault,
// never a key.
func FromJSON(data []byte) (*Keyring, error) {
	var f keysetFile
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, errors.New("the keyset is not valid JSON of a keyset") // the cause may quote a key
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the keyset has something after its end")
	}
	return f.keyring()
}

func (f keysetFile) keyring() (*Keyring, error) {
	if len(f.Fingerprint) != keySize {
		return nil, fmt.Errorf("the fingerprint key has %d bytes, not %d", len(f.Fingerprint), keySize)
	}
	var keys []key
	for _, kf := range f.Keys {
		if len(kf.Key) != keySize {
			return nil, fmt.Errorf("key %d has %d bytes, not %d", kf.ID, len(kf.Key), keySize)
		}
		if slices.ContainsFunc(keys, func(k key) bool { return k.id == kf.ID }) {
			return nil, fmt.Errorf("key %d stands in the keyset twice", kf.ID)
		}
		k, err := newKey(kf.ID, kf.Created, kf.Key)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	r := newKeyring("", f.Primary, keys, f.Fingerprint)
	if r.key(f.Primary) == nil {
		return nil, fmt.Errorf("the primary key %d is not in the keyset", f.Primary)
	}
	return r, nil
}

func (r *Keyring) encode() ([]byte, error) {
	f := keysetFile{Primary: r.primary, Fingerprint: r.fingerprint}
	for _, k := range r.keys {
		f.Keys = append(f.Keys, keyFile{ID: k.id, Created: k.created, Key: k.secret})
	}
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, errors.New("encode the keyset") // the cause may quote a key
	}
	return append(data, '\n'), nil
}

// Load reads the keyset file at path. A file that its group or others may read
// or write is refused; but somebody else's, as secrets are mounted into a container,
// may be read by its group, or we could not read it.
func Load(path string) (*Keyring, error) {
	f, err := os.Open(path) //nolint:gosec // the path is the operator's
	if err != nil {
		return nil, fmt.Errorf("keyset: %w", err)
	}
	defer func() { _ = f.Close() }()
	if err := private(f); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("keyset: %w", err)
	}
	r, err := FromJSON(data)
	if err != nil {
		return nil, fmt.Errorf("keyset %s: %w", path, err)
	}
	r.path = path
	return r, nil
}

func private(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("keyset: %w", err)
	}
	if mode := info.Mode().Perm(); tooOpen(mode, ours(info)) {
		return fmt.Errorf("keyset %s has mode %04o: others can read the keys; make it 0600", f.Name(), mode)
	}
	return nil
}

// Create makes a new keyset file with one key and mode 0600. A file that is
// there already is never touched: the error wraps fs.ErrExist.
func Create(path string) (*Keyring, error) {
	r, err := fresh(time.Now())
	if err != nil {
		return nil, err
	}
	r.path = path
	// A link, unlike a rename, never replaces a file that another process made meanwhile.
	if err := r.write(os.Link); err != nil {
		return nil, err
	}
	return r, nil
}

// LoadOrCreate reads the keyset file at path, or makes it when there is none.
// Several processes may do so at once: all get the same keys.
func LoadOrCreate(path string) (*Keyring, error) {
	r, err := Load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return r, err
	}
	r, err = Create(path)
	if errors.Is(err, fs.ErrExist) {
		return Load(path)
	}
	return r, err
}

// Rotate returns a keyring with a new primary key and all the keys of r, and
// writes it to the file that r came from, if it came from one. Store.RotateKeys
// then seals anew what was sealed with the older keys.
func (r *Keyring) Rotate(now time.Time) (*Keyring, error) {
	k, err := newKey(slices.Max(r.Ids())+1, now.UTC(), random(keySize))
	if err != nil {
		return nil, err
	}
	return r.replace(newKeyring(r.path, k.id, append(slices.Clone(r.keys), k), r.fingerprint))
}

// Prune returns a keyring with the primary key alone, and writes it to the file
// that r came from. What older keys sealed can never be opened again.
func (r *Keyring) Prune() (*Keyring, error) {
	return r.replace(newKeyring(r.path, r.primary, []key{*r.key(r.primary)}, r.fingerprint))
}

func (r *Keyring) replace(next *Keyring) (*Keyring, error) {
	if r.path == "" {
		return next, nil
	}
	if err := next.write(os.Rename); err != nil {
		return nil, err
	}
	return next, nil
}

// write puts the keyset beside its place, makes sure that it is on disk, and
// then puts it in place in one step.
func (r *Keyring) write(place func(from, to string) error) error {
	data, err := r.encode()
	if err != nil {
		return err
	}
	dir := filepath.Dir(r.path)
	tmp, err := os.CreateTemp(dir, filepath.Base(r.path)+".*") // O_EXCL, mode 0600
	if err != nil {
		return fmt.Errorf("keyset: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	if err := fill(tmp, data); err != nil {
		return fmt.Errorf("keyset: %w", err)
	}
	if err := place(tmp.Name(), r.path); err != nil {
		return fmt.Errorf("keyset: %w", err)
	}
	return syncDir(dir)
}

// tooOpen reports whether others can read or write a file.
func tooOpen(mode fs.FileMode, ours bool) bool {
	if ours {
		return mode&0o077 != 0
	}
	return mode&0o037 != 0
}

func fill(f *os.File, data []byte) error {
	_, err := f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the folder of the operator's path
	if err != nil {
		return fmt.Errorf("keyset: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("keyset: %w", err)
	}
	return nil
}
