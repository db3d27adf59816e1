package main

import (
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
)

// profiles writes where takeback's time goes, one file for each corpus.
func profiles(s settings, corpora []texts) error {
	takeback, err := makeTakeback(nil)
	if err != nil {
		return err
	}
	for _, c := range corpora {
		scan(takeback.scan, c.texts, s.length/4, nil)
		f, err := os.Create(filepath.Join(s.profile, strings.ReplaceAll(c.name, " ", "-")+".pprof"))
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		scan(takeback.scan, c.texts, s.length, nil)
		pprof.StopCPUProfile()
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}
