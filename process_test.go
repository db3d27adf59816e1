package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models/store/storetest"
)

// Whoever lists the processes of a machine, or gets the memory of one that died, learns
// no secret of a service whose secrets are in files.
func TestTheProcessShowsNoSecret(t *testing.T) {
	conf := testConfig(t, storetest.SQLite(t), "http://127.0.0.1:1")
	conf.Listen = freeAddress(t)
	c := &child{binary: build(t), conf: conf, file: (&world{app: &app{conf: conf}}).settings(t), env: append(os.Environ(), "TAKEBACK_LISTEN="+conf.Listen)}
	c.start(t)
	t.Cleanup(func() { c.kill(t) })
	of := func(name string) string {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", c.cmd.Process.Pid, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	places := map[string]string{"cmdline": of("cmdline"), "environ": of("environ"), "log": c.errOut.String()}
	if !strings.Contains(places["cmdline"], "serve") || !strings.Contains(places["environ"], "PATH=") {
		t.Errorf("the search sees nothing: %q", places)
	}
	a := conf.Apps[0]
	for _, secret := range []string{a.PathSecret.Reveal(), a.Tencent.SecretKey.Reveal(), a.Tencent.WebhookToken.Reveal()} {
		for where, text := range places {
			if len(secret) < 8 || strings.Contains(text, secret) {
				t.Errorf("%s holds a secret of %d letters", where, len(secret))
			}
		}
	}
	if limits := of("limits"); !regexp.MustCompile(`Max core file size +0 +0 `).MatchString(limits) {
		t.Errorf("it may leave its memory behind:\n%s", limits)
	}
}
