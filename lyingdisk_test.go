package main

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

const sector = 512 // what a disk writes as a whole

// lyingDisk is a file system that holds what was flushed, and of the rest only what the
// power cut happens to spare. What is written can be read at once, as on any other.
type lyingDisk struct {
	fs.Inode

	mu    sync.Mutex // guards the disk and its files
	files map[string]*lyingFile
	off   bool // the power is gone: nothing is answered any more
}

// lyingFile is one file of it. Names are on the disk at once.
type lyingFile struct {
	fs.Inode

	disk    *lyingDisk
	now     []byte
	flushed []byte
	pending []change // since the last flush
}

// change is a write, or a change of the size where data is nil.
type change struct {
	at   int64
	data []byte
}

// newLyingDisk mounts one at a folder.
func newLyingDisk(t *testing.T, dir string) *lyingDisk {
	t.Helper()
	d := &lyingDisk{files: map[string]*lyingFile{}}
	server, err := fs.Mount(dir, d, &fs.Options{MountOptions: fuse.MountOptions{DirectMount: true, FsName: "lying", Name: "lying"}})
	if err != nil {
		t.Fatalf("mount a file system of our own: %v; it takes root, or fusermount3 of the package fuse3", err)
	}
	t.Cleanup(func() {
		if err := server.Unmount(); err != nil {
			_ = syscall.Unmount(dir, syscall.MNT_DETACH)
		}
	})
	return d
}

// file makes a file with content that is on the disk.
func (d *lyingDisk) file(ctx context.Context, name string, content []byte) *fs.Inode {
	f := &lyingFile{disk: d, now: slices.Clone(content), flushed: slices.Clone(content)}
	node := d.NewPersistentInode(ctx, f, fs.StableAttr{Mode: syscall.S_IFREG})
	d.AddChild(name, node, true)
	d.files[name] = f
	return node
}

// Create makes an empty file.
func (d *lyingDisk) Create(ctx context.Context, name string, _, _ uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return nil, nil, 0, syscall.EIO
	}
	node := d.file(ctx, name, nil)
	out.Mode = syscall.S_IFREG | 0o600
	return node, nil, 0, 0
}

// Unlink removes a file.
func (d *lyingDisk) Unlink(_ context.Context, name string) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return syscall.EIO
	}
	delete(d.files, name)
	return 0
}

// Fsync says that a folder is on the disk, as it is.
func (d *lyingDisk) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno { return 0 }

// Open opens a file.
func (f *lyingFile) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, 0, 0
}

// Getattr tells the size.
func (f *lyingFile) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	out.Mode, out.Size = syscall.S_IFREG|0o600, uint64(len(f.now))
	return 0
}

// Setattr changes the size.
func (f *lyingFile) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.off {
		return syscall.EIO
	}
	if size, ok := in.GetSize(); ok {
		f.apply(change{at: int64(size)}) //nolint:gosec // the size of a file
	}
	out.Mode, out.Size = syscall.S_IFREG|0o600, uint64(len(f.now))
	return 0
}

// Read reads what was written last.
func (f *lyingFile) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if off >= int64(len(f.now)) {
		return fuse.ReadResultData(nil), 0
	}
	return fuse.ReadResultData(dest[:copy(dest, f.now[off:])]), 0
}

// Write takes what is written, which is not on the disk yet.
func (f *lyingFile) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.off {
		return 0, syscall.EIO
	}
	f.apply(change{off, slices.Clone(data)})
	return uint32(len(data)), 0 //nolint:gosec // one write is small
}

// Fsync brings to the disk what was written.
func (f *lyingFile) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.off {
		return syscall.EIO
	}
	for _, c := range f.pending {
		f.flushed = c.on(f.flushed)
	}
	f.pending = nil
	return 0
}

// Flush is what a closing file asks for; it promises nothing.
func (f *lyingFile) Flush(context.Context, fs.FileHandle) syscall.Errno { return 0 }

func (f *lyingFile) apply(c change) {
	f.now = c.on(f.now)
	f.pending = append(f.pending, c)
}

// on is the content after a change of it.
func (c change) on(content []byte) []byte {
	size := max(int(c.at)+len(c.data), len(content))
	if c.data == nil {
		size = int(c.at)
	}
	if size > len(content) {
		content = append(content, make([]byte, size-len(content))...)
	}
	copy(content[c.at:], c.data)
	return content[:size]
}

// cut takes the power away, and writes what is on the disk then into another folder. Of
// what was not flushed nothing is there, or what came first, or here and there something,
// and one write may be torn. It says how much was lost.
func (d *lyingDisk) cut(t *testing.T, to string, random *rand.Rand) (lost int) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
	luck := []float64{0, 0.5, 0.95}[random.IntN(3)]
	for name, f := range d.files {
		left := slices.Clone(f.flushed)
		for _, c := range f.pending {
			switch {
			case random.Float64() < luck:
				left = c.on(left)
			case len(c.data) > sector && random.IntN(2) == 0:
				left = change{c.at, c.data[:sector*(1+random.IntN(len(c.data)/sector))]}.on(left)
				lost++
			default:
				lost++
			}
		}
		if filepath.Ext(name) == ".db-shm" {
			continue // it is memory
		}
		if err := os.WriteFile(filepath.Join(to, name), left, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return lost
}
