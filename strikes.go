package main

import (
	"context"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/internal/beat"
	"github.com/takeback-chat/takeback/webhooks/strikes"
)

// readingTime is how long one message may be read before the process ends, so that it is
// not read again. The longest that may come takes milliseconds.
const readingTime = 20 * time.Second

// openStrikes opens the file of strikes; an empty path means that there is none.
func openStrikes(path string, secret []byte) (*strikes.Strikes, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // a nil one notes nothing
	}
	s, err := strikes.Open(path, secret, time.Now)
	if err != nil {
		return nil, usage("%w; name a file that can be written with intake.strikes, or none", err)
	}
	return s, nil
}

// watchReading returns an error once something is being read and does not come to an end.
func watchReading(ctx context.Context, s *strikes.Strikes) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // the end
		case <-beat.Next(time.Second):
			if err := s.Stuck(readingTime); err != nil {
				return fmt.Errorf("read messages: %w", err)
			}
		}
	}
}
