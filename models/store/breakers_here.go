package store

// StopHere keeps automatic recalls of this process from leaving, whatever the database
// says, or lets the database alone decide again. It is for the time in which a stop
// cannot be written: a full disk must not keep anybody from stopping.
func (s *Store) StopHere(stopped bool) { s.stopped.Store(stopped) }
