// A copy that is changed becomes a post of its own, and so does the original's
// old text when the original is edited.
put posts/a.md text
settle
same one posts/a.md
put posts/b.md text
put posts/c.md text
settle
new 0
copy posts/b.md posts/a.md
put posts/b.md other
settle
new 1
at /blog/b/ posts/b.md
put posts/a.md edited
settle
new 1
same one posts/a.md
at /blog/c/ posts/c.md

// Removing the original of two copies: one takes over, the other is its copy.
put posts/x.md deep
settle
same deep posts/x.md
wait 1m
put posts/y.md deep
wait 1m
put posts/z.md deep
settle
rm posts/x.md
settle
new 0
same deep posts/y.md
copy posts/z.md posts/y.md

// A copy whose original cannot be read any more is a post of its own, and nothing that
// comes later is taken for a copy of what cannot be read.
put posts/m.md alike
settle
put posts/n.md alike
settle
copy posts/n.md posts/m.md
bad posts/m.md
settle
new 1
at /blog/n/ posts/n.md
at /blog/m/ posts/m.md
put posts/o.md alike
settle
copy posts/o.md posts/n.md

// What never was a post leaves nothing behind.
bad posts/never.md
settle
rm posts/never.md
settle
new 0
no posts/never.md
