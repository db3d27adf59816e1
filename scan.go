package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// maxLine bounds one line of input in bytes.
const maxLine = 16 << 20

type scanCmd struct {
	Files  []string `arg:"" optional:"" name:"file" help:"Files with one text a line; none or \"-\" reads standard input." type:"string"`
	JSONL  bool     `name:"jsonl" help:"Each line is an object {\"id\",\"text\"}."`
	Policy string   `help:"Judge by this policy file instead of the built-in one." placeholder:"FILE" type:"path"`
	Packs  []string `name:"pack" help:"Also load detectors from this file (repeatable)." placeholder:"FILE" type:"path"`
}

// Help shows examples.
func (scanCmd) Help() string {
	return `Exit code 0: nothing found; 1: something found; 2: the input or the command line is wrong.
Offsets are bytes of the original text.

  echo 'my card is 4111 1111 1111 1111' | takeback scan
  takeback scan --jsonl messages.jsonl > findings.jsonl`
}

type scanInput struct {
	ID   jsonID `json:"id"`
	Text string `json:"text"`
}

// jsonID keeps an id as it was written, text or number.
type jsonID = json.RawMessage

type scanOutput struct {
	ID       jsonID         `json:"id"`
	Findings []scanFinding  `json:"findings"`
	Verdict  models.Verdict `json:"verdict"`
	Rule     string         `json:"rule,omitempty"`
}

type scanFinding struct {
	Detector   string          `json:"detector"`
	Category   models.Category `json:"category"`
	Start      int             `json:"start"`
	End        int             `json:"end"`
	Confidence float64         `json:"confidence"`
	Severity   models.Severity `json:"severity"`
	Mask       string          `json:"mask"`
}

// Run scans and prints.
func (s scanCmd) Run(c terminal) error {
	set, err := s.ruleset()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(c.out)
	sc := &scanner{set: set, jsonl: s.JSONL, out: json.NewEncoder(out)}
	sc.out.SetEscapeHTML(false)
	err = s.eachFile(c, sc.scan)
	if flushErr := out.Flush(); err == nil && flushErr != nil {
		err = fmt.Errorf("write: %w", flushErr)
	}
	switch {
	case err != nil:
		return codedError{exitUsage, err}
	case sc.found:
		return codedError{code: exitFound}
	}
	return nil
}

func (s scanCmd) ruleset() (*rules.Ruleset, error) {
	engine, err := engineOf(s.Packs, nil)
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

func policyFile(path string) (*rules.Policy, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("policy: %w", err)
	}
	return rules.ParsePolicy(path, src)
}

func (s scanCmd) eachFile(c terminal, scan func(name string, r io.Reader) error) error {
	if len(s.Files) == 0 {
		return scan("standard input", c.in)
	}
	for _, name := range s.Files {
		if err := scanFile(c, name, scan); err != nil {
			return err
		}
	}
	return nil
}

func scanFile(c terminal, name string, scan func(name string, r io.Reader) error) error {
	if name == "-" {
		return scan("standard input", c.in)
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return scan(name, f)
}

// scanner scans line by line and remembers whether anything was found.
type scanner struct {
	set   *rules.Ruleset
	jsonl bool
	out   *json.Encoder
	found bool
	line  int
}

func (s *scanner) scan(name string, r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	s.line = 0
	for lines.Scan() {
		s.line++
		in, err := s.input(lines.Bytes())
		if err != nil {
			return fmt.Errorf("%s:%d: %w", name, s.line, err)
		}
		if err := s.out.Encode(s.one(in)); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("%s:%d: the line is longer than %d bytes", name, s.line+1, maxLine)
	}
	return lines.Err()
}

func (s *scanner) input(line []byte) (scanInput, error) {
	if !s.jsonl {
		return scanInput{ID: jsonID(strconv.Itoa(s.line)), Text: string(line)}, nil
	}
	var in scanInput
	if err := jsonv2.Unmarshal(line, &in); err != nil {
		return in, errors.New(`not an object {"id","text"}`)
	}
	if !utf8.ValidString(in.Text) {
		return in, errors.New("the text is not valid UTF-8")
	}
	if len(in.ID) == 0 {
		in.ID = jsonID("null")
	}
	return in, nil
}

func (s *scanner) one(in scanInput) scanOutput {
	m := models.Message{Conversation: models.Conversation{Kind: models.Group}, Elements: []models.Element{{Kind: models.TextElement, Text: in.Text}}}
	d := s.set.Judge(&m, false)
	out := scanOutput{ID: in.ID, Findings: []scanFinding{}, Verdict: d.Verdict, Rule: d.Rule}
	for _, f := range m.Findings {
		s.found = true
		out.Findings = append(out.Findings, scanFinding{f.Detector, f.Category, f.Start, f.End, f.Confidence, f.Severity, f.Mask})
	}
	return out
}
