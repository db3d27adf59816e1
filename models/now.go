package models

// QueueNow says what waits at a moment. Each number goes as far as the limit that was
// asked for.
type QueueNow struct {
	Severities map[Severity]int
	Mine       int // somebody works on them: the one who asks
	Escalated  int
	Returning  int // parked, and back within the hour
	Closing    int // cannot be taken back any more within the hour
}

// Uncovered is a conversation of which something was never seen.
type Uncovered struct {
	Conversation Conversation
	Holes        int
	Missing      int64
}

// History is what became lately of what an account posted.
type History struct {
	Messages int
	Findings int  // of them, messages in which something was found
	Recalls  int  // of them, messages that were to be taken back
	Cut      bool // there are more messages than were looked at
}
