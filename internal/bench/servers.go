package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5"
)

const sdkAppID = 1400000000

// target is a server in a process of its own.
type target struct {
	address string
	path    string
	token   string
	cmd     *exec.Cmd
	dir     string
	conf    string
	errOut  *bytes.Buffer
	ready   time.Duration // from start to ready
	env     []string
}

// serveBare is the endpoint that everything is compared with: constant JSON.
func serveBare(address string) error {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.POST("/", func(c *gin.Context) {
		c.JSON(http.StatusOK, gin.H{"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0})
	})
	e.GET("/readyz", func(c *gin.Context) { c.Status(http.StatusOK) })
	return (&http.Server{Addr: address, Handler: e, ReadHeaderTimeout: time.Second}).ListenAndServe()
}

func startBare(ctx context.Context) (*target, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	t := &target{address: address, path: "/"}
	return t, t.start(ctx, self, "-bare", address)
}

// startService starts the program on a fresh folder, with SQLite or on a fresh
// database of a PostgreSQL cluster. Settings are environment variables, as NAME=VALUE.
func (b bench) startService(ctx context.Context, cluster string, settings ...string) (*target, error) {
	dir, err := os.MkdirTemp("", "takeback-bench-")
	if err != nil {
		return nil, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	api, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	pathSecret, token := secret(), secret()
	t := &target{address: address, path: "/webhooks/main/" + pathSecret, token: token, dir: dir, conf: filepath.Join(dir, "takeback.yaml")}
	conf := fmt.Sprintf("listen: %s\nmetrics_listen: \"\"\nkeys: takeback.keys\nlog: {level: warn}\ncaps: {rule: 100000, sender: 100000, conversation: 100000, all: 100000}\ndatabase: sqlite:takeback.db\napps:\n  - id: main\n    platform: tencent\n    tencent: {sdk_app_id: %d, api: http://%s}\n", address, sdkAppID, api)
	if err := os.WriteFile(t.conf, []byte(conf), 0o600); err != nil {
		return nil, err
	}
	t.env = append(os.Environ(), "TAKEBACK_APPS__MAIN__PATH_SECRET="+pathSecret, "TAKEBACK_APPS__MAIN__TENCENT__WEBHOOK_TOKEN="+token, "TAKEBACK_APPS__MAIN__TENCENT__SECRET_KEY="+secret())
	t.env = append(t.env, settings...)
	if cluster != "" {
		database, err := freshDatabase(ctx, cluster)
		if err != nil {
			return nil, err
		}
		t.env = append(t.env, "TAKEBACK_DATABASE="+database)
	}
	return t, t.start(ctx, b.binary, "serve", "--config", t.conf)
}

func freshDatabase(ctx context.Context, cluster string) (string, error) {
	conn, err := pgx.Connect(ctx, cluster)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	name := "bench_" + secret()
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	u, err := url.Parse(cluster)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

func secret() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// start runs a server and waits until it is ready.
func (t *target) start(ctx context.Context, program string, args ...string) error {
	t.errOut = &bytes.Buffer{}
	t.cmd = exec.CommandContext(ctx, program, args...)
	t.cmd.Env, t.cmd.Stderr = t.env, t.errOut
	t.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	begin := time.Now()
	if err := t.cmd.Start(); err != nil {
		return err
	}
	for time.Since(begin) < 30*time.Second {
		if t.isReady(ctx) {
			t.ready = time.Since(begin)
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.stop()
	return fmt.Errorf("%s is not ready after 30 s: %s", filepath.Base(program), t.errOut)
}

func (t *target) isReady(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.address+"/readyz", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func (t *target) stop() {
	_ = t.cmd.Process.Signal(syscall.SIGTERM)
	_ = t.cmd.Wait()
	if t.dir != "" {
		_ = os.RemoveAll(t.dir)
	}
}

// cpuTime is what the process has used so far.
func (t *target) cpuTime() (time.Duration, error) {
	p, err := processOf(t.cmd.Process.Pid)
	return p.own, err
}

// resident is the memory of the process in bytes (proc(5), VmRSS).
func (t *target) resident() (int, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", t.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if kb, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.Atoi(strings.Fields(kb)[0])
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("no VmRSS for process %d", t.cmd.Process.Pid)
}
