//go:build hyperscan

package main

/*
#cgo pkg-config: libhs
#include <stdlib.h>
#include <hs.h>

typedef struct { unsigned n, max; unsigned *ids; } hits;

// Hits are gathered in C: calling back into Go would cost more than the scan.
static int gather(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx) {
	hits *h = ctx;
	if (h->n < h->max) h->ids[h->n++] = id;
	return 0;
}

static hs_error_t run(hs_database_t *db, const char *text, unsigned len, hs_scratch_t *scratch, hits *h) {
	h->n = 0;
	return hs_scan(db, text, len, 0, scratch, gather, h);
}
*/
import "C"

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"time"
	"unsafe"

	"github.com/takeback-chat/takeback/rules"
)

func init() {
	kinds = append(kinds,
		kind{"Hyperscan, ids only", "which patterns", makeHyperscan},
		kind{spansEngine, "spans", makeHyperscanSpans})
}

// hyperscan is a compiled database with what a scan needs.
type hyperscan struct {
	db      *C.hs_database_t
	scratch *C.hs_scratch_t
	hits    *C.hits
	left    int
	built   time.Duration // by Hyperscan, all patterns at once
}

// both is the database of the two engines that use it: it takes seconds to make.
var both *hyperscan

func sharedHyperscan(patterns []rules.PatternText) (h *hyperscan, err error) {
	if both == nil {
		both, err = newHyperscan(patterns)
	}
	return both, err
}

func makeHyperscan(patterns func() []rules.PatternText) (product, error) {
	h, err := sharedHyperscan(patterns())
	if err != nil {
		return product{}, err
	}
	return product{func(text string) int { return len(h.scan(text)) }, h.left, h.size(), h.built}, nil
}

// makeHyperscanSpans asks package regexp where the patterns are that were found.
func makeHyperscanSpans(patterns func() []rules.PatternText) (product, error) {
	all, err := compiled(patterns())
	if err != nil {
		return product{}, err
	}
	h, err := sharedHyperscan(patterns())
	if err != nil {
		return product{}, err
	}
	return product{func(text string) int {
		n := 0
		for _, id := range h.scan(text) {
			n += len(all[id].FindAllStringIndex(text, -1))
		}
		return n
	}, h.left, h.size(), h.built}, nil
}

// newHyperscan compiles what Hyperscan takes: exactly, or as a filter that may say
// yes too often. The rest is left out, in its favour.
func newHyperscan(patterns []rules.PatternText) (*hyperscan, error) {
	h := &hyperscan{}
	var exprs []*C.char
	var flags, ids []C.uint
	for i, p := range patterns {
		expr, flag := perl(p.Regexp)
		c := C.CString(expr)
		defer C.free(unsafe.Pointer(c))
		if !takes(c, flag) {
			if flag |= C.HS_FLAG_PREFILTER; !takes(c, flag) {
				h.left++
				continue
			}
		}
		exprs, flags, ids = append(exprs, c), append(flags, flag), append(ids, C.uint(i))
	}
	begin := cpuTime()
	var failed *C.hs_compile_error_t
	if C.hs_compile_multi(&exprs[0], &flags[0], &ids[0], C.uint(len(exprs)), C.HS_MODE_BLOCK, nil, &h.db, &failed) != C.HS_SUCCESS {
		return nil, fmt.Errorf("hs_compile_multi: %s", C.GoString(failed.message))
	}
	h.built = cpuTime() - begin
	if code := C.hs_alloc_scratch(h.db, &h.scratch); code != C.HS_SUCCESS {
		return nil, fmt.Errorf("hs_alloc_scratch: %d", code)
	}
	h.hits = (*C.hits)(C.calloc(1, C.sizeof_hits))
	h.hits.max = C.uint(len(patterns))
	h.hits.ids = (*C.uint)(C.calloc(C.size_t(len(patterns)), C.sizeof_uint))
	return h, nil
}

// perl writes a regexp of Go as Hyperscan reads it. Each pattern is told once a
// text; characters beyond ASCII are characters only where the pattern has some.
func perl(expr string) (string, C.uint) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		panic(err) // cannot happen: the pack was read
	}
	flag := C.uint(C.HS_FLAG_SINGLEMATCH)
	text := strings.ReplaceAll(tree.String(), "(?P<", "(?<")
	if strings.Contains(text, `\x{`) || strings.IndexFunc(text, func(r rune) bool { return r > '~' }) >= 0 {
		flag |= C.HS_FLAG_UTF8
	}
	return text, flag
}

// takes reports whether Hyperscan compiles a pattern by itself.
func takes(expr *C.char, flag C.uint) bool {
	var db *C.hs_database_t
	var failed *C.hs_compile_error_t
	if C.hs_compile(expr, flag, C.HS_MODE_BLOCK, nil, &db, &failed) != C.HS_SUCCESS {
		C.hs_free_compile_error(failed)
		return false
	}
	C.hs_free_database(db)
	return true
}

// scan returns the numbers of the patterns that a text has.
func (h *hyperscan) scan(text string) []C.uint {
	if code := C.run(h.db, (*C.char)(unsafe.Pointer(unsafe.StringData(text))), C.uint(len(text)), h.scratch, h.hits); code != C.HS_SUCCESS {
		panic(fmt.Sprintf("hs_scan: %d", code)) // cannot happen: the scratch is ours
	}
	return unsafe.Slice(h.hits.ids, h.hits.n)
}

// size is the memory that Go does not see.
func (h *hyperscan) size() int64 {
	var db, scratch C.size_t
	C.hs_database_size(h.db, &db)
	C.hs_scratch_size(h.scratch, &scratch)
	return int64(db + scratch)
}
