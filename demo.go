package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
	"github.com/takeback-chat/takeback/server"
	"github.com/takeback-chat/takeback/server/access"
)

type demoCmd struct {
	Listen     string  `default:"127.0.0.1:8080" help:"Where the service and its console listen." placeholder:"HOST:PORT"`
	ChatListen string  `default:"127.0.0.1:8081" help:"Where the simulated Tencent Chat listens." placeholder:"HOST:PORT"`
	Data       string  `help:"Keep the data in this folder (default: a temporary one, removed at the end)." placeholder:"DIR" type:"path"`
	Speed      float64 `default:"1" help:"How fast people talk."`
	Verbose    bool    `help:"Show the service's log."`
}

// Help says what one sees.
func (demoCmd) Help() string {
	return `Starts the service and a simulated Tencent Chat in one process. People talk in English and Chinese; now
and then somebody posts a secret, and it is taken back. Open both pages side by side.

  takeback demo
  takeback demo --data ./demo --speed 3`
}

// The demo's one app and login.
const (
	demoApp   = "demo"
	demoLogin = "demo"
)

// demo is the service and the platform it moderates, in one process.
type demo struct {
	app          *app
	sim          *tencentsim.Sim
	chat         *http.Server
	chatListener net.Listener
	name         string
	password     string
}

// Run plays until it is interrupted.
func (d demoCmd) Run(ctx context.Context, c terminal) (err error) {
	if d.Speed <= 0 {
		return usage("--speed must be more than 0")
	}
	dir, remove, err := d.folder()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	logTo := io.Discard
	if d.Verbose {
		logTo = c.err
	}
	show, err := d.open(ctx, dir, newLogger(config.Log{Level: "info"}, logTo))
	if err != nil {
		return err
	}
	show.welcome(c.out, dir, d.Data != "")
	return show.run(ctx, d.Speed)
}

func (d demoCmd) folder() (dir string, remove func() error, err error) {
	if d.Data != "" {
		if err := os.MkdirAll(d.Data, 0o700); err != nil {
			return "", nil, usage("--data: %w", err)
		}
		return d.Data, func() error { return nil }, nil
	}
	dir, err = os.MkdirTemp("", "takeback-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	return dir, func() error { return os.RemoveAll(dir) }, nil
}

// open makes everything ready to talk: secrets, the platform, the service, a login.
func (d demoCmd) open(ctx context.Context, dir string, log *slog.Logger) (*demo, error) {
	chat, err := listen(ctx, d.ChatListen, "--chat-listen")
	if err != nil {
		return nil, err
	}
	conf := d.config(dir, "http://"+chat.Addr().String())
	a, err := newApp(ctx, conf, log)
	if err != nil {
		_ = chat.Close()
		return nil, err
	}
	show := &demo{app: a, chatListener: chat}
	if show.sim, err = newSim(conf.Apps[0], a.URL()); err == nil {
		err = show.login(ctx)
	}
	if err != nil {
		_ = chat.Close()
		a.abandon()
		return nil, err
	}
	show.chat = server.NewHTTP(show.sim.Handler())
	return show, nil
}

// config is the demo's configuration; its secrets live as long as the process.
func (d demoCmd) config(dir, chat string) config.Config {
	conf := config.Default()
	conf.Listen, conf.MetricsListen, conf.PublicURL = d.Listen, "", "http://"+d.Listen
	conf.Database, conf.Keys = "sqlite:"+filepath.Join(dir, "takeback.db"), filepath.Join(dir, "takeback.keys")
	conf.Intake.Strikes = filepath.Join(dir, "takeback.strikes")
	conf.RequireSecondFactor = "none" // there is nothing to keep, and nobody but who started it
	conf.Apps = []config.App{{
		ID: demoApp, Platform: "tencent", PathSecret: randomSecret(), ChatSignIn: true, Sender: config.Sender{Window: access.SenderWindow},
		Tencent: config.Tencent{
			SDKAppID: 1400000000, SecretKey: randomSecret(), Admin: "administrator", API: chat,
			WebhookToken: randomSecret(), Roaming: 7 * 24 * time.Hour, Rate: 160, HistoryRate: 40,
		},
	}}
	return conf
}

func randomSecret() config.Secret {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return config.Secret(hex.EncodeToString(b[:]))
}

func newSim(c config.App, service string) (*tencentsim.Sim, error) {
	sim, err := tencentsim.New(tencentsim.Options{
		SDKAppID: c.Tencent.SDKAppID, Key: c.Tencent.SecretKey.Reveal(), Admin: c.Tencent.Admin,
		WebhookURL: service + "/webhooks/" + c.ID + "/" + c.PathSecret.Reveal(), WebhookToken: c.Tencent.WebhookToken.Reveal(),
		BeforeSend: true, Roaming: c.Tencent.Roaming,
	})
	if err != nil {
		return nil, fmt.Errorf("start the simulated chat: %w", err)
	}
	return sim, nil
}

// login makes the demo's moderator, with a password of this run.
func (d *demo) login(ctx context.Context) error {
	d.password = madeUp()
	name := demoLogin
	if _, err := d.app.store.ModeratorByName(ctx, name); err == nil {
		name = demoLogin + "-" + time.Now().Format("150405") // the folder was used before
	}
	caller := models.Caller{Actor: "moderator:" + name, Grant: models.GrantOperator}
	if err := createModerator(ctx, d.app.store, name, d.password, caller, "demo"); err != nil {
		return err
	}
	d.name = name
	return nil
}

func (d *demo) welcome(w io.Writer, dir string, kept bool) {
	fate := "is removed at the end"
	if kept {
		fate = "stays there"
	}
	_, _ = fmt.Fprintf(w, `takeback demo: people are talking, and what should not be seen is taken back.

  Console   %s
            sign in as %s with the password %s
  Chat      http://%s

The data is in %s and %s. Stop with Ctrl-C.
`, d.app.URL(), d.name, d.password, d.chatListener.Addr(), dir, fate)
}

// run talks until ctx ends.
func (d *demo) run(ctx context.Context, speed float64) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.app.Run(ctx) })
	g.Go(func() error {
		if err := d.chat.Serve(d.chatListener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve the simulated chat: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		if err := d.sim.Play(ctx, tencentsim.DemoScript(), speed); err != nil && ctx.Err() == nil {
			return fmt.Errorf("talk: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		d.sim.Close()
		return d.chat.Close()
	})
	return g.Wait()
}
