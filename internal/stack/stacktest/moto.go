// Package stacktest gives tests an AWS of their own: moto, other people's server that
// speaks S3, SSM, CloudFormation and more.
package stacktest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// Region is where everything in moto is, and Account who owns it.
const (
	Region  = "eu-central-1"
	Account = "123456789012"
)

// Program is the server's name on PATH; a test that does not find it is skipped.
const Program = "moto_server"

var running = regexp.MustCompile(`Running on (http://\S+)`)

// Start starts a server on a free port until the test ends, and returns its address.
func Start(t testing.TB) (string, error) {
	cmd := exec.Command(Program, "-H", "127.0.0.1", "-p", "0")
	said, err := cmd.StderrPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if at := running.FindStringSubmatch(lines.Text()); at != nil {
			go func() { // it says a line for each request
				for lines.Scan() {
				}
			}()
			return at[1], nil
		}
	}
	return "", errors.New("moto_server ended before it said where it runs")
}

// Server starts a server for one test, or skips the test.
func Server(t testing.TB) aws.Config {
	t.Helper()
	if _, err := exec.LookPath(Program); err != nil {
		t.Skip("there is no moto_server on PATH")
	}
	address, err := Start(t)
	if err != nil {
		t.Fatal(err)
	}
	return Config(address)
}

// Config reaches a server at an address.
func Config(address string) aws.Config {
	return aws.Config{
		Region: Region, BaseEndpoint: &address,
		Credentials: credentials.NewStaticCredentialsProvider("any", "any", ""),
	}
}

// Make makes a stack out of [Template], and waits for it. What moto's CloudFormation
// does not take from a template is set by S3's own calls.
func Make(ctx context.Context, c aws.Config, name, siteURL string) error {
	cdn, err := distribution(ctx, c, name)
	if err != nil {
		return err
	}
	client := cloudformation.NewFromConfig(c)
	_, err = client.CreateStack(ctx, &cloudformation.CreateStackInput{
		StackName: &name, TemplateBody: aws.String(Template()),
		Parameters: []types.Parameter{
			parameter("SiteUrl", siteURL),
			parameter("Distribution", cdn),
			parameter("SendingKeyName", "/pennypost/"+name+"/sending-key"),
			parameter("EventsKeyName", "/pennypost/"+name+"/events-key"),
			parameter("SigningKeyName", "/pennypost/"+name+"/signing-key"),
		},
	})
	if err != nil {
		return err
	}
	in := &cloudformation.DescribeStacksInput{StackName: &name}
	if err := cloudformation.NewStackCreateCompleteWaiter(client).Wait(ctx, in, time.Minute); err != nil {
		return fmt.Errorf("the stack %s: %w", name, err)
	}
	return finish(ctx, c, name)
}

func parameter(name, value string) types.Parameter {
	return types.Parameter{ParameterKey: &name, ParameterValue: &value}
}
