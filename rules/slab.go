package rules

// slab hands out places of one kind, many from one allocation. The zero value is
// ready.
type slab[T any] struct{ all, left []T }

// take returns n places. What they hold is of no meaning once clear was called.
func (s *slab[T]) take(n int) []T {
	if n > len(s.left) {
		s.all = make([]T, max(n, min(2*len(s.all), 4096), 64))
		s.left = s.all
	}
	places := s.left[:n:n]
	s.left = s.left[n:]
	return places
}

// clear takes all places back; nobody may use them any more.
func (s *slab[T]) clear() { s.left = s.all }
