package store_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/store/storetest"
)

// TestContract holds our own server against the contract, and with it two that we
// did not write. Each is excused from what storetest/README.md says of it.
func TestContract(t *testing.T) {
	for name, server := range map[string]struct {
		start func(testing.TB) *s3.Client
		known []storetest.Difference
	}{
		"s3disk": {start: storetest.Server},
		"versitygw": {storetest.VersityGW, []storetest.Difference{
			storetest.DeleteRaces, storetest.PrefixKeys, storetest.DoubleSlash, storetest.LongNames, storetest.CopyConditions,
		}},
		"moto": {storetest.MotoS3, []storetest.Difference{
			storetest.WriteRaces, storetest.DeleteRaces, storetest.LongKeys, storetest.CopyConditions, storetest.MuchMetadata, storetest.MissingDelete,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			client := server.start(t)
			storetest.Run(t, func() *s3.Client { return client }, server.known...)
		})
	}
}
