package mirror

import "strings"

// Hidden tells whether a file is none of the author's: it or a folder it is in is
// hidden, or an editor, a browser or a file manager put it there for itself.
func Hidden(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		if hidden(part) {
			return true
		}
	}
	return false
}

func hidden(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") || strings.HasSuffix(name, "~") {
		return true
	}
	if strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#") {
		return true
	}
	lower := strings.ToLower(name)
	for _, ending := range []string{".swp", ".swx", ".swo", ".tmp", ".temp", ".bak", ".part", ".partial", ".crdownload", ".download", ".lock"} {
		if strings.HasSuffix(lower, ending) {
			return true
		}
	}
	switch lower {
	case "thumbs.db", "desktop.ini", "icon\r", "__macosx", "node_modules",
		"4913": // vim tries whether it may write with it
		return true
	}
	return strings.Contains(lower, "___jb_tmp___") || strings.Contains(lower, "___jb_old___")
}
