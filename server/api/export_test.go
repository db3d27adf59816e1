package api

// Enum returns the values of a type of package models that requests are checked
// against, by its name.
func Enum(name string) []string {
	for t, list := range enums {
		if t.Name() == name {
			return list
		}
	}
	return nil
}

// Decode is the strict reading of a body, for the fuzz test.
var Decode = decode

// RecallTargets reads and checks the body of a recall request, and says how many
// messages it names.
func RecallTargets(body []byte) (int, error) {
	var request createRequest
	if err := decode(body, &request); err != nil {
		return 0, err
	}
	if err := check(request); err != nil {
		return 0, err
	}
	t := named(request.Messages, request.byRef)
	return max(len(t.IDs), len(t.Refs)), nil
}
