// The older keeps the address; the newer gets it when the older goes.
put posts/a.md one
wait 1h
put posts/2/a.md two
settle
new 1
at /blog/a/ posts/a.md
no posts/2/a.md
rm posts/a.md
settle
new 1
at /blog/a/ posts/2/a.md

// mv p q while r wants p's slug: r gets it, p goes on as q, with identity.
put posts/p.md pp
wait 1m
put posts/r.md rr slug=p
settle
same p posts/p.md
no posts/r.md
put posts/q.md pp
rm posts/p.md
settle
same p posts/q.md
at /blog/q/ posts/q.md
at /blog/p/ posts/r.md

// A reserved path is held by nobody.
put posts/feed.md f
settle
no posts/feed.md
// A draft claims nothing.
put posts/d.md dd draft
wait 1m
put posts/3/d.md d3
settle
at /blog/d/ posts/3/d.md

// What was taken down and comes back at another address still answers at the one it had.
put posts/e.md ee
settle
at /blog/e/ posts/e.md
put posts/e.md ee2 draft
settle
no posts/e.md
put posts/e.md ee3 slug=f
settle
at /blog/f/ posts/e.md
from /blog/e/ posts/e.md

// A page whose run died before it noted it, and whose file changed since.
put posts/pages/g.md gg slug=one page
settle unmade
bad posts/pages/g.md
settle unmade
put posts/pages/g.md gg2 slug=two page
settle
at /blog/two/ posts/pages/g.md
from /blog/one/ posts/pages/g.md
