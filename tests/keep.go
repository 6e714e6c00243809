package tests
import (
 _ "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
 _ "github.com/pulumi/pulumi-random/sdk/v4/go/random"
 _ "github.com/pulumi/pulumi/sdk/v3/go/pulumi"
 _ "github.com/stretchr/testify/require"
 _ "sigs.k8s.io/yaml"
 _ "github.com/distribution/reference"
 _ "github.com/santhosh-tekuri/jsonschema/v6"
 _ "github.com/invopop/jsonschema"
 _ "github.com/agext/levenshtein"
 _ "k8s.io/apimachinery/pkg/api/resource"
 _ "k8s.io/client-go/kubernetes"
 _ "k8s.io/client-go/dynamic"
 _ "k8s.io/api/apps/v1"
 _ "github.com/robfig/cron/v3"
)
