package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// terminal tells whether somebody sits at one end of a stream.
func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// ask puts a question to whoever sits at the terminal; anything but y or yes is no.
// asked is false if nobody does. An interrupt ends the waiting.
func (s surroundings) ask(ctx context.Context, question string) (yes, asked bool, err error) {
	if !terminal(s.in) {
		return false, false, nil
	}
	fmt.Fprint(s.err, question+" [y/N] ")
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() { // a read cannot be interrupted; after one, the program ends
		line, err := bufio.NewReader(s.in).ReadString('\n')
		got <- answer{line, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(s.err)
		return false, true, ctx.Err()
	case a := <-got:
		if a.err != nil && !errors.Is(a.err, io.EOF) {
			return false, true, fmt.Errorf("read the answer: %w", a.err)
		}
		line := strings.ToLower(strings.TrimSpace(a.line))
		return line == "y" || line == "yes", true, nil
	}
}
