package stack

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// KeepsState is how long the state bucket still has what was deleted from it or
// replaced in it, as its own lifecycle rules say: 0 if it keeps no versions. A
// bucket that keeps them for ever is an error, because nobody can be forgotten there.
//
// S3 removes what has expired within a day or so of the date
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html).
func (s *Stack) KeepsState(ctx context.Context) (time.Duration, error) {
	client := s3.NewFromConfig(s.aws)
	versions, err := client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &s.State})
	if err != nil {
		return 0, refused("s3:GetBucketVersioning", err)
	}
	if versions.Status == "" { // never turned on; a suspended one keeps what it has
		return 0, nil
	}
	rules, err := client.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &s.State})
	if code, _ := said(err); code == "NoSuchLifecycleConfiguration" {
		rules, err = &s3.GetBucketLifecycleConfigurationOutput{}, nil
	}
	if err != nil {
		return 0, refused("s3:GetLifecycleConfiguration", err)
	}
	days := oldVersions(rules.Rules)
	if days == 0 {
		return 0, errors.New("the state bucket keeps old versions for ever: `make deploy` gives it back the rule that lets them expire")
	}
	return time.Duration(days) * 24 * time.Hour, nil
}

// oldVersions is after how many days every old version has expired; 0: never.
func oldVersions(rules []types.LifecycleRule) int32 {
	var days int32
	for _, r := range rules {
		e := r.NoncurrentVersionExpiration
		if r.Status != types.ExpirationStatusEnabled || e == nil || aws.ToInt32(e.NewerNoncurrentVersions) > 0 || !everything(r) {
			continue
		}
		if n := aws.ToInt32(e.NoncurrentDays); n > 0 && (days == 0 || n < days) {
			days = n
		}
	}
	return days
}

// everything tells whether a rule holds for all objects of its bucket.
func everything(r types.LifecycleRule) bool {
	f := r.Filter
	if f == nil {
		//lint:ignore SA1019 rules of the old kind name their prefix here
		return aws.ToString(r.Prefix) == ""
	}
	return aws.ToString(f.Prefix) == "" && f.Tag == nil && f.And == nil && f.ObjectSizeGreaterThan == nil && f.ObjectSizeLessThan == nil
}
