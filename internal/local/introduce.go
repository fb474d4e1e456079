package local

import (
	"path/filepath"
	"time"
)

// folder is the mirrored folder as people know it, "" for none.
func (s *services) folder() string {
	if s.o.Dir == "" {
		return ""
	}
	if whole, err := filepath.Abs(s.o.Dir); err == nil {
		return whole
	}
	return s.o.Dir
}

// introduce says where to look.
func (s *services) introduce() {
	s.voice.say("the site     " + reachable(s.ports.site) + "/")
	s.voice.say("the inbox    " + reachable(s.ports.mailgun) + "/")
	s.voice.say("uploading    aws s3 cp hello.md s3://content/posts/ --no-sign-request --endpoint-url " + reachable(s.ports.s3))
	if folder := s.folder(); folder != "" {
		s.voice.say("or put it into " + folder)
	}
	if !s.o.Now.IsZero() {
		s.voice.say("the clock began at " + s.o.Now.Format(time.RFC3339))
	}
	s.voice.say("Ctrl-C ends it")
}
