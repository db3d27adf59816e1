package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models/store/seal"
)

// lookAtKeys reads the keyset, without making one.
func lookAtKeys(_ context.Context, conf config.Config) []symptom {
	_, err := seal.Load(conf.Keys)
	switch {
	case err == nil:
		return []symptom{fine("keys", "%s is closed to others and can be read", conf.Keys)}
	case errors.Is(err, fs.ErrNotExist):
		return []symptom{noKeys(conf)}
	case errors.Is(err, fs.ErrPermission):
		return []symptom{fails("keys", "run this as the service's user, or give the file to it", "%s may not be read by this user", conf.Keys)}
	}
	return []symptom{fails("keys", "chmod 600 it, or put the copy back that belongs to the database", "%s", err)}
}

// noKeys tells a first start from keys that were lost.
func noKeys(conf config.Config) symptom {
	if path, ok := strings.CutPrefix(conf.Database, "sqlite:"); ok && there(path) {
		return fails("keys", "put back the copy that belongs to the database, or nothing kept can be read",
			"%s is not there, and the database is", conf.Keys)
	}
	if !there(filepath.Dir(conf.Keys)) {
		return fails("keys", "make the folder, or name another with the setting keys", "there is no folder %s", filepath.Dir(conf.Keys))
	}
	return warns("keys", "the first start makes it; copy it away then, apart from the database", "%s is not there yet", conf.Keys)
}

const (
	// leastDisk is what the database needs to go on: its write-ahead log alone grows to 64 MB.
	leastDisk = 256 << 20
	// lowDisk is where somebody ought to look in working hours, in bytes.
	lowDisk    = 2 << 30
	leastNodes = 1000 // file entries
)

// room is what is free where a folder is.
type room struct {
	bytes, total uint64
	nodes        uint64 // file entries
	counted      bool   // the file system counts its entries
}

// lookAtDisks looks at the folders that the service writes to.
func lookAtDisks(_ context.Context, conf config.Config) (found []symptom) {
	for _, folder := range writtenTo(conf) {
		free, err := roomIn(folder)
		if err != nil {
			found = append(found, fails("disk", "make the folder, or name another in the configuration", "cannot look at %s: %s", folder, pathless(err)))
			continue
		}
		found = append(found, judgeRoom(folder, free))
	}
	return found
}

// writtenTo lists the folders of the database and the keys, each once.
func writtenTo(conf config.Config) []string {
	folders := []string{filepath.Dir(conf.Keys)}
	if path, ok := strings.CutPrefix(conf.Database, "sqlite:"); ok {
		folders = append(folders, filepath.Dir(path))
	}
	slices.Sort(folders)
	return slices.Compact(folders)
}

func judgeRoom(folder string, free room) symptom {
	const do = "free some, or move it to a larger disk: when the disk is full webhooks are refused"
	mega := free.bytes >> 20
	switch {
	case free.bytes < leastDisk:
		return fails("disk", do, "%s: %d MB are free", folder, mega)
	case free.counted && free.nodes < leastNodes:
		return fails("disk", "remove files there: without an entry no file can be made", "%s: %d file entries are free", folder, free.nodes)
	case free.bytes < lowDisk:
		return warns("disk", do, "%s: %d MB are free", folder, mega)
	}
	return fine("disk", "%s: %d MB of %d are free", folder, mega, free.total>>20)
}

// leastFiles is how many files and connections the service needs open at a
// time: those of the platform and of browsers, and its own.
const leastFiles, lowFiles = 256, 4096

// lookAtFiles looks at how many files a process of this user may open.
func lookAtFiles(context.Context, config.Config) []symptom { return []symptom{judgeFiles(mostFiles())} }

func judgeFiles(most uint64) symptom {
	const do = "raise it: LimitNOFILE of the unit, or ulimit -n"
	switch {
	case most == 0:
		return fine("files", "this system does not say how many files may be open")
	case most < leastFiles:
		return fails("files", do, "a process may open %d files and connections, at least %d are needed", most, leastFiles)
	case most < lowFiles:
		return warns("files", do, "a process may open %d files and connections; many browsers would use them up", most)
	}
	return fine("files", "a process may open %d files and connections", most)
}

// pathless is an error of a file without the path, which is told beside it.
func pathless(err error) string {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}
