# Tells what failed, of the log of `go test -v ./...`: each test with its own lines, each
# panic, data race and package that cannot be built. What passing tests print is left out.
# Lines on standard error have no test; they are taken for the one that printed last.

BEGIN { most = 40; first = 10; entries = 15; PANIC = "panic"; RACE = "race" }

# A test begins, or its lines go on.
/^=== (RUN|CONT|NAME|PAUSE) / {
	cur = $3
	if (!(cur in began)) { began[cur] = 1; names[++tests] = cur }
	forget(PANIC); racing = building = 0
	next
}

# A test ends, perhaps behind something it printed without a newline.
match($0, /--- (PASS|FAIL|SKIP): [^ ]+ \([0-9.]+s\)$/) {
	split(substr($0, RSTART), word, " ")
	if (word[3] in began || word[3] ~ /^Example/) {
		before = substr($0, 1, RSTART - 1)
		if (before !~ /^ *$/) keep(cur, before)
		cur = word[3]
		ended[cur] = 1
		if (word[2] == "FAIL:") { fails[++failed] = cur; title[cur] = substr($0, RSTART) }
		forget(PANIC)
		next
	}
}

# A report of the race detector stands between two bars.
/^==================$/ { bar = !racing; racing = 0; next }
bar && /^WARNING: DATA RACE/ { racing = 1; races++ }
{ bar = 0 }
racing { if (races <= 2) keep(RACE, $0); next }

# What the compiler and vet say stands before any test of a package.
cur == "" && /^# [^ ]+( \[[^ ]+\])?$/ {
	if (!building) { building = 1; begin("cannot be built:") }
	add($0)
	next
}

# A package ends.
/^(ok  |FAIL|\?   )\t/ { if (/^FAIL/) tell($2, $0 ~ / \[(build|setup) failed\]$/); clear(); next }
/^(FAIL|PASS)$/ { cur = ""; next }

building { add($0); next }
/^(panic|fatal error): / || count[PANIC] { keep(PANIC, $0); next }
/\[rapid\] OK, passed/ { next }
{ keep(cur, $0) }

END {
	for (i = 1; i <= told; i++)
		if (i <= entries) printf "\n%s", text[i]
		else print (i == entries + 1 ? "\nand:\n" : "") substr(text[i], 1, index(text[i], "\n") - 1)
}

function keep(key, s) { line[key, ++count[key]] = s }
function forget(key) { if (key in count) count[key] = 0 }
function begin(head) { text[++told] = head "\n"; lines = 0 }
function add(s) { if (++lines <= most) text[told] = text[told] (length(s) > 600 ? substr(s, 1, 600) " …" : s) "\n" }

# entry adds what is kept under a key: of too much the beginning and the end, or the
# beginning only.
function entry(head, key, atFirst,    i, n) {
	begin(head)
	n = count[key]
	for (i = 1; i <= n; i++) {
		if (!atFirst && n > most && i == first + 1) {
			add("    … " n - most + 1 " lines …")
			i = n - (most - first) + 2
		}
		add(line[key, i])
	}
}

# tell adds all that failed in a package.
function tell(package, unbuilt,    i, j, name, open, before) {
	before = told
	for (i = 1; i <= failed; i++) {
		name = fails[i]
		if (!count[name]) { # of a test that failed only by a part of it the part is told
			for (j = i + 1; j <= failed && index(fails[j], name "/") != 1; j++);
			if (j <= failed) continue
		}
		entry(title[name] " in " package, name)
	}
	for (i = 1; i <= tests; i++) if (!(names[i] in ended)) open = open " " names[i]
	if (open != "") entry("did not end in " package ":" open, cur)
	if (races) entry(races " data race(s) in " package, RACE)
	if (count[PANIC]) entry("panic in " package, PANIC, 1)
	if (told == before && !unbuilt) entry("FAIL: " package, "")
}

function clear() {
	split("", began); split("", ended); split("", line); split("", count); split("", title)
	tests = failed = races = racing = building = 0
	cur = ""
}
