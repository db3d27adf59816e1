package main

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
)

// A person is erased beside the running service: nothing that she posted and nowhere that she
// stood is left in the database, its file or its log, and the certificate counts it.
func TestAPersonIsErasedFromEveryByte(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		if err := w.sim.Join("olga", "sales", "zoe.quartermain"); err != nil {
			t.Fatal(err)
		}
		token, file := w.operator(t), w.settings(t)
		said := w.post(t, "sales", "zoe.quartermain", "meet me at the lighthouse")
		caught := w.post(t, "sales", "zoe.quartermain", "from the lighthouse: "+card())
		held := w.post(t, "sales", "bob", "the boathouse is mine")
		w.messageID(t, token, "sales", itoa(said.Seq))
		w.messageID(t, token, "sales", itoa(held.Seq))
		eventually(t, func() string {
			if r := w.recallOf(t, token, caught.Seq); r["state"] != "confirmed" {
				return fmt.Sprint("the recall is ", r["state"])
			}
			return ""
		})
		erase := func(args ...string) string {
			t.Helper()
			code, out, errs := command(t, append([]string{"erase", "--config", file, "--account", "zoe.quartermain"}, args...)...)
			if code != exitOK {
				t.Fatalf("erase %v: %d\n%s%s", args, code, out, errs)
			}
			return out
		}
		const went = ": 2 messages, 1 findings, "
		eventually(t, func() string { // what is posted about the recall has to be over as well
			if out := erase("--dry-run"); !strings.HasPrefix(out, "Would be erased"+went) {
				return "the preview is " + out
			}
			return ""
		})
		if code, _, errs := command(t, "erase", "--config", file, "--account", "zoe.quartermain"); code != exitUsage || !strings.Contains(errs, "reason is needed") {
			t.Errorf("without a reason: %d %s", code, errs)
		}
		if out := erase("--reason", "request of 1 May"); !strings.HasPrefix(out, "Erased by ") || !strings.Contains(out, went) {
			t.Errorf("it says %s", out)
		}
		if out := erase("--list"); strings.Count(out, went) != 1 {
			t.Errorf("the certificates are %s", out)
		}
		_, got := w.call(t, token, http.MethodGet, "/api/v1/messages?conversation=sales", nil)
		texts := fmt.Sprint(items(got))
		if strings.Contains(texts, "lighthouse") || strings.Contains(texts, "zoe") || !strings.Contains(texts, "boathouse") {
			t.Errorf("the messages are %s", texts)
		}
		_, got = w.call(t, token, http.MethodGet, "/api/v1/audit?action=person.erased", nil)
		if all := items(got); len(all) != 1 || !strings.HasPrefix(fmt.Sprint(all[0]["thing"]), "alias-") || strings.Contains(fmt.Sprint(all), "1 May") {
			t.Errorf("the audit says %v", all)
		}
		w.auditHolds(t)
		w.stop()
		w.nowhereKept(t, "zoe.quartermain", "quartermain", "lighthouse", "4111 1111", "1 May")
	})
}

// nowhereKept searches the database, once the service has ended.
func (w *world) nowhereKept(t *testing.T, words ...string) {
	t.Helper()
	places := map[string]string{}
	if path, ok := strings.CutPrefix(w.conf.Database, "sqlite:"); ok {
		for _, end := range []string{"", "-wal", "-shm"} {
			data, err := os.ReadFile(path + end)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			places["the file "+end] = string(data)
		}
		if !bytes.Contains([]byte(places["the file "]), []byte("bob")) {
			t.Error("the search sees nothing")
		}
	}
	maps.Copy(places, (&leaks{world: w}).columns(t))
	for where, text := range places {
		for _, word := range words {
			if at := strings.Index(text, word); at >= 0 {
				t.Errorf("%q is left in %s: %q", word, where, text[max(0, at-40):min(len(text), at+60)])
			}
		}
	}
}
