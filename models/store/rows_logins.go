package store

import "github.com/takeback-chat/takeback/models"

type moderatorRow struct {
	ID           string `gorm:"primaryKey;type:text"`
	Name         string `gorm:"not null;uniqueIndex:moderators_name"`
	PasswordHash string `gorm:"not null"`
	GrantName    string `gorm:"not null"`
	App          string `gorm:"not null"`
	Account      string `gorm:"not null"`
	Places       string `gorm:"not null"` // JSON of []models.Place
	CreatedAt    int64  `gorm:"not null;autoCreateTime:false"`
	DisabledAt   int64  `gorm:"not null"`
}

func (moderatorRow) TableName() string { return "moderators" }

type sessionRow struct {
	ID     string `gorm:"primaryKey;type:text"` // SHA-256 of the session token, in hex
	State  []byte `gorm:"not null"`             // sealed
	Expiry int64  `gorm:"not null;index:sessions_expiry"`

	Actor    string `gorm:"not null;default:'';index:sessions_actor,priority:1"` // empty: nobody is signed in yet
	How      string `gorm:"not null;default:''"`
	Address  string `gorm:"not null;default:''"`
	Browser  string `gorm:"not null;default:''"`
	OpenedAt int64  `gorm:"not null;default:0;index:sessions_actor,priority:2"`
	UsedAt   int64  `gorm:"not null;default:0"`
	EndedAt  int64  `gorm:"not null;default:0"`
}

func (sessionRow) TableName() string { return "sessions" }

func (r sessionRow) model() models.Session {
	return models.Session{
		ID: r.ID, Actor: r.Actor, How: models.SignInWay(r.How), Address: r.Address, Browser: r.Browser,
		OpenedAt: fromMillis(r.OpenedAt), UsedAt: fromMillis(r.UsedAt), Expiry: fromMillis(r.Expiry),
	}
}

type setupLinkRow struct {
	ID        string `gorm:"primaryKey;type:text"` // SHA-256 of the secret, in hex
	Name      string `gorm:"not null;index:setup_links_name"`
	GrantName string `gorm:"not null"`
	App       string `gorm:"not null"`
	Account   string `gorm:"not null"`
	Places    string `gorm:"not null"` // JSON of []models.Place
	MadeBy    string `gorm:"not null"`
	MadeAt    int64  `gorm:"not null"`
	ExpiresAt int64  `gorm:"not null;index:setup_links_expires"`
	UsedAt    int64  `gorm:"not null"`
}

func (setupLinkRow) TableName() string { return "setup_links" }

type totpRow struct {
	ID       string `gorm:"primaryKey;type:text"` // of the moderator
	Secret   []byte `gorm:"not null"`             // sealed
	AddedAt  int64  `gorm:"not null"`
	LastStep int64  `gorm:"not null"`
}

func (totpRow) TableName() string { return "totps" }

type recoveryCodeRow struct {
	ModeratorID string `gorm:"primaryKey;type:text"`
	Digest      string `gorm:"primaryKey;type:text"` // keyed, in hex
	UsedAt      int64  `gorm:"not null"`
}

func (recoveryCodeRow) TableName() string { return "recovery_codes" }

type passkeyRow struct {
	ID           string `gorm:"primaryKey;type:text;index:passkeys_moderator,priority:2"`
	ModeratorID  string `gorm:"not null;index:passkeys_moderator,priority:1"`
	Name         string `gorm:"not null"`
	CredentialID string `gorm:"not null;uniqueIndex:passkeys_credential"` // base64url
	Credential   string `gorm:"not null"`                                 // JSON
	AddedAt      int64  `gorm:"not null"`
	UsedAt       int64  `gorm:"not null"`
}

func (passkeyRow) TableName() string { return "passkeys" }

type signInTryRow struct {
	ID       string `gorm:"primaryKey;type:text"` // keyed digest of who tries
	Failures int64  `gorm:"not null"`
	LastAt   int64  `gorm:"not null;index:sign_in_tries_last"`
}

func (signInTryRow) TableName() string { return "sign_in_tries" }
