package validators

// Asia and the Pacific.
var asiaPacific = table{}
