// aws s3 mv a c: the copy comes first, then the removal.
put posts/a.md text
settle
new 1
same one posts/a.md
wait 1h
put posts/c.md text
settle
new 0
copy posts/c.md posts/a.md
no posts/c.md
at /blog/a/ posts/a.md
rm posts/a.md
settle
new 0
same one posts/c.md
at /blog/c/ posts/c.md
from /blog/a/ posts/c.md

// The removal comes first: the body comes back under another name.
rm posts/c.md
settle
wait 1h
put posts/d.md text
settle
new 0
same one posts/d.md
from /blog/a/ posts/d.md
from /blog/c/ posts/d.md

// Back to the first name: no redirect from where it is.
put posts/a.md text
rm posts/d.md
settle
same one posts/a.md
at /blog/a/ posts/a.md
