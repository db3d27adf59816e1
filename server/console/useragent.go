package console

import "strings"

// What a User-Agent header says, the first that fits: most browsers also name
// those they descend from.
var (
	browsers = [][2]string{
		{"Edg/", "Edge"},
		{"OPR/", "Opera"},
		{"SamsungBrowser/", "Samsung Internet"},
		{"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"Chrome/", "Chrome"},
		{"Safari/", "Safari"},
		{"curl/", "curl"},
	}
	systems = [][2]string{
		{"iPhone", "iPhone"},
		{"iPad", "iPad"},
		{"Android", "Android"},
		{"Windows", "Windows"},
		{"CrOS", "ChromeOS"},
		{"Mac OS X", "macOS"},
		{"Linux", "Linux"},
	}
)

// browserOf says in two words which browser a header is of, or nothing: "Firefox, Linux".
func browserOf(agent string) string {
	var parts []string
	for _, list := range [][][2]string{browsers, systems} {
		for _, b := range list {
			if strings.Contains(agent, b[0]) {
				parts = append(parts, b[1])
				break
			}
		}
	}
	return strings.Join(parts, ", ")
}
