package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/takeback-chat/takeback/config"
)

type doctorCmd struct {
	configFlag
	JSON    bool          `name:"json" help:"Print one JSON object for each check."`
	Timeout time.Duration `default:"10s" help:"How long one check may take."`
}

// Help shows examples.
func (doctorCmd) Help() string {
	return `Looks at everything the service needs, says what is wrong and what to do, and changes
nothing. Each check is one line: ok, warn or fail. The exit code is 0 when nothing
failed, 1 when something did, 2 when the configuration is wrong. It may run before the
first start and beside a running service, as the same user.

The platform is asked whether our own account is online, and the webhook address is sent
what the platform sends when somebody goes online, of which nothing is kept.

  takeback doctor --config takeback.yaml
  takeback doctor --json | jq 'select(.state != "ok")'`
}

// The states of a check.
const (
	checkOK   = "ok"
	checkWarn = "warn"
	checkFail = "fail"
)

// symptom is what the doctor found of one thing. It holds no secret.
type symptom struct {
	Name  string `json:"check"`
	State string `json:"state"`
	Words string `json:"words"`        // what is so
	Do    string `json:"do,omitempty"` // what to do about it
}

func fine(name, words string, args ...any) symptom {
	return symptom{Name: name, State: checkOK, Words: fmt.Sprintf(words, args...)}
}

func warns(name, do, words string, args ...any) symptom {
	return symptom{name, checkWarn, fmt.Sprintf(words, args...), do}
}

func fails(name, do, words string, args ...any) symptom {
	return symptom{name, checkFail, fmt.Sprintf(words, args...), do}
}

// Run examines everything; exit code 1 where something failed.
func (d doctorCmd) Run(ctx context.Context, c terminal) error {
	conf, err := d.load()
	if problems, ok := errors.AsType[config.Problems](err); ok {
		return errors.Join(d.print(c.out, illConfig(problems)), codedError{code: exitUsage})
	}
	if err != nil {
		return err
	}
	found := append([]symptom{wellConfig(conf)}, d.examine(ctx, conf)...)
	if err := d.print(c.out, found); err != nil {
		return err
	}
	for _, f := range found {
		if f.State == checkFail {
			return codedError{code: exitFound}
		}
	}
	return nil
}

// examine makes every check, one after the other, each within its time.
func (d doctorCmd) examine(ctx context.Context, conf config.Config) (found []symptom) {
	for _, look := range []func(context.Context, config.Config) []symptom{
		lookAtKeys, lookAtDatabase, lookAtRedis, lookAtDisks, lookAtFiles, lookAtService, lookAtPlatforms, lookAtWebhooks, lookAtTraces,
	} {
		within, cancel := context.WithTimeout(ctx, d.Timeout)
		found = append(found, look(within, conf)...)
		cancel()
	}
	return found
}

func illConfig(problems config.Problems) (found []symptom) {
	for _, p := range problems {
		found = append(found, fails("config", "correct it; takeback.example.yaml has every setting", "%s", p))
	}
	return found
}

func wellConfig(conf config.Config) symptom {
	if len(conf.Apps) == 0 {
		return warns("config", "name one under apps; takeback.example.yaml shows how", "no app is configured: nothing will call")
	}
	var ids []string
	for _, a := range conf.Apps {
		ids = append(ids, a.ID)
	}
	return fine("config", "apps: %s", strings.Join(ids, ", "))
}

func (d doctorCmd) print(out io.Writer, found []symptom) error {
	if d.JSON {
		e := json.NewEncoder(out)
		for _, f := range found {
			if err := e.Encode(f); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, f := range found {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", f.State, f.Name, oneLine(f))
	}
	return w.Flush()
}

// oneLine tells what is so, and what to do, on one line.
func oneLine(f symptom) string {
	words := strings.Join(strings.Fields(f.Words), " ")
	if f.Do != "" {
		words += "; " + f.Do
	}
	return words
}
