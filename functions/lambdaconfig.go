package functions

import (
	"context"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// lambdaConfig is what the SDK's config package would find in a Lambda function: the
// region and the credentials of its role, in the environment. That package would also
// bring the clients with which a person signs in, to every function and every start.
//
// See https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
func lambdaConfig() aws.Config {
	return aws.Config{
		Region: os.Getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(
			os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")),
		HTTPClient:    awshttp.NewBuildableClient(),
		ConfigSources: []any{endpoints{}},
	}
}

// endpoints lets AWS_ENDPOINT_URL_S3 and its like name other servers, as every AWS
// client does (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html).
type endpoints struct{}

// GetServiceBaseEndpoint is what the SDK asks its sources for.
func (endpoints) GetServiceBaseEndpoint(_ context.Context, service string) (string, bool, error) {
	url := os.Getenv("AWS_ENDPOINT_URL_" + strings.ToUpper(strings.ReplaceAll(service, " ", "_")))
	return url, url != "", nil
}
