// Deleted and uploaded again, even with another text: the same post, announced once.
put posts/a.md text
settle
same a posts/a.md
new 1
rm posts/a.md
settle
no posts/a.md
wait 1000h
put posts/a.md rewritten
settle
new 0
same a posts/a.md

// Moved to another folder and edited within a day: the same post.
rm posts/a.md
settle
wait 2h
put posts/2026/a.md again
settle
new 0
same a posts/2026/a.md

// The same slug with another text long after: another post.
rm posts/2026/a.md
settle
wait 48h
put posts/2027/a.md different
settle
new 1
at /blog/a/ posts/2027/a.md

// A tombstone serves once.
put posts/t.md twin
settle
same t posts/t.md
rm posts/t.md
settle
put posts/u.md twin
settle
same t posts/u.md
rm posts/u.md
put posts/t.md fresh
settle
new 1
same fresh posts/t.md
