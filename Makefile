# make run    the blog, the mail and all on this machine
# make test   every test; tools it lacks are fetched into .cache where possible
# make check  format, vet, lint
# make bench  the benchmarks, as ratios measured side by side
# make simulate SEEDS=1000   histories of a whole stack in which everything breaks; FROM=1: the first
# make simulate SEED=7       one of them, told step by step
# make deploy the stack to AWS; asks once, shows what will change (ASK=1, YES=1: see infra/deploy)
# make destroy takes it down; the buckets stay
# make build  the five functions as AWS runs them, and the pennypost command

.DEFAULT_GOAL := build
.PHONY: run test check bench simulate build functions tools clean deploy destroy

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
ACTIONLINT  := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
FUNCTIONS   := publish digest send subscribe webhook
LAMBDA      := CGO_ENABLED=0 GOOS=linux GOARCH=arm64

run:
	@go run . local $(ARGS)

test:
	@.ci/test

tools:
	@.ci/tools

check:
	@unformatted=$$(gofmt -l *.go functions infra internal); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go run $(STATICCHECK) ./...
	go run $(ACTIONLINT) -shellcheck= -pyflakes= infra/github-actions.yml

bench:
	@.ci/bench

SEEDS ?= 1000

simulate:
	@go test ./internal/simulate -run '^TestHistories$$' -count 1 -timeout 0 -v \
		$(if $(SEED),-seed $(SEED),-seeds $(SEEDS) $(if $(FROM),-from $(FROM)))

deploy:
	@ASK="$(ASK)" YES="$(YES)" infra/deploy

destroy:
	@SUBSCRIBERS="$(SUBSCRIBERS)" infra/destroy

build: functions
	go build -trimpath -o pennypost .

functions: $(FUNCTIONS:%=.cache/functions/%/bootstrap)

.PHONY: $(FUNCTIONS:%=.cache/functions/%/bootstrap)
$(FUNCTIONS:%=.cache/functions/%/bootstrap): .cache/functions/%/bootstrap:
	$(LAMBDA) go build -trimpath -tags lambda.norpc -ldflags='-s -w' -o $@ ./functions/$*

# sam build calls these, one for each function of template.yaml, and says where to put the result.
define sam-target
.PHONY: build-$(1)Function
build-$(1)Function:
	$(LAMBDA) go build -trimpath -tags lambda.norpc -ldflags='-s -w' -o $$(ARTIFACTS_DIR)/bootstrap ./functions/$(2)
endef
$(eval $(call sam-target,Publish,publish))
$(eval $(call sam-target,Digest,digest))
$(eval $(call sam-target,Send,send))
$(eval $(call sam-target,Subscribe,subscribe))
$(eval $(call sam-target,Webhook,webhook))

clean:
	rm -rf .cache .aws-sam public pennypost
