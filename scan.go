package main

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/rules/dictionary"
)

type scanCmd struct {
	Files         []string `arg:"" optional:"" name:"file" help:"Files with one text a line, and directories; none or \"-\" reads standard input." type:"string"`
	JSONL         bool     `name:"jsonl" help:"Each line is an object {\"id\",\"text\"}." xor:"shape"`
	Whole         bool     `help:"Each file is one text. Those of directories always are." xor:"shape"`
	Format        string   `help:"json: one object per text; text: one line per finding, for people; sarif: one SARIF 2.1.0 document." enum:"json,text,sarif" default:"json"`
	Explain       bool     `help:"Say of each finding why it is as sure as it is."`
	MinConfidence float64  `name:"min-confidence" help:"Leave out what is less sure, from 0 to 1 (default: 0.3)." default:"0.3" placeholder:"F"`
	Policy        string   `help:"Judge by this policy file instead of the built-in one." placeholder:"FILE" type:"path"`
	Packs         []string `name:"packs" help:"Only these of the built-in packs, with commas between them." placeholder:"NAME"`
	Own           []string `name:"pack" help:"Also load detectors from this file: a pack, or a list of words (.txt, .csv, .tsv). Repeatable." placeholder:"FILE" type:"path" sep:"none"`
	Exact         []string `help:"Also find the records of this index; needs --keys. Repeatable." placeholder:"FILE" type:"path" sep:"none"`
	Documents     []string `name:"document" help:"Also recognise the documents of this index; needs --keys. Repeatable." placeholder:"FILE" type:"path" sep:"none"`
	Keys          string   `help:"The keyset that these indexes were made with." placeholder:"FILE" type:"path"`
	Workers       int      `help:"How many texts are scanned at once (default: one per core)." placeholder:"N"`
}

// Help shows examples.
func (scanCmd) Help() string {
	return `Exit code 0: nothing found; 1: something found; 2: the input or the command line is wrong. What stands before a
wrong line is printed all the same. Offsets are bytes of the original text.

  echo 'my card is 4111 1111 1111 1111' | takeback scan
  takeback scan --jsonl messages.jsonl > findings.jsonl
  takeback scan --format text --explain --min-confidence 0.6 export.txt
  takeback scan --packs secrets,secrets-cloud,gitleaks --format sarif src/ > secrets.sarif
  takeback scan --pack customers.yaml --pack projects.csv --policy policy.yaml chat.log`
}

// Run scans and prints.
func (s scanCmd) Run(ctx context.Context, c terminal) error {
	if s.MinConfidence < 0 || s.MinConfidence > 1 {
		return usage("--min-confidence must be from 0 to 1")
	}
	if s.Workers < 0 {
		return usage("--workers must be at least 1")
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(mostGarbage) // a sixth of the time went into collecting what batches leave
	}
	set, err := s.ruleset(c)
	if err != nil {
		return err
	}
	job := &scanJob{
		set: set, jsonl: s.JSONL, whole: s.Whole, explain: s.Explain, workers: s.Workers, format: formatOf(s.Format, set.Engine),
		out: c.out, progress: progress{out: c.err, now: c.now, on: c.interactive},
	}
	if s.Workers == 0 {
		job.workers = runtime.GOMAXPROCS(0)
	}
	in := &scanReader{job: job, in: c.in, files: s.Files}
	if err = job.run(ctx, in); err == nil {
		in.tell(c.err)
	}
	switch {
	case err != nil:
		return codedError{exitUsage, err}
	case job.found > 0:
		return codedError{code: exitFound}
	}
	return nil
}

// ruleset is what the flags say is to be looked for, and how it is judged.
func (s scanCmd) ruleset(c terminal) (*rules.Ruleset, error) {
	builtin, err := builtinPacks(s.Packs)
	if err != nil {
		return nil, err
	}
	files := filePacks{refused: func(file string, r dictionary.Refused) {
		_, _ = fmt.Fprintln(c.err, "takeback:", refusedWords(file, r))
	}}
	own, err := files.read(packsOf(s.Own))
	if err != nil {
		return nil, err
	}
	indexes, err := s.indexes()
	if err != nil {
		return nil, err
	}
	own = append(own, indexes...)
	engine, err := engineOf(builtin, own, rules.Options{MinConfidence: s.MinConfidence, Fingerprint: fingerprints()})
	if err != nil {
		return nil, err
	}
	policy := rules.DefaultPolicy()
	if s.Policy != "" {
		if policy, err = policyFile(s.Policy); err != nil {
			return nil, err
		}
	}
	return &rules.Ruleset{Engine: engine, Policy: policy}, nil
}

// indexes reads the indexes of one's own records and documents.
func (s scanCmd) indexes() ([]rules.Pack, error) {
	x := indexFiles{exact: s.Exact, documents: s.Documents}
	if len(x.all()) == 0 {
		return nil, nil
	}
	if s.Keys == "" {
		return nil, usage("%s was made with a keyset: name it with --keys", x.all()[0])
	}
	var err error
	if x.secret, err = indexSecret(s.Keys); err != nil {
		return nil, err
	}
	return x.read()
}

func packsOf(files []string) []config.Pack {
	out := make([]config.Pack, len(files))
	for i, file := range files {
		out[i].File = file
	}
	return out
}

// fingerprints lets policies count different values; nobody keeps what it makes.
func fingerprints() func(detector, value string) string {
	seed := maphash.MakeSeed()
	return func(detector, value string) string {
		return strconv.FormatUint(maphash.Comparable(seed, [2]string{detector, value}), 36)
	}
}

func policyFile(path string) (*rules.Policy, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("policy: %w", err)
	}
	return rules.ParsePolicy(path, src)
}

// errInterrupted ends a scan that somebody stopped.
var errInterrupted = errors.New("interrupted")
