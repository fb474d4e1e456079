package store_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/pennypost/pennypost/internal/store/storetest"
)

func TestContract(t *testing.T) {
	client := storetest.Server(t)
	storetest.Run(t, func() *s3.Client { return client })
}
