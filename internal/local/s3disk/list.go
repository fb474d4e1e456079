package s3disk

import (
	"context"
	"slices"
	"strings"

	"github.com/rclone/gofakes3"
)

// ListBucket implements gofakes3.Backend: keys that begin with the prefix and come
// after the marker, by bytes; those that hold the delimiter behind the prefix are
// rolled into one common prefix. A page may end after a common prefix, which is then
// the marker from which the next page goes on behind all it stands for.
func (d *Disk) ListBucket(_ context.Context, name string, prefix *gofakes3.Prefix, page gofakes3.ListBucketPage) (*gofakes3.ObjectList, error) {
	b, err := d.bucket(name)
	if err != nil {
		return nil, err
	}
	if prefix == nil {
		prefix = &gofakes3.Prefix{}
	}
	delimiter := ""
	if prefix.HasDelimiter {
		delimiter = prefix.Delimiter
	}
	b.mu.RLock()
	defer b.mu.RUnlock()

	list := gofakes3.NewObjectList()
	last, found := "", int64(0)
	for i := b.first(prefix.Prefix, page.Marker, delimiter); i < len(b.keys); {
		key := b.keys[i]
		if !strings.HasPrefix(key, prefix.Prefix) {
			break
		}
		if page.MaxKeys > 0 && found == page.MaxKeys {
			list.IsTruncated, list.NextMarker = true, last
			break
		}
		found++
		if folder := rolled(key, prefix.Prefix, delimiter); folder != "" {
			list.AddPrefix(folder)
			last = folder
			i = b.behind(folder)
			continue
		}
		foot := b.known[key]
		list.Add(&gofakes3.Content{
			Key:          key,
			LastModified: gofakes3.NewContentTime(foot.Modified),
			ETag:         `"` + foot.MD5 + `"`,
			Size:         foot.Size,
			StorageClass: gofakes3.StorageStandard,
		})
		last = key
		i++
	}
	return list, nil
}

// rolled is the common prefix a key is listed as, or "" if it is listed itself.
func rolled(key, prefix, delimiter string) string {
	if delimiter == "" {
		return ""
	}
	rest := key[len(prefix):]
	if i := strings.Index(rest, delimiter); i >= 0 {
		return key[:len(prefix)+i+len(delimiter)]
	}
	return ""
}

// first is the index of the first key to look at.
func (b *bucket) first(prefix, marker, delimiter string) int {
	if marker == "" || marker < prefix {
		i, _ := slices.BinarySearch(b.keys, prefix)
		return i
	}
	if strings.HasPrefix(marker, prefix) && delimiter != "" {
		if folder := rolled(marker, prefix, delimiter); folder == marker {
			return b.behind(folder)
		}
	}
	i, there := slices.BinarySearch(b.keys, marker)
	if there {
		i++
	}
	return i
}

// behind is the index of the first key after all that begin with folder.
func (b *bucket) behind(folder string) int {
	i, _ := slices.BinarySearchFunc(b.keys, folder, func(key, folder string) int {
		if strings.HasPrefix(key, folder) {
			return -1
		}
		return strings.Compare(key, folder)
	})
	return i
}
