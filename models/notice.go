package models

// Happening is what became of a recall, as far as people are told of it.
type Happening struct {
	Recall   Recall
	Gone     bool // its message is accepted as gone; otherwise it was not taken back, or nobody can tell
	Why      string
	Elements []Element // of the message: in memory only
	Findings []Finding // in all revisions of the message
}

// Notice is something that people are told because of a recall. It holds nothing
// of the message.
type Notice struct {
	Kind     PostingKind
	Account  string // whom it is for; empty: everybody in the conversation
	Language Language
	Text     string
	Most     int    // how many there may be in an hour
	Last     string // what is said instead once there were so many, before nothing more is said
}
