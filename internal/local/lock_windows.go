package local

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockFileNow locks an open file against other processes, without waiting. The byte
// that is locked lies far behind what the file says, which others may read.
func lockFileNow(f *os.File) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{Offset: 1 << 30})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}
