package mailgun

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"

	api "github.com/mailgun/mailgun-go/v4"
)

// Reading the log goes without mailgun-go's iterator, which gives up a whole page
// at an event it does not know, and follows a page's link wherever it leads.

const (
	pageSize = 300 // the most Mailgun gives
	maxPages = 50
)

// Events reads all of Mailgun's log about a message id, in Mailgun's order
// (newest first), with the events key. Errors are those of Send.
func (c *Client) Events(ctx context.Context, messageID string) ([]Event, error) {
	var all []Event
	next := c.logURL(messageID, pageSize)
	for range maxPages {
		page, err := c.page(ctx, next)
		if err != nil {
			return nil, err
		}
		all = append(all, page.events...)
		if len(page.events) == 0 || page.next == "" {
			return all, nil
		}
		next = page.next
	}
	return all, nil
}

// Found tells whether Mailgun's log knows a message id at all. "No" can be
// trusted only about half an hour after the attempt, and only for about a day.
func (c *Client) Found(ctx context.Context, messageID string) (bool, error) {
	page, err := c.page(ctx, c.logURL(messageID, 1))
	if err != nil {
		return false, err
	}
	for _, e := range page.events {
		if e.MessageID == messageID {
			return true, nil
		}
	}
	if len(page.events) > 0 { // a log that ignores the filter proves nothing
		return false, &UncertainError{Status: http.StatusOK, Reason: "the log answered about another message"}
	}
	return false, nil
}

func (c *Client) logURL(messageID string, limit int) string {
	query := url.Values{"message-id": {messageID}, "limit": {strconv.Itoa(limit)}}
	return c.base + "/events?" + query.Encode()
}

type page struct {
	events []Event
	next   string
}

func (c *Client) page(ctx context.Context, address string) (page, error) {
	if c.domain == "" || c.eventsKey == "" {
		return page{}, &AuthError{Reason: "no sending domain or no key for Mailgun's log is set"}
	}
	ctx, cancel := inTime(ctx)
	defer cancel()
	ctx, x := watched(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return page{}, &UnsentError{Reason: cause(err)}
	}
	req.SetBasicAuth("api", c.eventsKey)
	req.Header.Set("User-Agent", api.MailgunGoUserAgent)
	resp, err := c.http.Do(req)
	if err != nil {
		return page{}, outcome(err, x, 0, c.now())
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return page{}, &UncertainError{Status: resp.StatusCode, Reason: cause(err)}
	}
	if resp.StatusCode != http.StatusOK {
		return page{}, judge(resp.StatusCode, body, x, 0, c.now())
	}
	return c.read(body)
}

func (c *Client) read(body []byte) (page, error) {
	unreadable := &UncertainError{Status: http.StatusOK, Reason: "the log's answer is not readable"}
	var answer struct {
		Items  []json.RawMessage `json:"items"`
		Paging struct {
			Next string `json:"next"`
		} `json:"paging"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Items == nil {
		return page{}, unreadable
	}
	var p page
	for _, item := range answer.Items {
		e, err := decode(item)
		if err != nil {
			return page{}, unreadable
		}
		p.events = append(p.events, e)
	}
	if answer.Paging.Next != "" {
		next, err := url.Parse(answer.Paging.Next)
		base, baseErr := url.Parse(c.base)
		if err != nil || baseErr != nil {
			return page{}, unreadable
		}
		// The key goes nowhere but to the configured address.
		next.Scheme, next.Host, next.User = base.Scheme, base.Host, nil
		p.next = next.String()
	}
	return p, nil
}
