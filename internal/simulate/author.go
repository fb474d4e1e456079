package simulate

import "strings"

// act lets somebody do something.
func (w *World) act() {
	d := w.desk
	if w.weather.mail && (w.chance.IntN(3) == 0 || w.weather.leaps && w.chance.IntN(6) == 0) {
		w.live()
		return
	}
	if len(d.todo) > 0 && w.chance.IntN(2) == 0 {
		next := d.todo[0]
		d.todo = d.todo[1:]
		next()
		return
	}
	there := d.keys(texts)
	switch n := w.chance.IntN(20); {
	case n < 6 || len(there) == 0:
		key := d.some(postKeys)
		w.say("the author uploads %s", key)
		d.put(key, d.write(key))
	case n < 9:
		key := d.some(there)
		w.say("the author edits %s", key)
		d.put(key, d.write(key))
	case n < 12:
		key := d.some(there)
		w.say("the author deletes %s", key)
		d.remove(key)
	case n < 14 && !w.weather.plain:
		w.rename(d.some(there))
	case n < 16 && len(d.bin) > 0:
		w.bringBack()
	case n < 17:
		w.say("the author changes the settings")
		d.put(settings, d.compose())
	case n < 18:
		w.sync()
	case n < 19:
		key := d.some(pageKeys)
		w.say("the author uploads %s", key)
		d.put(key, d.write(key))
	default:
		w.pictures()
	}
}

// rename copies and then deletes, as every client of S3 does it, with more or less
// time between.
func (w *World) rename(from string) {
	d := w.desk
	pool := postKeys
	if strings.HasPrefix(from, "posts/pages/") {
		pool = pageKeys
	}
	to := d.some(pool)
	s := d.files[from]
	if to == from || s == nil {
		return
	}
	w.say("the author copies %s to %s, to rename it", from, to)
	moved := *s
	if moved.slug == slugs[from] && !strings.Contains(s.body, "\nslug: ") {
		moved.slug = slugs[to]
	}
	d.put(to, &moved)
	rest := func() {
		if d.files[from] != nil && d.files[from].body == s.body {
			w.say("the author deletes %s, which is renamed", from)
			d.remove(from)
		}
	}
	if w.chance.IntN(2) == 0 {
		rest()
		return
	}
	d.todo = append(d.todo, rest)
}

// bringBack uploads again what was deleted.
func (w *World) bringBack() {
	d := w.desk
	var keys []string
	for _, key := range append(append([]string{settings, picture}, postKeys...), pageKeys...) {
		if d.bin[key] != nil && d.files[key] == nil {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return
	}
	key := d.some(keys)
	w.say("the author brings %s back", key)
	d.put(key, d.bin[key])
}

// sync uploads many files at once.
func (w *World) sync() {
	w.say("the author syncs a folder")
	for _, key := range append(append([]string{}, postKeys...), pageKeys...) {
		if w.chance.IntN(2) == 0 {
			w.desk.put(key, w.desk.write(key))
		}
	}
}

// pictures uploads, changes or deletes a picture.
func (w *World) pictures() {
	d := w.desk
	if d.files[picture] != nil && w.chance.IntN(3) == 0 {
		w.say("the author deletes %s", picture)
		d.remove(picture)
		return
	}
	w.say("the author uploads %s", picture)
	d.put(picture, &sheet{other: true, body: photos[w.chance.IntN(len(photos))]})
}
