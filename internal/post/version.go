package post

// Version is raised whenever the same file would be read or rendered differently:
// it is part of what pages are made from, so that a mended renderer reaches the
// pages that are already there.
const Version = "2"
