package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// The disk runs full while people talk and recalls wait for their turn: from then on
// webhooks are refused, and everything that was answered 200 is there. What is there can be
// read, and a stop file still stops what has not left. Once there is room all goes on.
func TestFullDiskIsNoFalseYes(t *testing.T) {
	dir := t.TempDir()
	k := newKillRun(t, build(t), "sqlite:"+filepath.Join(dir, "takeback.db"))
	k.conf.Keys, k.conf.Apps[0].Tencent.Rate = filepath.Join(dir, "takeback.keys"), 1
	k.writeConfig(t)
	k.env = append(k.env, "TAKEBACK_STOP_FILE="+filepath.Join(dir, "takeback.stop"))
	token := k.startOnSmallDisk(t, dir)
	defer k.kill(t)
	for n := range 40 {
		if _, err := k.sim.Post(t.Context(), tencentsim.Post{Group: fmt.Sprintf("g%d", n%10), From: "bob", Text: card()}); err != nil {
			t.Fatal(err)
		}
	}
	k.flows(t, time.Time{})
	k.fill(t)
	k.keptAll(t, token)
	disk := fmt.Sprintf("/proc/%d/root%s", k.cmd.Process.Pid, dir) // as the service sees it
	if err := os.WriteFile(filepath.Join(disk, "takeback.stop"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	k.quiet(t, time.Now())
	if resp, err := http.Get("http://" + k.conf.Listen + "/healthz"); err != nil || resp.Body.Close() != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("health on a full disk: %v, %v", resp, err)
	}
	if err := os.Remove(filepath.Join(disk, "ballast")); err != nil {
		t.Fatal(err)
	}
	k.goesOn(t, token)
}

// goesOn checks that messages are taken again within ten seconds, and that what the stop
// file had stopped stays so, on record.
func (k *killRun) goesOn(t *testing.T, token string) {
	t.Helper()
	room := time.Now()
	defer k.chatter(t)()
	k.takes(t, room)
	eventuallyIn(t, 10*time.Second, func() string {
		_, list := (&client{"http://" + k.conf.Listen}).call(t, token, http.MethodGet, "/api/v1/breakers", nil)
		for _, b := range items(list) {
			if b["kind"] == "stop" && b["by"] == "stop-file" {
				return ""
			}
		}
		return fmt.Sprintf("the stop is not on record: %v", list)
	})
	if n := k.calls(t, room); n != 0 {
		t.Errorf("%d calls left after the stop file was there", n)
	}
	k.keptAll(t, token)
}

// fill posts long messages until they are refused.
func (k *killRun) fill(t *testing.T) {
	t.Helper()
	text := strings.Repeat("many words fill a disk ", 200)
	for n := 0; k.lines.refused(t) < 5; n++ {
		if n > 5000 {
			t.Fatal("the disk does not run full")
		}
		if _, err := k.sim.Post(t.Context(), tencentsim.Post{Group: fmt.Sprintf("g%d", n%10), From: "bob", Text: text}); err != nil {
			t.Fatal(err)
		}
		if err := k.sim.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// keptAll checks that what was answered 200 can be read.
func (k *killRun) keptAll(t *testing.T, token string) {
	t.Helper()
	acked, _ := k.lines.read(t)
	kept := k.listed(t, token)
	if len(acked) == 0 {
		t.Error("nothing was answered before the disk was full")
	}
	for key := range acked {
		if !kept[key] {
			t.Errorf("message %s was answered 200 and is missing", key)
		}
	}
	t.Logf("%d answered, %d kept, %d refused", len(acked), len(kept), k.lines.refused(t))
}

// startOnSmallDisk runs the service in a mount namespace of its own, where dir is
// a disk of 6 MB with a file on it that can go, and returns an API token.
func (k *killRun) startOnSmallDisk(t *testing.T, dir string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "token")
	script := `mount -t tmpfs -o size=6m none "$1" && head -c 2m /dev/zero >"$1/ballast" && "$2" token create --config "$3" --role operator > "$4" && exec "$2" serve --config "$3"`
	var err error
	for _, attr := range ownMounts() {
		k.cmd = exec.CommandContext(t.Context(), "sh", "-c", script, "sh", dir, k.binary, k.file, out)
		k.cmd.Env, k.cmd.Stderr, k.cmd.SysProcAttr = k.env, &k.errOut, attr
		if err = k.cmd.Start(); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatalf("a child with mounts of its own: %v", err)
	}
	k.awaitReady(t)
	token, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(token))
}

// ownMounts are ways to let a child mount things that only it sees: as root, and
// without being root or where root may not.
func ownMounts() []*syscall.SysProcAttr {
	anybody := &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	if os.Getuid() != 0 {
		return []*syscall.SysProcAttr{anybody}
	}
	return []*syscall.SysProcAttr{{Unshareflags: syscall.CLONE_NEWNS}, anybody}
}

// listed returns the messages that the API shows, by group/seq.
func (k *killRun) listed(t *testing.T, token string) map[string]bool {
	t.Helper()
	w := &client{url: "http://" + k.conf.Listen}
	kept, cursor := map[string]bool{}, ""
	for {
		status, list := w.call(t, token, http.MethodGet, "/api/v1/messages?limit=500&cursor="+cursor, nil)
		if status != http.StatusOK {
			t.Fatalf("reading on a full disk: %d %v", status, list)
		}
		for _, m := range items(list) {
			kept[fmt.Sprintf("%v/%v", m["conversation_ref"], m["ref"])] = true
		}
		next, ok := list["next"].(string)
		if !ok {
			return kept
		}
		cursor = next
	}
}

// refused counts the deliveries that were not answered 200.
func (j *journal) refused(t *testing.T) int {
	t.Helper()
	n := 0
	for _, e := range j.entries(t) {
		if e.Command == "Group.CallbackAfterSendMsg" && e.Status != http.StatusOK {
			n++
		}
	}
	return n
}
