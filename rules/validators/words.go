package validators

import (
	"regexp"
	"strings"
)

var words = table{
	"length":         {Make: numberCheck(func(v string, least float64) bool { return float64(len([]rune(v))) >= least })},
	"no_placeholder": plain(func(v string) bool { return !placeholder(v) }),
	"no_word":        plain(func(v string) bool { return !commonWord(v) }),
	"no_shape":       plain(func(v string) bool { return !knownShape(v) }),
	"otp":            plain(isOneTimeCode),
	"password_shape": plain(passwordShape),
	"url_password":   plain(func(v string) bool { return !placeholder(urlPassword(v)) && !standIn(urlPassword(v)) }),
	"varied":         plain(varied),
}

// placeholders stand in values that people write when they mean none.
var placeholders = []string{
	"example", "placeholder", "changeme", "change_me", "change-me", "your_", "your-", "yourkey", "yourpass", "yourtoken",
	"yoursecret", "insert", "xxxx", "****", "....", "dummy", "redacted", "sample", "secret_key", "api_key", "password_here",
	"_here", "-here", "todo", "fixme", "null", "undefined", "none", "process.env", "os.environ", "getenv", "${", "{{", "<%", "%s",
}

// placeholder reports whether v only stands for a value.
func placeholder(v string) bool {
	low := strings.ToLower(v)
	for _, p := range placeholders {
		if strings.Contains(low, p) {
			return true
		}
	}
	return strings.HasPrefix(v, "<") || strings.HasPrefix(v, "[") || strings.HasPrefix(v, "$")
}

// afterPassword are words that follow "password" in talk about passwords.
var afterPassword = func() map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq(`
		above account again also and any are asap attached back below been before both broken but can cannot changed
		changes check correct did does doesnt easy email enter entered error expired expires expiry fail failed failing field fields
		fine first for forgot forgotten form from generator given good gone hash hashed hashes hashing has have help here hint how
		incorrect information input invalid issue issues just known later letters digits symbols characters numbers length minimum maximum link list login lost mail manager managers missing must
		need needed needs never new not nothing now off only option optional page perhaps please policy policies popup problem
		prompt protected protection protects question recovery requested required requirement requirements reset resets resetting
		rotation rules safe same saved screen secure seems send sent set settings shared should something soon still strong stuff
		sure that the them then there these they thing this though through too unchanged unknown update updated use used user username
		using very wait was weak what when where which while who will with without work working works would wrong yes you your yours`) {
		words[w] = true
	}
	return words
}()

// commonWord reports whether v is a word of ordinary talk, not a password.
func commonWord(v string) bool {
	return afterPassword[strings.ToLower(strings.Trim(v, ".,;:!?\"'`()"))]
}

var knownShapes = regexp.MustCompile(`(?i)^(?:` + strings.Join([]string{
	`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`, // UUID
	`v?\d+(?:\.\d+){1,4}(?:-[a-z0-9.]+)?`,                          // version
	`\d{4}-\d{2}-\d{2}(?:[T ][\d:.Z+-]*)?`,                         // date
	`[a-z]+(?:[._/-][a-z]+)*`,                                      // words, joined: path, module, key binding
	`(?:[a-z]:)?[/\\].*`,                                           // path
	`https?://.*`,                                                  // URL without credentials, or another detector's
	`\d+`,                                                          // number
	`[0-9a-f]{40}|[0-9a-f]{64}`,                                    // git or SHA-256 hash
}, `|`) + `)$`)

// knownShape reports whether v has the shape of something that is no secret.
func knownShape(v string) bool { return knownShapes.MatchString(v) }

var (
	yearLike  = regexp.MustCompile(`^(?:19|20)\d{2}$`)
	notSecret = regexp.MustCompile(`^(?:\d{1,3}|[\d:]+[ap]m|https?://.*|[A-Za-z]+[',.!?][A-Za-z]*|[A-Za-z]+(?:/[A-Za-z]+)+|[A-Za-z]+-[A-Za-z]+)$`)
)

// passwordShape refuses what stands behind "password" in ordinary talk: a
// contraction, a time, a link, two words joined.
func passwordShape(v string) bool { return classes(v) > 0 && !notSecret.MatchString(v) }

// isOneTimeCode refuses years, which stand beside "code" in talk.
func isOneTimeCode(v string) bool { return !yearLike.MatchString(v) }

// urlPassword is what stands between the first colon of the user part and the
// last @ before the host; empty when there is no user part.
func urlPassword(v string) string {
	_, rest, _ := strings.Cut(v, "://")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	user := rest[:max(strings.LastIndexByte(rest, '@'), 0)]
	_, password, _ := strings.Cut(user, ":")
	return password
}

// standIn reports whether a password is a word that manuals put in its place.
func standIn(password string) bool {
	switch strings.ToLower(password) {
	case "", "password", "pass", "passwd", "pwd", "secret", "token", "mypassword", "user", "pw":
		return true
	}
	return false
}
