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

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// The disk runs full while people talk: from then on webhooks are refused, and
// everything that was answered 200 is there.
func TestFullDiskIsNoFalseYes(t *testing.T) {
	dir := t.TempDir()
	k := newKillRun(t, build(t), "sqlite:"+filepath.Join(dir, "takeback.db"))
	k.conf.Keys = filepath.Join(dir, "takeback.keys")
	k.writeConfig(t)
	token := k.startOnSmallDisk(t, dir)
	defer k.kill(t)
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
// a disk of 4 MB, and returns an API token.
func (k *killRun) startOnSmallDisk(t *testing.T, dir string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "token")
	script := `mount -t tmpfs -o size=4m none "$1" && "$2" token create --config "$3" --role operator > "$4" && exec "$2" serve --config "$3"`
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
