// A future date waits, and goes live at its minute, once.
put posts/a.md text date=2026-11-23T13:00:00Z
settle
new 0
no posts/a.md
wait 59m
settle
no posts/a.md
wait 1m
settle
new 1
at /blog/a/ posts/a.md
// An edit without another date changes nothing; another future date takes it down again.
put posts/a.md edit date=2026-11-23T13:00:00Z
settle
at /blog/a/ posts/a.md
put posts/a.md edit date=2026-11-24T13:00:00Z
settle
no posts/a.md
wait 24h
settle
new 0
at /blog/a/ posts/a.md

// Too old to be mailed at its upload.
put posts/old.md old date=2020-01-01T00:00:00Z
settle
new 1
late posts/old.md
at /blog/old/ posts/old.md

// A draft goes live when it stops being one; a broken upload keeps the last good one.
put posts/d.md draft draft
settle
no posts/d.md
put posts/d.md done
settle
new 1
bad posts/d.md
settle
at /blog/d/ posts/d.md
put posts/d.md draft draft
settle
no posts/d.md
put posts/d.md done
settle
new 0
at /blog/d/ posts/d.md

// A run whose clock is behind takes nothing down that another let go live.
put posts/skew.md now
settle
new 1
wait -2s
settle
at /blog/skew/ posts/skew.md
put posts/skew.md edited
settle
at /blog/skew/ posts/skew.md

// A post whose file cannot be read when its time comes waits for a better version:
// of the one before only title and description are known. What is live stays so.
put posts/soon.md words date=2027-01-01T00:00:00Z
settle
no posts/soon.md
bad posts/soon.md
wait 1200h
settle
new 0
no posts/soon.md
put posts/soon.md words date=2027-01-01T00:00:00Z
settle
new 1
at /blog/soon/ posts/soon.md
bad posts/soon.md
settle
at /blog/soon/ posts/soon.md

// So does one that was live before: its page is gone.
put posts/again.md words
settle
put posts/again.md words date=2027-12-01T00:00:00Z
settle
no posts/again.md
bad posts/again.md
wait 12000h
settle
no posts/again.md
put posts/again.md better date=2027-12-01T00:00:00Z
settle
at /blog/again/ posts/again.md

// A file that broke before its page was made has none that could stay, and neither has
// one at whose address there is still the page of another post.
put posts/race.md words
settle unmade
at /blog/race/ posts/race.md
bad posts/race.md
settle
no posts/race.md
put posts/race.md better
settle
at /blog/race/ posts/race.md

put posts/old.md one slug=shared
settle
put posts/young.md two slug=shared
settle
no posts/young.md
put posts/old.md one slug=elsewhere
settle unmade
at /blog/shared/ posts/young.md
bad posts/young.md
settle
no posts/young.md
put posts/young.md two slug=shared
settle
at /blog/shared/ posts/young.md
bad posts/young.md
settle
at /blog/shared/ posts/young.md
