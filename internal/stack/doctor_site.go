package stack

import (
	"bytes"
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/pennypost/pennypost/internal/mailgun"
)

// skew is how far our clock may be from AWS's. From a quarter of an hour on AWS refuses
// requests (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
// RequestTimeTooSkewed).
const skew = time.Minute

// clock holds ours against AWS's.
func (d *Doctor) clock(ctx context.Context) []Finding {
	const what = "clock"
	out, err := d.Stack.s3().HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &d.Stack.State})
	if err != nil {
		return ill(what, refused("s3:ListBucket", err), "see the state bucket above")
	}
	response, ok := awsmiddleware.GetRawResponse(out.ResultMetadata).(*smithyhttp.Response)
	if !ok {
		return one(what, "AWS's answer has no date", "try again")
	}
	theirs, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return ill(what, err, "try again")
	}
	off := d.Now().Sub(theirs)
	if off.Abs() > skew {
		return one(what, fmt.Sprintf("this machine's is %s off AWS's", off.Round(time.Second)), "set it by the network")
	}
	return one(what, "this machine's agrees with AWS's", "")
}

// site looks whether readers and subscribers are answered at the site's address, and at
// the CDN's own if not.
func (d *Doctor) site(ctx context.Context) []Finding {
	if d.settings == nil {
		return nil // said already
	}
	var all []Finding
	for _, path := range []string{"/", "/subscribe"} {
		url := d.settings.URL + path
		err := d.get(ctx, url)
		if err == nil {
			all = append(all, Finding{"site", url + " answers", ""})
			continue
		}
		do := "publish a first post; if there is one, `pennypost status` tells of errors"
		if path == "/subscribe" {
			do = "`pennypost status` tells of errors in the subscribe function"
		}
		if d.Stack.Address != d.settings.URL && d.get(ctx, d.Stack.Address+path) == nil {
			do = "point the site's name at " + d.Stack.Address + ", where it answers: a CNAME, or an alias at the top of a domain"
		}
		all = append(all, Finding{"site", err.Error(), do})
	}
	return all
}

func (d *Doctor) get(ctx context.Context, url string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := d.HTTP.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)) // for the connection to be used again
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}

// webhook sends the site a webhook that says nothing, signed as Mailgun would, so that
// the signing key is known to be right where it counts.
func (d *Doctor) webhook(ctx context.Context) []Finding {
	const what = "webhook"
	if d.settings == nil {
		return nil
	}
	key, err := d.Stack.Key(ctx, d.Stack.SigningKey)
	if err == nil && key == "" {
		err = errors.New("there is no signing key in " + d.Stack.SigningKey)
	}
	if err != nil {
		return ill(what, err, d.setup())
	}
	token := make([]byte, 25)
	if _, err := io.ReadFull(d.Rand, token); err != nil {
		return ill(what, err, "try again")
	}
	now := d.Now()
	body, err := mailgun.SignWebhook(key, now, base32.StdEncoding.EncodeToString(token), map[string]any{
		"event": "accepted", "id": "pennypost-doctor", "timestamp": float64(now.UnixMilli()) / 1000,
	})
	if err != nil {
		return ill(what, err, "try again")
	}
	url := d.settings.URL + hookPath
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return ill(what, err, "mend url in the settings")
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := d.HTTP.Do(r)
	if err != nil {
		return ill(what, err, "see the site above")
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		return one(what, url+" takes what is signed with the stored key", "")
	case http.StatusNotAcceptable:
		return one(what, url+" does not take what is signed with the stored key", "if the key was stored less than five minutes ago, wait; else see the clock above")
	}
	return one(what, url+" answers "+resp.Status, "`pennypost status` tells of errors in the webhook function")
}

// setup is the command that stores keys.
func (d *Doctor) setup() string { return "`pennypost setup --stack " + d.Stack.Name + "` stores it" }
