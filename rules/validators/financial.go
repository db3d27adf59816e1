package validators

// Money: cards, accounts, securities.
var financial = table{
	"luhn":         checksum(luhn),
	"card_network": plain(majorNetwork),
	"card_any":     plain(anyNetwork),
	"card_groups":  plain(cardGroups),
	"card_track":   checksum(isTrack),
	"cn_bin":       plain(chineseBIN),
	"iban":         checksum(isIBAN),
	"bic":          plain(isBIC),
	"aba":          checksum(isABA),
	"isin":         checksum(isISIN),
	"sort_code":    plain(isSortCode),
	"upi":          plain(isUPI),
	"upi_shape":    plain(isUPIShape),
}
