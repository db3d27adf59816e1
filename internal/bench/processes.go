package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// clockTicks is the kernel's unit of process times, USER_HZ.
const clockTicks = 100

// process is what proc(5) tells of one.
type process struct {
	parent int
	own    time.Duration // used by it
	gone   time.Duration // used by those of its children that have ended
}

func processOf(pid int) (process, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}, err
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // its name may hold anything
	var numbers [15]int
	for i := range numbers {
		numbers[i], _ = strconv.Atoi(fields[i]) // the state is none
	}
	of := func(i int) time.Duration { return time.Duration(numbers[i]+numbers[i+1]) * time.Second / clockTicks }
	return process{numbers[1], of(11), of(13)}, nil
}

// familyTime is what a process and its children have used, those that ended too.
func familyTime(pid int) (time.Duration, error) {
	p, err := processOf(pid)
	if err != nil {
		return 0, err
	}
	used := p.own + p.gone
	all, _ := filepath.Glob("/proc/[0-9]*") // a pattern of ours is a good one
	for _, dir := range all {
		child, _ := strconv.Atoi(filepath.Base(dir))
		if p, err := processOf(child); err == nil && p.parent == pid {
			used += p.own + p.gone
		}
	}
	return used, nil
}

// written is how many bytes a process has had written to disks.
func written(pid int) (int64, error) {
	told, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(told)) {
		if n, ok := strings.CutPrefix(line, "write_bytes: "); ok {
			return strconv.ParseInt(strings.TrimSpace(n), 10, 64)
		}
	}
	return 0, fmt.Errorf("nothing is told of what process %d wrote", pid)
}
