package gitleaks

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// kind is what a rule finds, by the last words of its id.
type kind struct {
	suffix string
	en, zh string
	public bool // whoever has it alone cannot do much with it
}

// kinds are the ends of ids, longer ones before those that they end with.
var kinds = []kind{
	{suffix: "personal-access-token", en: "personal access token", zh: "个人访问令牌"},
	{suffix: "personnal-access-token", en: "personal access token", zh: "个人访问令牌"},
	{suffix: "service-account-token", en: "service account token", zh: "服务账号令牌"},
	{suffix: "client-access-key", en: "client access key", zh: "客户端访问密钥"},
	{suffix: "refresh-token", en: "refresh token", zh: "刷新令牌"},
	{suffix: "bearer-token", en: "bearer token", zh: "持有者令牌"},
	{suffix: "identity-token", en: "identity token", zh: "身份令牌"},
	{suffix: "webhook-url", en: "webhook address", zh: "Webhook 地址"},
	{suffix: "webhook", en: "webhook address", zh: "Webhook 地址"},
	{suffix: "access-token", en: "access token", zh: "访问令牌"},
	{suffix: "access-secret", en: "access secret", zh: "访问密钥"},
	{suffix: "access-key-id", en: "access key ID", zh: "访问密钥 ID", public: true},
	{suffix: "access-key", en: "access key", zh: "访问密钥"},
	{suffix: "access-id", en: "access ID", zh: "访问 ID", public: true},
	{suffix: "api-token", en: "API token", zh: "API 令牌"},
	{suffix: "api-secret", en: "API secret", zh: "API 密钥"},
	{suffix: "api-key", en: "API key", zh: "API 密钥"},
	{suffix: "api-id", en: "API ID", zh: "API ID", public: true},
	{suffix: "client-secret", en: "client secret", zh: "客户端密钥"},
	{suffix: "client-id", en: "client ID", zh: "客户端 ID", public: true},
	{suffix: "secret-key", en: "secret key", zh: "密钥"},
	{suffix: "signing-key", en: "signing key", zh: "签名密钥"},
	{suffix: "license-key", en: "license key", zh: "许可证密钥"},
	{suffix: "public-key", en: "public key", zh: "公钥", public: true},
	{suffix: "pub-key", en: "public key", zh: "公钥", public: true},
	{suffix: "private-key", en: "private key", zh: "私钥"},
	{suffix: "encryption-key", en: "encryption key", zh: "加密密钥"},
	{suffix: "session-cookie", en: "session cookie", zh: "会话 Cookie"},
	{suffix: "password", en: "password", zh: "密码"},
	{suffix: "pat", en: "personal access token", zh: "个人访问令牌"},
	{suffix: "token", en: "token", zh: "令牌"},
	{suffix: "secret", en: "secret", zh: "密钥"},
	{suffix: "key", en: "key", zh: "密钥"},
	{suffix: "jwt", en: "JSON web token", zh: "JSON 网络令牌"},
}

// words that are not written with one capital.
var spellings = map[string]string{
	"api": "API", "aws": "AWS", "gcp": "GCP", "ad": "AD", "id": "ID", "cicd": "CI/CD", "pypi": "PyPI", "npm": "npm", "jwt": "JWT",
	"jfrog": "JFrog", "github": "GitHub", "gitlab": "GitLab", "openai": "OpenAI", "privateai": "Private AI", "linkedin": "LinkedIn",
	"digitalocean": "DigitalOcean", "newrelic": "New Relic", "hubspot": "HubSpot", "sendgrid": "SendGrid", "mailchimp": "Mailchimp",
	"messagebird": "MessageBird", "dockerhub": "Docker Hub", "launchdarkly": "LaunchDarkly", "planetscale": "PlanetScale",
	"rubygems": "RubyGems", "nytimes": "New York Times", "flyio": "Fly.io", "frameio": "Frame.io", "huggingface": "Hugging Face",
	"travisci": "Travis CI", "droneci": "Drone CI", "gocardless": "GoCardless", "easypost": "EasyPost", "clickhouse": "ClickHouse",
	"sonar": "SonarQube", "1password": "1Password", "oauth": "OAuth", "scim": "SCIM", "tf": "Terraform", "intra42": "42 Intra",
	"typeform": "Typeform", "sumologic": "Sumo Logic", "maxmind": "MaxMind", "rapidapi": "RapidAPI", "settlemint": "SettleMint",
	"nuget": "NuGet", "yaml": "YAML", "v2": "v2", "url": "address", "lived": "lived", "ptt": "pipeline trigger token",
	"rrt": "runner registration token", "curl": "curl",
}

// title is what a rule finds, in English and Chinese: its own description where
// that is a title, else one made of its id.
func (r rule) title() (both, kind) {
	k, rest := kindOf(r.ID)
	name := spelled(rest)
	title := both{EN: sentence(strings.TrimSpace(name + " " + k.en)), ZH: strings.TrimSpace(name + " " + k.zh)}
	if d := strings.TrimSuffix(oneLine(r.Description), "."); d != "" && utf8.RuneCountInString(d) <= 50 && !strings.ContainsAny(d, ",.;:") {
		title.EN = d
	}
	return title, k
}

func kindOf(id string) (k kind, rest string) {
	for _, k := range kinds {
		if id == k.suffix {
			return k, ""
		}
		if rest, ok := strings.CutSuffix(id, "-"+k.suffix); ok {
			return k, rest
		}
	}
	return kind{en: "secret", zh: "机密信息"}, id
}

// spelled writes the words of an id as people do.
func spelled(id string) string {
	words := strings.FieldsFunc(id, func(r rune) bool { return r == '-' || r == '_' })
	for i, w := range words {
		switch s, ok := spellings[strings.ToLower(w)]; {
		case ok:
			words[i] = s
		case i == 0:
			words[i] = sentence(w)
		}
	}
	return strings.Join(words, " ")
}

// sentence begins with a capital.
func sentence(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 || s == "npm" || strings.HasPrefix(s, "npm ") || strings.HasPrefix(s, "curl") {
		return s
	}
	return strings.ToUpper(string(r)) + s[size:]
}

var notInID = regexp.MustCompile(`[^a-z0-9_-]+`)

// maxID is the longest id that a pack takes.
const maxID = 63

// identifier is the rule's id as packs take it. An id of one word, which a
// detector of another pack may well have, and one that begins with a digit say
// where they come from.
func (r rule) identifier() string {
	id := strings.Trim(notInID.ReplaceAllString(strings.ToLower(r.ID), "-"), "-_")
	if !strings.Contains(id, "-") || id[0] >= '0' && id[0] <= '9' {
		id = "gitleaks-" + id
	}
	return strings.TrimRight(id[:min(len(id), maxID)], "-_")
}
