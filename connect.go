package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/jobs"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
)

// storeOptions opens the keyset and says where the database is.
func storeOptions(conf config.Config) (store.Options, error) {
	keys, err := seal.LoadOrCreate(conf.Keys)
	if err != nil {
		return store.Options{}, usage("keys: %w", err)
	}
	return storeOptionsWith(conf, keys), nil
}

// storeOptionsWith says where the database is, and which keys belong to it.
func storeOptionsWith(conf config.Config, keys *seal.Keyring) store.Options {
	return store.Options{
		Database: withPassword(conf.Database, conf.DatabasePassword), Keys: keys, Hooks: hooksOf(conf),
		Node: conf.Node, QueueSize: conf.Intake.Queue,
		Caps: models.Caps{Rule: conf.Caps.Rule, Sender: conf.Caps.Sender, Conversation: conf.Caps.Conversation, All: conf.Caps.All},
	}
}

// hooksOf lists the endpoints that are told what becomes of things.
func hooksOf(conf config.Config) []models.Hook {
	var hooks []models.Hook
	for _, h := range conf.Hooks {
		hooks = append(hooks, models.Hook{ID: h.ID, Server: h.Server(), Events: h.Events})
	}
	return hooks
}

// calledHooks lists the same endpoints as they are called.
func calledHooks(conf config.Config) ([]jobs.Hook, error) {
	var hooks []jobs.Hook
	for _, h := range conf.Hooks {
		keys, err := h.Keys()
		if err != nil {
			return nil, usage("hook %s: the secret file %w", h.ID, err)
		}
		hooks = append(hooks, jobs.Hook{ID: h.ID, URL: h.URL, Secrets: keys})
	}
	return hooks, nil
}

// keysWords explains seals that do not open to the one who starts the service.
func keysWords(err error, conf config.Config) error {
	if !errors.Is(err, seal.ErrSeal) {
		return err
	}
	return usage("the database was sealed with other keys than those in %s: name the keyset that belongs to it with the setting keys (%w)", conf.Keys, err)
}

func openStore(ctx context.Context, conf config.Config, change func(*store.Options)) (*store.Store, error) {
	o, err := storeOptions(conf)
	if err != nil {
		return nil, err
	}
	change(&o)
	s, err := store.Open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return s, nil
}

// withPassword puts a password that came from a file into a URL.
func withPassword(raw string, password config.Secret) string {
	u, err := url.Parse(raw)
	if err != nil || password == "" || u.Host == "" {
		return raw
	}
	u.User = url.UserPassword(u.User.Username(), password.Reveal())
	return u.String()
}

// redisOf translates the setting, whose shape the configuration has checked.
func redisOf(conf config.Config) jobs.Redis {
	password := conf.RedisPassword.Reveal()
	first := conf.Redis[0]
	if first == "embedded" {
		return jobs.Redis{Embedded: true}
	}
	u, err := url.Parse(first)
	if err == nil && u.Scheme != "sentinel" && u.Scheme != "cluster" {
		return jobs.Redis{URL: withPassword(first, conf.RedisPassword)}
	}
	var hosts []string
	for _, s := range conf.Redis {
		if u, err := url.Parse(s); err == nil {
			hosts = append(hosts, u.Host)
		}
	}
	if u.Scheme == "cluster" {
		return jobs.Redis{Cluster: hosts, Password: password}
	}
	return jobs.Redis{Sentinel: jobs.Sentinel{Master: strings.Trim(u.Path, "/"), Addrs: hosts}, Password: password}
}
