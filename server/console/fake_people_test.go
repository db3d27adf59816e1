package console

import (
	"context"

	"github.com/takeback-chat/takeback/models"
)

func (k kept) Moderators(ctx context.Context) ([]models.Moderator, error) {
	if k.real == nil {
		return nil, nil
	}
	return k.real.Moderators(ctx)
}

func (k kept) DisableModerator(ctx context.Context, name, by string) error {
	return k.real.DisableModerator(ctx, name, by)
}

func (k kept) EnableModerator(ctx context.Context, name, by string) error {
	return k.real.EnableModerator(ctx, name, by)
}

func (k kept) GrantModerator(ctx context.Context, name string, c models.Caller, by string) error {
	return k.real.GrantModerator(ctx, name, c, by)
}

func (k kept) MakeSetupLink(ctx context.Context, l models.SetupLink) error {
	if k.real == nil {
		return nil
	}
	return k.real.MakeSetupLink(ctx, l)
}

func (k kept) Tokens(ctx context.Context) ([]models.Token, error) {
	if k.real == nil {
		return nil, nil
	}
	return k.real.Tokens(ctx)
}

func (k kept) RevokeToken(ctx context.Context, name, by string) error {
	return k.real.RevokeToken(ctx, name, by)
}
