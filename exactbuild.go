package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/rules/exact"
	"github.com/takeback-chat/takeback/rules/keyed"
)

type rulesExact struct {
	Build rulesExactBuild `cmd:"" help:"Make an index of a table of your own records, as keyed hashes."`
}

// indexFlags say what the detector of an index is.
type indexFlags struct {
	configFlag
	ID       string `help:"The detector's id: small letters, digits, _ and -." required:"" placeholder:"ID"`
	Title    string `help:"The detector's title (default: its id)." placeholder:"TEXT"`
	Category string `help:"${enum}." enum:"contact,financial,government_id,health,location,secrets,keyword,custom" default:"custom"`
	Severity string `help:"${enum}." enum:"low,medium,high,critical" default:"high"`
	Out      string `short:"o" help:"The index." required:"" placeholder:"FILE" type:"path"`
}

// secret is what the index is made with, and a salt of its own.
func (f indexFlags) secret(purpose string) (secret, salt []byte, err error) {
	conf, err := f.load()
	if err != nil {
		return nil, nil, err
	}
	derive, err := indexSecret(conf.Keys)
	if err != nil {
		return nil, nil, err
	}
	salt = make([]byte, keyed.SaltSize)
	_, _ = rand.Read(salt) // crypto/rand.Read never fails since Go 1.24
	return derive(purpose), salt, nil
}

type rulesExactBuild struct {
	indexFlags
	CSV     string   `name:"csv" help:"The table; its first row names the columns. UTF-8, UTF-16 or GBK." required:"" placeholder:"FILE" type:"path"`
	Primary string   `help:"The column that a row is found by: digits, alnum (the default) or words." required:"" placeholder:"COLUMN[:KIND]"`
	Also    []string `help:"Columns that prove it: digits, alnum, words, date, date-dmy or date-mdy." placeholder:"COLUMN[:KIND],..."`
	Need    int      `help:"How many of these must stand near the primary value." default:"0"`
	Near    int      `help:"How near, in characters." default:"300"`
}

// Help shows examples.
func (rulesExactBuild) Help() string {
	return `The index holds hashes made with a key from the keyset that the configuration names, and neither key nor values. Rows that
would be found everywhere are left out and told by line. Put the index under "exact" in the configuration.

  takeback rules exact build --csv accounts.csv --primary account:digits --id account_number -o accounts.edm
  takeback rules exact build --csv customers.csv --primary name:words --also born:date,account --need 1 --id customer -o customers.edm`
}

// Run makes the index.
func (r rulesExactBuild) Run(c terminal) error {
	o, err := r.options()
	if err != nil {
		return usage("%w", err)
	}
	secret, salt, err := r.secret(rules.ExactPurpose)
	if err != nil {
		return err
	}
	file, err := os.Open(r.CSV)
	if err != nil {
		return usage("%w", err)
	}
	defer file.Close()
	start := c.now()
	data, report, err := exact.Build(file, o, secret, salt)
	r.tell(c, report)
	if err != nil {
		return usage("%s: %w", r.CSV, err)
	}
	if _, err := rules.ParseExact(r.Out, data, secret); err != nil {
		return err
	}
	if err := writeWhole(r.Out, data); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s: %d of %d rows, %d KB, made in %s\n", r.Out, report.Rows, report.Read, (len(data)+1023)/1024, c.now().Sub(start).Round(time.Millisecond))
	return err
}

func (r rulesExactBuild) options() (exact.Options, error) {
	o := exact.Options{ID: r.ID, Title: cmp.Or(r.Title, r.ID), Category: r.Category, Severity: r.Severity, Need: r.Need, Near: r.Near}
	var faults []error
	column := func(s string) exact.Column {
		c, err := exact.ParseColumn(s)
		faults = append(faults, err)
		return c
	}
	o.Primary = column(r.Primary)
	for _, s := range r.Also {
		o.Also = append(o.Also, column(s))
	}
	return o, errors.Join(faults...)
}

// maxShown is how many refused rows are named.
const maxShown = 20

// tell says what was left out, by line and never by value.
func (r rulesExactBuild) tell(c terminal, report exact.Report) {
	for _, x := range report.Refused[:min(len(report.Refused), maxShown)] {
		what := "the row is left out"
		if x.Kept {
			what = "the value is left out"
		}
		_, _ = fmt.Fprintf(c.err, "%s:%d: %s: %s\n", r.CSV, x.Line, what, x.Why)
	}
	if more := len(report.Refused) - maxShown; more > 0 {
		_, _ = fmt.Fprintf(c.err, "%s: and more; %d rows are left out in all\n", r.CSV, report.Left)
	}
	if report.Warning != "" {
		_, _ = fmt.Fprintf(c.err, "%s: %s\n", r.CSV, report.Warning)
	}
}
