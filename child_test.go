package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/takeback-chat/takeback/config"
)

// binaryDir is where the program is that the tests run.
var binaryDir string

func TestMain(m *testing.M) {
	code := m.Run()
	if binaryDir != "" {
		_ = os.RemoveAll(binaryDir)
	}
	os.Exit(code)
}

var compiled = sync.OnceValues(func() (string, error) {
	var err error
	if binaryDir, err = os.MkdirTemp("", "takeback-binary-"); err != nil {
		return "", fmt.Errorf("make a folder for the program: %w", err)
	}
	binary := filepath.Join(binaryDir, "takeback")
	out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return binary, nil
})

// build compiles the program, once for all tests.
func build(t *testing.T) string {
	t.Helper()
	binary, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// child is the service as a process of its own.
type child struct {
	binary string
	conf   config.Config
	file   string
	env    []string
	more   string     // of the configuration
	before []string   // what the service runs beneath, with its arguments
	opened []*os.File // what it is handed over
	cmd    *exec.Cmd
	errOut locked
}

// newChild prepares a service on a free port; start starts it.
func newChild(t *testing.T, binary string, conf config.Config) *child {
	t.Helper()
	conf.Listen = freeAddress(t)
	c := &child{binary: binary, conf: conf}
	c.writeConfig(t)
	return c
}

func (c *child) writeConfig(t *testing.T) {
	t.Helper()
	app := c.conf.Apps[0]
	c.file = write(t, "takeback.yaml", fmt.Sprintf(
		"listen: %s\nmetrics_listen: \"\"\ncaps: {rule: 100000, sender: 100000, conversation: 100000, all: 100000}\ndatabase: %q\nkeys: %s\nredis: %s\nnode: %q\napps:\n  - id: %s\n    platform: tencent\n    tencent:\n      sdk_app_id: %d\n      admin: %s\n      api: %s\n      rate: %d\nlog: {level: warn}\n%s",
		c.conf.Listen, c.conf.Database, c.conf.Keys, c.conf.Redis[0], c.conf.Node, app.ID, app.Tencent.SDKAppID, app.Tencent.Admin, app.Tencent.API, app.Tencent.Rate, c.more,
	))
	c.env = append(os.Environ(),
		"TAKEBACK_DATABASE="+c.conf.Database,
		"TAKEBACK_APPS__DEMO__PATH_SECRET="+app.PathSecret.Reveal(),
		"TAKEBACK_APPS__DEMO__TENCENT__SECRET_KEY="+app.Tencent.SecretKey.Reveal(),
		"TAKEBACK_APPS__DEMO__TENCENT__WEBHOOK_TOKEN="+app.Tencent.WebhookToken.Reveal())
}

// webhooks is where the platform posts to.
func (c *child) webhooks() string {
	return "http://" + c.conf.Listen + "/webhooks/" + demoApp + "/" + c.conf.Apps[0].PathSecret.Reveal()
}

// freeAddress is an address that nobody listens on, below those that the system gives to
// whoever asks for any: it stays free while the service is dead.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(12_000))
		if l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address); err == nil {
			_ = l.Close()
			return address
		}
	}
	t.Fatal("no port is free between 20000 and 32000")
	return ""
}

// start runs the service and waits until it is ready.
func (c *child) start(t *testing.T) {
	t.Helper()
	c.launch(t)
	c.awaitReady(t)
}

// launch runs the service, and waits for nothing.
func (c *child) launch(t *testing.T) {
	t.Helper()
	c.prepare()
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

func (c *child) prepare() {
	argv := append(slices.Clone(c.before), c.binary, "serve", "--config", c.file)
	c.cmd = exec.Command(argv[0], argv[1:]...)
	c.cmd.Env, c.cmd.Stderr, c.cmd.ExtraFiles = c.env, &c.errOut, c.opened
}

func (c *child) awaitReady(t *testing.T) {
	t.Helper()
	eventually(t, func() string {
		resp, err := http.Get("http://" + c.conf.Listen + "/readyz")
		if err != nil {
			return "not ready: " + err.Error() + "\n" + c.errOut.String()
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return "not ready: " + resp.Status
		}
		return ""
	})
}

func (c *child) kill(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.cmd.Wait() // it was killed
}
