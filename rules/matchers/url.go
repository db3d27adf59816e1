package matchers

import "bytes"

// A URL is looked at from its "://": the scheme backwards, the rest forwards.
// Source: RFC 3986.

const (
	maxURL  = 1024
	maxUser = 320 // how far from "://" the @ behind user:password may stand
)

// scheme returns where the scheme that ends at at begins, or at.
func scheme(text []byte, at int) int {
	start := at
	for start > 0 && at-start < 32 && schemeByte(text[start-1]) {
		start--
	}
	for start < at && !letter(text[start]) {
		start++
	}
	return start
}

func schemeByte(b byte) bool { return alnum(b) || b == '+' || b == '-' || b == '.' }

// urlEnd returns where the URL that goes on at from ends: at a space, a quote,
// or a character that is no ASCII, without the punctuation of the sentence.
func urlEnd(text []byte, from int) int {
	end := from
	for end < len(text) && end-from < maxURL && urlByte(text[end]) {
		end++
	}
	for end > from && bytes.IndexByte([]byte(".,;:!?'*"), text[end-1]) >= 0 {
		end--
	}
	for _, pair := range [...][2]string{{"(", ")"}, {"[", "]"}, {"{", "}"}} {
		inner := text[from:end]
		if bytes.HasSuffix(inner, []byte(pair[1])) && bytes.Count(inner, []byte(pair[0])) < bytes.Count(inner, []byte(pair[1])) {
			end--
		}
	}
	return end
}

func urlByte(b byte) bool {
	return b > ' ' && b < 0x7F && b != '"' && b != '<' && b != '>' && b != '`' && b != '\\' && b != '|'
}

// urlUserinfo finds scheme://user:password@host. The password may hold any
// sign but a space, as people paste it without escaping.
func urlUserinfo(text []byte, at int) (start, end int, ok bool) {
	if !bytes.HasPrefix(text[min(max(at, 0), len(text)):], []byte("://")) {
		return 0, 0, false
	}
	start = scheme(text, at)
	if start == at {
		return 0, 0, false
	}
	from := at + len("://")
	stop := from
	for stop < len(text) && stop-from < maxUser && urlByte(text[stop]) {
		stop++
	}
	sign := userEnd(text[from:stop])
	colon := bytes.IndexByte(text[from:from+sign], ':')
	if colon < 0 || colon == sign-1 || !hostByte(at0(text, from+sign+1)) || bytes.HasPrefix(text[from+colon:], []byte("://")) {
		return 0, 0, false
	}
	end = urlEnd(text, from)
	return start, end, end > from+sign+1
}

// userEnd returns where the @ behind user:password stands in what follows "://";
// 0 where there is none. Behind a slash or a question mark it belongs to a path,
// unless what stands before is no host with a port.
func userEnd(rest []byte) int {
	if stop := bytes.IndexAny(rest, "/?#"); stop >= 0 {
		if sign := bytes.LastIndexByte(rest[:stop], '@'); sign > 0 {
			return sign
		}
		if hostPort(rest[:stop]) {
			return 0
		}
		rest = rest[:min(len(rest), stop+128)]
		if sign := bytes.IndexByte(rest[stop:], '@'); sign >= 0 && !bytes.ContainsAny(rest[stop:stop+sign], "=&") {
			return stop + sign
		}
		return 0
	}
	return max(bytes.LastIndexByte(rest, '@'), 0)
}

// hostPort reports whether b is a host, with or without the digits of a port.
func hostPort(b []byte) bool {
	_, port, found := bytes.Cut(b, []byte(":"))
	if !found {
		return true
	}
	for _, c := range port {
		if !digit(c) {
			return false
		}
	}
	return len(port) <= 5
}

func hostByte(b byte) bool {
	return alnum(b) || b == '[' || b == '_' || b == '-' || b == '.' || b == '/' || b == '('
}

// personal are the names of parameters that hold something about a person.
var personal = [...]string{
	"email", "e-mail", "mail", "user_email", "useremail", "phone", "phone_number", "phonenumber", "mobile", "tel", "telephone", "cell", "msisdn", "name", "fullname",
	"full_name", "firstname", "first_name", "lastname", "last_name", "surname", "username", "user_name", "realname", "ssn", "dob", "birthday", "birthdate",
	"birth_date", "address", "street", "zip", "zipcode", "postcode", "passport", "idcard", "id_card", "idno", "id_no", "national_id", "cardno", "card_no", "card_number",
	"cardnumber", "account", "account_number", "iban", "lat", "latitude", "wechat", "wxid", "openid", "unionid", "qq", "sfz", "shouji", "xingming", "gender", "age",
	"patient", "mrn", "salary", "user_id", "userid", "uid", "customer_id", "customerid", "lng", "lon", "longitude",
}

// urlQuery finds a URL one of whose parameters is about a person and is not empty.
func urlQuery(text []byte, at int) (start, end int, ok bool) {
	if !bytes.HasPrefix(text[min(max(at, 0), len(text)):], []byte("://")) {
		return 0, 0, false
	}
	start = scheme(text, at)
	from := at + len("://")
	if start == at || !host(text, from) {
		return 0, 0, false
	}
	end = urlEnd(text, from)
	mark := bytes.IndexAny(text[from:end], "?#")
	if mark <= 0 {
		return 0, 0, false
	}
	for query := text[from+mark+1 : end]; len(query) > 0; {
		var field []byte
		field, query = cutField(query)
		if name, value, found := bytes.Cut(field, []byte("=")); found && len(value) >= 2 && isPersonal(name) {
			return start, end, true
		}
	}
	return 0, 0, false
}

// host reports whether a host, and perhaps a port, stands between from and a
// slash or a question mark.
func host(text []byte, from int) bool {
	end := from
	for end < len(text) && end-from < 256 && (hostByte(text[end]) && text[end] != '/' || text[end] == ':') {
		end++
	}
	b := at0(text, end)
	return end > from && text[end-1] != ':' && (b == '/' || b == '?' || b == '#') && hostPort(text[from:end])
}

// cutField takes the first parameter off a query.
func cutField(query []byte) (field, rest []byte) {
	if i := bytes.IndexAny(query, "&;#?"); i >= 0 {
		return query[:i], query[i+1:]
	}
	return query, nil
}

func isPersonal(name []byte) bool {
	for _, p := range personal {
		if equal(name, p) {
			return true
		}
	}
	return false
}
