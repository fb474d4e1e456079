package post

import "fmt"

// Error says, for the author, why a file cannot be published. [Parse] joins
// several with [errors.Join], one for each mistake.
type Error struct {
	Key     string // the source file
	Line    int    // from 1; 0 where no line can be named
	What    string // what is wrong, as a sentence without its full stop
	Instead string // what to do or write instead, as a whole sentence
}

func (e *Error) Error() string {
	where := e.Key
	if e.Line > 0 {
		where = fmt.Sprintf("%s, line %d", e.Key, e.Line)
	}
	if e.Instead == "" {
		return where + ": " + e.What + "."
	}
	return where + ": " + e.What + ". " + e.Instead
}
