package validators

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// degrees is a decimal fraction, or a whole number of degrees, minutes, seconds.
var degrees = regexp.MustCompile(`\d+(?:\.\d+)?`)

// isCoordinates checks a latitude and a longitude, as decimal degrees or as
// degrees, minutes and seconds: both in range, and not both zero.
func isCoordinates(v string) bool {
	parts := degrees.FindAllString(v, -1)
	var lat, lon float64
	switch len(parts) {
	case 2:
		lat, lon = sexagesimal(parts[:1]), sexagesimal(parts[1:])
	case 4:
		lat, lon = sexagesimal(parts[:2]), sexagesimal(parts[2:])
	case 6:
		lat, lon = sexagesimal(parts[:3]), sexagesimal(parts[3:])
	default:
		return false
	}
	if strings.ContainsAny(v, "EWew") && strings.IndexAny(v, "EWew") < strings.IndexAny(v, "NSns") {
		lat, lon = lon, lat
	}
	if lat > 90 {
		lat, lon = lon, lat // written the other way round
	}
	return lat <= 90 && lon <= 180 && lat+lon > 0
}

// isDirected reports whether a pair of numbers says that it is a place: by a
// sign, a letter of the compass, or degrees beyond 99.
func isDirected(v string) bool {
	return strings.ContainsAny(v, "-+NSEWnsew°º") || bigDegrees.MatchString(v)
}

var bigDegrees = regexp.MustCompile(`(?:^|\D)1\d\d\.`)

// sexagesimal adds up degrees, minutes and seconds; what is out of range makes
// it infinite.
func sexagesimal(parts []string) float64 {
	sum, unit := 0.0, 1.0
	for i, p := range parts {
		n, err := strconv.ParseFloat(p, 64)
		if err != nil || i > 0 && n >= 60 {
			return math.Inf(1)
		}
		sum += n / unit
		unit *= 60
	}
	return sum
}

// states are the codes of the United States' states and territories (USPS
// Publication 28, appendix B).
var states = wordSet(`AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND
	OH OK OR PA PR RI SC SD TN TX UT VT VA VI WA WV WI WY GU AS MP AA AE AP`)

var (
	stateAndZIP = regexp.MustCompile(`\b([A-Za-z]{2})[ ,.]{1,2}\d{5}(?:-\d{4})?$`)
	ukPostcode  = regexp.MustCompile(`(?i)\b(?:[A-Z]{1,2}\d[A-Z\d]?) ?\d[ABD-HJLNP-UW-Z]{2}$`)
	zip         = regexp.MustCompile(`\b\d{5}(?:-\d{4})?$`)
)

// hasState reports whether an address ends in a state and ZIP code of the
// United States, or in a postcode of the United Kingdom.
func hasState(v string) bool {
	if m := stateAndZIP.FindStringSubmatch(v); m != nil && states[strings.ToUpper(m[1])] {
		return true
	}
	return ukPostcode.MatchString(v) || zip.MatchString(v) && strings.ContainsRune(v, ',')
}

// chineseHome is a building, an entrance or a room behind a house number.
var chineseHome = regexp.MustCompile(`(?:[号弄栋幢座]|号楼|单元)\d+|\d(?:室|栋|幢|单元|号楼|层|房)`)

// hasChineseHome reports whether an address of China goes on behind the house
// number: those of sights and offices seldom do.
func hasChineseHome(v string) bool { return chineseHome.MatchString(v) }
